"""pods/ephemeralcontainers: adds containers for debugging to a pod that runs (pkg/registry/core/pod/storage)."""

from __future__ import annotations

from dataclasses import replace

from tutor.simulator.api import listing, patching
from tutor.simulator.api.bodies import expected, read_object
from tutor.simulator.api.call import Call
from tutor.simulator.api.http import Response
from tutor.simulator.api.negotiation import content_type
from tutor.simulator.api.options import WriteOptions, write_options
from tutor.simulator.api.writing import check_identity
from tutor.simulator.errors import forbidden_field, invalid_object
from tutor.simulator.objects import copy_json
from tutor.simulator.schemas import internal
from tutor.simulator.store import Obj

HANDLES = ("ephemeralcontainers",)


def handle(call: Call) -> Response:
    """GET, PUT and PATCH."""
    if call.route.verb == "get":
        return call.reply(listing.get_object(call.store, call.route))
    if call.route.verb == "update":
        options = write_options(call.request, "UpdateOptions")
        wanted = read_object(call, expected(call.resource), options.validation)
    else:
        kind = content_type(call.request) if call.request.headers.get("content-type") else ""
        options = patching.check_kind(call, kind)
        live = call.presenter().whole(listing.get_object(call.store, call.route))
        wanted = patching.patched_object(call, kind, options, expected(call.resource), live)
    check_identity(call, wanted)
    return call.reply(_write(call, wanted, options))


def _write(call: Call, wanted: Obj, options: WriteOptions) -> Obj:
    route, resource = call.route, call.resource
    pod = copy_json(listing.get_object(call.store, route))
    before = pod["spec"].get("ephemeralContainers") or []
    resource.default(wanted)
    after = wanted["spec"].get("ephemeralContainers") or []
    _check(route.name, before, after)
    pod["spec"]["ephemeralContainers"] = after
    problems = list(resource.validate(pod))
    if problems:
        raise invalid_object(resource.kind, resource.group, route.name, problems)
    writer = replace(call.writer(dry_run=options.dry_run), trusted=True)
    return call.registry.update(resource, route.namespace, route.name, pod, writer)


def _check(name: str, before: list[Obj], after: list[Obj]) -> None:
    """Ephemeral containers can be added, but neither changed nor removed."""
    by_name = {container.get("name"): container for container in after}
    for container in before:
        new = by_name.get(container.get("name"))
        if new == container:
            continue
        why = f'existing ephemeral containers "{container.get("name")}" may not be '
        found = internal.difference("core.EphemeralContainer", container, new) if new is not None else ""
        why += f"changed\n{found}" if new is not None else "removed\n"
        raise invalid_object("Pod", "", name, [forbidden_field("spec.ephemeralContainers", why)])

"""pods/resize: other amounts of CPU and memory for containers that run (pkg/registry/core/pod/storage, ResizeREST)."""

from __future__ import annotations

from dataclasses import replace

from tutor.simulator.api import listing, patching
from tutor.simulator.api.bodies import expected, read_object
from tutor.simulator.api.call import Call
from tutor.simulator.api.http import Response
from tutor.simulator.api.negotiation import content_type
from tutor.simulator.api.options import write_options
from tutor.simulator.api.stamping import Stamp, update_stamp
from tutor.simulator.api.writing import check_identity
from tutor.simulator.errors import invalid_object
from tutor.simulator.resources.pod_resize import resize_errors, resized
from tutor.simulator.store import Obj

HANDLES = ("resize",)


def handle(call: Call) -> Response:
    """GET, PUT and PATCH."""
    if call.route.verb == "get":
        return call.reply(listing.get_object(call.store, call.route))
    return call.reply(_update(call) if call.route.verb == "update" else _patch(call))


def _update(call: Call) -> Obj:
    options = write_options(call.request, "UpdateOptions")
    obj = read_object(call, expected(call.resource), options.validation)
    check_identity(call, obj)
    return _write(call, obj, options.dry_run, update_stamp(call, options.manager, "resize"))


def _patch(call: Call) -> Obj:
    kind = content_type(call.request) if call.request.headers.get("content-type") else ""
    options = patching.check_kind(call, kind)

    def write(obj: Obj, stamp: Stamp | None) -> Obj:
        return _write(call, obj, options.dry_run, stamp)

    return patching.patch_stored(call, kind, options, expected(call.resource), write, "resize")


def _write(call: Call, obj: Obj, dry_run: bool, stamp: Stamp | None) -> Obj:
    """Write the resources alone. What else a pod must be like is checked too: requests stay within limits, for one."""
    route, resource = call.route, call.resource
    old = listing.get_object(call.store, route)
    wanted = call.incoming(obj)
    resource.default(wanted)
    new = resized(wanted, old)
    for field in ("resourceVersion", "uid"):
        if wanted["metadata"].get(field):
            new["metadata"][field] = wanted["metadata"][field]
    problems = [*resource.validate(new), *resize_errors(new, old)]
    if problems:
        raise invalid_object(resource.kind, resource.group, route.name, problems)
    writer = replace(call.writer(dry_run=dry_run, stamp=stamp), trusted=True)
    return call.registry.update(resource, route.namespace, route.name, new, writer)

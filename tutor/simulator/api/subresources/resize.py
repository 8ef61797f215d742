"""pods/resize: other amounts of CPU and memory for containers that run (pkg/registry/core/pod/storage, ResizeREST)."""

from __future__ import annotations

from dataclasses import replace

from tutor.simulator.api import listing
from tutor.simulator.api.call import Call
from tutor.simulator.api.http import Response
from tutor.simulator.api.parts import handle_part
from tutor.simulator.api.stamping import Stamp
from tutor.simulator.errors import ApiError, forbidden, invalid_object
from tutor.simulator.resources.pod_resize import RESIZED, resize_errors, resized
from tutor.simulator.scheduler.requests import amounts, pod_requests
from tutor.simulator.store import Obj

HANDLES = ("resize",)


def handle(call: Call) -> Response:
    """GET, PUT and PATCH."""
    return handle_part(call, "resize", _write)


def _check_room(call: Call, pod: Obj) -> None:
    """A pod cannot ask for more than its whole node has (plugin/pkg/admission/podresize). Raises ApiError 403."""
    name = pod["spec"].get("nodeName")
    if not name:
        return
    node = call.store.get("nodes", "", name)
    if node is None:
        raise forbidden(call.resource.plural, call.resource.group, call.route.name, f'node "{name}" not found')
    allocatable, wanted = amounts(node["status"]["allocatable"]), pod_requests(pod["spec"])
    short = [
        f"{name}, requested: {wanted.get(name, 0)}, allocatable: {allocatable.get(name, 0)}"
        for name in RESIZED
        if wanted.get(name, 0) > allocatable.get(name, 0)
    ]
    if short:
        why = f"node didn't have enough allocatable resources: {'; '.join(short)}"
        refusal = forbidden(call.resource.plural, call.resource.group, call.route.name, why)
        causes = [{"reason": "NodeCapacity"}]
        raise ApiError(refusal.code, refusal.reason, refusal.message, {**(refusal.details or {}), "causes": causes})


def _write(call: Call, obj: Obj, dry_run: bool, stamp: Stamp | None) -> Obj:
    """Write the resources alone. What else a pod must be like is checked too: requests stay within limits, for one."""
    route, resource = call.route, call.resource
    old = listing.get_object(call.store, route)
    wanted = call.incoming(obj)
    resource.default(wanted)
    whole = wanted["spec"].get("resources")
    if whole and whole != old["spec"].get("resources"):
        why = "resizing the resources of a whole pod is not simulated: try a kind cluster, or resize its containers"
        raise ApiError(501, "NotImplemented", why, {})
    new = resized(wanted, old)
    for field in ("resourceVersion", "uid"):
        if wanted["metadata"].get(field):
            new["metadata"][field] = wanted["metadata"][field]
    problems = [*resource.validate(new), *resize_errors(new, old)]
    if problems:
        raise invalid_object(resource.kind, resource.group, route.name, problems)
    if new["spec"] != old["spec"]:
        _check_room(call, new)
    writer = replace(call.writer(dry_run=dry_run, stamp=stamp), trusted=True)
    return call.registry.update(resource, route.namespace, route.name, new, writer)

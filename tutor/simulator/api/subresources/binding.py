"""pods/binding: puts a pod on a node, which is what schedulers do (pkg/registry/core/pod/storage/storage.go)."""

from __future__ import annotations

from dataclasses import replace

from tutor.simulator.admission import namespace_lifecycle
from tutor.simulator.api import listing
from tutor.simulator.api.bodies import Expected, read_object
from tutor.simulator.api.call import Call
from tutor.simulator.api.http import Response
from tutor.simulator.api.options import write_options
from tutor.simulator.api.writing import success
from tutor.simulator.clock import timestamp
from tutor.simulator.errors import conflict, invalid_object, required
from tutor.simulator.objects import copy_json, deleting, set_condition
from tutor.simulator.schemas import table

HANDLES = ("binding",)


def handle(call: Call) -> Response:
    """POST."""
    options = write_options(call.request, "CreateOptions")
    wanted = Expected("v1", "Binding", table.kind_type("", "v1", "Binding"))
    target = read_object(call, wanted, options.validation).get("target") or {}
    if not target.get("name"):
        raise invalid_object("Binding", "", call.route.name, [required("target.name")])
    route = call.route
    namespace_lifecycle.admit(call.store, call.resource, route.namespace, route.name)
    pod = copy_json(listing.get_object(call.store, route))
    if deleting(pod):
        raise conflict(
            "pods/binding", "", route.name, f"pod {route.name} is being deleted, cannot be assigned to a host"
        )
    if node := pod["spec"].get("nodeName"):
        why = f'pod {route.name} is already assigned to node "{node}"'
        raise conflict("pods/binding", "", route.name, why)
    pod["spec"]["nodeName"] = target["name"]
    scheduled = {
        "type": "PodScheduled",
        "status": "True",
        "lastProbeTime": None,
        "lastTransitionTime": timestamp(call.api.cluster.clock.now),
    }
    conditions = set_condition(pod.get("status", {}).get("conditions") or (), scheduled)
    writer = replace(call.writer(dry_run=options.dry_run), trusted=True)
    bound = call.registry.update(call.resource, route.namespace, route.name, pod, writer)
    if not options.dry_run:
        status = {**copy_json(bound.get("status") or {}), "conditions": conditions}
        with_status = {**bound, "metadata": dict(bound["metadata"]), "status": status}
        call.registry.update_status(call.resource, route.namespace, route.name, with_status, writer)
    return call.answer(success(code=201), 201)

"""pods/eviction: a deletion that asks the pod's disruption budget first (pkg/registry/core/pod/storage/eviction.go)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tutor.simulator.admission import namespace_lifecycle
from tutor.simulator.api import listing
from tutor.simulator.api.bodies import Expected, read_object
from tutor.simulator.api.call import Call
from tutor.simulator.api.http import Response
from tutor.simulator.api.writing import success
from tutor.simulator.clock import timestamp
from tutor.simulator.deletion import DeleteOptions
from tutor.simulator.errors import ApiError, bad_request
from tutor.simulator.objects import condition_is, deleting, labels_of, matches_selector, set_condition
from tutor.simulator.schemas import table
from tutor.simulator.store import Obj

HANDLES = ("eviction",)
DISRUPTED = "DisruptionTarget"
"""Condition of a pod that is taken away, so that a Job can tell it from a failure of its own."""
PDBS = "poddisruptionbudgets.policy"
BEING_PROCESSED = 10
"""Seconds after which a client should ask again when the budget's controller has not seen the newest change."""


def handle(call: Call) -> Response:
    """POST."""
    kind = table.kind_type("policy", "v1", "Eviction")
    eviction = read_object(call, Expected("policy/v1", "Eviction", kind), "Warn")
    route = call.route
    name = eviction["metadata"].get("name", route.name)
    if name != route.name:
        raise bad_request("name in URL does not match name in Eviction object")
    namespace_lifecycle.admit(call.store, call.resource, route.namespace, route.name)
    pod = listing.get_object(call.store, route)
    options = eviction.get("deleteOptions") or {}
    dry_run = bool(options.get("dryRun") or call.request.param("dryRun"))
    if not _needs_no_budget(pod):
        _spend(call, pod, dry_run)
    preconditions = options.get("preconditions") or {}
    delete = DeleteOptions(
        options.get("gracePeriodSeconds"),
        options.get("propagationPolicy"),
        preconditions.get("uid"),
        preconditions.get("resourceVersion"),
    )
    if not dry_run:
        delete = _say_why(call, pod, delete)
    call.registry.delete(call.resource, route.namespace, route.name, call.writer(dry_run=dry_run), delete)
    return call.answer(success(code=201), 201)


def _say_why(call: Call, pod: Obj, delete: DeleteOptions) -> DeleteOptions:
    """Note in the pod that it is taken away on purpose (addConditionAndDeletePod), and have the deletion expect that version. A
    precondition that does not hold is left for the deletion to refuse."""
    metadata, status = pod["metadata"], pod.get("status", {})
    if (delete.uid or metadata["uid"]) != metadata["uid"]:
        return delete
    if (delete.resource_version or metadata["resourceVersion"]) != metadata["resourceVersion"]:
        return delete
    why = {"reason": "EvictionByEvictionAPI", "message": "Eviction API: evicting"}
    times = {"lastProbeTime": None, "lastTransitionTime": timestamp(call.api.cluster.clock.now)}
    conditions = set_condition(status.get("conditions") or (), {"type": DISRUPTED, "status": "True", **times, **why})
    changed = {**pod, "metadata": dict(metadata), "status": {**status, "conditions": conditions}}
    route, writer = call.route, call.writer(dry_run=False)
    updated = call.registry.update_status(call.resource, route.namespace, route.name, changed, writer)
    if delete.resource_version is None:
        return delete
    return replace(delete, resource_version=updated["metadata"]["resourceVersion"])


def _needs_no_budget(pod: Obj) -> bool:
    """Pods that are over, have not begun or are going anyway."""
    return pod.get("status", {}).get("phase") in ("Succeeded", "Failed", "Pending") or deleting(pod)


def _spend(call: Call, pod: Obj, dry_run: bool) -> None:
    """Take one disruption from the pod's budget. Raises ApiError 429 when none is left, 500 for more than one budget."""
    budgets = [
        budget
        for budget in call.store.list(PDBS, call.route.namespace)
        if matches_selector(budget["spec"].get("selector"), labels_of(pod))
    ]
    if len(budgets) > 1:
        why = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        raise ApiError(500, "", why)
    if budgets and not _unhealthy_may_go(pod, budgets[0]):
        _take(call, pod, budgets[0], dry_run)


def _unhealthy_may_go(pod: Obj, budget: Obj) -> bool:
    """Whether the budget lets a pod go that is not ready (spec.unhealthyPodEvictionPolicy)."""
    status: Mapping[str, Any] = budget.get("status") or {}
    if condition_is(pod.get("status", {}), "Ready"):
        return False
    if budget["spec"].get("unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return True
    healthy, desired = status.get("currentHealthy", 0), status.get("desiredHealthy", 0)
    return bool(healthy >= desired > 0)


def _take(call: Call, pod: Obj, budget: Obj, dry_run: bool) -> None:
    status = budget.get("status") or {}
    name = budget["metadata"]["name"]
    if status.get("observedGeneration", 0) < budget["metadata"].get("generation", 0):
        raise _refused(f"The disruption budget {name} is still being processed by the server.", BEING_PROCESSED)
    allowed = status.get("disruptionsAllowed", 0)
    if allowed <= 0:
        needs, has = status.get("desiredHealthy", 0), status.get("currentHealthy", 0)
        raise _refused(f"The disruption budget {name} needs {needs} healthy pods and has {has} currently")
    disrupted = {**(status.get("disruptedPods") or {}), pod["metadata"]["name"]: timestamp(call.api.cluster.clock.now)}
    changed = {**status, "disruptionsAllowed": allowed - 1, "disruptedPods": disrupted}
    resource = call.api.cluster.scheme.stored(PDBS)
    assert resource is not None  # there is a budget
    metadata = dict(budget["metadata"])
    writer = call.writer(dry_run=dry_run)
    updated = {**budget, "metadata": metadata, "status": changed}
    call.registry.update_status(resource, metadata["namespace"], name, updated, writer)


def _refused(why: str, retry: int = 0) -> ApiError:
    message = "Cannot evict pod as it would violate the pod's disruption budget."
    details: dict[str, Any] = {"causes": [{"reason": "DisruptionBudget", "message": why}]}
    if retry:
        details["retryAfterSeconds"] = retry
    return ApiError(429, "TooManyRequests", message, details)

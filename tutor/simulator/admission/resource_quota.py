"""Refuses what would exceed a ResourceQuota (plugin ResourceQuota, apiserver/pkg/admission/plugin/resourcequota)."""

from __future__ import annotations

from decimal import Decimal

from tutor.simulator import errors
from tutor.simulator.admission import AdmissionRequest
from tutor.simulator.quantity import parse
from tutor.simulator.store import Obj
from tutor.simulator.usage import format_usage, in_scope, usage_of

ORDER = 90
_MUST_BE_SET = ("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory")


def validate(request: AdmissionRequest) -> None:
    """Compares what the object adds with what each quota of the namespace has left, and books it when all have enough. What has
    to be said is asked for by all quotas first (controller.go, CheckRequest)."""
    if request.operation == "DELETE" or request.obj is None or request.subresource or request.resource.id == "events":
        return
    every = request.context.store.list("resourcequotas", request.namespace) if request.namespace else ()
    quotas = [quota for quota in every if in_scope(quota, request.resource.id, request.obj)]
    if not quotas:
        return
    adds = _additions(request, request.obj)
    for quota in quotas:
        _require(request, quota, request.obj, adds)
    used = [_check(request, quota, adds) for quota in quotas]
    for quota, before in zip(quotas, used, strict=True):
        _book(request, quota, adds, before)


def _additions(request: AdmissionRequest, obj: Obj) -> dict[str, Decimal]:
    """What the object takes beyond what it took before."""
    adds = usage_of(request.resource.id, obj)
    if request.old is None:
        return adds
    before = usage_of(request.resource.id, request.old)
    return {key: amount - before.get(key, Decimal(0)) for key, amount in adds.items()}


def _require(request: AdmissionRequest, quota: Obj, obj: Obj, adds: dict[str, Decimal]) -> None:
    """See that the object says how much it takes of what is limited."""
    resource = request.resource
    if resource.id != "pods" or request.operation != "CREATE":
        return
    hard = quota["spec"].get("hard") or {}
    missing = sorted(key for key in hard if key in _MUST_BE_SET and key not in adds)
    if missing:
        why = f"failed quota: {quota['metadata']['name']}: must specify {_listed(obj, missing)}"
        raise errors.forbidden(resource.plural, resource.group, request.name, why)


def _check(request: AdmissionRequest, quota: Obj, adds: dict[str, Decimal]) -> dict[str, Decimal]:
    """See that the quota has enough left; returns what is used of it so far."""
    hard = quota["spec"].get("hard") or {}
    resource, name = request.resource, quota["metadata"]["name"]
    used = {key: parse(value) for key, value in (quota.get("status", {}).get("used") or {}).items()}
    exceeded = sorted(
        key
        for key in hard
        if adds.get(key, Decimal(0)) > 0 and used.get(key, Decimal(0)) + adds[key] > parse(hard[key])
    )
    if exceeded:
        why = (
            f"exceeded quota: {name}, requested: {_amounts(exceeded, adds)}, used: {_amounts(exceeded, used)}, "
            f"limited: {','.join(f'{key}={hard[key]}' for key in exceeded)}"
        )
        raise errors.forbidden(resource.plural, resource.group, request.name, why)
    return used


def _book(request: AdmissionRequest, quota: Obj, adds: dict[str, Decimal], used: dict[str, Decimal]) -> None:
    """Count the object at once, so that the next request sees it; the quota controller recounts later."""
    hard = quota["spec"].get("hard") or {}
    adds = {key: amount for key, amount in adds.items() if key in hard and amount > 0}
    if not adds or request.dry_run:
        return
    status = quota.get("status", {})
    booked = {
        **status.get("used", {}),
        **{key: format_usage(key, used.get(key, Decimal(0)) + n) for key, n in adds.items()},
    }
    changed = {**quota, "status": {**status, "hard": hard, "used": booked}}
    request.context.store.update("resourcequotas", changed, "resource-quota")


def _amounts(keys: list[str], amounts: dict[str, Decimal]) -> str:
    return ",".join(f"{key}={format_usage(key, amounts.get(key, Decimal(0)))}" for key in keys)


def _listed(pod: Obj, missing: list[str]) -> str:
    """ "limits.cpu for: web; requests.cpu for: web" """
    parts = []
    for key in missing:
        field, _, name = key.rpartition(".")
        containers = [
            c["name"]
            for c in pod["spec"]["containers"]
            if name not in ((c.get("resources") or {}).get(field or "requests") or {})
        ]
        parts.append(f"{key} for: {','.join(sorted(containers))}")
    return "; ".join(parts)

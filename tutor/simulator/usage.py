"""What objects count for in a ResourceQuota. Source: pkg/quota/v1/evaluator/core."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tutor.simulator.quantity import format_binary, format_decimal, parse
from tutor.simulator.store import Obj

COUNTED = {
    "pods": "pods",
    "services": "services",
    "configmaps": "configmaps",
    "secrets": "secrets",
    "persistentvolumeclaims": "persistentvolumeclaims",
    "replicationcontrollers": "replicationcontrollers",
    "resourcequotas": "resourcequotas",
}
"""Core resources that a quota counts under their own name; all others only as count/RESOURCE.GROUP."""

OF_CLASS = ".storageclass.storage.k8s.io/"
"""Stands between the name of a StorageClass and what its claims may use in all."""
_OLD_CLASS = "volume.beta.kubernetes.io/storage-class"
_SHORT = ("cpu", "memory", "ephemeral-storage")


def pod_requests(spec: Mapping[str, Any], field: str = "requests") -> dict[str, Decimal]:
    """What a pod asks for in all: the larger of its containers together and any init container, and sidecars on top."""
    total: dict[str, Decimal] = {}
    for container in spec.get("containers") or ():
        _add(total, container, field)
    sidecars: dict[str, Decimal] = {}
    peak: dict[str, Decimal] = {}
    for container in spec.get("initContainers") or ():
        if container.get("restartPolicy") == "Always":
            _add(sidecars, container, field)
            current = sidecars
        else:
            current = dict(sidecars)
            _add(current, container, field)
        for name, amount in current.items():
            peak[name] = max(peak.get(name, Decimal(0)), amount)
    for name, amount in sidecars.items():
        total[name] = total.get(name, Decimal(0)) + amount
    for name, amount in peak.items():
        total[name] = max(total.get(name, Decimal(0)), amount)
    for name, value in (spec.get("overhead") or {}).items():
        total[name] = total.get(name, Decimal(0)) + parse(value)
    return total


def _add(total: dict[str, Decimal], container: Mapping[str, Any], field: str) -> None:
    for name, value in ((container.get("resources") or {}).get(field) or {}).items():
        total[name] = total.get(name, Decimal(0)) + parse(value)


def _pod_usage(pod: Obj) -> dict[str, Decimal]:
    if pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
        return {}
    usage = {"pods": Decimal(1)}
    for name, amount in pod_requests(pod["spec"]).items():
        usage[f"requests.{name}"] = amount
        if name in _SHORT:
            usage[name] = amount
    for name, amount in pod_requests(pod["spec"], "limits").items():
        usage[f"limits.{name}"] = amount
    return usage


def _service_usage(service: Obj) -> dict[str, Decimal]:
    spec = service["spec"]
    usage = {"services": Decimal(1)}
    exposed = spec.get("type") in ("NodePort", "LoadBalancer")
    usage["services.nodeports"] = Decimal(len(spec.get("ports") or ()) if exposed else 0)
    usage["services.loadbalancers"] = Decimal(spec.get("type") == "LoadBalancer")
    return usage


def _claim_usage(claim: Obj) -> dict[str, Decimal]:
    """Evaluator of persistent_volume_claims.go: in all, and once more for those of its class."""
    storage = parse(((claim["spec"].get("resources") or {}).get("requests") or {}).get("storage", "0"))
    usage = {"persistentvolumeclaims": Decimal(1), "requests.storage": storage}
    name = (claim["metadata"].get("annotations") or {}).get(_OLD_CLASS) or claim["spec"].get("storageClassName")
    if name:
        usage |= {f"{name}{OF_CLASS}{key}": amount for key, amount in usage.items()}
    return usage


_SPECIAL: Mapping[str, Callable[[Obj], dict[str, Decimal]]] = {
    "pods": _pod_usage,
    "services": _service_usage,
    "persistentvolumeclaims": _claim_usage,
}


def usage_of(resource_id: str, obj: Obj) -> dict[str, Decimal]:
    """What one object counts for, by the names a quota may limit."""
    special = _SPECIAL.get(resource_id)
    usage = special(obj) if special else {}
    if special is None and resource_id in COUNTED:
        usage[COUNTED[resource_id]] = Decimal(1)
    usage[f"count/{resource_id}"] = Decimal(1)
    return usage


def in_scope(quota: Obj, resource_id: str, obj: Obj) -> bool:
    """Whether a quota with scopes counts the object."""
    scopes = quota["spec"].get("scopes") or ()
    if not scopes:
        return True
    if resource_id != "pods":
        return False
    spec = obj["spec"]
    facts = {
        "Terminating": spec.get("activeDeadlineSeconds") is not None,
        "NotTerminating": spec.get("activeDeadlineSeconds") is None,
        "BestEffort": not pod_requests(spec) and not pod_requests(spec, "limits"),
        "NotBestEffort": bool(pod_requests(spec) or pod_requests(spec, "limits")),
    }
    return all(facts.get(scope, True) for scope in scopes)


def format_usage(name: str, amount: Decimal) -> str:
    """An amount as a quota's status shows it: bytes in powers of 1024, everything else in powers of 1000."""
    return format_binary(amount) if name.endswith(("memory", "storage")) else format_decimal(amount)

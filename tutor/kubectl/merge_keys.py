"""How strategic merge treats fields of the built-in kinds: which lists merge by which key.

The facts are the `x-kubernetes-patch-merge-key` and `x-kubernetes-patch-strategy` extensions of Kubernetes' OpenAPI
document for 1.37; a test compares this table with the document of a real cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Strategy:
    """What to do with a field: merge a list by `key` (or as a set of plain values when empty), keep only listed keys of a map."""

    merge: bool = False
    key: str = ""
    retain_keys: bool = False
    replace: bool = False


ATOMIC = Strategy()

_BY_NAME: dict[str, Strategy] = {
    "allocatedResourcesStatus": Strategy(merge=True, key="name"),
    "conditions": Strategy(merge=True, key="type"),
    "containers": Strategy(merge=True, key="name"),
    "drivers": Strategy(merge=True, key="name"),
    "env": Strategy(merge=True, key="name"),
    "ephemeralContainers": Strategy(merge=True, key="name"),
    "evictionResponders": Strategy(merge=True, key="name"),
    "hostAliases": Strategy(merge=True, key="ip"),
    "hostIPs": Strategy(merge=True, key="ip"),
    "initContainers": Strategy(merge=True, key="name"),
    "matchConditions": Strategy(merge=True, key="name"),
    "ownerReferences": Strategy(merge=True, key="uid"),
    "podCIDRs": Strategy(merge=True),
    "podIPs": Strategy(merge=True, key="ip"),
    "reservedFor": Strategy(merge=True, key="uid"),
    "resourceClaimStatuses": Strategy(merge=True, key="name", retain_keys=True),
    "schedulingGates": Strategy(merge=True, key="name"),
    "topologySpreadConstraints": Strategy(merge=True, key="topologyKey"),
    "volumeDevices": Strategy(merge=True, key="devicePath"),
    "volumeMounts": Strategy(merge=True, key="mountPath"),
    "volumes": Strategy(merge=True, key="name", retain_keys=True),
    "webhooks": Strategy(merge=True, key="name"),
}

_BY_PLACE: dict[
    tuple[str, tuple[str, ...]], Strategy
] = {  # (kind, or * for all, and the end of the path) of fields whose name alone is not enough
    ("*", ("metadata", "finalizers")): Strategy(merge=True),
    ("*", ("containers", "ports")): Strategy(merge=True, key="containerPort"),
    ("*", ("initContainers", "ports")): Strategy(merge=True, key="containerPort"),
    ("*", ("ephemeralContainers", "ports")): Strategy(merge=True, key="containerPort"),
    ("*", ("spec", "resourceClaims")): Strategy(merge=True, key="name", retain_keys=True),
    ("*", ("spec", "imagePullSecrets")): Strategy(merge=True, key="name"),
    ("Service", ("spec", "ports")): Strategy(merge=True, key="port"),
    ("ServiceAccount", ("secrets",)): Strategy(merge=True, key="name"),
    ("Deployment", ("spec", "strategy")): Strategy(retain_keys=True),
    ("PodDisruptionBudget", ("spec", "selector")): Strategy(replace=True),
    ("ValidatingAdmissionPolicy", ("spec", "variables")): Strategy(merge=True, key="name"),
    ("Node", ("status", "addresses")): Strategy(merge=True, key="type"),
    ("CertificateSigningRequest", ("status", "conditions")): ATOMIC,
    ("CustomResourceDefinition", ("status", "conditions")): ATOMIC,
}

# Groups whose kinds kubectl patches with strategic merge; everything else (custom resources) gets a JSON merge patch.
BUILTIN_GROUPS = frozenset(
    {
        "",
        "apps",
        "batch",
        "autoscaling",
        "policy",
        "certificates.k8s.io",
        "networking.k8s.io",
        "rbac.authorization.k8s.io",
        "storage.k8s.io",
        "scheduling.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "node.k8s.io",
        "admissionregistration.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "resource.k8s.io",
        "authentication.k8s.io",
        "authorization.k8s.io",
    }
)


def strategy_for(kind: str, path: Sequence[str]) -> Strategy:
    """The strategy of the field at `path` (names only, list positions left out) in an object of `kind`."""
    for length in (2, 1):
        tail = tuple(path[-length:])
        for owner in (kind, "*"):
            found = _BY_PLACE.get((owner, tail))
            if found is not None:
                return found
    return _BY_NAME.get(path[-1], ATOMIC) if path else ATOMIC

"""Which volume suits a claim (component-helpers/storage/volume/pv_helpers.go, pkg/controller/volume/persistentvolume/index.go)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tutor.simulator.objects import annotations_of, deleting, labels_of, matches_selector, name_of, namespace_of, uid_of
from tutor.simulator.quantity import parse
from tutor.simulator.scheduler.matching import matches_node_term
from tutor.simulator.store import Obj, Store

CLAIMS = "persistentvolumeclaims"
VOLUMES = "persistentvolumes"
CLASSES = "storageclasses.storage.k8s.io"
BIND_COMPLETED = "pv.kubernetes.io/bind-completed"
BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
SELECTED_NODE = "volume.kubernetes.io/selected-node"
PROVISIONER = "volume.kubernetes.io/storage-provisioner"
OLD_PROVISIONER = "volume.beta.kubernetes.io/storage-provisioner"
NO_PROVISIONER = "kubernetes.io/no-provisioner"
_OLD_CLASS = "volume.beta.kubernetes.io/storage-class"
_BY_CLAIM = "by-claim"


def class_of(obj: Obj) -> str:
    """Name of the StorageClass of a claim or volume, "" for none."""
    return annotations_of(obj).get(_OLD_CLASS) or str(obj["spec"].get("storageClassName") or "")


def size_of(amounts: dict[str, Any] | None) -> Any:
    """The amount of storage in a list of resources."""
    return parse((amounts or {}).get("storage", "0"))


def requested(claim: Obj) -> Any:
    """How much storage a claim asks for."""
    return size_of((claim["spec"].get("resources") or {}).get("requests"))


def is_for(volume: Obj, claim: Obj) -> bool:
    """Whether a volume is bound to a claim, or reserved for it by name."""
    reference = volume["spec"].get("claimRef")
    if not reference or (reference.get("namespace"), reference["name"]) != (namespace_of(claim), name_of(claim)):
        return False
    return not reference.get("uid") or reference["uid"] == uid_of(claim)


def mismatch(volume: Obj, claim: Obj) -> str:
    """Why a claim cannot have the volume it names; empty when it can."""
    spec = volume["spec"]
    if deleting(volume):
        return f'the volume is marked for deletion "{name_of(volume)}"'
    if size_of(spec.get("capacity")) < requested(claim):
        return "requested PV is too small"
    if class_of(volume) != class_of(claim):
        return "storageClassName does not match"
    if spec.get("volumeMode") != claim["spec"].get("volumeMode"):
        return "incompatible volumeMode"
    return "" if _modes_fit(volume, claim) else "incompatible accessMode"


def _modes_fit(volume: Obj, claim: Obj) -> bool:
    return set(claim["spec"].get("accessModes") or ()) <= set(volume["spec"].get("accessModes") or ())


def find_volume(claim: Obj, volumes: Iterable[Obj], node: Obj | None, *, delayed: bool) -> Obj | None:
    """The smallest free volume that suits a claim. `delayed`: without a node only a volume that is reserved for the claim."""
    every = list(volumes)
    for volume in every:
        if (
            is_for(volume, claim)
            and not deleting(volume)
            and size_of(volume["spec"].get("capacity")) >= requested(claim)
        ):
            return volume
    if delayed and node is None:
        return None
    free = [volume for volume in every if _is_free(volume, claim) and _is_reachable(volume, node)]
    return min(free, key=_preference, default=None)


def _is_free(volume: Obj, claim: Obj) -> bool:
    if volume["spec"].get("claimRef") or volume["status"].get("phase") != "Available":
        return False
    selector = claim["spec"].get("selector")
    return not mismatch(volume, claim) and (selector is None or matches_selector(selector, labels_of(volume)))


def _is_reachable(volume: Obj, node: Obj | None) -> bool:
    required = (volume["spec"].get("nodeAffinity") or {}).get("required")
    if not required or node is None:
        return True
    return any(matches_node_term(term, node) for term in required.get("nodeSelectorTerms") or ())


def _preference(volume: Obj) -> tuple[int, Any, str]:
    spec = volume["spec"]
    return len(spec.get("accessModes") or ()), size_of(spec.get("capacity")), name_of(volume)


# -- pods that use a claim


def index_pods_by_claim(store: Store) -> None:
    """Keep the index that `users` reads."""
    store.add_index("pods", _BY_CLAIM, claim_keys)


def claim_keys(pod: Obj) -> list[str]:
    """Keys of the claims behind a pod's volumes."""
    keys = []
    for volume in pod["spec"].get("volumes") or ():
        source = volume.get("persistentVolumeClaim")
        if source:
            keys.append(f"{namespace_of(pod)}/{source['claimName']}")
        elif volume.get("ephemeral"):
            keys.append(f"{namespace_of(pod)}/{name_of(pod)}-{volume['name']}")
    return keys


def users(store: Store, claim: Obj) -> list[Obj]:
    """The pods that use a claim."""
    return store.by_index("pods", _BY_CLAIM, f"{namespace_of(claim)}/{name_of(claim)}")

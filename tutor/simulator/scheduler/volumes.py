"""Claims of a pod before it can be placed: they must exist, and be bound or bindable (plugins/volumebinding)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tutor.simulator.client import Client
from tutor.simulator.controllers.volumes import matching  # as a module: each of the two packages needs the other
from tutor.simulator.events import reference
from tutor.simulator.objects import (
    annotations_of,
    deleting,
    labels_of,
    name_of,
    namespace_of,
    uid_of,
    with_annotations,
    with_metadata,
    with_spec,
)
from tutor.simulator.scheduler.filters import Rejection
from tutor.simulator.scheduler.matching import matches_node_term
from tutor.simulator.scheduler.snapshot import NodeInfo
from tutor.simulator.store import Obj

SELECTED_NODE = "volume.kubernetes.io/selected-node"
CLAIMS = "persistentvolumeclaims"
ALONE = "ReadWriteOncePod"
NOTHING_TO_BIND = "node(s) didn't find available persistent volumes to bind"
TAKEN = (
    "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod"
)


@dataclass(frozen=True, slots=True)
class Unbound:
    """A claim that is bound once its pod has a node, with its StorageClass."""

    claim: Obj
    storage_class: Obj

    def provisions(self, node: Obj) -> bool:
        """Whether a volume can be made for the claim on a node (volumebinding/binder.go, checkVolumeProvisions)."""
        if self.storage_class["provisioner"] == matching.NO_PROVISIONER:
            return False
        terms = self.storage_class.get("allowedTopologies") or ()
        return not terms or any(_in_topology(term, labels_of(node)) for term in terms)


def _in_topology(term: dict[str, Any], labels: Any) -> bool:
    wanted = term.get("matchLabelExpressions") or ()
    return all(labels.get(expression["key"]) in expression["values"] for expression in wanted)


class VolumePlacement:
    """What the volumes a pod uses say of where it may run: their node affinity, what there is for claims that wait for the pod,
    and whether another pod has one for itself."""

    def __init__(
        self, selectors: list[dict[str, Any]], unbound: list[Unbound], volumes: Iterable[Obj], *, taken: bool
    ) -> None:
        self._selectors = selectors
        self._unbound = sorted(unbound, key=lambda entry: matching.requested(entry.claim))
        self._volumes = list(volumes)
        self._taken = taken

    def reject(self, node: NodeInfo) -> Rejection | None:
        """Why the node is no place for the pod."""
        if self._taken:
            return Rejection("VolumeRestrictions", (TAKEN,))
        for selector in self._selectors:
            terms = selector.get("nodeSelectorTerms") or ()
            if node.node is None or not any(matches_node_term(term, node.node) for term in terms):
                return Rejection(
                    "VolumeBinding", ("node(s) didn't match PersistentVolume's node affinity",), helpless=True
                )
        if self._unbound and node.node is not None and not self._has_all(node.node):
            return Rejection("VolumeBinding", (NOTHING_TO_BIND,), helpless=True)
        return None

    def _has_all(self, node: Obj) -> bool:
        """Whether each claim gets a volume on a node: one that is free there, or a new one (binder.go, FindPodVolumes)."""
        free = self._volumes
        for entry in self._unbound:
            chosen = annotations_of(entry.claim).get(SELECTED_NODE)
            if chosen and chosen != name_of(node):
                return False
            found = None if chosen else matching.find_volume(entry.claim, free, node, delayed=True)
            if found is None and not entry.provisions(node):
                return False
            free = [volume for volume in free if volume is not found]
        return True


def claim_name(pod: Obj, volume: Obj) -> str | None:
    """The name of the claim behind a volume: its own, or the one made for it (ephemeral)."""
    if volume.get("persistentVolumeClaim"):
        return str(volume["persistentVolumeClaim"]["claimName"])
    return f"{name_of(pod)}-{volume['name']}" if volume.get("ephemeral") else None


def _ephemeral(pod: Obj) -> list[str | None]:
    """The names of the claims that are made for a pod."""
    return [claim_name(pod, volume) for volume in pod["spec"].get("volumes") or () if volume.get("ephemeral")]


def of_another(pod: Obj, claim: Obj) -> str:
    """Why a claim is not the one that was made for a pod, empty when it is (component-helpers, storage/ephemeral)."""
    if any(owner["uid"] == uid_of(pod) for owner in claim["metadata"].get("ownerReferences") or ()):
        return ""
    place = namespace_of(pod)
    return f'PVC "{place}/{name_of(claim)}" was not created for pod "{place}/{name_of(pod)}" (pod is not owner)'


class VolumeCheck:
    """Looks at the claims of pods."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def _claims(self, pod: Obj) -> list[tuple[str, Obj | None]]:
        names = [claim_name(pod, volume) for volume in pod["spec"].get("volumes") or ()]
        return [(name, self._client.get(CLAIMS, namespace_of(pod), name)) for name in names if name]

    def refuse(self, pod: Obj) -> str:
        """Why the pod cannot be placed on any node now; empty when it can."""
        for name, claim in self._claims(pod):
            if claim is None and name in _ephemeral(pod):
                return f'waiting for ephemeral volume controller to create the persistentvolumeclaim "{name}"'
            if claim is None:
                return f'persistentvolumeclaim "{name}" not found'
            if name in _ephemeral(pod) and (why := of_another(pod, claim)):
                return why
            if claim.get("status", {}).get("phase") == "Lost":
                return f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume "{claim["spec"].get("volumeName")}"'
            if deleting(claim):
                return f'persistentvolumeclaim "{name}" is being deleted'
            if not _is_bound(claim) and not self._waits_for_pod(claim):
                return "pod has unbound immediate PersistentVolumeClaims"
        return ""

    def _waits_for_pod(self, claim: Obj) -> bool:
        found = self._class_of(claim)
        return found is not None and found.get("volumeBindingMode") == "WaitForFirstConsumer"

    def _class_of(self, claim: Obj) -> Obj | None:
        name = matching.class_of(claim)
        return self._client.get(matching.CLASSES, "", name) if name else None

    def placement(self, pod: Obj) -> VolumePlacement | None:
        """The rule that keeps a pod where its volumes are; None when they may be anywhere."""
        terms, unbound = [], []
        for _, claim in self._claims(pod):
            if claim is not None and not _is_bound(claim) and (found := self._class_of(claim)) is not None:
                unbound.append(Unbound(claim, found))
            volume = self._client.get("persistentvolumes", "", claim["spec"].get("volumeName", "")) if claim else None
            required = ((volume or {}).get("spec", {}).get("nodeAffinity") or {}).get("required")
            if required:
                terms.append(required)
        taken = self._is_taken(pod)
        if not (terms or taken or unbound):
            return None
        volumes = self._client.list(matching.VOLUMES) if unbound else ()
        return VolumePlacement(terms, unbound, volumes, taken=taken)

    def _is_taken(self, pod: Obj) -> bool:
        """Whether a claim that is for one pod only is another pod's (plugins/volumerestrictions)."""
        for name, claim in self._claims(pod):
            if claim is not None and ALONE in (claim["spec"].get("accessModes") or ()):
                others = self._client.store.list("pods", namespace_of(pod))
                if any(_uses(other, name) for other in others if uid_of(other) != uid_of(pod)):
                    return True
        return False

    def claim(self, pod: Obj, node: str) -> bool:
        """Take volumes on a node for claims that waited for the pod, or ask for new ones; says whether all are bound already."""
        unbound = [claim for _, claim in self._claims(pod) if claim is not None and not _is_bound(claim)]
        for claim in sorted(unbound, key=matching.requested):
            annotations = annotations_of(claim)
            if SELECTED_NODE not in annotations and self._take(claim, node):
                continue
            if annotations.get(SELECTED_NODE) != node:
                changed = with_metadata(claim, annotations={**annotations, SELECTED_NODE: node})
                self._client.update(CLAIMS, changed)
        return not unbound

    def _take(self, claim: Obj, node: str) -> bool:
        """Reserve a free volume for a claim; the volume controller does the rest (component-helpers, GetBindVolumeToClaim)."""
        place = self._client.get("nodes", "", node)
        found = matching.find_volume(claim, self._client.list(matching.VOLUMES), place, delayed=True)
        if found is not None and not matching.is_for(found, claim):
            marked = with_annotations(found, {matching.BOUND_BY_CONTROLLER: "yes"})
            self._client.update(matching.VOLUMES, with_spec(marked, claimRef=reference(claim)))
        return found is not None


def _uses(pod: Obj, claim: str) -> bool:
    """Whether a pod that has a node and has not ended uses a claim."""
    if not pod["spec"].get("nodeName") or pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
        return False
    return any(claim_name(pod, volume) == claim for volume in pod["spec"].get("volumes") or ())


def _is_bound(claim: Obj) -> bool:
    return bool(claim["spec"].get("volumeName")) and claim.get("status", {}).get("phase") == "Bound"

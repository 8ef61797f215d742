"""Makes the claims that pods have templates for in their volumes (pkg/controller/volume/ephemeral/controller.go). The claim
belongs to its pod and goes with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tutor.simulator.controllers.base import Controller, owner_keys
from tutor.simulator.engine import DONE, Result
from tutor.simulator.objects import deleting, name_of, namespace_of, uid_of
from tutor.simulator.scheduler.volumes import CLAIMS, of_another
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster


class EphemeralVolumeController(Controller):
    """Looks at pods with generic ephemeral volumes."""

    name = "ephemeral_volume"
    primary = "pods"
    secondary = (CLAIMS,)

    def affected(self, change: Change) -> Iterable[str]:
        """The pod of a claim that goes."""
        return owner_keys(change, "Pod") if change.type == "DELETED" else ()

    def sync(self, pod: Obj) -> Result:
        """Make the claims that are missing."""
        if not deleting(pod):
            for volume in pod["spec"].get("volumes") or ():
                if volume.get("ephemeral"):
                    self._provide(pod, volume)
        return DONE

    def _provide(self, pod: Obj, volume: Mapping[str, Any]) -> None:
        name = f"{name_of(pod)}-{volume['name']}"
        existing = self.client.get(CLAIMS, namespace_of(pod), name)
        if existing is None:
            self.client.create(CLAIMS, _claim(pod, name, volume["ephemeral"].get("volumeClaimTemplate") or {}))
        elif why := of_another(pod, existing):
            self.events.warning(pod, "FailedBinding", f"ephemeral volume {volume['name']}: {why}", uid=uid_of(pod))


def _claim(pod: Obj, name: str, template: Mapping[str, Any]) -> Obj:
    owner = {"apiVersion": "v1", "kind": "Pod", "name": name_of(pod), "uid": uid_of(pod)}
    metadata = {
        key: value for key, value in (template.get("metadata") or {}).items() if key in ("annotations", "labels")
    }
    metadata |= {"name": name, "namespace": namespace_of(pod)}
    metadata["ownerReferences"] = [{**owner, "controller": True, "blockOwnerDeletion": True}]
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": metadata,
        "spec": template.get("spec") or {},
    }


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (EphemeralVolumeController(cluster),)

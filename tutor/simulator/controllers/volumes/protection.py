"""Claims that pods use and volumes that claims have are not deleted under them, and claims tell whether anybody uses them.

Source: pkg/controller/volume/pvcprotection, pkg/controller/volume/pvprotection.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor.simulator.client import Client
from tutor.simulator.clock import timestamp
from tutor.simulator.controllers.base import Controller
from tutor.simulator.controllers.pods import ENDED, phase
from tutor.simulator.controllers.volumes.matching import CLAIMS, VOLUMES, claim_keys, index_pods_by_claim, users
from tutor.simulator.engine import DONE, Result
from tutor.simulator.objects import deleting, get_condition, set_condition, with_metadata
from tutor.simulator.resources.storage import CLAIM_FINALIZER, VOLUME_FINALIZER
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster


def _drop(client: Client, resource: str, obj: Obj, finalizer: str) -> None:
    left = [name for name in obj["metadata"].get("finalizers") or () if name != finalizer]
    client.update(resource, with_metadata(obj, finalizers=left or None))


class ClaimProtection(Controller):
    """Lets a deleted claim go when no pod with a node uses it."""

    name = "pvc-protection-controller"
    primary = CLAIMS
    secondary = ("pods",)

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        index_pods_by_claim(self.store)

    def affected(self, change: Change) -> Iterable[str]:
        """The claims of a pod that comes, goes or ends."""
        if change.type == "MODIFIED" and change.old is not None and phase(change.old) == phase(change.obj):
            return ()
        return claim_keys(change.obj) if change.obj["spec"].get("volumes") else ()

    def sync(self, claim: Obj) -> Result:
        """Tell whether the claim is in use, or let it go."""
        pods = users(self.store, claim)
        if deleting(claim):
            held = CLAIM_FINALIZER in (claim["metadata"].get("finalizers") or ())
            if held and not any(pod["spec"].get("nodeName") for pod in pods):
                _drop(self.client, CLAIMS, claim, CLAIM_FINALIZER)
        elif claim["status"].get("phase") == "Bound":
            self._tell(claim, any(phase(pod) not in ENDED for pod in pods))
        return DONE

    def _tell(self, claim: Obj, used: bool) -> None:
        known = get_condition(claim["status"], "Unused")
        if known is not None and (known["status"] == "False") == used:
            return
        condition = {
            "type": "Unused",
            "status": str(not used),
            "lastProbeTime": None,
            "lastTransitionTime": timestamp(self.now),
            "reason": "PodUsingPVC" if used else "NoPodsUsingPVC",
            "message": "A pod is currently referencing this PVC"
            if used
            else "No pods are currently referencing this PVC",
        }
        conditions = set_condition(claim["status"].get("conditions") or (), condition)
        self.client.update_status(CLAIMS, claim, {**claim["status"], "conditions": conditions})


class VolumeProtection(Controller):
    """Lets a deleted volume go when no claim is bound to it."""

    name = "pv-protection-controller"
    primary = VOLUMES

    def affected(self, change: Change) -> Iterable[str]:
        """Nothing but volumes is watched."""
        return ()

    def sync(self, volume: Obj) -> Result:
        """Let the volume go if it is not bound."""
        held = VOLUME_FINALIZER in (volume["metadata"].get("finalizers") or ())
        if deleting(volume) and held and volume["status"].get("phase") != "Bound":
            _drop(self.client, VOLUMES, volume, VOLUME_FINALIZER)
        return DONE

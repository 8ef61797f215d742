"""Binds claims to volumes, asks provisioners for new ones, and reclaims what is released.

Source: pkg/controller/volume/persistentvolume/pv_controller.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor.simulator.clock import parse_timestamp
from tutor.simulator.controllers.base import Controller
from tutor.simulator.controllers.pods import ENDED, phase
from tutor.simulator.controllers.volumes.binding import Binder
from tutor.simulator.controllers.volumes.local_path import LocalPathProvisioner
from tutor.simulator.controllers.volumes.matching import (
    BIND_COMPLETED,
    CLAIMS,
    CLASSES,
    NO_PROVISIONER,
    OLD_PROVISIONER,
    PROVISIONED_BY,
    PROVISIONER,
    SELECTED_NODE,
    VOLUMES,
    class_of,
    find_volume,
    index_pods_by_claim,
    is_for,
    mismatch,
    users,
)
from tutor.simulator.controllers.volumes.protection import ClaimProtection, VolumeProtection
from tutor.simulator.engine import DONE, Actor, Result
from tutor.simulator.objects import (
    annotations_of,
    deleting,
    key_of,
    name_of,
    split_key,
    uid_of,
    with_annotations,
    with_spec,
)
from tutor.simulator.resources.storage import default_class
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

RESYNC = 15.0
"""Seconds after which an unbound claim is looked at again."""
_CLAIM, _VOLUME = "claim:", "volume:"


class PersistentVolumeController(Controller):
    """Keys are those of claims and of volumes, with a prefix."""

    name = "persistentvolume-controller"
    primary = CLAIMS
    secondary = (VOLUMES,)

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        index_pods_by_claim(self.store)
        self._binder = Binder(self.client)

    def observe(self, change: Change) -> Iterable[str]:
        """The claim or volume, and the other side. Its own writes are complete and need no second look."""
        if change.actor == self.name and change.type != "DELETED":
            return ()
        if change.resource == CLAIMS:
            volume = change.obj["spec"].get("volumeName")
            return [_CLAIM + key_of(change.obj), *([_VOLUME + volume] if volume else [])]
        claim = change.obj["spec"].get("claimRef")
        keys = [_VOLUME + name_of(change.obj)]
        return [*keys, f"{_CLAIM}{claim.get('namespace', '')}/{claim['name']}"] if claim else keys

    def resync(self) -> Iterable[str]:
        """Everything."""
        yield from (_CLAIM + key_of(claim) for claim in self.store.list(CLAIMS))
        yield from (_VOLUME + name_of(volume) for volume in self.store.list(VOLUMES))

    def reconcile(self, key: str) -> Result:
        """Look at a claim or a volume."""
        if key.startswith(_VOLUME):
            volume = self.client.get(VOLUMES, "", key.removeprefix(_VOLUME))
            return DONE if volume is None else self._look_at_volume(volume)
        claim = self.client.get(CLAIMS, *split_key(key.removeprefix(_CLAIM)))
        if claim is None or deleting(claim):
            return DONE
        if BIND_COMPLETED in annotations_of(claim):
            self._look_at_bound(claim)
            return DONE
        bound = self._find_for(claim) if claim["spec"].get("volumeName") else self._find_any(claim)
        return DONE if bound else Result(RESYNC, housekeeping=True)

    # -- claims

    def _look_at_bound(self, claim: Obj) -> None:
        """A claim that has had a volume: it is lost with it."""
        volume = self.client.get(VOLUMES, "", claim["spec"].get("volumeName", ""))
        if volume is None:
            self._lose(claim, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!")
        elif volume["spec"].get("claimRef") and volume["spec"]["claimRef"].get("uid") != uid_of(claim):
            text = "Two claims are bound to the same volume, this one is bound incorrectly"
            self._lose(claim, "ClaimMisbound", text)
        else:
            self._binder.bind(volume, claim)

    def _lose(self, claim: Obj, reason: str, message: str) -> None:
        if claim["status"].get("phase") != "Lost":
            claim = self._binder.set_claim_phase(claim, "Lost")
            self.events.warning(claim, reason, message)

    def _find_for(self, claim: Obj) -> bool:
        """Bind a claim that names its volume, if that is possible."""
        volume = self.client.get(VOLUMES, "", claim["spec"]["volumeName"])
        if volume is None:
            return False
        if not volume["spec"].get("claimRef"):
            problem = mismatch(volume, claim)
            if problem:
                text = f'Cannot bind to requested volume "{name_of(volume)}": {problem}'
                self.events.warning(claim, "VolumeMismatch", text)
                return False
        elif not is_for(volume, claim):
            text = f'volume "{name_of(volume)}" already bound to a different claim.'
            self.events.warning(claim, "FailedBinding", text)
            return False
        self._binder.bind(volume, claim)
        return True

    def _find_any(self, claim: Obj) -> bool:
        """Bind a claim to the best volume there is, or see to it that there will be one."""
        class_name = class_of(claim)
        found = self.client.get(CLASSES, "", class_name) if class_name else None
        delayed = found is not None and found.get("volumeBindingMode") == "WaitForFirstConsumer"
        node = self.client.get("nodes", "", annotations_of(claim).get(SELECTED_NODE, ""))
        volume = find_volume(claim, self.store.list(VOLUMES), node, delayed=delayed)
        if volume is not None:
            self._binder.bind(volume, claim)
            return True
        if self._gets_default_class(claim):
            return False
        if delayed and node is None:
            self._tell_waiting(claim)
        elif class_name:
            self._provision(claim, class_name, found)
        else:
            text = "no persistent volumes available for this claim and no storage class is set"
            self.events.normal(claim, "FailedBinding", text)
        return False

    def _gets_default_class(self, claim: Obj) -> bool:
        """A claim without any class gets the default one as soon as there is one; "" means that it wants none."""
        if class_of(claim) or claim["spec"].get("storageClassName") is not None:
            return False
        chosen = default_class(self.store.list(CLASSES))
        if chosen is None:
            return False
        claim = self.client.update(CLAIMS, with_spec(claim, storageClassName=name_of(chosen)))
        self._find_any(claim)
        return True

    def _tell_waiting(self, claim: Obj) -> None:
        there = [pod for pod in users(self.store, claim) if not self._came_after(pod, claim)]
        waiting = [pod for pod in there if phase(pod) not in ENDED and "nodeName" not in pod["spec"]]
        names = ",".join(sorted(name_of(pod) for pod in waiting))
        if waiting:
            text = f"waiting for pod{'s' if len(waiting) > 1 else ''} {names} to be scheduled"
            self.events.normal(claim, "WaitForPodScheduled", text)
        else:
            text = "waiting for first consumer to be created before binding"
            self.events.normal(claim, "WaitForFirstConsumer", text)

    def _came_after(self, pod: Obj, claim: Obj) -> bool:
        """Whether a pod is newer than a claim that is only just there. The real controller is told of a claim at once, and so looks
        at that of a StatefulSet before there is its pod, which here the same look of the StatefulSet's controller makes."""
        just_made = parse_timestamp(claim["metadata"]["creationTimestamp"]) == int(self.client.now)
        return just_made and int(pod["metadata"]["resourceVersion"]) > int(claim["metadata"]["resourceVersion"])

    def _provision(self, claim: Obj, class_name: str, found: Obj | None) -> None:
        if found is None:
            text = f'storageclass.storage.k8s.io "{class_name}" not found'
            self.events.warning(claim, "ProvisioningFailed", text)
            return
        provisioner = found["provisioner"]
        if provisioner != NO_PROVISIONER:
            marks = {PROVISIONER: provisioner, OLD_PROVISIONER: provisioner}
            if annotations_of(claim).get(PROVISIONER) != provisioner:
                claim = self.client.update(CLAIMS, with_annotations(claim, marks))
        text = (
            f"Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the system "
            "administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered."
        )
        self.events.normal(claim, "ExternalProvisioning", text)

    # -- volumes

    def _look_at_volume(self, volume: Obj) -> Result:
        reference = volume["spec"].get("claimRef")
        if not reference or not reference.get("uid"):
            self._binder.set_phase(volume, "Available")
            return DONE
        claim = self.client.get(CLAIMS, reference.get("namespace", ""), reference["name"])
        if claim is None or uid_of(claim) != reference["uid"]:
            self._release(volume)
        elif claim["spec"].get("volumeName") == name_of(volume):
            self._binder.set_phase(volume, "Bound")
        elif claim["spec"].get("volumeName"):
            if PROVISIONED_BY in annotations_of(volume) and volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete":
                self._release(volume)
            else:
                self._binder.unbind(volume)
        elif volume["spec"].get("volumeMode") != claim["spec"].get("volumeMode"):
            text = f'PersistentVolume "{name_of(volume)}" to requested PersistentVolumeClaim due to incompatible volumeMode.'
            self.events.warning(claim, "VolumeMismatch", f"Cannot bind {text}")
        return DONE

    def _release(self, volume: Obj) -> None:
        if volume["status"].get("phase") not in ("Released", "Failed"):
            volume = self._binder.set_phase(volume, "Released")
        policy = volume["spec"]["persistentVolumeReclaimPolicy"]
        if policy == "Delete" and PROVISIONED_BY not in annotations_of(volume):
            self._delete(volume)
        elif policy == "Recycle":
            self._fail(volume, "VolumeFailedRecycle", "No recycler plugin found for the volume!")

    def _delete(self, volume: Obj) -> None:
        """Only directories in /tmp can be deleted without a provisioner."""
        path = (volume["spec"].get("hostPath") or {}).get("path")
        if path is None:
            text = f'error getting deleter volume plugin for volume "{name_of(volume)}": no deletable volume plugin matched'
            self._fail(volume, "VolumeFailedDelete", text)
        elif not path.startswith("/tmp/"):
            text = f"host_path deleter only supports /tmp/.+ but received provided {path}"
            self._fail(volume, "VolumeFailedDelete", text)
        else:
            self.client.delete(VOLUMES, "", name_of(volume))

    def _fail(self, volume: Obj, reason: str, message: str) -> None:
        if volume["status"].get("phase") != "Failed":
            volume = self._binder.set_phase(volume, "Failed", message)
            self.events.warning(volume, reason, message)


def actors(cluster: SimulatedCluster) -> Iterable[Actor]:
    """The binder, the two protections and the provisioner of the default class."""
    return (
        PersistentVolumeController(cluster),
        ClaimProtection(cluster),
        VolumeProtection(cluster),
        LocalPathProvisioner(cluster),
    )

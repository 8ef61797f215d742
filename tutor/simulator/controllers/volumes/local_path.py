"""The provisioner of the default StorageClass: a directory on the node of the pod that comes first (rancher/local-path-provisioner).

On a real cluster it is a Deployment that starts a helper pod for every volume; here the seconds that takes are all that is left of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.simulator.controllers.base import Controller
from tutor.simulator.controllers.volumes.matching import (
    CLAIMS,
    CLASSES,
    PROVISIONED_BY,
    PROVISIONER,
    SELECTED_NODE,
    VOLUMES,
    class_of,
)
from tutor.simulator.engine import DONE, Result
from tutor.simulator.events import EventRecorder, reference
from tutor.simulator.objects import (
    annotations_of,
    deleting,
    key_of,
    labels_of,
    name_of,
    namespace_of,
    split_key,
    uid_of,
)
from tutor.simulator.quantity import canonical
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

DRIVER = "rancher.io/local-path"
FOLDER = "/var/local-path-provisioner"
SECONDS = 3.0
"""What making or removing a directory on a node takes."""
RETRY = 15.0
_CLAIM, _VOLUME = "claim:", "volume:"
_ONE_NODE = {"ReadWriteOnce", "ReadWriteOncePod"}


class LocalPathProvisioner(Controller):
    """Keys are those of claims and volumes, with a prefix. It remembers when it began what."""

    name = "local-path-provisioner"
    primary = CLAIMS
    secondary = (VOLUMES,)

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        self.events = EventRecorder(self.client, f"{DRIVER}_{self.name}")
        self._began: dict[str, float] = {}

    def observe(self, change: Change) -> Iterable[str]:
        """Claims that wait for this provisioner, and its volumes when they are released."""
        annotations = annotations_of(change.obj)
        if change.resource == CLAIMS:
            return (_CLAIM + key_of(change.obj),) if annotations.get(PROVISIONER) == DRIVER else ()
        return (_VOLUME + name_of(change.obj),) if annotations.get(PROVISIONED_BY) == DRIVER else ()

    def resync(self) -> Iterable[str]:
        """All of them."""
        yield from (_CLAIM + key_of(claim) for claim in self.store.list(CLAIMS))
        yield from (_VOLUME + name_of(volume) for volume in self.store.list(VOLUMES))

    def reconcile(self, key: str) -> Result:
        """Make a volume for a claim, or remove one."""
        if key.startswith(_CLAIM):
            claim = self.client.get(CLAIMS, *split_key(key.removeprefix(_CLAIM)))
            if claim is not None and not deleting(claim) and annotations_of(claim).get(PROVISIONER) == DRIVER:
                return self._provision(key, claim)
        else:
            volume = self.client.get(VOLUMES, "", key.removeprefix(_VOLUME))
            if volume is not None and _is_done_with(volume):
                return self._remove(key, volume)
        self._began.pop(key, None)
        return DONE

    def _provision(self, key: str, claim: Obj) -> Result:
        name = f"pvc-{uid_of(claim)}"
        if claim["spec"].get("volumeName") or self.client.get(VOLUMES, "", name) is not None:
            self._began.pop(key, None)
            return DONE
        if key not in self._began:
            self._began[key] = self.now
            text = f'External provisioner is provisioning volume for claim "{namespace_of(claim)}/{name_of(claim)}"'
            self.events.normal(claim, "Provisioning", text)
            problem = self._problem(claim)
            if problem:
                del self._began[key]
                text = f'failed to provision volume with StorageClass "{class_of(claim)}": {problem}'
                self.events.warning(claim, "ProvisioningFailed", text)
                return Result(RETRY, housekeeping=True)
        left = self._began[key] + SECONDS - self.now
        if left > 0:
            return Result(left)
        del self._began[key]
        self.client.create(VOLUMES, self._new_volume(claim, name))
        self.events.normal(claim, "ProvisioningSucceeded", f"Successfully provisioned volume {name}")
        return DONE

    def _problem(self, claim: Obj) -> str:
        if not set(claim["spec"]["accessModes"]) <= _ONE_NODE:
            return "NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes"
        if SELECTED_NODE not in annotations_of(claim):
            return "configuration error, no node was specified"
        return ""

    def _new_volume(self, claim: Obj, name: str) -> Obj:
        storage_class = self.client.get(CLASSES, "", class_of(claim)) or {}
        node_name = annotations_of(claim)[SELECTED_NODE]
        node = self.client.get("nodes", "", node_name)
        hostname = labels_of(node).get("kubernetes.io/hostname", node_name) if node else node_name
        term = {"key": "kubernetes.io/hostname", "operator": "In", "values": [hostname]}
        folder = f"{FOLDER}/{name}_{namespace_of(claim)}_{name_of(claim)}"
        annotations = {"local.path.provisioner/selected-node": node_name, PROVISIONED_BY: DRIVER}
        spec: dict[str, Any] = {
            "accessModes": list(claim["spec"]["accessModes"]),
            "capacity": {"storage": canonical(claim["spec"]["resources"]["requests"]["storage"])},
            "claimRef": reference(claim),
            "hostPath": {"path": folder, "type": "DirectoryOrCreate"},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [term]}]}},
            "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy", "Delete"),
            "storageClassName": class_of(claim),
            "volumeMode": claim["spec"].get("volumeMode", "Filesystem"),
        }
        metadata = {"name": name, "annotations": annotations}
        return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": spec}

    def _remove(self, key: str, volume: Obj) -> Result:
        left = self._began.setdefault(key, self.now) + SECONDS - self.now
        if left > 0:
            return Result(left)
        del self._began[key]
        self.client.delete(VOLUMES, "", name_of(volume))
        return DONE

    def save(self) -> Any:
        """What is under way."""
        return tuple(self._began.items())

    def load(self, state: Any) -> None:
        """Go back to what was saved."""
        self._began = dict(state or ())


def _is_done_with(volume: Obj) -> bool:
    if deleting(volume) or volume["status"].get("phase") != "Released":
        return False
    return bool(volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete")

"""Volumes follow the ConfigMaps and Secrets they show, and the pod's own labels, some time after these have changed.

Source: pkg/kubelet/volumemanager (MarkRemountRequired); pkg/volume/util/operationexecutor for the tries that fail.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor.simulator.client import Client
from tutor.simulator.engine import DONE, Result
from tutor.simulator.kubelet.volumes import Mounter, referenced
from tutor.simulator.objects import key_of, namespace_of, split_key, uid_of
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.kubelet.kubelet import Kubelet

KEY = "refresh|"
"""What the kubelet's keys for volumes to bring up to date begin with; node, pod and the moment of the change follow."""
BY_SOURCE = "volume-source"
"""Index: pods by the ConfigMaps and Secrets their volumes show, as "namespace/configmaps/NAME"."""
RETRY_SECONDS = 122.0
"""The longest between two tries to set up a volume (pkg/volume/util/operationexecutor, exponential back-off)."""
REFRESH_SECONDS = 45.0
"""How long a change of a ConfigMap takes to appear in volumes; up to one sync period and a cache's age on a real node."""


def _sources(pod: Obj) -> Iterable[str]:
    return [f"{namespace_of(pod)}/{name}" for name in referenced(pod)] if pod["spec"].get("nodeName") else ()


def _shows_differently(change: Change) -> bool:
    """Whether volumes have to be filled anew because the pod's own labels or annotations have changed. Any update of a pod
    makes the kubelet look at its volumes again."""
    if change.type != "MODIFIED" or change.old is None or not change.obj["spec"].get("volumes"):
        return False
    new, old = change.obj["metadata"], change.old["metadata"]
    return any(new.get(field) != old.get(field) for field in ("labels", "annotations"))


class VolumeRefresh:
    """Brings the volumes of pods up to date."""

    def __init__(self, kubelet: Kubelet, client: Client, mounter: Mounter) -> None:
        self._kubelet = kubelet
        self._client = client
        self._mounter = mounter
        client.store.add_index("pods", BY_SOURCE, _sources)

    def pod_keys(self, change: Change, key: str) -> Iterable[str]:
        """The key to look at, at once, after a change of a pod that its own volumes show."""
        return (f"{KEY}{key}|-inf",) if _shows_differently(change) else ()

    def source_keys(self, change: Change) -> Iterable[str]:
        """The keys to look at after a change of a ConfigMap or Secret."""
        if change.obj["metadata"]["name"] == "kube-root-ca.crt":
            return ()
        source = f"{namespace_of(change.obj)}/{change.resource}/{change.obj['metadata']['name']}"
        pods = self._client.store.by_index("pods", BY_SOURCE, source)
        return [f"{KEY}{pod['spec']['nodeName']}|{key_of(pod)}|{self._client.now}" for pod in pods]

    def refresh(self, key: str) -> Result:
        """Bring volumes up to date, some time after what they show has changed."""
        _, node_name, pod_key, since = key.split("|")
        wait = float(since) + REFRESH_SECONDS - self._client.now
        if wait > 0:
            return Result(wait)
        pod = self._client.get("pods", *split_key(pod_key))
        node = self._client.get("nodes", "", node_name)
        record = self._kubelet.records.get(f"{node_name}|{pod_key}")
        if pod is None or node is None or record is None or not self._kubelet.is_running(node_name):
            return DONE
        problems = self._mounter.refresh(pod, node) if record.mounted else []
        for problem in problems:
            self._kubelet.recorder(node_name).warning(pod, "FailedMount", problem, uid=uid_of(pod))
        return Result(RETRY_SECONDS, housekeeping=True) if problems and record.stage == "running" else DONE

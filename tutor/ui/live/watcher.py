"""Watching a namespace through the `kubernetes` client, one thread a kind, as long as an exercise is open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tutor.ui.live.state import ClusterState
from tutor.ui.live.timeline import Timeline
from tutor.ui.live.watched import WatchedHistory

RETRY_SECONDS = 1.0
"""Pause before a watch that broke off is begun again."""
WATCH_SECONDS = 300
"""The server is asked to end a watch after this time; it is then begun anew."""

KINDS: dict[str, tuple[str, str]] = {
    "Deployment": ("AppsV1Api", "list_namespaced_deployment"),
    "ReplicaSet": ("AppsV1Api", "list_namespaced_replica_set"),
    "Pod": ("CoreV1Api", "list_namespaced_pod"),
    "Service": ("CoreV1Api", "list_namespaced_service"),
    "EndpointSlice": ("DiscoveryV1Api", "list_namespaced_endpoint_slice"),
    "Ingress": ("NetworkingV1Api", "list_namespaced_ingress"),
    "HorizontalPodAutoscaler": ("AutoscalingV2Api", "list_namespaced_horizontal_pod_autoscaler"),
    "StatefulSet": ("AppsV1Api", "list_namespaced_stateful_set"),
    "DaemonSet": ("AppsV1Api", "list_namespaced_daemon_set"),
    "Job": ("BatchV1Api", "list_namespaced_job"),
    "PersistentVolumeClaim": ("CoreV1Api", "list_namespaced_persistent_volume_claim"),
    "ConfigMap": ("CoreV1Api", "list_namespaced_config_map"),
    "Secret": ("CoreV1Api", "list_namespaced_secret"),
    "Event": ("CoreV1Api", "list_namespaced_event"),
    "Node": ("CoreV1Api", "list_node"),
}
"""How the objects of each kind are listed: the client's class and method."""


class Watcher:
    """Keeps a ClusterState and a Timeline up to date until it is stopped. `changed` is called from its threads."""

    def __init__(
        self, kubeconfig: Path, namespace: str, state: ClusterState, timeline: Timeline, changed: Callable[[], None]
    ) -> None:
        self._kubeconfig = kubeconfig
        self._namespace = namespace
        self._state = state
        self._timeline = timeline
        self._changed = changed
        self.history: WatchedHistory | None = None
        """Where changes are written down, if the cluster itself has no history."""
        self.retry_seconds = RETRY_SECONDS
        self._stopped = threading.Event()
        self._watches: list[Any] = []
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin watching. Loads the client, which takes a moment: call it from a worker thread."""
        from kubernetes import client, config, watch

        api_client = config.new_client_from_config(str(self._kubeconfig))
        for kind, (api, method) in KINDS.items():
            listing = getattr(getattr(client, api)(api_client), method)
            name = f"watch-{kind.lower()}"
            threading.Thread(target=self.watch, args=(kind, listing, watch.Watch), daemon=True, name=name).start()

    def stop(self) -> None:
        """End all watches. Does not wait for their threads."""
        self._stopped.set()
        with self._lock:
            watches, self._watches = self._watches, []
        for one in watches:
            with suppress(Exception):  # the connection may be gone already, which is what is wanted
                one.stop()

    def watch(self, kind: str, listing: Callable[..., Any], make_watch: Callable[[], Any]) -> None:
        """Watch one kind until stopped; a watch that breaks off is begun again. What was there stays on the picture until somebody
        answers again. Runs in a thread of its own."""
        answered = True
        while not self._stopped.is_set():
            try:
                if answered:
                    self._state.restart(kind)
                for event in self._events(kind, listing, make_watch):
                    if not answered:
                        self._state.restart(kind)
                    answered = True
                    self._take(kind, str(event["type"]), event["object"])
                answered = True
            except Exception as error:  # whatever went wrong, the pane says so and the watch is tried again
                if self._stopped.is_set() or getattr(error, "status", None) in (403, 404):
                    return  # stopped, or this cluster does not serve the kind to us
                answered = False
                self._state.problem = f"{_why(error)} Trying again."
                self._changed()
                self._stopped.wait(self.retry_seconds)

    def _events(self, kind: str, listing: Callable[..., Any], make_watch: Callable[[], Any]) -> Iterator[Any]:
        one = make_watch()
        with self._lock:
            self._watches.append(one)
        place = () if kind == "Node" else (self._namespace,)
        try:
            yield from one.stream(listing, *place, deserialize=False, timeout_seconds=WATCH_SECONDS)
        finally:
            with self._lock, suppress(ValueError):
                self._watches.remove(one)

    def _take(self, kind: str, event_type: str, obj: dict[str, Any]) -> None:
        if self._stopped.is_set():
            return
        self._state.problem = None
        if self.history is not None:
            self.history.take(event_type, obj)
        if kind == "Event":
            if event_type != "DELETED":
                self._timeline.event(obj)
        else:
            self._state.apply(kind, event_type, obj)
        self._changed()


def _why(error: Exception) -> str:
    """A sentence on why a cluster cannot be watched."""
    if getattr(error, "status", None) == 504:
        return "The API server cannot reach what it keeps its objects in: etcd does not answer."
    if "Connection refused" in str(error):
        return "The API server does not run: connections to it are refused."
    return "The cluster does not answer."

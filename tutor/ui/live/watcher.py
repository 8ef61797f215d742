"""Watching a namespace, one thread a kind, as long as an exercise is open.

Through grading's API and not through the classes that the official client has for each group: importing those takes more than a
second and 50 MB, for objects that are wanted as plain JSON anyway.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.grading.paths import collection
from tutor.manifests.kinds import API_VERSIONS
from tutor.ui.live.state import ClusterState
from tutor.ui.live.timeline import Timeline
from tutor.ui.live.watched import WatchedHistory

if TYPE_CHECKING:
    from tutor.grading.api import ApiSource, Stream

RETRY_SECONDS = 1.0
"""Pause before a watch that broke off is begun again."""

KINDS = (
    "Deployment",
    "ReplicaSet",
    "Pod",
    "Service",
    "EndpointSlice",
    "Ingress",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "PersistentVolumeClaim",
    "ConfigMap",
    "Secret",
    "Event",
    "Node",
)
"""What is watched."""


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
        self._source: ApiSource | None = None
        self._streams: set[Stream] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin watching. Loads the client, which takes a moment: call it from a worker thread."""
        from tutor.grading.api import ApiSource

        source = self._source = ApiSource(self._kubeconfig)
        for kind in KINDS:
            path = collection(source.get, API_VERSIONS[kind], kind, self._namespace)
            if path is not None:
                self._watch_beside(kind, partial(source.watch, path))

    def _watch_beside(self, kind: str, begin: Callable[[], Stream]) -> None:
        threading.Thread(target=self.watch, args=(kind, begin), daemon=True, name=f"watch-{kind.lower()}").start()

    def stop(self) -> None:
        """End all watches. Does not wait for their threads."""
        self._stopped.set()
        with self._lock:
            streams, self._streams = self._streams, set()
        for stream in streams:
            stream.close()
        if self._source is not None:
            self._source.close()

    def watch(self, kind: str, begin: Callable[[], Stream]) -> None:
        """Watch one kind until stopped; `begin` opens a watch, also after one has broken off. What was there stays on the picture
        until somebody answers again. Runs in a thread of its own."""
        answered = True
        while not self._stopped.is_set():
            try:
                if answered:
                    self._state.restart(kind)
                for event in self._events(begin):
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

    def _events(self, begin: Callable[[], Stream]) -> Iterator[dict[str, Any]]:
        """The events of one watch: one JSON object a line, however the lines are cut into pieces."""
        stream = begin()
        with self._lock:
            self._streams.add(stream)
        try:
            rest = b""
            for piece in stream.pieces():
                *lines, rest = (rest + piece).split(b"\n")
                yield from (_event(line) for line in lines if line)
        finally:
            with self._lock:
                self._streams.discard(stream)
            stream.close()

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


def _event(line: bytes) -> dict[str, Any]:
    """A watch event. Unreachable for one that says why the watch is over."""
    from tutor.grading.api import Unreachable

    event: dict[str, Any] = json.loads(line)
    if event["type"] == "ERROR":
        raise Unreachable(str(event["object"].get("message")), event["object"].get("code"))
    return event


def _why(error: Exception) -> str:
    """A sentence on why a cluster cannot be watched."""
    if getattr(error, "status", None) == 504:
        return "The API server cannot reach what it keeps its objects in: etcd does not answer."
    if "connection refused" in str(error).lower():
        return "The API server does not run: connections to it are refused."
    return "The cluster does not answer."

"""The live view: states in words, rows, the timeline, and watching."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.doubles import event, objects, owned, pod
from tutor.clusters import open_cluster
from tutor.grading.api import Unreachable
from tutor.ui.live.rows import Row, rows
from tutor.ui.live.state import ClusterState
from tutor.ui.live.timeline import MAX_ENTRIES, Timeline
from tutor.ui.live.watcher import Watcher
from tutor.ui.live.words import pod_state
from tutor.ui.widgets.exercise.timeline import entry_lines, who_width


def filled(extra: list[tuple[str, dict[str, Any]]] | None = None) -> ClusterState:
    """A state with the usual objects and some more."""
    state = ClusterState()
    for kind, obj in [*objects(), *(extra or [])]:
        state.apply(kind, "ADDED", obj)
    return state


def texts(found: list[Row]) -> list[str]:
    """Rows as plain lines."""
    return ["  " * row.depth + " ".join(filter(None, [row.mark, row.title, row.text])) for row in found]


@pytest.mark.parametrize(
    ("waiting", "word", "trouble"),
    [
        ("ContainerCreating", "ContainerCreating", False),
        ("CrashLoopBackOff", "CrashLoopBackOff", True),
        ("ImagePullBackOff", "ImagePullBackOff", True),
    ],
)
def test_a_waiting_container_names_the_state_of_its_pod(waiting: str, word: str, trouble: bool) -> None:
    state = pod_state(pod("a", "rs", "node-1", ready=False, waiting=waiting))
    assert (state.word, state.trouble, state.ready) == (word, trouble, False)


def test_a_running_pod_that_is_not_ready_says_so() -> None:
    state = pod_state(pod("a", "rs", "node-1", ready=False))
    assert state.word == "Running, not ready"
    assert state.mark == "◌"


def test_a_pod_being_deleted_is_terminating() -> None:
    leaving = pod("a", "rs", "node-1")
    leaving["metadata"]["deletionTimestamp"] = "2030-01-01T00:00:00Z"
    assert pod_state(leaving).word == "Terminating"


def test_a_pod_that_fits_nowhere_says_so() -> None:
    status = {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False"}]}
    assert pod_state({"metadata": {"name": "a"}, "status": status}).word == "Pending, no node fits"


def test_rows_stand_below_what_owns_them() -> None:
    assert texts(rows(filled())) == [
        "Deployment web-app 1 of 1 ready, 1 up to date",
        "  ReplicaSet web-app-6f9c 1 of 1 ready, web-app:v2.1.0",
        "    ● Pod web-app-6f9c-x2x4p Running, on node-1",
        "Service web selects app=web-app: 1 of 1 Pods ready",
        "Node node-1 ready, 1 Pod of this namespace",
    ]


def test_old_replica_sets_are_named_while_they_have_pods_and_counted_afterwards() -> None:
    old = {"metadata": owned("web-app-old", "old", "deploy"), "spec": {"replicas": 1, "template": {}}, "status": {}}
    found = texts(rows(filled([("ReplicaSet", old), ("Pod", pod("web-app-old-1", "old", "node-1"))])))
    assert "  ReplicaSet web-app-old old, 0 of 1 ready, " in found
    idle = {**old, "spec": {"replicas": 0, "template": {}}}
    assert "  1 old ReplicaSet kept for rolling back, no Pods" in texts(rows(filled([("ReplicaSet", idle)])))


def test_pods_without_an_owner_and_services_without_pods_are_shown() -> None:
    lonely = {"metadata": {"name": "lonely", "uid": "lonely"}, "status": {"phase": "Pending"}}
    service = {"metadata": {"name": "api"}, "spec": {"selector": {"app": "api"}}}
    found = texts(rows(filled([("Pod", lonely), ("Service", service)])))
    assert "◌ Pod lonely Pending" in found
    assert "Service api selects app=api: no Pods match" in found


def test_deleted_objects_go_and_a_new_watch_begins_empty() -> None:
    state = filled()
    state.apply("Service", "DELETED", {"metadata": {"name": "web"}})
    assert not any("Service" in text for text in texts(rows(state)))
    state.restart("Pod")
    assert state.all("Pod") == []


def test_two_hundred_rows_are_made_in_time() -> None:
    state = filled([("Pod", pod(f"web-app-6f9c-{number:03}", "rs", "node-1")) for number in range(200)])
    start = time.perf_counter()
    assert len(rows(state)) > 200
    assert time.perf_counter() - start < 0.05


def test_the_timeline_tells_repeated_events_once_and_stays_bounded() -> None:
    now = [10.0]
    timeline = Timeline(clock=lambda: now[0])
    timeline.note("you", "kubectl get pods")
    now[0] = 12.5
    timeline.event(event("Back-off restarting failed container", "kubelet", "Warning"))
    timeline.event({**event("Back-off restarting failed container", "kubelet", "Warning"), "count": 3})
    assert [(entry.at, entry.who) for entry in timeline.entries()] == [(0.0, "you"), (2.5, "kubelet")]
    assert timeline.entries()[1].text.endswith("(3 times)")
    assert timeline.entries()[1].warning
    for number in range(MAX_ENTRIES + 10):
        timeline.note("you", f"command {number}")
    assert len(timeline.entries()) == MAX_ENTRIES


def test_what_was_there_before_the_first_command_is_put_in_order() -> None:
    timeline = Timeline(clock=lambda: 0.0)
    for second in ("02", "01", "03"):
        timeline.event({**event(f"event {second}", "kubelet"), "lastTimestamp": f"2030-01-01T00:00:{second}Z"})
    timeline.note("you", "kubectl get pods")
    timeline.event({**event("late", "kubelet"), "lastTimestamp": "2030-01-01T00:00:00Z"})
    assert [entry.text.split(": ")[-1] for entry in timeline.entries()] == [
        "event 01",
        "event 02",
        "event 03",
        "kubectl get pods",
        "late",
    ]


class FakeStream:
    """A watch that plays a list of events and then waits to be closed; an exception among them breaks it off."""

    def __init__(self, play: list[dict[str, Any] | Exception]) -> None:
        self._play = play
        self._closed = threading.Event()

    def pieces(self) -> Iterator[bytes]:
        """Each event in two pieces, as a network may cut them."""
        for item in self._play:
            if isinstance(item, Exception):
                raise item
            line = json.dumps(item).encode() + b"\n"
            yield line[:5]
            yield line[5:]
        self._closed.wait(5)

    def close(self) -> None:
        self._closed.set()


Play = list[dict[str, Any] | Exception] | Exception


def watch_one_kind(plays: list[Play], until: Callable[[ClusterState], bool]) -> ClusterState:
    """Run the watching of Pods on played events until the state is as wanted."""
    state, reached = ClusterState(), threading.Event()
    watcher = Watcher(Path(), "production", state, Timeline(), lambda: reached.set() if until(state) else None)
    watcher.retry_seconds = 0.001
    feed = iter(plays)

    def begin() -> FakeStream:
        play = next(feed, [])
        if isinstance(play, Exception):
            raise play
        return FakeStream(play)

    thread = threading.Thread(target=watcher.watch, args=("Pod", begin), daemon=True)
    thread.start()
    assert reached.wait(5)
    watcher.stop()
    thread.join(5)
    assert not thread.is_alive()
    return state


def added(name: str) -> dict[str, Any]:
    return {"type": "ADDED", "object": {"metadata": {"name": name}}}


def test_a_watch_fills_the_state() -> None:
    state = watch_one_kind([[added("a"), added("b")]], until=lambda state: len(state.all("Pod")) == 2)
    assert [obj["metadata"]["name"] for obj in state.all("Pod")] == ["a", "b"]


def test_a_watch_that_breaks_off_says_so_and_begins_again() -> None:
    problems: list[str | None] = []

    def until(state: ClusterState) -> bool:
        problems.append(state.problem)
        return bool(state.all("Pod"))

    state = watch_one_kind([ConnectionError("gone"), [added("a")]], until)
    assert "does not answer" in str(problems[0])
    assert state.problem is None


def test_what_was_there_stays_in_the_picture_while_nobody_answers() -> None:
    seen: list[tuple[str | None, int]] = []

    def until(state: ClusterState) -> bool:
        seen.append((state.problem, len(state.all("Pod"))))
        return [obj["metadata"]["name"] for obj in state.all("Pod")] == ["b"]

    refused = ConnectionError("[Errno 111] Connection refused")
    watch_one_kind([[added("a"), refused], refused, [added("b")]], until)
    why = "The API server does not run: connections to it are refused. Trying again."
    assert (why, 1) in seen
    assert seen[-1] == (None, 1)


def test_a_watch_that_has_expired_is_begun_again() -> None:
    expired = {"type": "ERROR", "object": {"kind": "Status", "code": 410, "message": "too old resource version"}}
    state = watch_one_kind(
        [[added("a"), expired], [added("b")]], until=lambda state: state.all("Pod") == [added("b")["object"]]
    )
    assert state.problem is None


def test_a_kind_that_may_not_be_watched_is_left_alone() -> None:
    state = ClusterState()
    watcher = Watcher(Path(), "production", state, Timeline(), lambda: None)

    def begin() -> FakeStream:
        raise Unreachable("the cluster's API refused a watch (status 403)", 403)

    watcher.watch("Secret", begin)
    assert state.problem is None


def test_a_namespace_is_watched_as_the_cluster_has_it() -> None:
    simulated = open_cluster("simulated")
    simulated.start()
    state, timeline, changed = ClusterState(), Timeline(), threading.Event()
    watcher = Watcher(simulated.kubeconfig(), "kube-system", state, timeline, changed.set)
    watcher.start()
    try:
        for _ in range(100):
            if state.all("Pod") and state.all("Node") and state.all("ConfigMap"):
                break
            changed.wait(0.5)
            changed.clear()
        assert {pod["metadata"]["namespace"] for pod in state.all("Pod")} == {"kube-system"}
        assert state.all("Node")[0]["metadata"]["name"]
    finally:
        watcher.stop()
        simulated.stop()


def kubelet_event(message: str, host: str) -> dict[str, Any]:
    found = event(message, "kubelet")
    return {**found, "source": {"component": "kubelet", "host": host}}


def test_the_timeline_names_actors_shortly_and_in_as_little_room_as_they_need() -> None:
    timeline = Timeline(clock=lambda: 0.0)
    timeline.event(event("Scaled up", "deployment-controller"))
    timeline.event(event("Assigned", "default-scheduler"))
    timeline.event(kubelet_event("Started", "node-1"))
    timeline.note("you", "kubectl get pods")
    entries = timeline.entries()
    assert {entry.who for entry in entries} == {"deployment-controller", "scheduler", "kubelet/node-1", "you"}
    for width, names in ((78, 14), (120, 21)):
        assert who_width(entries, width) == names
    (line,) = entry_lines(next(entry for entry in entries if entry.who.startswith("dep")), 78, 14)
    assert line.plain == "  +0.0 s  deployment       Deployment web-app: Scaled up"

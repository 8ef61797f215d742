"""The live pictures and the levers: what they draw, at both sizes, and that a broken part is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.ui.doubles import FakeCluster, FakeServices, objects, pod
from tests.ui.driving import WIDE, on_screen, open_at, press, settle, text_of
from tutor.clusters import ClusterError, Lever
from tutor.ui.live.pictures import nodes_picture, owners_picture, traffic_picture
from tutor.ui.live.rows import autoscaler_text
from tutor.ui.live.state import ClusterState
from tutor.ui.screens.levers import LeversScreen
from tutor.ui.screens.picture import PictureScreen

START = "exercise:run-web"


@dataclass
class FakeLevers:
    """Two levers that only remember how they stand."""

    levers: dict[str, Lever] = field(
        default_factory=lambda: {
            "scheduler-stopped": Lever("scheduler-stopped", "kube-scheduler is stopped: new Pods stay Pending", False),
            "metrics-server": Lever("metrics-server", "measures Pods", True),
        }
    )
    refuses: str = ""

    def faults(self) -> list[Lever]:
        return [self.levers["scheduler-stopped"]]

    def addons(self) -> list[Lever]:
        return [self.levers["metrics-server"]]

    def set_fault(self, name: str, on: bool) -> None:
        if self.refuses:
            raise ClusterError(self.refuses)
        self.levers[name] = replace(self.levers[name], on=on)

    def set_addon(self, name: str, on: bool) -> None:
        self.set_fault(name, on)

    def tidy(self, without: Sequence[str] = ()) -> None:
        raise NotImplementedError

    def save_to(self, path: Path) -> None:
        raise NotImplementedError

    def restore_from(self, path: Path) -> None:
        raise NotImplementedError

    def use_added_images(self) -> None:
        raise NotImplementedError


@pytest.fixture
def levers(services: FakeServices) -> FakeLevers:
    """The levers of the cluster that exercises are played on."""
    found = FakeLevers()
    services.fake_cluster = FakeCluster(levers=found)
    return found


def state_of(*more: tuple[str, dict[str, Any]]) -> ClusterState:
    state = ClusterState()
    for kind, obj in [*objects(), *more]:
        state.apply(kind, "ADDED", obj)
    return state


def plain(lines: list[Any]) -> list[str]:
    return [line.plain.rstrip() for line in lines]


def service_and_ends(*ready: bool) -> list[tuple[str, dict[str, Any]]]:
    names = [f"api-{place}" for place in range(len(ready))]
    ends = [
        {"conditions": {"ready": is_ready}, "targetRef": {"name": name}}
        for name, is_ready in zip(names, ready, strict=True)
    ]
    slice_ = {"metadata": {"name": "api-x", "labels": {"kubernetes.io/service-name": "api"}}, "endpoints": ends}
    spec = {"selector": {"app": "api"}, "ports": [{"port": 80, "targetPort": 8080}]}
    pods = [("Pod", pod(name, "rs2", "node-1", ready=one)) for name, one in zip(names, ready, strict=True)]
    return [("Service", {"metadata": {"name": "api"}, "spec": spec}), ("EndpointSlice", slice_), *pods]


def test_nodes_hold_their_pods_and_pods_without_one_stand_below() -> None:
    pending = {
        "metadata": {"name": "waiting"},
        "spec": {},
        "status": {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False"}]},
    }
    lines = plain(nodes_picture(state_of(("Pod", pending)), 78, faults=()))
    assert "● API server   ● etcd   ● scheduler   ● controller manager" in lines[1]
    box = next(place for place, line in enumerate(lines) if "node-1: ready" in line)
    assert "● web-app-6f9c-x2x4p" in lines[box + 1]
    assert lines[-2:] == ["On no node yet", "  ◌ waiting  Pending, no node fits"]


def test_as_many_nodes_stand_beside_each_other_as_there_is_room_for() -> None:
    node = {"conditions": [{"type": "Ready", "status": "True"}]}
    more = [("Node", {"metadata": {"name": f"node-{number}"}, "status": node}) for number in (2, 3, 4)]
    for width, first_row in ((78, 3), (160, 4), (60, 2), (20, 1)):
        lines = plain(nodes_picture(state_of(*more), width, faults=None))
        assert lines[0].count(": ready") == first_row
        assert all(len(line) <= max(width, 25) for line in lines)


def test_the_control_planes_own_parts_are_drawn_stopped_and_slow() -> None:
    faults = ("api-server-stopped", "etcd-slow", "memory-short/node-1")
    lines = "\n".join(plain(nodes_picture(state_of(), 100, faults=faults)))
    assert "✗ API server: stopped" in lines
    assert "◌ etcd: slow" in lines
    assert "node-1: short of memory" in lines


def test_faults_are_drawn_where_they_are() -> None:
    lines = "\n".join(plain(nodes_picture(state_of(), 100, faults=("scheduler-stopped", "cut-off/node-1"))))
    assert "✗ scheduler: stopped" in lines
    assert "node-1: cut off" in lines


def test_a_tree_of_what_owns_what() -> None:
    scaler = {
        "metadata": {"name": "web-app"},
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web-app"}, "minReplicas": 3, "maxReplicas": 20},
    }
    lines = plain(owners_picture(state_of(("HorizontalPodAutoscaler", scaler)), 100))
    assert lines[0].split() == ["Deployment", "web-app", "1", "of", "1", "ready,", "1", "up", "to", "date"]
    assert lines[1].startswith("│  scaled by web-app: 0 wanted, 3 to 20 allowed")
    assert lines[2].startswith("└─ ReplicaSet web-app-6f9c")
    assert lines[3].startswith("   └─ ● web-app-6f9c-x2x4p")


def test_what_owns_pods_by_itself_is_in_the_tree_too() -> None:
    status = {"readyReplicas": 1}
    stateful = {"metadata": {"name": "db", "uid": "db"}, "spec": {"replicas": 2}, "status": status}
    lines = plain(owners_picture(state_of(("StatefulSet", stateful), ("Pod", pod("db-0", "db", "node-1"))), 100))
    assert [line.split() for line in lines if "db" in line] == [
        ["StatefulSet", "db", "1", "of", "2", "ready"],
        ["└─", "●", "db-0", "Running,", "on", "node-1"],
    ]


def test_requests_reach_ready_pods_only() -> None:
    backend = {"service": {"name": "api"}}
    rule = {"host": "shop.example", "http": {"paths": [{"path": "/", "backend": backend}]}}
    ingress = {"metadata": {"name": "way-in"}, "spec": {"rules": [rule]}}
    lines = plain(traffic_picture(state_of(("Ingress", ingress), *service_and_ends(False, True)), 100))
    start = lines.index("Ingress way-in  shop.example/")
    assert lines[start + 3 : start + 7] == [
        "Service api  ClusterIP  port 80 to 8080",
        "   │ selects app=api",
        "   ├──▶ ● api-1  takes requests",
        "   └╌╌  ◌ api-0  left out: Running, not ready",
    ]


def test_a_service_without_pods_and_an_ingress_without_a_service_say_so() -> None:
    backend = {"service": {"name": "gone"}}
    ingress = {"metadata": {"name": "way-in"}, "spec": {"rules": [{"http": {"paths": [{"backend": backend}]}}]}}
    lines = "\n".join(plain(traffic_picture(state_of(("Ingress", ingress), *service_and_ends()), 100)))
    assert "no Pod has these labels: requests go nowhere" in lines
    assert "any host/ ╌╌ no Service gone here" in lines


def test_an_autoscaler_in_a_line() -> None:
    target = {"type": "Utilization", "averageUtilization": 70}
    spec = {"minReplicas": 3, "maxReplicas": 20, "metrics": [{"resource": {"name": "cpu", "target": target}}]}
    current = [{"resource": {"name": "cpu", "current": {"averageUtilization": 85}}}]
    known = {"spec": spec, "status": {"desiredReplicas": 4, "currentMetrics": current}}
    assert autoscaler_text(known) == "4 wanted, 3 to 20 allowed, cpu 85 % of 70 %"
    assert autoscaler_text({"spec": spec}).endswith("cpu unknown of 70 %")


async def test_one_picture_at_a_time_where_there_is_little_room(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "m")
        on_screen(pilot, PictureScreen)
        assert "node-1: ready" in text_of(pilot)
        await press(pilot, "2")
        assert "└─ ReplicaSet web-app-6f9c" in text_of(pilot)
        await press(pilot, "tab")
        assert "selects app=web-app" in text_of(pilot)
        await press(pilot, "q")
        assert "Reach three ready replicas." in text_of(pilot)


async def test_everything_at_once_and_it_changes_with_the_cluster(services: FakeServices) -> None:
    async with open_at(services, START, size=WIDE) as pilot:
        await press(pilot, "m")
        screen = on_screen(pilot, PictureScreen)
        text = text_of(pilot)
        assert "node-1: ready" in text
        assert "What owns what" in text
        assert "selects app=web-app" in text
        screen.run.state.apply("Pod", "ADDED", pod("web-app-6f9c-new", "rs", "node-1", waiting="ErrImagePull"))
        screen.draw()
        await settle(pilot)
        assert "ErrImagePull" in text_of(pilot)


async def test_breaking_a_part_and_mending_it(services: FakeServices, levers: FakeLevers) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "x")
        on_screen(pilot, LeversScreen)
        assert "○ fine        scheduler-stopped  kube-scheduler is stopped" in text_of(pilot)
        assert "scheduler-stopped: kube-scheduler is stopped: new Pods stay Pending." in text_of(pilot)
        await press(pilot, "enter")
        assert "✗ broken      scheduler-stopped" in text_of(pilot)
        await press(pilot, "down", "enter")
        assert "○ not there   metrics-server" in text_of(pilot)
        await press(pilot, "q")
        assert "! 1 broken" in text_of(pilot)
        await press(pilot, "m")
        assert "✗ scheduler: stopped" in text_of(pilot)
        await press(pilot, "x", "m")
        assert not levers.levers["scheduler-stopped"].on
        levers.refuses = "The cluster is busy"
        await press(pilot, "enter")
        assert "The cluster is busy" in text_of(pilot)


async def test_a_cluster_that_is_not_ours_has_no_levers(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "x")
        assert "Reach three ready replicas." in text_of(pilot)
        await press(pilot, "m", "x")
        assert "control plane" not in text_of(pilot)
        on_screen(pilot, PictureScreen)

"""Containers that get other amounts of CPU and memory while they run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.simulator.kubelet.test_pressure import hog
from tests.simulator.lab import Lab

FOREVER = ["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 1; done"]


OLD = {"requests": {"cpu": "100m", "memory": "64Mi"}}
RESTARTS_FOR_MEMORY = [{"resourceName": "memory", "restartPolicy": "RestartContainer"}]


def resize(lab: Lab, name: str, kind: str = "requests", **changed: str) -> None:
    """Have a pod's first container ask for other amounts."""
    pod = lab.get(name)
    first, *others = pod["spec"]["containers"]
    amounts = {**first["resources"], kind: {**first["resources"][kind], **changed}}
    metadata = {**pod["metadata"], "generation": pod["metadata"]["generation"] + 1}
    spec = {**pod["spec"], "containers": [{**first, "resources": amounts}, *others]}
    lab.client.update("pods", {**pod, "metadata": metadata, "spec": spec})


@pytest.mark.parametrize(("resource", "restarts"), [("memory", 1), ("cpu", 0)])
def test_a_resize_policy_has_the_container_restarted_for_its_resource_alone(resource: str, restarts: int) -> None:
    lab = Lab()
    lab.pod("app", {"command": FOREVER, "resources": OLD, "resizePolicy": RESTARTS_FOR_MEMORY})
    lab.advance(10)
    amount = {"cpu": "200m", "memory": "128Mi"}[resource]
    resize(lab, "app", **{resource: amount})
    lab.advance(45)
    assert lab.status("app")["restartCount"] == restarts
    assert lab.state("app") == "running"
    assert lab.status("app")["resources"] == {"requests": {**OLD["requests"], resource: amount}}
    killed = lab.messages("app", "Killing")
    assert killed == ["Container c resize requires restart"] * restarts


def test_what_is_stopped_to_be_started_again_is_started_even_if_it_ends_well() -> None:
    lab = Lab()
    container = {"command": FOREVER, "resources": OLD, "resizePolicy": RESTARTS_FOR_MEMORY}
    lab.pod("app", container, restartPolicy="OnFailure")
    lab.advance(10)
    resize(lab, "app", memory="128Mi")
    lab.advance(45)
    assert (lab.status("app")["restartCount"], lab.state("app")) == (1, "running")
    assert lab.status("app")["lastState"]["terminated"]["exitCode"] == 0
    assert lab.get("app")["status"]["phase"] == "Running"


# -- room


def crowded(**options: object) -> Lab:
    """A node of two cores: one and a half are taken by "big", a tenth each by "app" and by CoreDNS."""
    lab = Lab(nodes=1, **options)
    lab.pod("big", {"resources": {"requests": {"cpu": "1500m"}}})
    lab.pod("app", {"resources": OLD})
    lab.advance(10)
    return lab


def condition(lab: Lab, name: str, kind: str) -> dict[str, object]:
    """A pod's condition; empty when it has none of that type."""
    found = [c for c in lab.get(name)["status"]["conditions"] if c["type"] == kind]
    return found[0] if found else {}


def test_a_resize_without_room_waits_and_the_container_keeps_what_it_has() -> None:
    lab = crowded()
    resize(lab, "app", cpu="1")
    lab.advance(10)
    pending = condition(lab, "app", "PodResizePending")
    why = "Node didn't have enough resource: cpu, requested: 1000, used: 1600, capacity: 2000"
    assert (pending["status"], pending["reason"], pending["message"]) == ("True", "Deferred", why)
    assert pending["observedGeneration"] == 2
    assert lab.status("app")["resources"] == OLD
    assert lab.status("app")["allocatedResources"] == OLD["requests"]
    assert lab.get("app")["status"]["allocatedResources"] == OLD["requests"]
    containers = '[{"name":"c","resources":{"requests":{"cpu":"1","memory":"64Mi"}}}]'
    text = f'Pod resize OutOfcpu: {{"containers":{containers},"generation":2,"error":"{why}"}}'
    assert lab.messages("app", "ResizeDeferred") == [text]
    assert "ResizeStarted" not in lab.events("app")


def test_a_resize_is_told_of_when_it_begins_and_when_it_is_done() -> None:
    lab = crowded()
    resize(lab, "app", cpu="200m")
    lab.advance(0)
    assert condition(lab, "app", "PodResizeInProgress")["status"] == "True"
    assert lab.status("app")["allocatedResources"]["cpu"] == "200m"
    assert lab.status("app")["resources"] == OLD
    lab.advance(3)
    assert not condition(lab, "app", "PodResizeInProgress")
    assert lab.status("app")["resources"]["requests"]["cpu"] == "200m"
    summary = '{"containers":[{"name":"c","resources":{"requests":{"cpu":"200m","memory":"64Mi"}}}],"generation":2}'
    assert lab.messages("app", "ResizeStarted") == [f"Pod resize started: {summary}"]
    assert lab.messages("app", "ResizeCompleted") == [f"Pod resize completed: {summary}"]


def remove(lab: Lab) -> None:
    lab.client.delete("pods", "default", "big")


def shrink(lab: Lab) -> None:
    resize(lab, "big", cpu="100m")


def finish(lab: Lab) -> None:
    big = lab.get("big")
    lab.client.update_status("pods", big, {**big["status"], "phase": "Succeeded"})


@pytest.mark.parametrize("make_room", [remove, shrink, finish])
def test_a_resize_that_waits_is_taken_as_soon_as_there_is_room(make_room: Callable[[Lab], None]) -> None:
    lab = crowded()
    resize(lab, "app", cpu="1")
    lab.advance(10)
    make_room(lab)
    lab.advance(40)
    assert not condition(lab, "app", "PodResizePending")
    assert lab.status("app")["resources"]["requests"]["cpu"] == "1"
    assert lab.events("app")[-3:] == ["ResizeDeferred", "ResizeStarted", "ResizeCompleted"]


def test_what_nobody_tells_the_kubelet_of_it_finds_within_three_minutes() -> None:
    lab = crowded()
    resize(lab, "app", cpu="1")
    lab.advance(10)
    node = lab.cluster.store.get("nodes", "", "node-1")
    assert node is not None
    status = {**node["status"], "allocatable": {**node["status"]["allocatable"], "cpu": "4"}}
    lab.client.update_status("nodes", node, status)
    lab.advance(100)
    assert lab.status("app")["resources"] == OLD
    lab.advance(90)
    assert lab.status("app")["resources"]["requests"]["cpu"] == "1"


def test_a_pod_that_ends_waits_for_nothing_any_more() -> None:
    lab = crowded()
    lab.pod("short", {"command": ["sleep", "30"], "resources": OLD}, restartPolicy="Never")
    lab.advance(10)
    resize(lab, "short", cpu="1")
    lab.advance(10)
    assert condition(lab, "short", "PodResizePending")["reason"] == "Deferred"
    lab.advance(30)
    remove(lab)
    lab.advance(40)
    assert lab.get("short")["status"]["phase"] == "Succeeded"
    assert not condition(lab, "short", "PodResizePending")
    assert "ResizeStarted" not in lab.events("short")


def test_a_resize_taken_back_leaves_no_trace() -> None:
    lab = crowded()
    resize(lab, "app", cpu="1")
    lab.advance(10)
    resize(lab, "app", cpu="100m")
    lab.advance(10)
    assert not condition(lab, "app", "PodResizePending")
    assert "ResizeStarted" not in lab.events("app")


def test_among_those_that_wait_priority_comes_before_time() -> None:
    lab = crowded()
    body = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "high"}, "value": 1000}
    lab.client.create("priorityclasses.scheduling.k8s.io", body)
    lab.pod("urgent", {"resources": OLD}, priorityClassName="high")
    lab.advance(10)
    resize(lab, "app", cpu="1200m")
    lab.advance(10)
    resize(lab, "urgent", cpu="1200m")
    lab.advance(10)
    remove(lab)
    lab.advance(40)
    assert lab.status("urgent")["resources"]["requests"]["cpu"] == "1200m"
    assert condition(lab, "app", "PodResizePending")["reason"] == "Deferred"


def test_what_waits_still_waits_in_a_cluster_put_back() -> None:
    lab = crowded()
    resize(lab, "app", cpu="1")
    lab.advance(10)
    saved = lab.cluster.save()
    remove(lab)
    lab.advance(40)
    lab.cluster.load(saved)
    assert lab.status("app")["resources"] == OLD
    remove(lab)
    lab.advance(40)
    assert lab.status("app")["resources"]["requests"]["cpu"] == "1"


def test_a_kubelet_that_starts_looks_at_resizes_after_half_a_minute() -> None:
    lab = crowded()
    lab.cluster.runtime.stop_kubelet("node-1")
    resize(lab, "app", cpu="200m")
    lab.advance(10)
    lab.cluster.runtime.start_kubelet("node-1")
    lab.advance(25)
    assert lab.status("app")["resources"] == OLD
    lab.advance(10)
    assert lab.status("app")["resources"]["requests"]["cpu"] == "200m"


def test_a_pod_tells_what_it_needs_with_its_sidecars_and_at_its_start() -> None:
    """What a genuine node says of the same pod."""
    lab = Lab(nodes=1)
    lab.pod(
        "app",
        {"resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}}},
        initContainers=[
            {
                "name": "first",
                "image": "busybox:1.36",
                "command": ["true"],
                "resources": {
                    "requests": {"cpu": "300m", "memory": "10Mi"},
                    "limits": {"cpu": "400m", "memory": "30Mi"},
                },
            },
            {
                "name": "side",
                "image": "busybox:1.36",
                "command": ["sleep", "10000"],
                "restartPolicy": "Always",
                "resources": {"requests": {"cpu": "50m", "memory": "20Mi"}, "limits": {"memory": "40Mi"}},
            },
        ],
    )
    lab.advance(15)
    status = lab.get("app")["status"]
    assert status["allocatedResources"] == {"cpu": "300m", "memory": "84Mi"}
    assert status["resources"] == {
        "limits": {"cpu": "400m", "memory": "168Mi"},
        "requests": {"cpu": "300m", "memory": "84Mi"},
    }


# -- room for pods that have no node


def node_of(lab: Lab, name: str) -> str:
    return str(lab.get(name)["spec"].get("nodeName", ""))


def test_a_pod_without_a_node_gets_the_room_that_a_resize_leaves() -> None:
    lab = crowded()
    lab.pod("new", {"resources": {"requests": {"cpu": "1"}}})
    lab.advance(10)
    assert not node_of(lab, "new")
    shrink(lab)
    lab.advance(10)
    assert node_of(lab, "new") == "node-1"


def test_what_a_container_still_has_is_no_room_for_others() -> None:
    lab = Lab(nodes=1)
    amounts = {"requests": {"cpu": "1500m", "memory": "50Mi"}, "limits": {"memory": "400Mi"}}
    lab.pod("app", {**hog(200), "resources": amounts})
    lab.advance(10)
    resize(lab, "app", "limits", memory="100Mi")  # cannot be done, and neither can what comes with it
    resize(lab, "app", cpu="100m")
    lab.pod("new", {"resources": {"requests": {"cpu": "1"}}})
    lab.advance(10)
    assert lab.status("app")["resources"]["requests"]["cpu"] == "1500m"
    assert not node_of(lab, "new")


# -- limits


def test_a_memory_limit_does_not_shrink_below_what_is_in_use() -> None:
    lab = Lab(nodes=1)
    amounts = {"requests": {"cpu": "100m", "memory": "50Mi"}, "limits": {"memory": "400Mi"}}
    lab.pod("app", {**hog(200), "resources": amounts})
    lab.advance(10)
    resize(lab, "app", "limits", memory="100Mi")
    lab.advance(60)
    progress = condition(lab, "app", "PodResizeInProgress")
    assert (progress["status"], progress["reason"]) == ("True", "Error")
    told = str(progress["message"])
    assert told.startswith(
        "cannot decrease memory limits: [attempting to set pod memory limit (104857600) below current"
    )
    assert 'attempting to set container "c" memory limit (104857600) below current usage (' in told
    assert lab.status("app")["resources"] == amounts
    assert lab.status("app")["restartCount"] == 0
    assert len(lab.messages("app", "ResizeError")) == 1
    resize(lab, "app", "limits", memory="300Mi")
    lab.advance(60)
    assert not condition(lab, "app", "PodResizeInProgress")
    assert lab.status("app")["resources"]["limits"] == {"memory": "300Mi"}
    assert lab.events("app")[-1] == "ResizeCompleted"

"""How pods end when they are deleted."""

from __future__ import annotations

import pytest

from tests.simulator.lab import Lab
from tutor.simulator.clock import timestamp
from tutor.simulator.deletion import DeleteOptions

FOREVER = ["sh", "-c", "sleep 3600"]


@pytest.fixture
def lab() -> Lab:
    return Lab()


def delete(lab: Lab, name: str, grace: int | None = None) -> None:
    lab.client.delete("pods", "default", name, DeleteOptions(grace_seconds=grace))


def test_a_program_that_heeds_sigterm_ends_at_once(lab: Lab) -> None:
    lab.pod("web", {"image": "nginx:1.27"})
    lab.advance(10)
    delete(lab, "web")
    lab.advance(0.05)
    assert lab.get("web")["metadata"]["deletionGracePeriodSeconds"] == 30
    assert lab.messages("web", "Killing") == ["Stopping container c"]
    lab.advance(2)
    assert lab.gone("web")


def test_a_shell_as_process_one_ignores_sigterm_and_is_killed_after_the_grace_period(lab: Lab) -> None:
    lab.pod("box", {"command": FOREVER}, terminationGracePeriodSeconds=5)
    lab.advance(5)
    delete(lab, "box")
    lab.advance(4.5)
    assert lab.state("box") == "running"
    lab.advance(2)
    assert lab.gone("box")


def test_a_trap_lets_a_script_end_well(lab: Lab) -> None:
    script = "trap 'echo bye; exit 0' TERM; while true; do sleep 1; done"
    lab.pod("box", {"command": ["sh", "-c", script]})
    lab.advance(5)
    delete(lab, "box")
    lab.advance(3)
    assert lab.gone("box")


def phases(lab: Lab, name: str, seconds: float) -> list[str]:
    """The phases that others see of a pod while time passes."""
    seen: list[str] = []
    for _ in range(int(seconds / 0.05)):
        pod = lab.client.get("pods", "default", name)
        phase = str(pod["status"]["phase"]) if pod else "gone"
        seen += [] if seen[-1:] == [phase] else [phase]
        lab.advance(0.05)
    return seen


@pytest.mark.parametrize(("image", "end"), [("nginx:1.27", "Succeeded"), ("busybox:1.36", "Failed")])
def test_others_see_how_a_deleted_pod_ended_before_it_is_gone(lab: Lab, image: str, end: str) -> None:
    lab.pod("web", {"image": image, **({} if "nginx" in image else {"command": FOREVER})})
    lab.advance(10)
    delete(lab, "web", 1)
    assert phases(lab, "web", 4) == ["Running", end, "gone"]


def test_a_pod_that_a_finalizer_holds_leaves_nothing_to_do(lab: Lab) -> None:
    lab.pod("web", {"image": "nginx:1.27"})
    lab.advance(10)
    pod = lab.get("web")
    lab.client.update("pods", {**pod, "metadata": {**pod["metadata"], "finalizers": ["example.org/hold"]}})
    delete(lab, "web", 1)
    lab.advance(4)
    held = lab.get("web")
    assert (held["status"]["phase"], held["metadata"]["deletionGracePeriodSeconds"]) == ("Succeeded", 0)
    version = held["metadata"]["resourceVersion"]
    lab.advance(60)
    assert lab.get("web")["metadata"]["resourceVersion"] == version
    lab.client.update("pods", {**held, "metadata": {**held["metadata"], "finalizers": []}})
    assert lab.gone("web")


def test_a_pre_stop_hook_comes_before_sigterm(lab: Lab) -> None:
    lab.pod("web", {"image": "nginx:1.27", "lifecycle": {"preStop": {"sleep": {"seconds": 5}}}})
    lab.advance(10)
    delete(lab, "web")
    lab.advance(4.5)
    assert lab.state("web") == "running"
    lab.advance(2)
    assert lab.gone("web")


def test_a_pod_that_no_node_has_goes_at_once(lab: Lab) -> None:
    lab.pod("big", {"resources": {"requests": {"cpu": "64"}}})
    lab.advance(1)
    delete(lab, "big")
    assert lab.gone("big")


def test_forced_deletion_does_not_wait(lab: Lab) -> None:
    lab.pod("box", {"command": FOREVER})
    lab.advance(5)
    delete(lab, "box", grace=0)
    lab.advance(0.1)
    assert lab.gone("box")
    lab.pod("box", {"command": FOREVER})
    lab.advance(5)
    assert lab.state("box") == "running"


def test_deleting_again_with_less_time_does_not_cut_short_a_stop_that_goes_on(lab: Lab) -> None:
    """Seen on a genuine cluster: a pod deleted with 25 seconds, and two later with one, is gone after 25."""
    lab.pod("box", {"command": FOREVER}, terminationGracePeriodSeconds=25)
    lab.advance(5)
    delete(lab, "box")
    lab.advance(2)
    delete(lab, "box", grace=1)
    lab.advance(22)
    assert lab.state("box") == "running"
    lab.advance(3)
    assert lab.gone("box")


def test_an_endpoint_leaves_its_service_while_it_ends(lab: Lab) -> None:
    lab.create("services", "v1", "Service", "box", spec={"selector": {"app": "box"}, "ports": [{"port": 80}]})
    lab.pod("box", {"command": FOREVER}, terminationGracePeriodSeconds=10)
    lab.advance(5)

    def conditions() -> list[dict[str, bool]]:
        slices = lab.cluster.store.list("endpointslices.discovery.k8s.io", "default")
        mine = [s for s in slices if s["metadata"]["labels"]["kubernetes.io/service-name"] == "box"]
        return [endpoint["conditions"] for s in mine for endpoint in s.get("endpoints") or ()]

    assert conditions() == [{"ready": True, "serving": True, "terminating": False}]
    delete(lab, "box")
    lab.advance(1)
    assert conditions() == [{"ready": False, "serving": True, "terminating": True}]
    lab.advance(15)
    assert conditions() == []


def test_a_shorter_time_counts_from_the_first_deletion(lab: Lab) -> None:
    lab.pod("box", {"command": FOREVER}, terminationGracePeriodSeconds=60)
    lab.advance(5)
    begun = lab.client.now
    delete(lab, "box")
    lab.advance(10)

    def shown() -> tuple[str, int]:
        metadata = lab.get("box")["metadata"]
        return metadata["deletionTimestamp"], metadata["deletionGracePeriodSeconds"]

    delete(lab, "box", grace=30)
    assert shown() == (timestamp(begun + 30), 30)
    delete(lab, "box", grace=5)
    assert shown() == (timestamp(lab.client.now), 1)


def test_a_post_start_hook_is_waited_for_before_a_deleted_pod_is_stopped(lab: Lab) -> None:
    """Seen on a genuine cluster: what the kubelet has begun for a pod it brings to its end."""
    hook = {"postStart": {"exec": {"command": ["sleep", "20"]}}}
    lab.pod("box", {"command": FOREVER, "lifecycle": hook}, terminationGracePeriodSeconds=3)
    lab.advance(4)
    delete(lab, "box")
    lab.advance(12)
    assert lab.messages("box", "Killing") == []
    lab.advance(15)
    assert lab.messages("box", "Killing") == ["Stopping container c"]
    assert lab.gone("box")


def test_a_pod_that_is_stopped_while_it_initialises_is_still_pending(lab: Lab) -> None:
    init = [{"name": "first", "image": "busybox:1.36", "command": FOREVER}]
    lab.pod("box", {"command": FOREVER}, initContainers=init, terminationGracePeriodSeconds=5)
    lab.advance(4)
    delete(lab, "box")
    lab.advance(2)
    assert lab.get("box")["status"]["phase"] == "Pending"
    assert lab.conditions("box")["Ready"] == "False ContainersNotReady"

"""Nodes that run short of memory or disk: what their kubelets do, say and refuse. The words are those of a genuine kubelet 1.37.2."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.lab import Lab
from tutor.simulator.faults import set_fault

MIB = 2**20


@pytest.fixture
def lab() -> Lab:
    """One node of 4 GiB."""
    return Lab(1)


def hog(megabytes: int, **resources: str) -> dict[str, Any]:
    """A container that takes memory."""
    requests = {"resources": {"requests": resources}} if resources else {}
    return {"image": "polinux/stress", "command": ["stress", "--vm", "1", "--vm-bytes", f"{megabytes}M"], **requests}


def node_conditions(lab: Lab) -> dict[str, str]:
    node = lab.cluster.store.get("nodes", "", "node-1")
    assert node is not None
    return {c["type"]: f"{c['status']} {c['reason']}" for c in node["status"]["conditions"]}


def taints(lab: Lab) -> list[str]:
    node = lab.cluster.store.get("nodes", "", "node-1")
    assert node is not None
    return [f"{taint['key']}:{taint['effect']}" for taint in node["spec"].get("taints") or ()]


def phases(lab: Lab, *names: str) -> list[str]:
    return [lab.get(name)["status"].get("reason") or lab.get(name)["status"]["phase"] for name in names]


def test_the_pod_furthest_above_its_request_is_evicted(lab: Lab) -> None:
    lab.pod("small", hog(20))
    lab.pod("big", hog(3680, memory="100Mi"))
    lab.advance(40)
    assert phases(lab, "small", "big") == ["Running", "Evicted"]
    message = lab.get("big")["status"]["message"]
    assert message.startswith("The node was low on resource: memory. Threshold quantity: 100Mi, available: ")
    assert message.endswith("Container c was using 3688Mi, request is 100Mi, has larger consumption of memory. ")
    assert lab.messages("big", "Evicted") == [message]
    assert lab.events("big")[-2:] == ["Evicted", "Killing"]
    conditions = lab.get("big")["status"]["conditions"]
    assert (conditions[0]["type"], conditions[0]["reason"], conditions[0]["message"]) == (
        "DisruptionTarget",
        "TerminationByKubelet",
        message,
    )


def test_a_node_short_of_memory_says_so_and_is_tainted_for_five_minutes_more(lab: Lab) -> None:
    lab.pod("big", hog(3680))
    lab.advance(40)
    assert node_conditions(lab)["MemoryPressure"] == "True KubeletHasInsufficientMemory"
    assert taints(lab) == ["node.kubernetes.io/memory-pressure:NoSchedule"]
    assert lab.messages("node-1", "EvictionThresholdMet") == ["Attempting to reclaim memory"]
    lab.advance(240)
    assert "MemoryPressure" in "".join(kind for kind, found in node_conditions(lab).items() if found.startswith("True"))
    lab.advance(60)
    assert node_conditions(lab)["MemoryPressure"] == "False KubeletHasSufficientMemory"
    assert taints(lab) == []
    assert lab.events("node-1")[-2:] == ["NodeHasInsufficientMemory", "NodeHasSufficientMemory"]


def test_a_node_short_of_memory_takes_no_best_effort_pods(lab: Lab) -> None:
    lab.pod("big", hog(3680))
    lab.advance(40)
    lab.pod("best-effort", nodeName="node-1")
    lab.pod("burstable", {"resources": {"requests": {"memory": "1Mi"}}}, nodeName="node-1")
    lab.pod("tolerant", nodeName="node-1", tolerations=[{"operator": "Exists"}])
    lab.advance(10)
    assert phases(lab, "best-effort", "burstable", "tolerant") == ["Evicted", "Running", "Running"]
    assert lab.messages("best-effort", "Evicted") == ["The node had condition: [MemoryPressure]. "]
    assert lab.get("best-effort")["status"]["message"] == "Pod was rejected: The node had condition: [MemoryPressure]. "


def test_priority_counts_before_use_and_requests_before_priority(lab: Lab) -> None:
    lab.client.create(
        "priorityclasses.scheduling.k8s.io",
        {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "high"}, "value": 1000},
    )
    within = {**hog(600, memory="1Gi")}
    lab.pod("within-its-request", within)
    lab.pod("above-and-important", hog(1200), priorityClassName="high")
    lab.pod("above", hog(700))
    lab.pod("last", hog(1180), priorityClassName="high")
    lab.advance(12)
    assert phases(lab, "above", "within-its-request", "above-and-important") == ["Evicted", "Running", "Running"]


def test_several_pods_go_one_after_the_other(lab: Lab) -> None:
    for number in range(3):
        lab.pod(f"hog-{number}", hog(50))
    lab.settle()
    pressure = lab.cluster.runtime.pressure
    pressure.take_memory("node-1", left=10 * MIB)
    lab.advance(60)
    gone = [name for name in ("hog-0", "hog-1", "hog-2") if phases(lab, name) == ["Evicted"]]
    assert len(gone) == 2
    finished = [lab.status(name)["state"]["terminated"]["finishedAt"] for name in gone]
    assert finished[0] != finished[1]


def test_critical_pods_stay(lab: Lab) -> None:
    lab.pod("needed", hog(3680), priorityClassName="system-cluster-critical")
    lab.pod("other")
    lab.advance(60)
    assert phases(lab, "needed", "other") == ["Running", "Evicted"]
    assert lab.messages("node-1", "EvictionThresholdMet") == ["Attempting to reclaim memory"]


def test_settling_does_not_end_before_a_due_eviction(lab: Lab) -> None:
    lab.pod("big", hog(3680))
    lab.settle()
    assert phases(lab, "big") == ["Evicted"]


def test_without_room_at_all_the_kernel_kills(lab: Lab) -> None:
    lab.pod("guaranteed", {"resources": {"limits": {"cpu": "100m", "memory": "64Mi"}}})
    lab.pod("huge", hog(20_000))
    lab.advance(8)
    assert lab.status("huge")["restartCount"] >= 1
    assert lab.status("huge")["lastState"]["terminated"]["reason"] == "OOMKilled"
    assert lab.status("guaranteed")["restartCount"] == 0
    assert lab.messages("node-1", "SystemOOM")[0].startswith("System OOM encountered, victim process: stress, pid: ")


def test_a_full_disk_costs_unused_images_first_and_then_pods(lab: Lab) -> None:
    lab.pod("one", {"image": "nginx:1.27"})
    lab.settle()
    lab.pod("two", {"image": "redis:7"})
    lab.settle()
    lab.client.delete("pods", "default", "two")
    lab.advance(40)
    lab.cluster.runtime.pressure.take_disk("node-1", left=0.1499)
    lab.advance(20)
    images = lab.cluster.store.get("nodes", "", "node-1")["status"]["images"]  # type: ignore[index] # the node is there
    names = "".join(name for image in images for name in image["names"])
    assert "nginx" in names
    assert "redis" not in names
    assert phases(lab, "one") == ["Running"]
    assert node_conditions(lab)["DiskPressure"] == "True KubeletHasDiskPressure"
    lab.cluster.runtime.pressure.take_disk("node-1", left=0.05)
    lab.advance(20)
    assert phases(lab, "one") == ["Evicted"]
    assert lab.get("one")["status"]["message"].startswith(
        "The node was low on resource: ephemeral-storage. Threshold quantity: 15000000596, available: "
    )


@pytest.mark.parametrize(
    ("fault", "kind", "taint"),
    [
        ("memory-short/node-1", "MemoryPressure", "node.kubernetes.io/memory-pressure:NoSchedule"),
        ("disk-short/node-1", "DiskPressure", "node.kubernetes.io/disk-pressure:NoSchedule"),
    ],
)
def test_levers_bring_a_node_under_pressure_and_back(lab: Lab, fault: str, kind: str, taint: str) -> None:
    lab.pod("victim", {"image": "nginx:1.27"})
    lab.settle()
    set_fault(lab.cluster, fault, True)
    lab.advance(30)
    assert phases(lab, "victim") == ["Evicted"]
    assert node_conditions(lab)[kind].startswith("True")
    assert taints(lab) == [taint]
    saved = lab.cluster.save()
    set_fault(lab.cluster, fault, False)
    lab.advance(320)
    assert node_conditions(lab)[kind].startswith("False")
    lab.cluster.load(saved)
    lab.advance(320)
    assert node_conditions(lab)[kind].startswith("True")


def test_what_follows_a_restored_state_is_the_same(lab: Lab) -> None:
    lab.pod("small", hog(20))
    lab.pod("big", hog(3680))
    lab.advance(4)
    saved = lab.cluster.save()
    lab.advance(60)
    first = [lab.get(name)["status"] for name in ("small", "big")]
    lab.cluster.load(saved)
    lab.advance(60)
    assert [lab.get(name)["status"] for name in ("small", "big")] == first

"""Nodes that fall silent, and what becomes of their pods. Times and words were seen on a real 1.37 cluster."""

from __future__ import annotations

import pytest

from tests.simulator.controllers.playing import Stage, conditions
from tests.simulator.workloads import deployment, pod_spec
from tutor.simulator.clock import micro_timestamp, timestamp
from tutor.simulator.cluster import NodeSpec
from tutor.simulator.kubelet.nodes import new_lease, ready_conditions
from tutor.simulator.objects import name_of
from tutor.simulator.store import Obj

LEASES = "leases.coordination.k8s.io"
UNREACHABLE = "node.kubernetes.io/unreachable"


class Machines:
    """Renews the leases of the nodes that are up."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.down: set[str] = set()
        stage.engine.stop("kubelet-heartbeat")
        for node in stage.cluster.store.list("nodes"):
            if not stage.exists(LEASES, f"kube-node-lease/{name_of(node)}"):
                stage.create(LEASES, new_lease(node, micro_timestamp(stage.client.now)))

    def pass_time(self, seconds: float) -> None:
        for _ in range(int(seconds)):
            self.stage.advance(1)
            for lease in self.stage.cluster.store.list(LEASES, "kube-node-lease"):
                if name_of(lease) not in self.down:
                    spec = {**lease["spec"], "renewTime": micro_timestamp(self.stage.client.now)}
                    self.stage.client.update(LEASES, {**lease, "spec": spec})
            self.stage.engine.run_ready()

    def recover(self, name: str) -> None:
        self.down.discard(name)
        node, now = self.stage.get("nodes", f"/{name}"), self.stage.client.now
        self.stage.client.update_status("nodes", node, {**node["status"], "conditions": ready_conditions(now, now)})
        self.stage.engine.run_ready()


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def machines(stage: Stage) -> Machines:
    return Machines(stage)


def taints(stage: Stage, node: str) -> list[tuple[str, str]]:
    return [(t["key"], t["effect"]) for t in stage.get("nodes", f"/{node}")["spec"].get("taints") or ()]


def pinned(name: str, node: str, seconds: int | None = None) -> Obj:
    """A pod on a node that tolerates its loss for so long."""
    spec = {**pod_spec(), "nodeName": node}
    if seconds is not None:
        keys = (UNREACHABLE, "node.kubernetes.io/not-ready")
        spec["tolerations"] = [
            {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": seconds} for key in keys
        ]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def test_a_silent_node_becomes_unknown_and_tainted(stage: Stage, machines: Machines) -> None:
    stage.create("pods", pinned("web", "node-3"))
    stage.run_all()
    machines.down.add("node-3")
    machines.pass_time(45)
    assert taints(stage, "node-3") == []
    machines.pass_time(12)
    found = conditions(stage.status("nodes", "/node-3"))
    assert found["Ready"] == found["MemoryPressure"] == ("Unknown", "NodeStatusUnknown")
    assert taints(stage, "node-3") == [(UNREACHABLE, "NoSchedule"), (UNREACHABLE, "NoExecute")]
    assert stage.message("node-3", "NodeNotReady") == "Node node-3 status is now: NodeNotReady"
    assert stage.message("web", "NodeNotReady") == "Node is not ready"
    ready = next(c for c in stage.status("pods", "web")["conditions"] if c["type"] == "Ready")
    assert ready["status"] == "False"


def test_its_pods_are_evicted_when_their_time_is_over(stage: Stage, machines: Machines) -> None:
    stage.create("pods", pinned("brief", "node-3", 8))
    stage.create("pods", pinned("usual", "node-3"))
    stage.run_all()
    machines.down.add("node-3")
    machines.pass_time(65)
    pod = stage.get("pods", "brief")
    assert "deletionTimestamp" in pod["metadata"]
    assert stage.message("brief", "TaintManagerEviction") == "Marking for deletion Pod default/brief"
    target = next(c for c in pod["status"]["conditions"] if c["type"] == "DisruptionTarget")
    assert (target["reason"], target["message"]) == (
        "DeletionByTaintManager",
        "Taint manager: deleting due to NoExecute taint",
    )
    assert "deletionTimestamp" not in stage.get("pods", "usual")["metadata"]
    machines.pass_time(300)
    assert "deletionTimestamp" in stage.get("pods", "usual")["metadata"]


def test_a_node_that_comes_back_in_time_keeps_its_pods(stage: Stage, machines: Machines) -> None:
    stage.create("pods", pinned("usual", "node-3"))
    stage.run_all()
    machines.down.add("node-3")
    machines.pass_time(120)
    machines.recover("node-3")
    assert taints(stage, "node-3") == []
    assert stage.message("usual", "TaintManagerEviction") == "Cancelling deletion of Pod default/usual"
    machines.pass_time(400)
    assert "deletionTimestamp" not in stage.get("pods", "usual")["metadata"]


def test_a_deployment_is_made_whole_elsewhere(stage: Stage, machines: Machines) -> None:
    stage.create("deployments.apps", deployment("web", replicas=3))
    stage.run_all()
    machines.down.add("node-3")
    machines.pass_time(370)
    stage.run_all()
    running = [pod for pod in stage.pods("web-") if "deletionTimestamp" not in pod["metadata"]]
    assert len(running) == 3
    assert all(pod["spec"]["nodeName"] != "node-3" for pod in running)


def test_with_every_node_silent_nobody_is_evicted(stage: Stage, machines: Machines) -> None:
    stage.create("pods", pinned("brief", "node-3", 8))
    stage.run_all()
    machines.down.update(("node-1", "node-2", "node-3"))
    machines.pass_time(120)
    assert taints(stage, "node-3") == [(UNREACHABLE, "NoSchedule")]
    assert "deletionTimestamp" not in stage.get("pods", "brief")["metadata"]


def test_nodes_are_given_up_one_after_the_other() -> None:
    stage = Stage([NodeSpec(f"node-{i}") for i in range(6)])
    machines = Machines(stage)
    machines.down.update(("node-1", "node-2"))
    machines.pass_time(56)
    given_up = [name for name in ("node-1", "node-2") if (UNREACHABLE, "NoExecute") in taints(stage, name)]
    assert len(given_up) == 1
    machines.pass_time(15)
    assert (UNREACHABLE, "NoExecute") in taints(stage, "node-1")
    assert (UNREACHABLE, "NoExecute") in taints(stage, "node-2")


def test_a_node_that_says_it_is_not_ready(stage: Stage, machines: Machines) -> None:
    node = stage.get("nodes", "/node-2")
    now = timestamp(stage.client.now)
    bad = {"type": "Ready", "status": "False", "reason": "KubeletNotReady", "message": "", "lastHeartbeatTime": now}
    stage.client.update_status("nodes", node, {**node["status"], "conditions": [{**bad, "lastTransitionTime": now}]})
    stage.engine.run_ready()
    key = "node.kubernetes.io/not-ready"
    assert taints(stage, "node-2") == [(key, "NoSchedule"), (key, "NoExecute")]


def test_a_cordoned_node_has_a_taint(stage: Stage, machines: Machines) -> None:
    stage.change("nodes", "/node-1", unschedulable=True)
    assert taints(stage, "node-1") == [("node.kubernetes.io/unschedulable", "NoSchedule")]
    stage.change("nodes", "/node-1", unschedulable=None)
    assert taints(stage, "node-1") == []


def test_a_taint_by_hand_evicts_at_once(stage: Stage) -> None:
    stage.create("pods", pinned("web", "node-1"))
    stage.run_all()
    stage.change("nodes", "/node-1", taints=[{"key": "broken", "effect": "NoExecute"}])
    assert "deletionTimestamp" in stage.get("pods", "web")["metadata"]


def test_nodes_are_announced(stage: Stage) -> None:
    assert stage.message("node-1", "RegisteredNode") == "Node node-1 event: Registered Node node-1 in Controller"
    stage.client.delete("nodes", "", "node-1")
    stage.engine.run_ready()
    assert stage.message("node-1", "RemovingNode") == "Node node-1 event: Removing Node node-1 from Controller"


def test_pods_of_a_node_that_is_gone_follow_after_a_while(stage: Stage) -> None:
    stage.create("pods", pinned("web", "node-1"))
    stage.run_all()
    stage.client.delete("nodes", "", "node-1")
    stage.advance(39)
    assert stage.exists("pods", "web")
    stage.advance(2)
    assert not stage.exists("pods", "web")


def test_a_deleted_pod_without_a_node_goes(stage: Stage) -> None:
    spec = {**pod_spec(), "nodeSelector": {"no": "where"}}
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "stuck"}, "spec": spec}
    pod = stage.create("pods", body)
    held = {**pod, "metadata": {**pod["metadata"], "deletionTimestamp": timestamp(stage.client.now)}}
    held["metadata"]["deletionGracePeriodSeconds"] = 30
    stage.cluster.store.update("pods", held, "test")
    stage.engine.run_ready()
    assert not stage.exists("pods", "stuck")


def test_times_survive_saving(stage: Stage, machines: Machines) -> None:
    stage.create("pods", pinned("web", "node-3", 30))
    stage.run_all()
    machines.down.add("node-3")
    machines.pass_time(60)
    state = stage.cluster.save()
    machines.pass_time(60)
    stage.cluster.load(state)
    machines.pass_time(12)
    assert "deletionTimestamp" not in stage.get("pods", "web")["metadata"]
    machines.pass_time(20)
    assert "deletionTimestamp" in stage.get("pods", "web")["metadata"]


def test_a_node_that_was_never_heard_of(stage: Stage) -> None:
    stage.engine.stop("kubelet-heartbeat")
    stage.create("nodes", {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "ghost"}})
    stage.advance(66)
    assert conditions(stage.status("nodes", "/ghost"))["Ready"] == ("Unknown", "NodeStatusNeverUpdated")

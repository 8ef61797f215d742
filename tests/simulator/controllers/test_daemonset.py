"""DaemonSets: one pod a node, and updates node by node. The numbers were seen on a real 1.37 cluster."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.simulator.controllers.playing import Stage
from tests.simulator.workloads import pod_spec
from tutor.simulator.objects import labels_of, name_of
from tutor.simulator.registry import fresh
from tutor.simulator.store import Obj

SETS = "daemonsets.apps"


def daemon_set(image: str = "nginx:1.27", pod: dict[str, Any] | None = None, **spec: Any) -> Obj:
    labels = {"app": "agent"}
    template = {"metadata": {"labels": labels}, "spec": {**pod_spec(image), **(pod or {})}}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "agent"},
        "spec": {"selector": {"matchLabels": labels}, "template": template, **spec},
    }


@pytest.fixture
def stage() -> Stage:
    return Stage()


def nodes_of(pods: list[Obj]) -> list[str]:
    return sorted(pod["spec"].get("nodeName", "") for pod in pods)


def change_image(stage: Stage, image: str) -> None:
    template = fresh(stage.get(SETS, "agent")["spec"]["template"])
    template["spec"]["containers"][0]["image"] = image
    stage.change(SETS, "agent", template=template)


def images(stage: Stage) -> list[str]:
    return sorted(pod["spec"]["containers"][0]["image"] for pod in stage.pods("agent-"))


def taint(stage: Stage, node: str, effect: str) -> None:
    current = stage.get("nodes", f"/{node}")
    taints = [{"key": "broken", "value": "yes", "effect": effect}]
    stage.client.update("nodes", {**current, "spec": {**current["spec"], "taints": taints}})
    stage.engine.run_ready()


def test_every_node_gets_one_pod(stage: Stage) -> None:
    stage.create(SETS, daemon_set())
    assert nodes_of(stage.pods("agent-")) == ["node-1", "node-2", "node-3"]
    assert stage.status(SETS, "agent") == {
        "currentNumberScheduled": 3,
        "desiredNumberScheduled": 3,
        "numberMisscheduled": 0,
        "numberReady": 0,
        "numberUnavailable": 3,
        "observedGeneration": 1,
        "updatedNumberScheduled": 3,
    }
    stage.run_all()
    status = stage.status(SETS, "agent")
    assert status["numberReady"] == status["numberAvailable"] == 3
    assert "numberUnavailable" not in status
    assert stage.events("agent") == ["SuccessfulCreate"] * 3


def test_the_pods_are_bound_to_their_node_and_tolerate_its_troubles(stage: Stage) -> None:
    stage.create(SETS, daemon_set())
    pod = stage.pods("agent-")[0]
    assert {toleration["key"] for toleration in pod["spec"]["tolerations"]} == {
        f"node.kubernetes.io/{trouble}"
        for trouble in (
            "not-ready",
            "unreachable",
            "disk-pressure",
            "memory-pressure",
            "pid-pressure",
            "unschedulable",
        )
    }
    assert all("tolerationSeconds" not in toleration for toleration in pod["spec"]["tolerations"])
    required = pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    field = required["nodeSelectorTerms"][0]["matchFields"][0]
    assert field == {"key": "metadata.name", "operator": "In", "values": [pod["spec"]["nodeName"]]}
    assert labels_of(pod)["pod-template-generation"] == "1"


def test_a_node_selector_limits_the_nodes(stage: Stage) -> None:
    stage.create(SETS, daemon_set(pod={"nodeSelector": {"kubernetes.io/hostname": "node-2"}}))
    assert nodes_of(stage.pods("agent-")) == ["node-2"]
    assert stage.status(SETS, "agent")["desiredNumberScheduled"] == 1


def test_a_node_that_no_longer_suits_loses_its_pod(stage: Stage) -> None:
    stage.create(SETS, daemon_set())
    stage.run_all()
    taint(stage, "node-2", "NoSchedule")
    assert stage.status(SETS, "agent")["desiredNumberScheduled"] == 2
    assert stage.status(SETS, "agent")["numberMisscheduled"] == 1
    taint(stage, "node-2", "NoExecute")
    stage.remove_deleted()
    assert nodes_of(stage.pods("agent-")) == ["node-1", "node-3"]
    assert stage.status(SETS, "agent")["numberMisscheduled"] == 0


def test_a_failed_pod_is_replaced_with_growing_patience(stage: Stage) -> None:
    stage.create(SETS, daemon_set())
    stage.run_all()
    stage.end_pod(stage.pods("agent-")[0], 1)
    assert "FailedDaemonPod" in stage.events("agent")
    stage.run_all()
    assert len(stage.pods("agent-")) == 3
    failed = stage.pods("agent-")[-1]
    node = failed["spec"]["nodeName"]
    stage.end_pod(failed, 1)
    assert stage.events("agent").count("FailedDaemonPod") == 1
    stage.advance(1)
    assert stage.events("agent").count("FailedDaemonPod") == 2
    assert stage.message("agent", "FailedDaemonPod") == (
        f"Found failed daemon pod default/{name_of(failed)} on node {node}, will try to kill it"
    )


def test_an_update_replaces_one_pod_after_the_other(stage: Stage) -> None:
    stage.create(SETS, daemon_set())
    stage.run_all()
    change_image(stage, "nginx:1.26")
    assert sum("deletionTimestamp" in pod["metadata"] for pod in stage.pods("agent-")) == 1
    stage.remove_deleted()
    assert images(stage) == ["nginx:1.26", "nginx:1.27", "nginx:1.27"]
    assert stage.status(SETS, "agent")["updatedNumberScheduled"] == 1
    stage.run_all()
    assert images(stage) == ["nginx:1.26"] * 3
    reasons = stage.events("agent")
    assert reasons.count("SuccessfulDelete") == 3
    assert stage.status(SETS, "agent")["updatedNumberScheduled"] == 3


def test_more_may_be_unavailable_at_once(stage: Stage) -> None:
    stage.create(SETS, daemon_set(updateStrategy={"rollingUpdate": {"maxUnavailable": "50%"}}))
    stage.run_all()
    change_image(stage, "nginx:1.26")
    assert sum("deletionTimestamp" in pod["metadata"] for pod in stage.pods("agent-")) == 2


def test_surge_starts_the_new_pod_before_the_old_one_goes(stage: Stage) -> None:
    strategy = {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    stage.create(SETS, daemon_set(updateStrategy=strategy))
    stage.run_all()
    change_image(stage, "nginx:1.26")
    assert len(stage.pods("agent-")) == 4
    assert not any("deletionTimestamp" in pod["metadata"] for pod in stage.pods("agent-"))
    stage.run_all()
    assert images(stage) == ["nginx:1.26"] * 3


def test_on_delete_leaves_the_old_pods_alone(stage: Stage) -> None:
    stage.create(SETS, daemon_set(updateStrategy={"type": "OnDelete"}))
    stage.run_all()
    change_image(stage, "nginx:1.26")
    stage.run_all()
    assert images(stage) == ["nginx:1.27"] * 3
    stage.client.delete("pods", "default", name_of(stage.pods("agent-")[0]))
    stage.run_all()
    assert images(stage) == ["nginx:1.26", "nginx:1.27", "nginx:1.27"]


def test_going_back_moves_the_old_revision_up(stage: Stage) -> None:
    stage.create(SETS, daemon_set())
    stage.run_all()
    change_image(stage, "nginx:1.26")
    stage.run_all()
    change_image(stage, "nginx:1.27")
    stage.run_all()
    revisions = stage.cluster.store.list("controllerrevisions.apps", "default")
    assert sorted(revision["revision"] for revision in revisions) == [2, 3]
    newest = max(revisions, key=lambda revision: int(revision["revision"]))
    assert newest["data"]["spec"]["template"]["$patch"] == "replace"
    assert newest["data"]["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:1.27"
    assert (
        labels_of(newest)["controller-revision-hash"] == labels_of(stage.pods("agent-")[0])["controller-revision-hash"]
    )


def test_a_revision_holds_the_template_in_alphabetical_order(stage: Stage) -> None:
    """Clients compare its bytes with those they make of a template (pkg/controller/daemon/update.go, Match)."""
    stage.create(SETS, daemon_set())
    (revision,) = stage.client.list("controllerrevisions.apps", "default")
    text = json.dumps(revision["data"])
    assert text == json.dumps(revision["data"], sort_keys=True)
    assert text.startswith('{"spec": {"template": {"$patch": "replace", "metadata": {')


def test_old_revisions_are_forgotten_beyond_the_limit(stage: Stage) -> None:
    stage.create(SETS, daemon_set(revisionHistoryLimit=1))
    stage.run_all()
    for image in ("nginx:1.26", "nginx:1.25", "nginx:1.24"):
        change_image(stage, image)
        stage.run_all()
    revisions = stage.cluster.store.list("controllerrevisions.apps", "default")
    assert sorted(revision["revision"] for revision in revisions) == [3, 4]

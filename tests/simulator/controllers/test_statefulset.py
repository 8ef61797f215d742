"""StatefulSets: order, identity, storage and updates. The sequences were seen on a real 1.37 cluster."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.controllers.playing import Stage
from tests.simulator.workloads import pod_spec
from tutor.simulator.objects import labels_of, name_of
from tutor.simulator.registry import fresh
from tutor.simulator.store import Obj

SETS = "statefulsets.apps"


def stateful_set(replicas: int = 3, image: str = "nginx:1.27", **spec: Any) -> Obj:
    labels = {"app": "db"}
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "db"},
        "spec": {
            "serviceName": "db",
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod_spec(image)},
            **spec,
        },
    }


def claim_template() -> Obj:
    resources = {"requests": {"storage": "1Mi"}}
    return {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": resources}}


@pytest.fixture
def stage() -> Stage:
    return Stage()


def names(stage: Stage) -> list[str]:
    return sorted(name_of(pod) for pod in stage.pods("db-"))


def images(stage: Stage) -> list[str]:
    return [pod["spec"]["containers"][0]["image"] for pod in sorted(stage.pods("db-"), key=name_of)]


def change_image(stage: Stage, image: str) -> None:
    template = fresh(stage.get(SETS, "db")["spec"]["template"])
    template["spec"]["containers"][0]["image"] = image
    stage.change(SETS, "db", template=template)


def test_one_pod_waits_for_the_other(stage: Stage) -> None:
    stage.create(SETS, stateful_set())
    assert names(stage) == ["db-0"]
    stage.run_pod(stage.get("pods", "db-0"))
    assert names(stage) == ["db-0", "db-1"]
    stage.run_all()
    assert names(stage) == ["db-0", "db-1", "db-2"]
    status = stage.status(SETS, "db")
    assert status["currentRevision"] == status["updateRevision"]
    assert {name: status[name] for name in ("replicas", "readyReplicas", "availableReplicas", "currentReplicas")} == {
        "replicas": 3,
        "readyReplicas": 3,
        "availableReplicas": 3,
        "currentReplicas": 3,
    }
    assert status["collisionCount"] == 0
    assert stage.message("db", "SuccessfulCreate") == "Create Pod db-2 in StatefulSet db successful"


def test_a_pod_knows_its_number_and_its_service(stage: Stage) -> None:
    stage.create(SETS, stateful_set())
    pod = stage.get("pods", "db-0")
    assert labels_of(pod)["statefulset.kubernetes.io/pod-name"] == "db-0"
    assert labels_of(pod)["apps.kubernetes.io/pod-index"] == "0"
    assert labels_of(pod)["controller-revision-hash"] == stage.status(SETS, "db")["updateRevision"]
    assert (pod["spec"]["hostname"], pod["spec"]["subdomain"]) == ("db-0", "db")


def test_parallel_pods_wait_for_nobody(stage: Stage) -> None:
    stage.create(SETS, stateful_set(podManagementPolicy="Parallel"))
    assert names(stage) == ["db-0", "db-1", "db-2"]


def test_numbers_can_start_anywhere(stage: Stage) -> None:
    stage.create(SETS, stateful_set(2, ordinals={"start": 5}))
    stage.run_all()
    assert names(stage) == ["db-5", "db-6"]


def test_scaling_down_goes_from_the_highest_number(stage: Stage) -> None:
    stage.create(SETS, stateful_set())
    stage.run_all()
    stage.change(SETS, "db", replicas=1)
    going = [name_of(pod) for pod in stage.pods("db-") if "deletionTimestamp" in pod["metadata"]]
    assert going == ["db-2"]
    stage.run_all()
    assert names(stage) == ["db-0"]


def test_an_update_goes_from_the_highest_number_one_by_one(stage: Stage) -> None:
    stage.create(SETS, stateful_set())
    stage.run_all()
    change_image(stage, "nginx:1.26")
    status = stage.status(SETS, "db")
    assert status["currentReplicas"] == 2
    assert "updatedReplicas" not in status
    stage.remove_deleted()
    assert images(stage) == ["nginx:1.27", "nginx:1.27", "nginx:1.26"]
    assert stage.status(SETS, "db")["updatedReplicas"] == 1
    stage.run_all()
    assert images(stage) == ["nginx:1.26"] * 3
    status = stage.status(SETS, "db")
    assert status["currentRevision"] == status["updateRevision"]
    assert status["currentReplicas"] == 3


def test_a_partition_holds_an_update_back(stage: Stage) -> None:
    stage.create(SETS, stateful_set(updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}))
    stage.run_all()
    change_image(stage, "nginx:1.26")
    stage.run_all()
    assert images(stage) == ["nginx:1.27", "nginx:1.27", "nginx:1.26"]
    stage.client.delete("pods", "default", "db-0")
    stage.run_all()
    assert images(stage) == ["nginx:1.27", "nginx:1.27", "nginx:1.26"]
    assert stage.status(SETS, "db")["currentRevision"] != stage.status(SETS, "db")["updateRevision"]


def test_on_delete_updates_what_is_deleted(stage: Stage) -> None:
    stage.create(SETS, stateful_set(2, updateStrategy={"type": "OnDelete"}))
    stage.run_all()
    change_image(stage, "nginx:1.26")
    stage.run_all()
    assert images(stage) == ["nginx:1.27"] * 2
    stage.client.delete("pods", "default", "db-0")
    stage.run_all()
    assert images(stage) == ["nginx:1.26", "nginx:1.27"]


def test_a_broken_update_stops_at_the_first_pod(stage: Stage) -> None:
    stage.create(SETS, stateful_set())
    stage.run_all()
    change_image(stage, "nginx:nope")
    stage.remove_deleted()
    stage.advance(600)
    assert images(stage) == ["nginx:1.27", "nginx:1.27", "nginx:nope"]


def test_a_failed_pod_is_made_anew(stage: Stage) -> None:
    stage.create(SETS, stateful_set(1))
    stage.run_all()
    before = stage.get("pods", "db-0")["metadata"]["uid"]
    stage.end_pod(stage.get("pods", "db-0"), 1)
    stage.remove_deleted()
    assert stage.get("pods", "db-0")["metadata"]["uid"] != before


def test_every_pod_gets_a_claim_that_stays(stage: Stage) -> None:
    stage.create(SETS, stateful_set(1, volumeClaimTemplates=[claim_template()]))
    claim = stage.get("persistentvolumeclaims", "data-db-0")
    assert labels_of(claim) == {"app": "db"}
    assert stage.get("pods", "db-0")["spec"]["volumes"][0] == {
        "name": "data",
        "persistentVolumeClaim": {"claimName": "data-db-0"},
    }
    assert stage.events("db") == ["SuccessfulCreate", "SuccessfulCreate"]
    stage.run_pod(stage.get("pods", "db-0"))
    stage.change(SETS, "db", replicas=0)
    stage.remove_deleted()
    assert stage.exists("persistentvolumeclaims", "data-db-0")


def test_claims_can_go_with_their_pod(stage: Stage) -> None:
    policy = {"whenScaled": "Delete", "whenDeleted": "Retain"}
    body = stateful_set(2, volumeClaimTemplates=[claim_template()], persistentVolumeClaimRetentionPolicy=policy)
    stage.create(SETS, body)
    for name in ("db-0", "db-1"):
        stage.advance(5)
        stage.run_pod(stage.get("pods", name))
    stage.change(SETS, "db", replicas=1)
    owners = stage.get("persistentvolumeclaims", "data-db-1")["metadata"]["ownerReferences"]
    assert [(owner["kind"], owner["name"]) for owner in owners] == [("Pod", "db-1")]
    assert "ownerReferences" not in stage.get("persistentvolumeclaims", "data-db-0")["metadata"]


def test_revisions_are_kept_for_what_still_runs(stage: Stage) -> None:
    stage.create(SETS, stateful_set(1, revisionHistoryLimit=0))
    stage.run_all()
    change_image(stage, "nginx:1.26")
    assert stage.cluster.store.count("controllerrevisions.apps", "default") == 2
    stage.run_all()
    assert stage.cluster.store.count("controllerrevisions.apps", "default") == 1


def test_nothing_is_told_of_a_pod_that_has_the_name_already(stage: Stage) -> None:
    stage.create("pods", {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "db-0"}, "spec": pod_spec()})
    stage.create(SETS, stateful_set(1))
    stage.engine.advance(10)
    assert not [e for e in stage.client.list("events") if e["involvedObject"]["kind"] == "StatefulSet"]


def test_a_changed_retention_of_claims_counts_as_an_update_of_the_pods(stage: Stage) -> None:
    stage.create(SETS, stateful_set(1, volumeClaimTemplates=[claim_template()]))
    stage.run_pod(stage.get("pods", "db-0"))
    stage.engine.run_ready()
    stage.change(SETS, "db", persistentVolumeClaimRetentionPolicy={"whenDeleted": "Delete", "whenScaled": "Retain"})
    stage.engine.advance(5)
    told = [e["message"] for e in stage.client.list("events") if e["reason"] == "SuccessfulUpdate"]
    assert told == ["Update Pod db-0 in StatefulSet db successful"]
    owners = stage.get("persistentvolumeclaims", "data-db-0")["metadata"]["ownerReferences"]
    assert [owner["kind"] for owner in owners] == ["StatefulSet"]

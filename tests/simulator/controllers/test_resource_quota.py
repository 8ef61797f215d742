"""ResourceQuotas: what is in use. The numbers were seen on a real 1.37 cluster."""

from __future__ import annotations

import pytest

from tests.simulator.controllers.playing import Stage
from tests.simulator.workloads import deployment, pod_spec
from tutor.simulator.store import Obj

QUOTAS = "resourcequotas"


def quota(**hard: str) -> Obj:
    named = {name.replace("__", "/").replace("_", "."): amount for name, amount in hard.items()}
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": named}}


def pod(name: str, **requests: str) -> Obj:
    spec = pod_spec(resources={"requests": requests} if requests else {})
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_an_empty_namespace_uses_nothing(stage: Stage) -> None:
    stage.create(QUOTAS, quota(pods="50", requests_cpu="8", count__deployments_apps="10"))
    assert stage.status(QUOTAS, "q") == {
        "hard": {"pods": "50", "requests.cpu": "8", "count/deployments.apps": "10"},
        "used": {"pods": "0", "requests.cpu": "0", "count/deployments.apps": "0"},
    }


def test_what_was_there_before_counts(stage: Stage) -> None:
    stage.create("pods", pod("one", cpu="250m", memory="64Mi"))
    stage.create("deployments.apps", deployment("web", replicas=2))
    stage.create(QUOTAS, quota(pods="50", requests_cpu="8", memory="1Gi", count__deployments_apps="10"))
    assert stage.status(QUOTAS, "q")["used"] == {
        "pods": "3",
        "requests.cpu": "250m",
        "memory": "64Mi",
        "count/deployments.apps": "1",
    }


def test_what_ends_or_goes_is_given_back(stage: Stage) -> None:
    stage.create(QUOTAS, quota(pods="5", cpu="1"))
    for name in ("one", "two", "three"):
        stage.create("pods", pod(name, cpu="100m"))
    assert stage.status(QUOTAS, "q")["used"] == {"pods": "3", "cpu": "300m"}
    stage.end_pod(stage.get("pods", "one"))
    stage.client.delete("pods", "default", "two")
    stage.remove_deleted()
    assert stage.status(QUOTAS, "q")["used"] == {"pods": "1", "cpu": "100m"}


def test_a_new_limit_shows(stage: Stage) -> None:
    stage.create(QUOTAS, quota(pods="5"))
    stage.change(QUOTAS, "q", hard={"pods": "9", "services": "2"})
    assert stage.status(QUOTAS, "q") == {
        "hard": {"pods": "9", "services": "2"},
        "used": {"pods": "0", "services": "1"},  # the Service "kubernetes"
    }


def test_a_replica_set_waits_for_room(stage: Stage) -> None:
    stage.create(QUOTAS, quota(pods="2"))
    stage.create("deployments.apps", deployment("web", replicas=3))
    assert len(stage.pods("web-")) == 2
    stage.change(QUOTAS, "q", hard={"pods": "5"})
    stage.advance(60)
    assert len(stage.pods("web-")) == 3


def test_claims_count_for_their_class(stage: Stage) -> None:
    prefix = "fast.storageclass.storage.k8s.io/"
    hard = {f"{prefix}requests.storage": "100Mi", f"{prefix}persistentvolumeclaims": "5", "requests.storage": "1Gi"}
    stage.create(QUOTAS, {**quota(), "spec": {"hard": hard}})
    for name, storage_class, size in (("a", "fast", "50Mi"), ("b", "slow", "70Mi")):
        spec = {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": storage_class,
            "resources": {"requests": {"storage": size}},
        }
        body = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": spec}
        stage.create("persistentvolumeclaims", body)
    used = stage.status(QUOTAS, "q")["used"]
    assert used == {
        f"{prefix}requests.storage": "50Mi",
        f"{prefix}persistentvolumeclaims": "1",
        "requests.storage": "120Mi",
    }

"""Claims and volumes: binding, provisioning, protection and reclaiming. The sequences were seen on a real 1.37 cluster."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.controllers.playing import Stage, conditions
from tests.simulator.workloads import pod_spec
from tutor.simulator.objects import annotations_of, name_of, with_metadata
from tutor.simulator.store import Obj

CLAIMS = "persistentvolumeclaims"
VOLUMES = "persistentvolumes"
CLASSES = "storageclasses.storage.k8s.io"


def claim(name: str = "data", storage: str = "1Mi", **spec: Any) -> Obj:
    resources = {"requests": {"storage": storage}}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": resources, **spec},
    }


def volume(name: str = "disk", storage: str = "5Mi", path: str = "/tmp/disk", **spec: Any) -> Obj:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "capacity": {"storage": storage},
            "hostPath": {"path": path},
            "storageClassName": "manual",
            **spec,
        },
    }


def user(name: str = "app", claim_name: str = "data", **spec: Any) -> Obj:
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": claim_name}}]
    body = {**pod_spec(), "volumes": volumes, **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": body}


def storage_class(name: str, provisioner: str, **fields: Any) -> Obj:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": name},
        "provisioner": provisioner,
        **fields,
    }


@pytest.fixture
def stage() -> Stage:
    return Stage()


# -- the default class


def test_a_claim_waits_for_its_first_pod(stage: Stage) -> None:
    stage.create(CLAIMS, claim())
    assert stage.status(CLAIMS, "data")["phase"] == "Pending"
    assert stage.message("data", "WaitForFirstConsumer") == "waiting for first consumer to be created before binding"
    stage.advance(31)
    assert stage.events("data") == ["WaitForFirstConsumer"] * 3


def test_a_claim_is_looked_at_before_what_is_made_after_it(stage: Stage) -> None:
    stage.client.create("persistentvolumeclaims", with_metadata(claim(), namespace="default"))
    stage.create("pods", user())
    assert stage.events("data")[0] == "WaitForFirstConsumer"


def test_a_claim_that_comes_after_its_pod_waits_for_that(stage: Stage) -> None:
    stage.create("pods", user())
    stage.engine.advance(1)
    stage.create("persistentvolumeclaims", claim())
    assert stage.events("data")[0] == "WaitForPodScheduled"


def test_a_pod_gets_its_claim_provisioned_on_its_node(stage: Stage) -> None:
    stage.create(CLAIMS, claim())
    stage.create("pods", user())
    stage.advance(5)
    found = stage.get(CLAIMS, "data")
    node = annotations_of(found)["volume.kubernetes.io/selected-node"]
    assert stage.get("pods", "app")["spec"]["nodeName"] == node
    assert stage.events("data") == [
        "WaitForFirstConsumer",
        "ExternalProvisioning",
        "Provisioning",
        "ProvisioningSucceeded",
    ]
    disk = stage.get(VOLUMES, f"/{found['spec']['volumeName']}")
    assert name_of(disk) == f"pvc-{found['metadata']['uid']}"
    assert disk["status"]["phase"] == found["status"]["phase"] == "Bound"
    assert found["status"]["capacity"] == {"storage": "1Mi"}
    assert found["status"]["accessModes"] == ["ReadWriteOnce"]
    assert disk["spec"]["claimRef"]["uid"] == found["metadata"]["uid"]
    assert disk["metadata"]["finalizers"] == ["kubernetes.io/pv-protection"]
    term = disk["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"][0]["matchExpressions"][0]
    assert term["values"] == [node]
    assert {key: value for key, value in annotations_of(found).items() if key.startswith("pv.")} == {
        "pv.kubernetes.io/bind-completed": "yes",
        "pv.kubernetes.io/bound-by-controller": "yes",
    }


def test_a_second_pod_follows_its_volume(stage: Stage) -> None:
    stage.create(CLAIMS, claim())
    stage.create("pods", user())
    stage.advance(5)
    stage.create("pods", user("second"))
    stage.advance(5)
    assert stage.get("pods", "second")["spec"]["nodeName"] == stage.get("pods", "app")["spec"]["nodeName"]


def test_modes_that_one_directory_cannot_serve_are_refused(stage: Stage) -> None:
    stage.create(CLAIMS, claim(accessModes=["ReadWriteMany"]))
    stage.create("pods", user())
    stage.advance(5)
    assert stage.message("data", "ProvisioningFailed") == (
        'failed to provision volume with StorageClass "standard": NodePath only supports ReadWriteOnce and '
        "ReadWriteOncePod (1.22+) access modes"
    )
    assert stage.status(CLAIMS, "data")["phase"] == "Pending"


def test_a_deleted_claim_takes_its_volume_along(stage: Stage) -> None:
    stage.create(CLAIMS, claim())
    stage.create("pods", user())
    stage.advance(5)
    disk = stage.get(CLAIMS, "data")["spec"]["volumeName"]
    stage.client.delete("pods", "default", "app")
    stage.remove_deleted()
    stage.client.delete(CLAIMS, "default", "data")
    stage.engine.run_ready()
    assert not stage.exists(CLAIMS, "data")
    assert stage.status(VOLUMES, f"/{disk}")["phase"] == "Released"
    stage.advance(4)
    assert not stage.exists(VOLUMES, f"/{disk}")


def test_provisioning_goes_on_after_a_restore(stage: Stage) -> None:
    stage.create(CLAIMS, claim())
    stage.create("pods", user())
    stage.advance(1)
    state = stage.cluster.save()
    stage.advance(10)
    stage.cluster.load(state)
    assert stage.status(CLAIMS, "data")["phase"] == "Pending"
    stage.advance(3)
    assert stage.status(CLAIMS, "data")["phase"] == "Bound"
    assert stage.events("data").count("ProvisioningSucceeded") == 1


# -- classes


def test_without_class_nothing_is_provisioned(stage: Stage) -> None:
    stage.create(CLAIMS, claim(storageClassName=""))
    assert stage.message("data", "FailedBinding") == (
        "no persistent volumes available for this claim and no storage class is set"
    )
    stage.advance(16)
    assert stage.events("data") == ["FailedBinding"] * 2


def test_a_class_that_is_not_there(stage: Stage) -> None:
    stage.create(CLAIMS, claim(storageClassName="nope"))
    assert stage.message("data", "ProvisioningFailed") == 'storageclass.storage.k8s.io "nope" not found'


def test_a_provisioner_that_nobody_runs(stage: Stage) -> None:
    stage.create(CLASSES, storage_class("cloud", "ebs.csi.aws.com"))
    stage.create(CLAIMS, claim(storageClassName="cloud"))
    stage.advance(60)
    assert stage.status(CLAIMS, "data")["phase"] == "Pending"
    assert "'ebs.csi.aws.com'" in stage.message("data", "ExternalProvisioning")


def test_a_claim_made_before_there_was_a_default_class_gets_it(stage: Stage) -> None:
    stage.client.delete(CLASSES, "", "standard")
    stage.create(CLAIMS, claim())
    assert stage.events("data") == ["FailedBinding"]
    body = storage_class("fast", "rancher.io/local-path", volumeBindingMode="WaitForFirstConsumer")
    body["metadata"]["annotations"] = {"storageclass.kubernetes.io/is-default-class": "true"}
    stage.create(CLASSES, body)
    stage.advance(16)
    assert stage.get(CLAIMS, "data")["spec"]["storageClassName"] == "fast"


# -- volumes made by hand


def test_the_smallest_volume_that_suits_is_taken(stage: Stage) -> None:
    stage.create(VOLUMES, volume("large", "50Mi"))
    stage.create(VOLUMES, volume("small", "5Mi"))
    stage.create(VOLUMES, volume("tiny", "1Ki"))
    assert stage.status(VOLUMES, "/small")["phase"] == "Available"
    stage.create(CLAIMS, claim(storageClassName="manual"))
    assert stage.get(CLAIMS, "data")["spec"]["volumeName"] == "small"
    assert stage.status(CLAIMS, "data")["capacity"] == {"storage": "5Mi"}
    assert stage.status(VOLUMES, "/small")["phase"] == "Bound"
    assert annotations_of(stage.get(VOLUMES, "/small"))["pv.kubernetes.io/bound-by-controller"] == "yes"


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({"storage": "50Mi"}, "requested PV is too small"),
        ({"accessModes": ["ReadWriteMany"]}, "incompatible accessMode"),
        ({"storageClassName": "other"}, "storageClassName does not match"),
        ({"volumeMode": "Block"}, "incompatible volumeMode"),
    ],
)
def test_a_named_volume_must_suit(stage: Stage, spec: dict[str, Any], why: str) -> None:
    stage.create(VOLUMES, volume())
    stage.create(CLAIMS, claim(**{"storageClassName": "manual", "volumeName": "disk", **spec}))
    assert stage.message("data", "VolumeMismatch") == f'Cannot bind to requested volume "disk": {why}'


def test_a_reserved_volume_is_for_its_claim_only(stage: Stage) -> None:
    stage.create(VOLUMES, volume(claimRef={"namespace": "default", "name": "mine"}))
    stage.create(CLAIMS, claim("yours", storageClassName="manual"))
    stage.create(CLAIMS, claim("mine", storageClassName="manual"))
    assert stage.status(CLAIMS, "yours")["phase"] == "Pending"
    assert stage.get(CLAIMS, "mine")["spec"]["volumeName"] == "disk"


def test_a_retained_volume_stays_and_is_not_given_to_others(stage: Stage) -> None:
    stage.create(VOLUMES, volume())
    stage.create(CLAIMS, claim(storageClassName="manual"))
    stage.client.delete(CLAIMS, "default", "data")
    stage.engine.run_ready()
    assert stage.status(VOLUMES, "/disk")["phase"] == "Released"
    stage.create(CLAIMS, claim("next", storageClassName="manual"))
    stage.advance(60)
    assert stage.status(CLAIMS, "next")["phase"] == "Pending"


def test_a_path_outside_of_tmp_is_not_deleted(stage: Stage) -> None:
    stage.create(VOLUMES, volume(path="/data", persistentVolumeReclaimPolicy="Delete"))
    stage.create(CLAIMS, claim(storageClassName="manual"))
    stage.client.delete(CLAIMS, "default", "data")
    stage.engine.run_ready()
    status = stage.status(VOLUMES, "/disk")
    assert status["phase"] == "Failed"
    assert status["message"] == "host_path deleter only supports /tmp/.+ but received provided /data"


def test_a_claim_is_lost_with_its_volume(stage: Stage) -> None:
    stage.create(VOLUMES, volume())
    stage.create(CLAIMS, claim(storageClassName="manual"))
    disk = stage.get(VOLUMES, "/disk")
    stage.client.update(VOLUMES, {**disk, "metadata": {**disk["metadata"], "finalizers": []}})
    stage.client.delete(VOLUMES, "", "disk")
    stage.engine.run_ready()
    assert stage.status(CLAIMS, "data")["phase"] == "Lost"
    assert stage.message("data", "ClaimLost").startswith("Bound claim has lost its PersistentVolume.")


# -- protection


def test_a_claim_in_use_is_not_deleted(stage: Stage) -> None:
    stage.create(VOLUMES, volume())
    stage.create(CLAIMS, claim(storageClassName="manual"))
    assert conditions(stage.status(CLAIMS, "data"))["Unused"] == ("True", "NoPodsUsingPVC")
    stage.create("pods", user())
    assert conditions(stage.status(CLAIMS, "data"))["Unused"] == ("False", "PodUsingPVC")
    stage.client.delete(CLAIMS, "default", "data")
    stage.engine.run_ready()
    assert "deletionTimestamp" in stage.get(CLAIMS, "data")["metadata"]
    stage.client.delete("pods", "default", "app")
    stage.remove_deleted()
    assert not stage.exists(CLAIMS, "data")


def test_a_bound_volume_is_not_deleted(stage: Stage) -> None:
    stage.create(VOLUMES, volume())
    stage.create(CLAIMS, claim(storageClassName="manual"))
    stage.client.delete(VOLUMES, "", "disk")
    stage.engine.run_ready()
    assert stage.exists(VOLUMES, "/disk")
    stage.client.delete(CLAIMS, "default", "data")
    stage.engine.run_ready()
    assert not stage.exists(VOLUMES, "/disk")


# -- volumes that nobody makes, on single nodes


def local_volume(name: str, node: str, storage: str = "5Mi") -> Obj:
    term = {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}]}
    affinity = {"required": {"nodeSelectorTerms": [term]}}
    return volume(name, storage, storageClassName="local", nodeAffinity=affinity)


@pytest.fixture
def local(stage: Stage) -> Stage:
    stage.create(
        CLASSES, storage_class("local", "kubernetes.io/no-provisioner", volumeBindingMode="WaitForFirstConsumer")
    )
    return stage


def test_a_pod_waits_for_a_volume_that_nobody_makes(local: Stage) -> None:
    local.create(CLAIMS, claim(storageClassName="local"))
    local.create("pods", user())
    local.advance(16)
    total = len(local.client.list("nodes"))
    preempted = f"preemption: 0/{total} nodes are available: {total} Preemption is not helpful for scheduling."
    refused = (
        f"0/{total} nodes are available: {total} node(s) didn't find available persistent volumes to bind. {preempted}"
    )
    assert [entry["message"] for entry in local.status("pods", "app")["conditions"]] == [refused]
    assert local.message("data", "WaitForPodScheduled") == "waiting for pod app to be scheduled"
    assert "volume.kubernetes.io/selected-node" not in annotations_of(local.get(CLAIMS, "data"))
    local.create(VOLUMES, local_volume("disk", "node-2"))
    local.advance(1)
    assert local.get("pods", "app")["spec"]["nodeName"] == "node-2"
    assert local.get(CLAIMS, "data")["spec"]["volumeName"] == "disk"
    assert "volume.kubernetes.io/selected-node" not in annotations_of(local.get(CLAIMS, "data"))
    assert local.get(VOLUMES, "/disk")["status"]["phase"] == "Bound"


def test_a_pod_with_two_claims_goes_where_both_have_a_volume(local: Stage) -> None:
    for name, node in (("a", "node-1"), ("b", "node-2"), ("c", "node-2")):
        local.create(VOLUMES, local_volume(name, node))
    for name in ("one", "two"):
        local.create(CLAIMS, claim(name, storageClassName="local"))
    volumes = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in ("one", "two")]
    local.create("pods", user(volumes=volumes))
    local.advance(1)
    assert local.get("pods", "app")["spec"]["nodeName"] == "node-2"
    assert {local.get(CLAIMS, name)["spec"]["volumeName"] for name in ("one", "two")} == {"b", "c"}


def test_a_class_says_on_which_nodes_it_makes_volumes(stage: Stage) -> None:
    topology = [{"matchLabelExpressions": [{"key": "kubernetes.io/hostname", "values": ["node-2"]}]}]
    made = {"volumeBindingMode": "WaitForFirstConsumer", "allowedTopologies": topology}
    stage.create(CLASSES, storage_class("here", "rancher.io/local-path", **made))
    stage.create(CLAIMS, claim(storageClassName="here"))
    stage.create("pods", user())
    stage.advance(5)
    assert stage.get("pods", "app")["spec"]["nodeName"] == "node-2"

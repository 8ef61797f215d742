"""Who owns what: adoption, release, garbage collection, and namespaces that go."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.workloads import NOW, deployment, mark_ready, pod_spec
from tutor.simulator.cluster import SimulatedCluster
from tutor.simulator.controllers.victims import choose_victims
from tutor.simulator.deletion import DeleteOptions, Propagation
from tutor.simulator.objects import controller_of, deleting, name_of, with_metadata
from tutor.simulator.store import Obj

SETS = "replicasets.apps"


@pytest.fixture
def cluster() -> SimulatedCluster:
    return SimulatedCluster(now=NOW, nodes=(), strict=True)


def settle(cluster: SimulatedCluster) -> None:
    for _ in range(20):
        cluster.engine.run_ready()
        if not mark_ready(cluster):
            return


def replica_set(replicas: int = 2) -> Obj:
    template = deployment("web")["spec"]["template"]
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    metadata = {"name": "web", "namespace": "default"}
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata, "spec": spec}


def pods(cluster: SimulatedCluster) -> list[Obj]:
    return cluster.store.list("pods", "default")


def delete(cluster: SimulatedCluster, resource: str, propagation: Propagation) -> None:
    cluster.client("user").delete(resource, "default", "web", DeleteOptions(propagation=propagation))


def test_an_orphan_that_matches_is_adopted(cluster: SimulatedCluster) -> None:
    metadata = {"name": "loner", "namespace": "default", "labels": {"app": "web"}}
    cluster.client("user").create("pods", {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod_spec()})
    cluster.client("user").create(SETS, replica_set(2))
    settle(cluster)
    assert len(pods(cluster)) == 2
    assert all((controller_of(pod) or {})["name"] == "web" for pod in pods(cluster))


def test_what_one_owner_leaves_behind_the_other_takes(cluster: SimulatedCluster) -> None:
    """Two ReplicaSets, then two Deployments, with the same selector."""
    rest = replica_set(2)
    rest["metadata"]["name"] = "rest"
    for body in (replica_set(2), rest):
        cluster.client("user").create(SETS, body)
        settle(cluster)
    delete(cluster, SETS, "Orphan")
    settle(cluster)
    assert [(controller_of(pod) or {})["name"] for pod in pods(cluster)] == ["rest", "rest"]


def test_a_deployment_takes_the_replica_set_of_its_template_that_another_left(cluster: SimulatedCluster) -> None:
    user = cluster.client("user")
    user.create("deployments.apps", deployment("web", replicas=1))
    settle(cluster)
    cluster.engine.advance(2)
    other = deployment("web", replicas=1)
    other["metadata"]["name"] = "other"
    user.create("deployments.apps", other)
    settle(cluster)
    delete(cluster, "deployments.apps", "Orphan")
    settle(cluster)
    sets = {rs["metadata"]["name"].rpartition("-")[0]: rs for rs in cluster.store.list(SETS, "default")}
    assert (controller_of(sets["web"]) or {})["name"] == "other"
    assert (sets["web"]["spec"]["replicas"], sets["other"]["spec"]["replicas"]) == (1, 0)
    revision = "deployment.kubernetes.io/revision"
    assert sets["web"]["metadata"]["annotations"][revision] == "2"


def test_a_pod_whose_label_changes_is_released_and_replaced(cluster: SimulatedCluster) -> None:
    cluster.client("user").create(SETS, replica_set(2))
    settle(cluster)
    one = pods(cluster)[0]
    cluster.client("user").update("pods", with_metadata(one, labels={"app": "debug"}))
    settle(cluster)
    assert len(pods(cluster)) == 3
    released = cluster.store.get("pods", "default", one["metadata"]["name"])
    assert released is not None
    assert controller_of(released) is None


@pytest.mark.parametrize("propagation", ["Background", "Foreground"])
def test_deleting_an_owner_deletes_what_it_owns(cluster: SimulatedCluster, propagation: Propagation) -> None:
    cluster.client("user").create("deployments.apps", deployment("web", replicas=2))
    settle(cluster)
    delete(cluster, "deployments.apps", propagation)
    settle(cluster)
    assert (cluster.store.list("deployments.apps", "default"), cluster.store.list(SETS, "default"), pods(cluster)) == (
        [],
        [],
        [],
    )


def test_in_the_foreground_the_owner_goes_last(cluster: SimulatedCluster) -> None:
    cluster.client("user").create("deployments.apps", deployment("web", replicas=1))
    settle(cluster)
    gone: list[str] = []
    cluster.store.subscribe(
        lambda c: gone.append(c.resource) if c.type == "DELETED" and c.resource != "events" else None
    )
    delete(cluster, "deployments.apps", "Foreground")
    settle(cluster)
    assert gone == ["pods", SETS, "deployments.apps"]


def test_orphans_are_left_behind(cluster: SimulatedCluster) -> None:
    cluster.client("user").create("deployments.apps", deployment("web", replicas=2))
    settle(cluster)
    delete(cluster, "deployments.apps", "Orphan")
    settle(cluster)
    sets = cluster.store.list(SETS, "default")
    assert len(sets) == 1
    assert controller_of(sets[0]) is None
    assert len(pods(cluster)) == 2


def test_a_namespace_takes_everything_in_it_along(cluster: SimulatedCluster) -> None:
    client = cluster.client("user")
    client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    cluster.engine.run_ready()
    assert cluster.store.get("serviceaccounts", "shop", "default") is not None
    assert cluster.store.get("configmaps", "shop", "kube-root-ca.crt") is not None
    body = with_metadata(deployment("web", replicas=3), namespace="shop")
    client.create("deployments.apps", body)
    cluster.engine.run_ready()
    client.delete("namespaces", "", "shop")
    namespace = cluster.store.get("namespaces", "", "shop")
    assert namespace is not None
    assert namespace["status"]["phase"] == "Terminating"
    cluster.engine.advance(4)
    assert len(cluster.store.list("pods", "shop")) == 3
    assert not any(deleting(pod) for pod in cluster.store.list("pods", "shop"))
    cluster.engine.advance(56)
    assert cluster.store.get("namespaces", "", "shop") is None
    assert all(cluster.store.count(resource, "shop") == 0 for resource in cluster.store.resources())


def test_a_namespace_made_anew_goes_when_the_old_one_would_have_been_looked_at(cluster: SimulatedCluster) -> None:
    """Seen on a genuine cluster: the controller's queue knows names only, and each change puts a name into it for five seconds."""
    client = cluster.client("user")

    def make_and_delete() -> None:
        client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
        client.delete("namespaces", "", "shop")

    make_and_delete()
    cluster.engine.advance(5.1)
    assert cluster.store.get("namespaces", "", "shop") is None
    cluster.engine.advance(3)
    make_and_delete()
    saved = cluster.engine.save()
    cluster.engine.advance(1.5)
    assert cluster.store.get("namespaces", "", "shop") is not None
    cluster.engine.load(saved)
    cluster.engine.advance(1)
    assert cluster.store.get("namespaces", "", "shop") is None


@pytest.mark.parametrize("kind", ["DaemonSet", "StatefulSet"])
def test_a_namespace_goes_although_a_controller_wants_to_write_into_it(kind: str) -> None:
    strict = SimulatedCluster(now=NOW, strict=True)
    client = strict.client("user")
    client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    strict.engine.run_ready()
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": pod_spec()}
    body = {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "web", "namespace": "shop"}}
    client.create(
        f"{kind.lower()}s.apps", {**body, "spec": {"selector": {"matchLabels": labels}, "template": template}}
    )
    client.delete("namespaces", "", "shop")
    strict.engine.advance(60)
    assert strict.store.get("namespaces", "", "shop") is None


def test_pods_of_a_namespace_go_before_anything_else(cluster: SimulatedCluster) -> None:
    client = cluster.client("user")
    client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    cluster.engine.run_ready()
    client.create("deployments.apps", with_metadata(deployment("web"), namespace="shop"))
    cluster.engine.run_ready()
    metadata = {"name": "held", "namespace": "shop", "finalizers": ["example.org/hold"]}
    client.create("pods", {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod_spec()})
    client.delete("namespaces", "", "shop")
    cluster.engine.advance(60)
    assert [name_of(pod) for pod in cluster.store.list("pods", "shop")] == ["held"]
    assert cluster.store.get("deployments.apps", "shop", "web") is not None
    (remaining,) = cluster.store.list(SETS, "shop")
    assert not remaining["status"].get("conditions")
    namespace = cluster.store.get("namespaces", "", "shop")
    assert namespace is not None
    assert {condition["status"] for condition in namespace["status"]["conditions"]} == {"False"}
    held = cluster.store.get("pods", "shop", "held")
    assert held is not None
    client.update("pods", with_metadata(held, finalizers=[]))
    cluster.engine.advance(60)
    assert cluster.store.get("namespaces", "", "shop") is None


def _pod(name: str, **changes: Any) -> Obj:
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": changes.get("since", "2026-05-28T20:00:00Z")}
    conditions = [ready] if changes.get("ready", True) else []
    return {
        "metadata": {
            "name": name,
            "namespace": "default",
            "uid": name,
            "creationTimestamp": changes.get("created", "2026-05-28T19:00:00Z"),
            "annotations": changes.get("annotations", {}),
        },
        "spec": {"nodeName": changes.get("node", "node-1")},
        "status": {
            "phase": changes.get("phase", "Running"),
            "conditions": conditions,
            "containerStatuses": [{"restartCount": changes.get("restarts", 0)}],
        },
    }


@pytest.mark.parametrize(
    "victim",
    [
        {"node": ""},
        {"phase": "Pending"},
        {"ready": False},
        {"annotations": {"controller.kubernetes.io/pod-deletion-cost": "-5"}},
        {"since": "2026-05-28T20:26:39Z"},
        {"restarts": 4},
        {"created": "2026-05-28T20:26:39Z"},
    ],
)
def test_which_pod_is_given_up_first(victim: dict[str, Any]) -> None:
    pods = [_pod("a"), _pod("v", **victim), _pod("z")]
    assert [pod["metadata"]["name"] for pod in choose_victims(pods, [], 1, NOW)] == ["v"]


def test_nodes_with_many_pods_give_one_up_first() -> None:
    pods = [_pod("a", node="node-1"), _pod("b", node="node-2"), _pod("c", node="node-2")]
    assert choose_victims(pods, pods, 1, NOW)[0]["metadata"]["name"] == "b"


def test_objects_that_own_each_other_in_a_circle_all_go(cluster: SimulatedCluster) -> None:
    client, names = cluster.client("user"), ("a", "b", "c")
    for name in names:
        body: Obj = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "default"}}
        client.create("configmaps", body)
    for name, owner in zip(names, ("c", "a", "b"), strict=True):
        found = cluster.store.get("configmaps", "default", owner)
        assert found is not None
        uid = found["metadata"]["uid"]
        reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": owner, "uid": uid, "blockOwnerDeletion": True}
        own = cluster.store.get("configmaps", "default", name)
        assert own is not None
        client.update("configmaps", with_metadata(own, ownerReferences=[reference]))
    client.delete("configmaps", "default", "a", DeleteOptions(propagation="Foreground"))
    settle(cluster)
    assert not {name_of(obj) for obj in cluster.store.list("configmaps", "default")} & set(names)


def test_an_owner_that_goes_last_has_also_those_deleted_that_do_not_hold_it_up(cluster: SimulatedCluster) -> None:
    client = cluster.client("user")
    owner: Obj = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "owner", "namespace": "default"}}
    uid = client.create("configmaps", owner)["metadata"]["uid"]
    for name, blocks in (("blocking", True), ("loose", False)):
        reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": uid, "blockOwnerDeletion": blocks}
        metadata = {"namespace": "default", "ownerReferences": [reference], "finalizers": ["example.com/hold"]}
        client.create("configmaps", {**owner, "metadata": {"name": name, **metadata}})
    settle(cluster)
    client.delete("configmaps", "default", "owner", DeleteOptions(propagation="Foreground"))
    settle(cluster)
    left = {name_of(obj): deleting(obj) for obj in cluster.store.list("configmaps", "default")}
    assert {name: left[name] for name in ("owner", "blocking", "loose")} == dict.fromkeys(
        ("owner", "blocking", "loose"), True
    )
    found = cluster.store.get("configmaps", "default", "blocking")
    assert found is not None
    client.update("configmaps", with_metadata(found, finalizers=None))
    settle(cluster)
    assert cluster.store.get("configmaps", "default", "owner") is None
    assert cluster.store.get("configmaps", "default", "loose") is not None

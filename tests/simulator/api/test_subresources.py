"""What is below objects: status, scale, eviction, binding, tokens, ephemeral containers, finalize."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.api.conftest import CONFIG_MAPS, DEPLOYMENTS, NOW, PODS, deployment, pod
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import SimulatedCluster

MERGE_PATCH = "application/merge-patch+json"
PDBS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"


@pytest.fixture
def web(client: InProcessClient) -> InProcessClient:
    client.json("POST", DEPLOYMENTS, deployment())
    return client


def test_the_status_is_written_apart(web: InProcessClient) -> None:
    body = web.get(f"{DEPLOYMENTS}/web")
    body |= {"status": {"replicas": 7}, "spec": {**body["spec"], "replicas": 9}}
    assert web.json("PUT", f"{DEPLOYMENTS}/web/status", body)["spec"]["replicas"] == 1
    assert web.get(f"{DEPLOYMENTS}/web/status")["status"]["replicas"] == 7
    body = web.get(f"{DEPLOYMENTS}/web") | {"status": {"replicas": 3}}
    assert web.json("PUT", f"{DEPLOYMENTS}/web", body)["status"]["replicas"] == 7
    assert web.get(f"{DEPLOYMENTS}/web")["metadata"]["generation"] == 1


def test_patching_the_status(web: InProcessClient) -> None:
    patch = {"status": {"replicas": 2}, "spec": {"replicas": 5}}
    patched = web.json("PATCH", f"{DEPLOYMENTS}/web/status", patch, content_type=MERGE_PATCH)
    assert (patched["status"]["replicas"], patched["spec"]["replicas"]) == (2, 1)


def test_reading_a_scale(web: InProcessClient) -> None:
    scale = web.get(f"{DEPLOYMENTS}/web/scale")
    assert (scale["kind"], scale["apiVersion"]) == ("Scale", "autoscaling/v1")
    assert scale["spec"] == {"replicas": 1}
    assert scale["status"] == {"replicas": 0, "selector": "app=web"}


def test_writing_a_scale(web: InProcessClient) -> None:
    patched = web.json("PATCH", f"{DEPLOYMENTS}/web/scale", {"spec": {"replicas": 3}}, content_type=MERGE_PATCH)
    assert patched["spec"]["replicas"] == 3
    # kubectl scale --current-replicas sends no content type
    put = web.send(
        "PUT", f"{DEPLOYMENTS}/web/scale", {**patched, "spec": {"replicas": 0}}, headers={"content-type": ""}
    )
    assert put.body is not None
    found = web.get(f"{DEPLOYMENTS}/web")
    assert (found["spec"]["replicas"], found["metadata"]["generation"]) == (0, 3)


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"metadata": {"name": "web"}, "spec": {"replicas": -2}}, 422, "must be greater than or equal to 0"),
        ({"spec": {"replicas": 2}}, 400, "name must be provided"),
        (
            {"metadata": {"name": "web", "resourceVersion": "1"}, "spec": {"replicas": 3}},
            409,
            "the object has been modified",
        ),
        ({"kind": "Deployment", "apiVersion": "apps/v1"}, 400, "converting (v1.Deployment) to (autoscaling.Scale)"),
    ],
)
def test_scales_that_are_refused(web: InProcessClient, body: Any, code: int, message: str) -> None:
    status = web.json("PUT", f"{DEPLOYMENTS}/web/scale", body)
    assert status["code"] == code
    assert message in status["message"]


# -- pods


def budget(allowed: int, **status: int) -> dict[str, Any]:
    return {"disruptionsAllowed": allowed, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1, **status}


def running_pod(client: InProcessClient) -> None:
    body = pod("p")
    body["metadata"]["labels"] = {"app": "x"}
    made = client.json("POST", PODS, body)
    ready = {"type": "Ready", "status": "True"}
    client.json("PUT", f"{PODS}/p/status", {**made, "status": {"phase": "Running", "conditions": [ready]}})


def disruption_budget(client: InProcessClient, name: str, status: dict[str, Any]) -> None:
    spec = {"minAvailable": 1, "selector": {"matchLabels": {"app": "x"}}}
    made = client.json("POST", PDBS, {"metadata": {"name": name}, "spec": spec})
    client.json("PUT", f"{PDBS}/{name}/status", {**made, "status": {"observedGeneration": 1, **status}})


def evict(client: InProcessClient) -> dict[str, Any]:
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "p"}}
    answer: dict[str, Any] = client.json("POST", f"{PODS}/p/eviction", body)
    return answer


def test_evicting_without_a_budget_deletes(client: InProcessClient) -> None:
    running_pod(client)
    assert evict(client) == {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
    found = client.get(f"{PODS}/p")
    assert found.get("code") == 404 or "deletionTimestamp" in found["metadata"]


def test_an_evicted_pod_says_that_it_was_evicted(client: InProcessClient) -> None:
    running_pod(client)
    patch = {"metadata": {"finalizers": ["example.org/wait"]}}
    client.json("PATCH", f"{PODS}/p", patch, content_type=MERGE_PATCH)
    evict(client)
    (condition,) = [c for c in client.get(f"{PODS}/p")["status"]["conditions"] if c["type"] == "DisruptionTarget"]
    assert (condition["status"], condition["reason"]) == ("True", "EvictionByEvictionAPI")
    assert condition["message"] == "Eviction API: evicting"


def test_a_refused_or_tried_eviction_leaves_the_pod_as_it_is(client: InProcessClient) -> None:
    running_pod(client)
    before = client.get(f"{PODS}/p")
    body: dict[str, Any] = {"metadata": {"name": "p"}, "deleteOptions": {"preconditions": {"uid": "another"}}}
    assert client.json("POST", f"{PODS}/p/eviction", body)["code"] == 409
    client.json("POST", f"{PODS}/p/eviction", {"metadata": {"name": "p"}, "deleteOptions": {"dryRun": ["All"]}})
    assert client.get(f"{PODS}/p") == before


def test_nothing_below_objects_is_made_in_a_namespace_that_goes(client: InProcessClient) -> None:
    client.json("POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}})
    held = pod("p") | {"metadata": {"name": "p", "finalizers": ["example.org/hold"]}}
    client.json("POST", "/api/v1/namespaces/shop/pods", held)
    client.json("DELETE", "/api/v1/namespaces/shop")
    below = "/api/v1/namespaces/shop/{}"
    bodies: dict[str, dict[str, Any]] = {
        "pods/p/eviction": {"metadata": {"name": "p"}},
        "pods/p/binding": {"target": {"name": "node-1"}},
        "serviceaccounts/default/token": {},
    }
    for path, body in bodies.items():
        answer = client.json("POST", below.format(path), body)
        kind, name, _ = path.split("/")
        why = "unable to create new content in namespace shop because it is being terminated"
        assert answer["message"] == f'{kind} "{name}" is forbidden: {why}'
        assert [cause["reason"] for cause in answer["details"]["causes"]] == ["NamespaceTerminating"]


def test_an_eviction_may_expect_a_version(client: InProcessClient) -> None:
    running_pod(client)
    version = client.get(f"{PODS}/p")["metadata"]["resourceVersion"]
    body = {"metadata": {"name": "p"}, "deleteOptions": {"preconditions": {"resourceVersion": version}}}
    assert client.json("POST", f"{PODS}/p/eviction", body)["status"] == "Success"


def test_a_spent_budget_refuses(client: InProcessClient) -> None:
    running_pod(client)
    disruption_budget(client, "b", budget(0))
    status = evict(client)
    assert (status["code"], status["reason"]) == (429, "TooManyRequests")
    assert status["message"] == "Cannot evict pod as it would violate the pod's disruption budget."
    (cause,) = status["details"]["causes"]
    assert cause == {
        "reason": "DisruptionBudget",
        "message": "The disruption budget b needs 1 healthy pods and has 1 currently",
    }
    assert "deletionTimestamp" not in client.get(f"{PODS}/p")["metadata"]


def test_an_eviction_spends_a_disruption(client: InProcessClient) -> None:
    running_pod(client)
    disruption_budget(client, "b", budget(1))
    assert evict(client)["status"] == "Success"
    status = client.get(f"{PDBS}/b")["status"]
    assert status["disruptionsAllowed"] == 0
    assert list(status["disruptedPods"]) == ["p"]


def test_a_budget_that_is_not_worked_out_yet_says_so(client: InProcessClient) -> None:
    running_pod(client)
    disruption_budget(client, "b", budget(1, observedGeneration=0))
    response = client.send("POST", f"{PODS}/p/eviction", {"metadata": {"name": "p"}})
    assert response.status == 429
    assert ("Retry-After", "10") in response.headers


def test_more_than_one_budget_is_not_supported(client: InProcessClient) -> None:
    running_pod(client)
    for name in "ab":
        disruption_budget(client, name, budget(1))
    assert evict(client)["code"] == 500


def test_binding_a_pod(client: InProcessClient) -> None:
    client.json("POST", PODS, pod("p"))
    body = {
        "apiVersion": "v1",
        "kind": "Binding",
        "metadata": {"name": "p"},
        "target": {"kind": "Node", "name": "node-1"},
    }
    assert client.json("POST", f"{PODS}/p/binding", body)["code"] == 201
    bound = client.get(f"{PODS}/p")
    assert bound["spec"]["nodeName"] == "node-1"
    assert {c["type"]: c["status"] for c in bound["status"]["conditions"]} == {"PodScheduled": "True"}
    again = client.json("POST", f"{PODS}/p/binding", body)
    assert again["code"] == 409
    assert 'pod p is already assigned to node "node-1"' in again["message"]


def test_ephemeral_containers_can_only_be_added(client: InProcessClient) -> None:
    client.json("POST", PODS, pod("p"))
    patch = {"spec": {"ephemeralContainers": [{"name": "debug", "image": "busybox"}]}}
    strategic = "application/strategic-merge-patch+json"
    patched = client.json("PATCH", f"{PODS}/p/ephemeralcontainers", patch, content_type=strategic)
    assert patched["spec"]["ephemeralContainers"][0]["name"] == "debug"
    status = client.json(
        "PATCH", f"{PODS}/p/ephemeralcontainers", {"spec": {"ephemeralContainers": None}}, content_type=MERGE_PATCH
    )
    assert status["code"] == 422


def test_ephemeral_containers_cannot_be_added_to_the_pod_itself(client: InProcessClient) -> None:
    client.json("POST", PODS, pod("p"))
    patch = {"spec": {"ephemeralContainers": [{"name": "debug", "image": "busybox"}]}}
    status = client.json("PATCH", f"{PODS}/p", patch, content_type=MERGE_PATCH)
    assert status["code"] == 422
    assert "pod updates may not change fields other than" in status["message"]
    assert "ephemeralContainers" not in client.get(f"{PODS}/p")["spec"]


# -- others


def test_tokens_speak_for_service_accounts(client: InProcessClient, cluster: SimulatedCluster) -> None:
    path = "/api/v1/namespaces/default/serviceaccounts"
    client.json("POST", path, {"metadata": {"name": "robot"}})
    made = client.json("POST", f"{path}/robot/token", {"spec": {"expirationSeconds": 600}})
    bearer = {"authorization": f"Bearer {made['status']['token']}"}
    review = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    info = client.json("POST", review, {}, headers=bearer)["status"]["userInfo"]
    assert info["username"] == "system:serviceaccount:default:robot"
    cluster.clock.now = NOW + 601
    assert client.json("POST", review, {}, headers=bearer)["code"] == 401


def test_tokens_do_not_live_for_less_than_ten_minutes(client: InProcessClient) -> None:
    path = "/api/v1/namespaces/default/serviceaccounts"
    client.json("POST", path, {"metadata": {"name": "robot"}})
    status = client.json("POST", f"{path}/robot/token", {"spec": {"expirationSeconds": 60}})
    assert status["message"] == (
        'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: '
        "may not specify a duration less than 10 minutes"
    )


def test_finalizing_a_namespace(client: InProcessClient) -> None:
    made = client.json("POST", "/api/v1/namespaces", {"metadata": {"name": "n"}})
    done = client.json("PUT", "/api/v1/namespaces/n/finalize", {**made, "spec": {"finalizers": []}})
    assert not done["spec"].get("finalizers")


def test_what_is_not_simulated_says_so(client: InProcessClient) -> None:
    status = client.get("/api/v1/nodes/node-1/proxy/stats/summary")
    assert (status["code"], status["message"]) == (
        501,
        "nodes/proxy/stats/summary is not simulated: try a kind cluster",
    )


def test_the_proxy_of_a_node_leads_to_its_kubelet(client: InProcessClient) -> None:
    client.json("POST", PODS, pod("here", nodeName="node-1"))
    client.json("POST", PODS, pod("nowhere", nodeName="other"))
    assert client.send("GET", "/api/v1/nodes/node-1/proxy/healthz").payload() == b"ok"
    names = [item["metadata"]["name"] for item in client.get("/api/v1/nodes/node-1:10250/proxy/pods")["items"]]
    assert "here" in names
    assert "nowhere" not in names
    assert client.get("/api/v1/nodes/nosuch/proxy/healthz")["code"] == 404
    assert client.send("GET", "/api/v1/nodes/node-1/proxy/nosuch").status == 404


def test_custom_resources_count_in_quotas(client: InProcessClient, cluster: SimulatedCluster) -> None:
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
    names = {"kind": "Thing", "plural": "things"}
    spec = {"group": "example.com", "names": names, "scope": "Namespaced", "versions": [version]}
    crd = {"metadata": {"name": "things.example.com"}, "spec": spec}
    client.json("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd)
    quota = {"metadata": {"name": "q"}, "spec": {"hard": {"count/things.example.com": "1"}}}
    client.json("POST", "/api/v1/namespaces/default/resourcequotas", quota)
    cluster.engine.advance(5)
    things = "/apis/example.com/v1/namespaces/default/things"
    thing = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "a"}}
    assert client.send("POST", things, thing).status == 201
    status = client.json("POST", things, {**thing, "metadata": {"name": "b"}})
    assert (status["code"], status["message"]) == (
        403,
        'things.example.com "b" is forbidden: exceeded quota: q, requested: count/things.example.com=1, '
        "used: count/things.example.com=1, limited: count/things.example.com=1",
    )


# -- deletion


@pytest.mark.parametrize(
    ("path", "returns_object"), [(CONFIG_MAPS, False), ("/api/v1/namespaces/default/services", True)]
)
def test_reply_types_of_deletions(client: InProcessClient, path: str, returns_object: bool) -> None:
    made = client.json(
        "POST", path, {"metadata": {"name": "x"}, **({"spec": {"ports": [{"port": 1}]}} if returns_object else {})}
    )
    reply = client.json("DELETE", f"{path}/x")
    if returns_object:
        assert reply["metadata"]["uid"] == made["metadata"]["uid"]
    else:
        assert reply["status"] == "Success"
        assert reply["details"] == {"name": "x", "kind": "configmaps", "uid": made["metadata"]["uid"]}


def test_finalizers_hold_an_object(client: InProcessClient) -> None:
    client.json("POST", CONFIG_MAPS, {"metadata": {"name": "x", "finalizers": ["example.com/f"]}})
    assert "deletionTimestamp" in client.json("DELETE", f"{CONFIG_MAPS}/x")["metadata"]
    client.json("PATCH", f"{CONFIG_MAPS}/x", {"metadata": {"finalizers": None}}, content_type=MERGE_PATCH)
    assert client.get(f"{CONFIG_MAPS}/x")["code"] == 404


def test_propagation_in_body_and_query(client: InProcessClient) -> None:
    for name, body, query in (
        ("a", {"propagationPolicy": "Foreground"}, {}),
        ("b", None, {"propagationPolicy": "Foreground"}),
    ):
        client.json("POST", CONFIG_MAPS, {"metadata": {"name": name}})
        deleted = client.json("DELETE", f"{CONFIG_MAPS}/{name}", body, **query)
        assert deleted["metadata"]["finalizers"] == ["foregroundDeletion"]


def test_deleting_a_selection(client: InProcessClient) -> None:
    for name in "abc":
        client.json("POST", CONFIG_MAPS, {"metadata": {"name": name, "labels": {"x": name}}})
    gone = client.json("DELETE", CONFIG_MAPS, labelSelector="x in (a,b)")
    assert [item["metadata"]["name"] for item in gone["items"]] == ["a", "b"]
    assert client.get(f"{CONFIG_MAPS}/a")["code"] == 404
    assert client.get(f"{CONFIG_MAPS}/c")["metadata"]["name"] == "c"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"targetContainerName": "nope"}, '.targetContainerName: Not found: "nope"'),
        ({"name": "c"}, '.name: Duplicate value: "c"'),
        ({"image": ""}, ".image: Required value"),
        ({"restartPolicy": "Always"}, ".restartPolicy: Forbidden: cannot be set for an Ephemeral Container"),
        ({"resources": {"limits": {"cpu": "1"}}}, ".resources: Forbidden: cannot be set for an Ephemeral Container"),
        (
            {"readinessProbe": {"httpGet": {"path": "/", "port": 0}}},
            ".readinessProbe: Forbidden: cannot be set for an Ephemeral Container",
        ),
    ],
)
def test_what_ephemeral_containers_may_not_have(client: InProcessClient, fields: dict[str, Any], why: str) -> None:
    client.json("POST", PODS, pod("p"))
    patch = {"spec": {"ephemeralContainers": [{"name": "debug", "image": "busybox", **fields}]}}
    strategic = "application/strategic-merge-patch+json"
    refused = client.json("PATCH", f"{PODS}/p/ephemeralcontainers", patch, content_type=strategic)
    assert refused["message"] == f'Pod "p" is invalid: spec.ephemeralContainers[0]{why}'

"""Who may do what: RBAC, impersonation, reviews, and the record of what was done."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.api.conftest import CONFIG_MAPS, DEPLOYMENTS, PODS, config_map, pod
from tutor.simulator.api.handler import Api
from tutor.simulator.api.http import Request, User
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import SimulatedCluster

BOB = {"impersonate-user": "bob"}
BINDINGS = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings"
ACCESS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


def bind(client: InProcessClient, role: str, subject: dict[str, str]) -> None:
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
    made = client.json("POST", BINDINGS, {"metadata": {"name": "b"}, "roleRef": reference, "subjects": [subject]})
    assert made["metadata"]["name"] == "b", made


@pytest.mark.parametrize(
    ("method", "path", "message"),
    [
        (
            "GET",
            "/api/v1/pods",
            'pods is forbidden: User "bob" cannot list resource "pods" in API group "" at the cluster scope',
        ),
        (
            "GET",
            f"{PODS}/x",
            'pods "x" is forbidden: User "bob" cannot get resource "pods" in API group "" in the namespace "default"',
        ),
        (
            "GET",
            DEPLOYMENTS,
            'deployments.apps is forbidden: User "bob" cannot list resource "deployments" in API group "apps" '
            'in the namespace "default"',
        ),
        (
            "POST",
            f"{PODS}/x/eviction",
            'pods "x" is forbidden: User "bob" cannot create resource "pods/eviction" in API group "" in the namespace "default"',
        ),
    ],
)
def test_what_is_not_allowed_is_forbidden(client: InProcessClient, method: str, path: str, message: str) -> None:
    status = client.json(method, path, headers=BOB)
    assert (status["code"], status["reason"], status["message"]) == (403, "Forbidden", message)


def test_a_binding_allows_what_its_role_says(client: InProcessClient) -> None:
    bind(client, "view", {"kind": "User", "name": "bob"})
    assert client.get(PODS, headers=BOB)["kind"] == "PodList"
    assert client.get("/api/v1/pods", headers=BOB)["code"] == 403
    assert client.json("POST", CONFIG_MAPS, config_map("a"), headers=BOB)["code"] == 403


def test_groups_and_service_accounts_are_subjects_too(client: InProcessClient) -> None:
    bind(client, "edit", {"kind": "ServiceAccount", "name": "robot", "namespace": "default"})
    robot = {"impersonate-user": "system:serviceaccount:default:robot"}
    assert client.send("POST", CONFIG_MAPS, config_map("a"), headers=robot).status == 201


def test_aggregated_roles_gain_the_rules_of_others(client: InProcessClient) -> None:
    bind(client, "view", {"kind": "User", "name": "bob"})
    labels = {"rbac.authorization.k8s.io/aggregate-to-view": "true"}
    rules = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["list"]}]
    roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
    secrets = "/api/v1/namespaces/default/secrets"
    assert client.get(secrets, headers=BOB)["code"] == 403
    client.json("POST", roles, {"metadata": {"name": "more", "labels": labels}, "rules": rules})
    client.api.cluster.engine.advance(1)
    assert client.get(f"{roles}/edit")["rules"].count(rules[0]) == 1, "edit gathers from view"
    assert client.get(secrets, headers=BOB)["kind"] == "SecretList"


@pytest.mark.parametrize(
    ("path", "code"), [("/version", 200), ("/api", 200), ("/openapi/v3", 200), ("/healthz", 200), ("/", 403)]
)
def test_paths_that_everybody_may_read(client: InProcessClient, path: str, code: int) -> None:
    assert client.send("GET", path, headers=BOB).status == code


def test_impersonating_needs_permission(client: InProcessClient) -> None:
    headers = {"impersonate-user": "root", "authorization": f"Bearer {token(client, 'robot')}"}
    status = client.get(PODS, headers=headers)
    assert status["code"] == 403
    assert 'cannot impersonate resource "users"' in status["message"]


def token(client: InProcessClient, name: str) -> str:
    path = "/api/v1/namespaces/default/serviceaccounts"
    client.json("POST", path, {"metadata": {"name": name}})
    issued: str = client.json("POST", f"{path}/{name}/token", {})["status"]["token"]
    return issued


@pytest.mark.parametrize("credentials", ["Bearer nonsense", "Basic abc"])
def test_wrong_credentials_are_unauthorized(client: InProcessClient, credentials: str) -> None:
    status = client.get(PODS, headers={"authorization": credentials})
    assert (status["code"], status["reason"]) == (401, "Unauthorized")


def test_a_server_knows_its_tokens_and_certificates_only(cluster: SimulatedCluster) -> None:
    api = Api(cluster)
    api.authenticator.trusts_everyone = False
    api.authenticator.add_token("secret", User("ann", ("system:masters",)))
    assert api.handle(Request("GET", PODS)).status == 403
    assert api.handle(Request("GET", PODS, headers={"authorization": "Bearer secret"})).status == 200
    assert api.handle(Request("GET", PODS, certificate_user=User("cay", ("system:masters",)))).status == 200


# -- reviews


def test_a_pods_token_tells_of_the_pod_and_its_node(client: InProcessClient, cluster: SimulatedCluster) -> None:
    accounts = "/api/v1/namespaces/default/serviceaccounts"
    client.json("POST", accounts, {"metadata": {"name": "robot"}})
    uid = client.json("POST", PODS, pod("p", serviceAccountName="robot", nodeName="node-1"))["metadata"]["uid"]
    reference = {"kind": "Pod", "apiVersion": "v1", "name": "p", "uid": uid}
    issued = client.json("POST", f"{accounts}/robot/token", {"spec": {"boundObjectRef": reference}})["status"]["token"]
    review = client.json("POST", "/apis/authentication.k8s.io/v1/tokenreviews", {"spec": {"token": issued}})
    extra = {key.partition("/")[2]: values for key, values in review["status"]["user"]["extra"].items()}
    node = client.get("/api/v1/nodes/node-1")["metadata"]
    assert (extra["pod-name"], extra["pod-uid"]) == (["p"], [uid])
    assert (extra["node-name"], extra["node-uid"]) == (["node-1"], [node["uid"]])


def allowed(client: InProcessClient, attributes: dict[str, str], **headers: str) -> bool:
    answer = client.json("POST", ACCESS, {"spec": {"resourceAttributes": attributes}}, headers=headers)
    found: bool = answer["status"]["allowed"]
    return found


def test_access_reviews(client: InProcessClient) -> None:
    bind(client, "view", {"kind": "User", "name": "bob"})
    listing = {"verb": "list", "resource": "pods", "namespace": "default"}
    assert allowed(client, listing, **BOB)
    assert not allowed(client, {**listing, "verb": "delete"}, **BOB)
    assert not allowed(client, {**listing, "namespace": "other"}, **BOB)
    assert allowed(client, {**listing, "verb": "delete"})


def test_reviews_about_others(client: InProcessClient) -> None:
    path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    attributes = {"verb": "get", "resource": "pods"}
    answer = client.json("POST", path, {"spec": {"user": "bob", "resourceAttributes": attributes}})
    assert answer["status"]["allowed"] is False
    answer = client.json("POST", path, {"spec": {"groups": ["system:masters"], "resourceAttributes": attributes}})
    assert answer["status"]["allowed"] is True


def test_a_review_needs_exactly_one_question(client: InProcessClient) -> None:
    status = client.json("POST", ACCESS, {})
    assert status["code"] == 422
    assert "exactly one of nonResourceAttributes or resourceAttributes must be specified" in status["message"]


def test_rules_reviews_list_what_is_allowed(client: InProcessClient) -> None:
    path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
    bind(client, "view", {"kind": "User", "name": "bob"})
    status = client.json("POST", path, {"spec": {"namespace": "default"}}, headers=BOB)["status"]
    assert {"verbs": ["get", "list", "watch"], "apiGroups": [""], "resources": ["namespaces"]} in status[
        "resourceRules"
    ]
    assert client.json("POST", path, {})["message"] == "no namespace on request"


def test_who_am_i(client: InProcessClient) -> None:
    info = client.json("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {})["status"]["userInfo"]
    assert info == {"username": "kubernetes-admin", "groups": ["system:masters", "system:authenticated"]}


def test_token_reviews(client: InProcessClient) -> None:
    path = "/apis/authentication.k8s.io/v1/tokenreviews"
    good: dict[str, Any] = client.json("POST", path, {"spec": {"token": token(client, "robot")}})["status"]
    assert good["authenticated"]
    assert good["user"]["username"] == "system:serviceaccount:default:robot"
    assert good["user"]["extra"]["authentication.kubernetes.io/credential-id"][0].startswith("JTI=")
    assert client.json("POST", path, {"spec": {"token": "x"}})["status"] == {
        "user": {},
        "error": "invalid bearer token",
    }
    assert client.json("POST", path, {})["code"] == 400


@pytest.mark.parametrize(
    ("method", "path", "what"),
    [
        (
            "GET",
            "/apis/nope/v1/x",
            'x.nope is forbidden: User "bob" cannot list resource "x" in API group "nope" at the cluster scope',
        ),
        (
            "GET",
            "/api/v1/namespaces/default/nope",
            'nope is forbidden: User "bob" cannot list resource "nope" in API group "" in the namespace "default"',
        ),
        (
            "DELETE",
            "/api/v1/namespaces/default/nope/a/b",
            'nope "a" is forbidden: User "bob" cannot delete resource "nope/b" in API group "" in the namespace "default"',
        ),
        (
            "POST",
            "/api/v1/namespaces/default/configmaps/x",
            'configmaps "x" is forbidden: User "bob" cannot create resource "configmaps" in API group "" in the namespace "default"',
        ),
        (
            "GET",
            "/apis/apps/v2/deployments?watch=true",
            'deployments.apps is forbidden: User "bob" cannot watch resource "deployments" in API group "apps" at the cluster scope',
        ),
    ],
)
def test_who_may_not_ask_does_not_learn_what_there_is(
    client: InProcessClient, method: str, path: str, what: str
) -> None:
    status = client.json(method, path, headers={"impersonate-user": "bob"})
    assert (status["code"], status["message"]) == (403, what)


def test_a_namespace_is_in_itself(client: InProcessClient) -> None:
    path, who = "/api/v1/namespaces/default", {"impersonate-user": "bob"}
    why = 'namespaces "default" is forbidden: User "bob" cannot get resource "namespaces" in API group "" in the namespace "default"'
    assert client.get(path, headers=who)["message"] == why
    rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default"
    rules = [{"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]}]
    client.json("POST", f"{rbac}/roles", {"metadata": {"name": "seer"}, "rules": rules})
    subjects = [{"kind": "User", "name": "bob", "apiGroup": "rbac.authorization.k8s.io"}]
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "seer"}
    client.json("POST", f"{rbac}/rolebindings", {"metadata": {"name": "seer"}, "subjects": subjects, "roleRef": role})
    assert client.get(path, headers=who)["kind"] == "Namespace"
    assert client.get("/api/v1/namespaces/kube-system", headers=who)["code"] == 403


def test_who_may_see_one_object_may_list_and_watch_it_alone(client: InProcessClient) -> None:
    who = {"impersonate-user": "bob"}
    rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default"
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list", "watch"], "resourceNames": ["x"]}]
    client.json("POST", f"{rbac}/roles", {"metadata": {"name": "one"}, "rules": rules})
    subjects = [{"kind": "User", "name": "bob", "apiGroup": "rbac.authorization.k8s.io"}]
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "one"}
    client.json("POST", f"{rbac}/rolebindings", {"metadata": {"name": "one"}, "subjects": subjects, "roleRef": role})
    assert client.get(CONFIG_MAPS, headers=who, fieldSelector="metadata.name=x")["kind"] == "ConfigMapList"
    assert client.send("GET", CONFIG_MAPS, headers=who, fieldSelector="metadata.name=x", watch="1").status == 200
    why = 'configmaps "y" is forbidden: User "bob" cannot list resource "configmaps" in API group "" in the namespace "default"'
    assert client.get(CONFIG_MAPS, headers=who, fieldSelector="metadata.name=y")["message"] == why
    assert client.get(CONFIG_MAPS, headers=who)["code"] == 403
    assert client.get(CONFIG_MAPS, headers=who, fieldSelector="metadata.name!=x")["code"] == 403

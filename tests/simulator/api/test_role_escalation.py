"""Nobody grants what they may not do themselves. The cases were played on a genuine cluster first."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.simulator.api.inprocess import InProcessClient

GROUP = "rbac.authorization.k8s.io"
ROOT = f"/apis/{GROUP}/v1"
HERE = f"{ROOT}/namespaces/default"
BOB = {"impersonate-user": "bob"}
MERGE = "application/merge-patch+json"


def rule(groups: str, resources: str, verbs: str, **more: Any) -> dict[str, Any]:
    named = {"apiGroups": groups.split(","), "resources": resources.split(","), "verbs": verbs.split(",")}
    return {**named, **more}


def role(name: str, *rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, "rules": list(rules), **more}


def binding(name: str, role_name: str, kind: str = "ClusterRole", user: str = "bob") -> dict[str, Any]:
    reference = {"apiGroup": GROUP, "kind": kind, "name": role_name}
    return {"metadata": {"name": name}, "roleRef": reference, "subjects": [{"kind": "User", "name": user}]}


@pytest.fixture
def bob(client: InProcessClient) -> InProcessClient:
    """A cluster in which bob may read pods, and write roles and bindings of one namespace."""
    own = (rule("", "pods", "get,list"), rule(GROUP, "roles,rolebindings", "create,get,update,patch,delete"))
    client.json("POST", f"{ROOT}/clusterroles", role("manager", *own))
    client.json("POST", f"{HERE}/rolebindings", binding("manager", "manager"))
    return client


def refused(client: InProcessClient, path: str, body: dict[str, Any], **headers: str) -> str:
    status = client.json("POST", path, body, headers={**BOB, **headers})
    assert (status["code"], status["reason"]) == (403, "Forbidden")
    message: str = status["message"]
    return message


def accepted(client: InProcessClient, path: str, body: dict[str, Any]) -> bool:
    return client.send("POST", path, body, headers=BOB).status == 201


@pytest.mark.parametrize(
    ("rules", "missing"),
    [
        ([rule("", "pods", "get")], ""),
        ([rule("", "pods", "get", resourceNames=["a", "b"])], ""),
        ([rule("", "pods", "get,delete")], '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}'),
        (
            [rule("", "pods,secrets", "get,delete"), rule("apps", "deployments", "*")],
            '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}\n'
            '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete"]}\n'
            '{APIGroups:["apps"], Resources:["deployments"], Verbs:["*"]}',
        ),
        (
            [rule("", "pods", "delete", resourceNames=["a"])],
            '{APIGroups:[""], Resources:["pods"], ResourceNames:["a"], Verbs:["delete"]}',
        ),
        ([rule("", "*", "*")], '{APIGroups:[""], Resources:["*"], Verbs:["*"]}'),
    ],
)
def test_a_role_holds_no_more_than_its_writer_may(
    bob: InProcessClient, rules: list[dict[str, Any]], missing: str
) -> None:
    if not missing:
        assert accepted(bob, f"{HERE}/roles", role("r", *rules))
        return
    assert refused(bob, f"{HERE}/roles", role("r", *rules)) == (
        f'roles.{GROUP} "r" is forbidden: user "bob" (groups=["system:authenticated"]) is attempting to grant RBAC '
        f"permissions not currently held:\n{missing}"
    )


def test_nor_does_a_binding_give_more(bob: InProcessClient) -> None:
    assert accepted(bob, f"{HERE}/rolebindings", binding("mine", "manager", user="ann"))
    message = refused(bob, f"{HERE}/rolebindings", binding("view", "view"))
    assert 'Resources:["pods/log"], Verbs:["get" "list" "watch"]' in message
    missing = bob.json("POST", f"{HERE}/rolebindings", binding("x", "nosuch"), headers=BOB)
    assert (missing["code"], missing["message"]) == (404, f'rolebindings.{GROUP} "nosuch" not found')


def test_changes_are_held_to_the_same(bob: InProcessClient) -> None:
    bob.json("POST", f"{HERE}/roles", role("r", rule("", "pods", "get")))
    path = f"{HERE}/roles/r"
    more = {"rules": [rule("", "pods", "watch")]}
    assert bob.json("PATCH", path, more, content_type=MERGE, headers=BOB)["code"] == 403
    labels = {"metadata": {"labels": {"a": "b"}}}
    assert bob.json("PATCH", path, labels, content_type=MERGE, headers=BOB)["metadata"]["labels"] == {"a": "b"}


def test_deletion_may_go_on_for_a_role_that_holds_more(bob: InProcessClient) -> None:
    bob.json("POST", f"{HERE}/roles", role("r", rule("", "nodes", "get")))
    finalizers = {"metadata": {"finalizers": ["example.com/held"]}}
    assert bob.send("PATCH", f"{HERE}/roles/r", finalizers, content_type=MERGE, headers=BOB).status == 200
    label = {"metadata": {"labels": {"a": "b"}}}
    assert bob.send("PATCH", f"{HERE}/roles/r", label, content_type=MERGE, headers=BOB).status == 403


def test_the_verbs_bind_and_escalate_lift_it(bob: InProcessClient) -> None:
    allowed = (rule(GROUP, "clusterroles", "bind", resourceNames=["view"]), rule(GROUP, "roles", "escalate"))
    bob.json("POST", f"{ROOT}/clusterroles", role("granter", *allowed))
    bob.json("POST", f"{HERE}/rolebindings", binding("granter", "granter"))
    assert accepted(bob, f"{HERE}/rolebindings", binding("view", "view"))
    assert refused(bob, f"{HERE}/rolebindings", binding("edit", "edit"))
    assert accepted(bob, f"{HERE}/roles", role("all", rule("", "secrets", "*")))


def test_gathering_rules_takes_every_right(bob: InProcessClient) -> None:
    bob.json("POST", f"{ROOT}/clusterroles", role("maker", rule(GROUP, "clusterroles", "create")))
    bob.json("POST", f"{ROOT}/clusterrolebindings", binding("maker", "maker"))
    gathering = {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}
    message = refused(bob, f"{ROOT}/clusterroles", role("all", aggregationRule=gathering))
    assert message.endswith("must have cluster-admin privileges to use the aggregationRule")


def test_admins_are_not_asked(client: InProcessClient) -> None:
    made = client.json("POST", f"{HERE}/roles", role("r", rule("*", "*", "*")))
    assert made["metadata"]["name"] == "r"

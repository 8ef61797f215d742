"""The roles that every cluster begins with."""

from __future__ import annotations

from tutor.simulator.api.inprocess import InProcessClient

ROOT = "/apis/rbac.authorization.k8s.io/v1"


def test_the_default_roles_are_there(client: InProcessClient) -> None:
    names = {item["metadata"]["name"] for item in client.get(f"{ROOT}/clusterroles")["items"]}
    assert {"cluster-admin", "admin", "edit", "view", "system:node", "system:kube-scheduler"} <= names
    bindings = client.get(f"{ROOT}/clusterrolebindings")["items"]
    assert {binding["roleRef"]["name"] for binding in bindings} <= names
    assert client.get(f"{ROOT}/roles")["items"]


def test_the_three_for_people_gather_their_rules(client: InProcessClient) -> None:
    view, edit, admin = (client.get(f"{ROOT}/clusterroles/{name}")["rules"] for name in ("view", "edit", "admin"))
    assert all(rule in edit for rule in view)
    assert all(rule in admin for rule in edit)
    assert not any("secrets" in rule["resources"] for rule in view)
    assert any("roles" in rule["resources"] for rule in admin)
    assert client.get(f"{ROOT}/clusterroles/view")["aggregationRule"]


def test_objects_of_one_cluster_have_uids_of_their_own(client: InProcessClient) -> None:
    items = [*client.get(f"{ROOT}/clusterroles")["items"], *client.get(f"{ROOT}/clusterrolebindings")["items"]]
    assert len({item["metadata"]["uid"] for item in items}) == len(items)

"""The APIServices of custom groups."""

from __future__ import annotations

from typing import Any

from tests.simulator.lab import Lab

CRDS = "customresourcedefinitions.apiextensions.k8s.io"
API_SERVICES = "apiservices.apiregistration.k8s.io"


def definition(plural: str, kind: str, *versions: str) -> dict[str, Any]:
    schema = {"openAPIV3Schema": {"type": "object"}}
    served = [
        {"name": name, "served": True, "storage": number == 0, "schema": schema} for number, name in enumerate(versions)
    ]
    names = {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"}
    spec = {"group": "example.com", "scope": "Namespaced", "names": names, "versions": served}
    metadata = {"name": f"{plural}.example.com"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": metadata,
        "spec": spec,
    }


def registered(lab: Lab) -> list[str]:
    names = [obj["metadata"]["name"] for obj in lab.cluster.store.list(API_SERVICES)]
    return sorted(name for name in names if name.endswith(".example.com"))


def test_versions_are_registered_while_a_definition_serves_them() -> None:
    lab = Lab()
    built_in = lab.cluster.store.count(API_SERVICES)
    lab.client.create(CRDS, definition("cats", "Cat", "v1", "v2"))
    lab.client.create(CRDS, definition("dogs", "Dog", "v1"))
    lab.advance(1)
    assert registered(lab) == ["v1.example.com", "v2.example.com"]
    service = lab.client.get(API_SERVICES, "", "v1.example.com")
    assert service is not None
    assert service["metadata"]["labels"] == {"kube-aggregator.kubernetes.io/automanaged": "true"}
    assert service["spec"] == {
        "group": "example.com",
        "version": "v1",
        "groupPriorityMinimum": 1000,
        "versionPriority": 100,
    }
    assert service["status"]["conditions"][0]["reason"] == "Local"
    lab.client.delete(CRDS, "", "cats.example.com")
    lab.advance(1)
    assert registered(lab) == ["v1.example.com"]
    lab.client.delete(CRDS, "", "dogs.example.com")
    lab.advance(1)
    assert registered(lab) == []
    assert lab.cluster.store.count(API_SERVICES) == built_in


def test_one_that_was_deleted_comes_back() -> None:
    lab = Lab()
    lab.client.create(CRDS, definition("cats", "Cat", "v1"))
    lab.advance(1)
    lab.client.delete(API_SERVICES, "", "v1.example.com")
    lab.advance(1)
    assert registered(lab) == ["v1.example.com"]

"""The built-in kubectl beside the genuine one, on a real cluster: at least 97 of 100 commands must print the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kubectl import comparison
from tests.kubectl.harness import Outcome
from tutor.kubectl import KubeConfig

NEEDED = 0.97
"""The share of each table that must be equal or explained; some differ by chance, because the cluster moves meanwhile."""
NAMESPACES = ("kubectl-compare-genuine", "kubectl-compare-built-in")

pytestmark = [pytest.mark.real_cluster, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _cluster() -> None:
    if comparison.genuine_program() is None:
        pytest.skip("needs a genuine kubectl 1.37 in PATH and KUBECONFIG with a cluster that answers")


@pytest.fixture
def namespaces() -> Iterator[tuple[str, str]]:
    for name in NAMESPACES:
        comparison.genuine(["delete", "namespace", name, "--ignore-not-found"])
        comparison.genuine(["create", "namespace", name])
    yield NAMESPACES
    for name in NAMESPACES:
        comparison.genuine(["delete", "namespace", name, "--wait=false"])


@pytest.fixture
def config() -> Iterator[KubeConfig]:
    loaded = comparison.load_config()
    yield loaded
    loaded.close()


def _report(different: list[str], total: int) -> None:
    print(f"{total - len(different)} of {total} equal; different: {different}")  # noqa: T201 - shown with pytest -s
    unexplained = [command for command in different if command not in comparison.known_differences()]
    assert total - len(unexplained) >= NEEDED * total, unexplained


@pytest.mark.parametrize("name", ["reading", "reading-odd"])
def test_commands_that_read(name: str, config: KubeConfig) -> None:
    different = []
    lines = list(comparison.table(name))
    for line in lines:
        expected = comparison.genuine(list(line.words), line.stdin)
        if not comparison.same(expected, comparison.built_in(list(line.words), config, line.stdin)):
            different.append(str(line))
    _report(different, len(lines))


@pytest.mark.parametrize("name", ["changing", "changing-odd", "debugging", "describing"])
def test_commands_that_change(name: str, namespaces: tuple[str, str], config: KubeConfig) -> None:
    ours, theirs = namespaces[1], namespaces[0]
    different, total = [], 0
    for line in comparison.table(name):
        if line.setup:
            for name in namespaces:
                comparison.genuine(line.in_namespace(name), line.stdin)
            continue
        total += 1
        expected = _renamed(comparison.genuine(line.in_namespace(theirs), line.stdin), theirs, ours)
        if not comparison.same(expected, comparison.built_in(line.in_namespace(ours), config, line.stdin)):
            different.append(str(line))
    _report(different, total)


def _renamed(outcome: Outcome, old: str, new: str) -> Outcome:
    return Outcome(outcome.exit_code, outcome.stdout.replace(old, new), outcome.stderr.replace(old, new))


def test_merge_keys_are_those_of_the_server() -> None:
    """The table of merge keys against the server's OpenAPI, for every kind's fields."""
    import json

    from tutor.kubectl.merge_keys import strategy_for

    document = json.loads(comparison.genuine(["get", "--raw", "/openapi/v2"]).stdout)["definitions"]
    wrong = []
    for name, schema in document.items():
        kind = _kind_of(name)
        for field, content in schema.get("properties", {}).items():
            if content.get("type") != "array" or kind is None:
                continue
            key = content.get("x-kubernetes-patch-merge-key", "")
            owner, path = kind
            if strategy_for(owner, (*path, field)).key != key:
                wrong.append((name, field, key))
    assert wrong == []


def _kind_of(definition: str) -> tuple[str, tuple[str, ...]] | None:
    """The kind and path a definition is used at, for those the table has to tell apart."""
    places = {
        "io.k8s.api.core.v1.PodSpec": ("Pod", ("spec",)),
        "io.k8s.api.core.v1.Container": ("Pod", ("spec", "containers")),
        "io.k8s.api.core.v1.EphemeralContainer": ("Pod", ("spec", "ephemeralContainers")),
        "io.k8s.api.core.v1.ServiceSpec": ("Service", ("spec",)),
        "io.k8s.api.core.v1.ServiceAccount": ("ServiceAccount", ()),
        "io.k8s.api.core.v1.NodeSpec": ("Node", ("spec",)),
        "io.k8s.api.core.v1.NodeStatus": ("Node", ("status",)),
        "io.k8s.api.apps.v1.DeploymentSpec": ("Deployment", ("spec",)),
        "io.k8s.api.networking.v1.IngressSpec": ("Ingress", ("spec",)),
        "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec": ("HorizontalPodAutoscaler", ("spec",)),
        "io.k8s.api.networking.v1.NetworkPolicyIngressRule": ("NetworkPolicy", ("spec", "ingress")),
        "io.k8s.api.rbac.v1.RoleBinding": ("RoleBinding", ()),
        "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": ("Pod", ("metadata",)),
    }
    return places.get(definition)

"""kubectl set env: listing, resolving references and reading variables from standard input."""

from __future__ import annotations

from tests.kubectl.harness import run_kubectl, serving
from tests.kubectl.made_up import PODS, pod

CONFIG = "/api/v1/namespaces/default/configmaps/cfg"


def test_list_resolves_what_it_can_and_tells_the_rest() -> None:
    env = [
        {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "cfg", "key": "k"}}},
        {"name": "B", "valueFrom": {"configMapKeyRef": {"name": "cfg", "key": "no"}}},
        {"name": "C", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
    ]
    obj = pod("a") | {"spec": {"containers": [{"name": "main", "image": "x", "env": env}]}}
    config, _ = serving({f"{PODS}/a": obj, CONFIG: {"data": {"k": "v"}}})
    outcome = run_kubectl(["set", "env", "pod/a", "--list", "--resolve"], config)
    assert outcome.stdout == "# Pod a, container main\nA=v\n# B from configmap cfg, key no\nC=a\n"
    assert outcome.stderr == "error retrieving reference for B: key no not found in config map cfg\n"


def test_variables_come_from_standard_input() -> None:
    config, connection = serving({f"{PODS}/a": pod("a"), f"PATCH {PODS}/a": pod("a")})
    run_kubectl(["set", "env", "pod/a", "-"], config, stdin="# none\nX=1\n")
    assert connection.requests[-1].body["spec"]["containers"][0]["env"] == [{"name": "X", "value": "1"}]

"""What commands that read objects into kubectl's own types say of custom resources, which kubectl has no type for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kubectl.harness import Reply, group, resource, run_kubectl, serving

CRON = {
    "apiVersion": "ex.io/v1",
    "kind": "Cron",
    "metadata": {"name": "c", "namespace": "default"},
    "spec": {"size": 3},
}
FILE = "apiVersion: ex.io/v1\nkind: Cron\nmetadata: {name: c}\nspec: {size: 3}\n"


def _served() -> Any:
    config, connection = serving({"/apis/ex.io/v1/namespaces/default/crons/c": CRON})
    plain = connection._answer

    def answer(request: Any) -> Reply:
        if request.path == "/apis":
            items = [group("ex.io", "v1", resource("crons", "Cron"))]
            return Reply(body={"kind": "APIGroupDiscoveryList", "items": items})
        return plain(request)

    connection._answer = answer
    return config


@pytest.mark.parametrize(
    "command",
    [
        "set env cron/c A=b",
        "set image cron/c a=b",
        "rollout status cron/c",
        "rollout history cron/c",
        "rollout undo cron/c",
        "rollout restart cron/c",
        "expose cron c --port=80",
        "logs cron/c",
        "exec cron/c -- ls",
        "attach cron/c",
        "port-forward cron/c 80:80",
    ],
)
def test_kubectl_has_no_type_for_a_custom_resource(command: str) -> None:
    outcome = run_kubectl(command.split(), _served())
    problem = 'error: no kind "Cron" is registered for version "ex.io/v1" in scheme "pkg/runtime/scheme.go:111"\n'
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (1, "", problem)


@pytest.mark.parametrize("flags", [[], ["--type=strategic"]])
def test_a_local_strategic_patch_needs_a_type(flags: list[str]) -> None:
    command = ["patch", "--local", "-f", "-", *flags, "-p", '{"spec":{"size":4}}']
    outcome = run_kubectl(command, _served(), stdin=FILE)
    problem = "error: strategic merge patch is not supported for ex.io/v1, Kind=Cron locally, try --type merge\n"
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (1, "", problem)


@pytest.mark.parametrize(
    ("kind", "patch"), [("merge", '{"spec":{"size":4}}'), ("json", '[{"op":"replace","path":"/spec/size","value":4}]')]
)
def test_other_local_patches_do_not(kind: str, patch: str) -> None:
    command = ["patch", "--local", "-f", "-", "--type", kind, "-p", patch, "-o", "jsonpath={.spec.size}"]
    assert run_kubectl(command, _served(), stdin=FILE).stdout == "4"

"""`--record`, which is deprecated and still used."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kubectl.harness import Reply, Request, run_kubectl, serving
from tutor.kubectl.change_cause import CHANGE_CAUSE

DEPLOYMENT = "/apis/apps/v1/namespaces/default/deployments/web"
WARNING = "Flag --record has been deprecated, --record will be removed in the future\n"


def deployment() -> dict[str, Any]:
    containers = [{"name": "web", "image": "nginx:1.27"}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"replicas": 1, "template": {"spec": {"containers": containers}}},
    }


def causes(words: str) -> tuple[list[str], str]:
    """The change causes the command sends, and what it says on standard error."""

    def write(request: Request) -> Reply:
        return Reply(body=request.body if request.method == "POST" else deployment())

    routes = {
        DEPLOYMENT: lambda request: Reply(body=deployment()),
        f"PATCH {DEPLOYMENT}": write,
        f"PATCH {DEPLOYMENT}/scale": write,
        "POST /api/v1/namespaces/default/pods": write,
    }
    config, connection = serving(routes)
    outcome = run_kubectl(words.split(), config)
    assert outcome.exit_code == 0, outcome.stderr
    bodies = [request.body for request in connection.requests if request.body]
    found = [body.get("metadata", {}).get("annotations", {}).get(CHANGE_CAUSE) for body in bodies]
    return [cause for cause in found if cause], outcome.stderr


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("set image deploy/web web=nginx:1.28 --record", "kubectl set image deploy/web web=nginx:1.28 --record=true"),
        ("label deploy web --record=true a=b", "kubectl label deploy web a=b --record=true"),
        ("annotate deploy web a=b --record", "kubectl annotate deploy web a=b --record=true"),
        ("scale deploy web --replicas=2 --record", "kubectl scale deploy web --replicas=2 --record=true"),
        ("patch deploy web -p {} --record", "kubectl patch deploy web --patch={} --record=true"),
        ("run p --image=x --record -l a=b", "kubectl run p --image=x --record=true --labels=a=b"),
    ],
)
def test_the_command_line_is_kept_in_the_object(words: str, cause: str) -> None:
    assert causes(words) == ([cause], WARNING)


def test_nothing_is_recorded_when_not_asked_for() -> None:
    assert causes("label deploy web a=b --record=false") == ([], WARNING)
    assert causes("label deploy web a=b") == ([], "")


def test_the_help_does_not_advertise_it() -> None:
    assert "--record" not in run_kubectl(["label", "--help"], serving({})[0]).stdout

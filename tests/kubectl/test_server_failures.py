"""What the server says when it refuses, warns or is not there, in kubectl's words."""

from __future__ import annotations

import pytest

from tests.kubectl.harness import NOW, Reply, run_kubectl, serving, status
from tests.kubectl.made_up import PODS, pod


def test_warnings_of_the_server_are_shown_and_can_be_errors() -> None:
    warned = Reply(body={"items": []}, headers={"Warning": '299 - "this is old"'})
    assert run_kubectl(["get", "pods", "-o", "name"], serving({PODS: warned})[0]).stderr == "Warning: this is old\n"
    outcome = run_kubectl(["get", "pods", "-o", "name", "--warnings-as-errors"], serving({PODS: warned})[0])
    assert outcome.exit_code == 1
    assert outcome.stderr.endswith("error: 1 warning received\n")


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (
            status(403, "Forbidden", 'pods is forbidden: User "x" cannot list'),
            'Error from server (Forbidden): pods is forbidden: User "x" cannot list\n',
        ),
        (status(401, "Unauthorized", "Unauthorized"), "error: You must be logged in to the server (Unauthorized)\n"),
        (
            Reply(503, "busy"),
            "Error from server (ServiceUnavailable): the server is currently unable to handle the request (get pods)\n",
        ),
        (
            Reply(500, "oh"),
            'Error from server (InternalError): an error on the server ("oh") has prevented the request from succeeding (get pods)\n',
        ),
    ],
)
def test_failures_of_the_server_are_worded_like_kubectl_words_them(reply: Reply, message: str) -> None:
    outcome = run_kubectl(["get", "pods"], serving({PODS: reply})[0])
    assert (outcome.exit_code, outcome.stderr) == (1, message)


def test_several_causes_of_an_invalid_object_are_listed() -> None:
    causes = [{"field": "spec.a", "message": "Required value"}, {"field": "spec.b", "message": "Invalid value: 1"}]
    reply = status(422, "Invalid", "...", kind="Pod", name="a", causes=causes)
    config, _ = serving({"POST /api/v1/namespaces/default/pods": reply})
    outcome = run_kubectl(["run", "a", "--image=x"], config)
    assert outcome.stderr == 'The Pod "a" is invalid: \n* spec.a: Required value\n* spec.b: Invalid value: 1\n'


def test_a_server_that_is_not_there() -> None:
    from tutor.kubectl import KubeConfig

    config = KubeConfig(
        {
            "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}],
            "contexts": [{"name": "x", "context": {"cluster": "c"}}],
            "current-context": "x",
        }
    )
    outcome = run_kubectl(["get", "pods"], config)
    message = "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?\n"
    *complaints, last = outcome.stderr.splitlines(keepends=True)
    assert (outcome.exit_code, last) == (1, message)
    assert len(complaints) == 5
    reason = 'err="Get \\"http://127.0.0.1:1/api?timeout=32s\\": dial tcp 127.0.0.1:1: connect: connection refused"\n'
    assert all(line.endswith(f'"Couldn\'t get current server API group list" {reason}') for line in complaints)


def test_a_server_without_tables_gets_names_and_ages() -> None:
    made = "2023-11-14T22:08:20Z"  # five minutes before NOW
    routes = {PODS: {"kind": "PodList", "items": [pod("a", creationTimestamp=made)], "metadata": {}}}
    assert run_kubectl(["get", "pods"], serving(routes)[0], now=NOW).stdout == "NAME   AGE\na      5m\n"

"""Commands that follow or wait: watches, deletions, rollouts, conditions and logs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.kubectl.harness import (
    FakeConfig,
    FakeConnection,
    Reply,
    Request,
    group,
    resource,
    run_kubectl,
    serving,
    table,
)
from tests.kubectl.made_up import DEPLOYMENTS, PODS, deployment, events, pod
from tutor.kubectl import KubectlIO, run

COLUMNS = ("Name", "Status", "IP")


def _with_events(plain: Callable[[Request], Reply]) -> Callable[[Request], Reply]:
    """A server whose discovery has events too."""
    found = {"kind": "APIGroupDiscoveryList", "items": [group("", "v1", resource("events", "Event"))]}
    return lambda request: Reply(body=found) if request.path == "/api" else plain(request)


def test_watch_prints_the_list_then_each_change_below_it() -> None:
    first = table(COLUMNS, (("web-1", "Pending", ""), {"name": "web-1"}))
    change = table(COLUMNS, (("web-1", "Running", ""), {"name": "web-1"}))
    del change["columnDefinitions"]
    routes = {f"{PODS}?limit=500": first, f"{PODS}?resourceVersion=7&watch=true": events(("MODIFIED", change))}
    outcome = run_kubectl(["get", "pods", "-w"], serving(routes)[0])
    assert outcome.stdout == "NAME    STATUS\nweb-1   Pending\nweb-1   Running\n"


def test_ctrl_c_ends_a_silent_watch() -> None:
    cancelled, gone = threading.Event(), threading.Event()

    class Silent(FakeConnection):
        def open(self, method: str, path: str, *rest: Any, stream: bool) -> Any:
            response = super().open(method, path, *rest, stream=stream)
            if stream:

                def wait(*_: Any, **__: Any) -> Any:
                    cancelled.set()
                    gone.wait(5)
                    yield b""

                response.stream = wait
                response.shutdown = gone.set
            return response

    routes = {PODS: table(COLUMNS, (("web-1", "Running", ""), {"name": "web-1"}))}
    answer = serving(routes)[1]._answer
    out: list[str] = []
    surroundings = KubectlIO(stdout=out.append, stderr=out.append, cancelled=cancelled)
    assert run(["get", "pods", "-w"], surroundings, FakeConfig(Silent(answer))) == 130
    assert gone.is_set()


def test_delete_waits_until_the_object_is_gone() -> None:
    routes: dict[str, Any] = {
        f"DELETE {PODS}/a": pod("a"),
        PODS: [{"items": [pod("a")], "metadata": {"resourceVersion": "5"}}, events(("DELETED", pod("a")))],
    }
    config, connection = serving(routes)
    outcome = run_kubectl(["delete", "pod", "a"], config)
    assert outcome.stdout == 'pod "a" deleted from default namespace\n'
    assert connection.requests[-1].path.endswith("watch=true")


def test_delete_ends_when_another_object_has_taken_the_name() -> None:
    routes = {f"DELETE {PODS}/a": pod("a"), PODS: {"items": [pod("a", uid="other")], "metadata": {}}}
    assert run_kubectl(["delete", "pod", "a"], serving(routes)[0]).exit_code == 0


def test_rollout_status_follows_until_complete() -> None:
    waiting = deployment(updatedReplicas=1, replicas=3, availableReplicas=2)
    done = deployment(updatedReplicas=2, replicas=2, availableReplicas=2)
    routes: dict[str, Any] = {
        f"{DEPLOYMENTS}/web": waiting,
        DEPLOYMENTS: [{"items": [waiting], "metadata": {"resourceVersion": "5"}}, events(("MODIFIED", done))],
    }
    outcome = run_kubectl(["rollout", "status", "deploy/web"], serving(routes)[0])
    assert outcome.stdout == (
        'Waiting for deployment "web" rollout to finish: 1 out of 2 new replicas have been updated...\n'
        'deployment "web" successfully rolled out\n'
    )


def test_rollout_status_fails_when_the_deadline_is_over() -> None:
    failed = deployment(conditions=[{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}])
    routes = {f"{DEPLOYMENTS}/web": failed, DEPLOYMENTS: {"items": [failed], "metadata": {}}}
    outcome = run_kubectl(["rollout", "status", "deploy/web"], serving(routes)[0])
    assert outcome.exit_code == 1
    assert outcome.stderr == 'error: deployment "web" exceeded its progress deadline\n'


def test_wait_ends_at_its_timeout() -> None:
    routes: dict[str, Any] = {f"{PODS}/a": pod("a"), PODS: lambda request: _silent_or_list(request, pod("a"))}
    outcome = run_kubectl(["wait", "--for=condition=Ready", "pod/a", "--timeout=50ms"], serving(routes)[0])
    assert outcome.stderr == "error: timed out waiting for the condition on pods/a\n"
    assert outcome.exit_code == 1


def _silent_or_list(request: Request, obj: dict[str, Any]) -> Reply:
    if "watch=true" in request.path:
        return Reply(pieces=[])
    return Reply(body={"items": [obj], "metadata": {"resourceVersion": "5"}})


def test_wait_zero_looks_once() -> None:
    routes = {f"{PODS}/a": pod("a")}
    outcome = run_kubectl(["wait", "--for=condition=Ready", "pod/a", "--timeout=0"], serving(routes)[0])
    assert outcome.stderr == "error: condition not met for pods/a\n"


def test_logs_of_several_pods_carry_their_names() -> None:
    routes: dict[str, Any] = {
        PODS: {"items": [pod("a"), pod("b")], "metadata": {}},
        f"{PODS}/a/log": Reply(pieces=[b"one\ntw", b"o\n"]),
        f"{PODS}/b/log": Reply(pieces=[b"three\n"]),
    }
    outcome = run_kubectl(["logs", "-l", "app=x", "--prefix"], serving(routes)[0])
    assert outcome.stdout == "[pod/a/main] one\n[pod/a/main] two\n[pod/b/main] three\n"


def test_following_too_many_logs_is_refused() -> None:
    routes = {PODS: {"items": [pod(str(number)) for number in range(6)], "metadata": {}}}
    outcome = run_kubectl(["logs", "-f", "-l", "app=x"], serving(routes)[0])
    assert "use --max-log-requests to increase the limit" in outcome.stderr


def test_watched_events_are_printed_in_the_wanted_form_and_names_of_a_list_are_refused_silently() -> None:
    event = {"metadata": {"name": "e.1", "namespace": "default"}, "type": "Normal", "involvedObject": {}}
    path = "/api/v1/namespaces/default/events"
    routes = {f"{path}?watch=true": events(("ADDED", event)), path: {"items": [event]}}
    config, connection = serving(routes)
    connection._answer = _with_events(connection._answer)
    assert run_kubectl(["events", "-w", "-o", "name"], config).stdout == "event/e.1\n"
    outcome = run_kubectl(["events", "-o", "name"], config)
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (0, "", "")


def test_the_time_to_wait_is_for_all_objects_together() -> None:
    ready = pod("a") | {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    config, connection = serving({f"{PODS}/a": ready, PODS: {"items": [ready], "metadata": {"resourceVersion": "5"}}})
    outcome = run_kubectl(["wait", "--for=condition=Ready", "pod/a", "--timeout=1ns"], config)
    assert outcome.stderr == "error: timed out waiting for the condition on pods/a\n"
    assert all("watch" not in request.path for request in connection.requests)


@pytest.mark.parametrize(
    ("goal", "problem"),
    [
        ("{.status.conditions[?(@.type==Ready)].status}=True", "unrecognized identifier Ready"),
        (
            "{.a}=b=c",
            "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or "
            "--for=jsonpath='{.status.readyReplicas}'",
        ),
        (
            "{.a}=",
            "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3",
        ),
    ],
)
def test_a_goal_that_cannot_be_read_or_evaluated_is_an_error(goal: str, problem: str) -> None:
    waiting = pod("a") | {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    config, _ = serving({f"{PODS}/a": waiting, PODS: {"items": [waiting], "metadata": {"resourceVersion": "5"}}})
    outcome = run_kubectl(["wait", f"--for=jsonpath={goal}", "pod/a", "--timeout=10s"], config)
    assert (outcome.exit_code, outcome.stderr) == (1, f"error: {problem}\n")

"""Behaviour that recordings cannot show: streams, waits, editors, failures of the server."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.kubectl.harness import NOW, FakeConfig, FakeConnection, Reply, Request, run_kubectl, serving, status, table
from tutor.kubectl import KubectlIO, run
from tutor.kubectl.client import Api
from tutor.kubectl.commands import GROUPS, VERBS, find_command
from tutor.kubectl.describe import infrastructure
from tutor.kubectl.discovery import ApiResource, Discovery
from tutor.kubectl.help import command_help, general_help

PODS = "/api/v1/namespaces/default/pods"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
COLUMNS = ("Name", "Status", "IP")


def pod(name: str, phase: str = "Running", **metadata: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "uid": f"uid-{name}", **metadata},
        "spec": {"containers": [{"name": "main", "image": "x"}]},
        "status": {"phase": phase},
    }


def deployment(**fields: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "default", "uid": "u", "generation": 2},
        "spec": {"replicas": 2},
        "status": {"observedGeneration": 2, **fields},
    }


def events(*changes: tuple[str, dict[str, Any]]) -> Reply:
    lines = [json.dumps({"type": kind, "object": obj}).encode() + b"\n" for kind, obj in changes]
    return Reply(pieces=lines)


def test_every_command_has_help_and_the_list_names_all_of_them() -> None:
    listed = general_help()
    for _, names in GROUPS:
        for name in names:
            assert f"  {name} " in listed
    for name in VERBS:
        command = find_command(name)
        assert command is not None
        for item in (command, *command.subcommands):
            text = command_help(item, f"kubectl {item.name}")
            assert item.short in text
            assert "Usage:" in text


def test_help_lists_subcommands_by_name() -> None:
    create = find_command("create")
    assert create is not None
    listed = command_help(create, "kubectl create").partition("Available Commands:\n")[2].partition("\n\n")[0]
    names = [line.split()[0] for line in listed.splitlines()]
    assert len(names) > 10
    assert names == sorted(names)


def test_help_can_be_asked_for_in_three_ways() -> None:
    config, connection = serving({})
    texts = {run_kubectl(words, config).stdout for words in (["get", "--help"], ["get", "-h"], ["help", "get"])}
    assert len(texts) == 1
    assert not connection.requests


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


@pytest.mark.parametrize(
    ("flags", "options"),
    [
        ([], {"propagationPolicy": "Background"}),
        (["--now"], {"gracePeriodSeconds": 1}),
        (["--force"], {"gracePeriodSeconds": 0}),
        (["--cascade=orphan"], {"propagationPolicy": "Orphan"}),
        (["--grace-period=5"], {"gracePeriodSeconds": 5}),
        (["--dry-run=server"], {"dryRun": ["All"]}),
    ],
)
def test_delete_says_what_it_wants_in_the_body(flags: list[str], options: dict[str, Any]) -> None:
    config, connection = serving({f"DELETE {PODS}/a": pod("a")})
    run_kubectl(["delete", "pod", "a", "--wait=false", *flags], config)
    body = connection.requests[-1].body
    assert options.items() <= body.items()


def test_a_client_dry_run_deletes_nothing() -> None:
    config, connection = serving({})
    outcome = run_kubectl(["delete", "pod", "a", "--dry-run=client"], config)
    assert outcome.stdout == 'pod "a" deleted from default namespace (dry run)\n'
    assert all(request.method == "GET" for request in connection.requests)


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


def test_an_unknown_type_is_asked_for_again_because_it_may_be_new() -> None:
    config, connection = serving({})
    assert (
        run_kubectl(["get", "widgets"], config).stderr == 'error: the server doesn\'t have a resource type "widgets"\n'
    )
    run_kubectl(["get", "widgets"], config)
    assert sum(request.path == "/apis" for request in connection.requests) == 2


def test_a_server_without_tables_gets_names_and_ages() -> None:
    made = "2023-11-14T22:08:20Z"  # five minutes before NOW
    routes = {PODS: {"kind": "PodList", "items": [pod("a", creationTimestamp=made)], "metadata": {}}}
    assert run_kubectl(["get", "pods"], serving(routes)[0], now=NOW).stdout == "NAME   AGE\na      5m\n"


class Editor:
    """Plays the user: one edit after the other; remembers what was shown."""

    def __init__(self, *edits: tuple[str, str] | None) -> None:
        self._edits = list(edits)
        self.shown: list[str] = []

    def __call__(self, name: str, text: str) -> str | None:
        self.shown.append(text)
        edit = self._edits.pop(0)
        return None if edit is None else text.replace(*edit)


def test_edit_sends_only_what_changed() -> None:
    config, connection = serving({f"{DEPLOYMENTS}/web": deployment(), f"PATCH {DEPLOYMENTS}/web": deployment()})
    outcome = run_kubectl(["edit", "deploy/web"], config, editor=Editor(("replicas: 2", "replicas: 3")))
    assert outcome.stdout == "deployment.apps/web edited\n"
    assert connection.requests[-1].body == {"spec": {"replicas": 3}}


def test_edit_without_changes_sends_nothing() -> None:
    for editor in (Editor(None), Editor(("x-not-there", ""))):
        config, connection = serving({f"{DEPLOYMENTS}/web": deployment()})
        outcome = run_kubectl(["edit", "deploy/web"], config, editor=editor)
        assert (outcome.exit_code, outcome.stderr) == (0, "Edit cancelled, no changes made.\n")
        assert all(request.method == "GET" for request in connection.requests)


def test_edit_comes_back_with_the_servers_reasons() -> None:
    refusal = status(422, "Invalid", "...", causes=[{"field": "spec.replicas", "message": "Invalid value: -1"}])
    routes = {f"{DEPLOYMENTS}/web": deployment(), f"PATCH {DEPLOYMENTS}/web": [refusal, deployment()]}
    editor = Editor(("replicas: 2", "replicas: -1"), ("replicas: -1", "replicas: 4"))
    outcome = run_kubectl(["edit", "deploy/web"], serving(routes)[0], editor=editor)
    assert outcome.stderr == 'error: deployments.apps "web" is invalid\n'
    assert outcome.stdout == "deployment.apps/web edited\n"
    assert '# deployments.apps "web" was not valid:\n# * spec.replicas: Invalid value: -1\n' in editor.shown[1]
    assert "replicas: -1" in editor.shown[1]


def test_edit_gives_up_when_the_same_mistake_is_saved_again() -> None:
    routes = {f"{DEPLOYMENTS}/web": deployment()}
    editor = Editor(("replicas: 2", "replicas: ["), ("x-not-there", ""))
    outcome = run_kubectl(["edit", "deploy/web"], serving(routes)[0], editor=editor)
    assert "The edited file had a syntax error" in editor.shown[1]
    assert outcome.stderr == "error: Edit cancelled, no valid changes were saved.\n"


def test_edit_without_an_editor_says_what_to_do_instead() -> None:
    outcome = run_kubectl(["edit", "deploy/web"], serving({f"{DEPLOYMENTS}/web": deployment()})[0])
    assert "run kubectl apply -f FILE" in outcome.stderr


@pytest.mark.parametrize(
    "command",
    ["proxy --unix-socket=x", "kuberc view"],
)
def test_what_is_not_there_says_so_and_what_to_use_instead(command: str) -> None:
    outcome = run_kubectl(command.split(), serving({})[0])
    assert outcome.exit_code == 1
    assert "kubectl" in outcome.stderr
    assert len(outcome.stderr) > 60


def test_kustomize_builds_with_common_changes(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: c, image: 'web:1'}]\n"
    )
    (tmp_path / "kustomization.yaml").write_text(
        "resources: [pod.yaml]\nnamePrefix: x-\nnamespace: shop\ncommonLabels: {team: t}\nimages: [{name: web, newTag: '2'}]\n"
    )
    outcome = run_kubectl(["kustomize", "."], serving({})[0], folder=tmp_path)
    assert outcome.stdout == (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  labels:\n    team: t\n  name: x-a\n  namespace: shop\n"
        "spec:\n  containers:\n  - image: web:2\n    name: c\n"
    )


def test_a_kustomization_with_something_unknown_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: []\nhelmCharts: []\n")
    outcome = run_kubectl(["kustomize", "."], serving({})[0], folder=tmp_path)
    assert "does not support helmCharts" in outcome.stderr


def test_a_new_type_makes_the_server_be_asked_again() -> None:
    crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    config, connection = serving(
        {"/api/v1/namespaces/default/pods": {"items": []}, f"DELETE {crds}/x": {"kind": "Status"}}
    )
    run_kubectl(["get", "pods", "-o", "name"], config)
    run_kubectl(["get", "pods", "-o", "name"], config)
    assert sum(request.path == "/apis" for request in connection.requests) == 1
    Api(connection, KubectlIO(stdout=print, stderr=print)).delete(f"{crds}/x", {})
    run_kubectl(["get", "pods", "-o", "name"], config)
    assert sum(request.path == "/apis" for request in connection.requests) == 2


def test_a_short_name_gives_way_to_another_types_own_name() -> None:
    resources = [
        ApiResource("test.com", "v1", "examples", "example", "Example", True, short_names=("pod",)),
        ApiResource("", "v1", "pods", "pod", "Pod", True, short_names=("po",)),
    ]
    discovery = Discovery(resources, [])
    found = discovery.find("pod")
    assert found is resources[1]
    assert discovery.also_short("pod", found) is None


def test_objects_of_one_name_and_different_kinds_are_edited_alike() -> None:
    texts = []

    def edit(name: str, text: str) -> str:
        texts.append(text)
        return text.replace("name: p\n", "name: p\n    labels: {a: b}\n")

    other = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "p", "namespace": "default", "uid": "2"}}
    maps = "/api/v1/namespaces/default/configmaps/p"
    routes = {f"{PODS}/p": pod("p"), maps: other, f"PATCH {PODS}/p": pod("p"), f"PATCH {maps}": other}
    outcome = run_kubectl(["edit", "pod/p", "cm/p"], serving(routes)[0], editor=edit)
    assert (outcome.stdout, outcome.stderr, len(texts)) == ("pod/p edited\nconfigmap/p edited\n", "", 1)


@pytest.mark.parametrize("status", [0, 1, 2, 127])
def test_diff_leaves_showing_to_another_program(status: int) -> None:
    shown: list[tuple[str, str, str]] = []

    def show(files: Sequence[tuple[str, str, str]]) -> int:
        shown.extend(files)
        return status

    after = pod("p", labels={"a": "b"})
    config, _ = serving({f"{PODS}/p": pod("p"), f"PATCH {PODS}/p": after})
    manifest = io.StringIO("apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {a: b}}\n")
    surroundings = KubectlIO(stdout=print, stderr=print, stdin=manifest, external_diff=show)
    assert run(["diff", "-f", "-"], surroundings, config) == status
    assert [name for name, *_ in shown] == ["v1.Pod.default.p"]
    assert "a: b" in shown[0][2]
    assert "a: b" not in shown[0][1]


def test_what_force_deleted_comes_back_when_its_successor_is_refused() -> None:
    applied = {"kubectl.kubernetes.io/last-applied-configuration": "{}"}
    live = pod("p", annotations=applied, resourceVersion="1")
    invalid = status(422, "Invalid", "no")
    routes = {
        f"{PODS}/p": [live, status(404, "NotFound", "gone")],
        f"PATCH {PODS}/p": invalid,
        f"DELETE {PODS}/p": live,
        f"POST {PODS}": [invalid, live],
        PODS: {"items": [], "metadata": {"resourceVersion": "2"}},
    }
    config, connection = serving(routes)
    manifest = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {a: b}}\n"
    assert run_kubectl(["apply", "--force", "-f", "-"], config, stdin=manifest).exit_code == 1
    restored = connection.requests[-1]
    assert (restored.method, restored.body["metadata"].get("resourceVersion")) == ("POST", None)
    assert restored.body["spec"] == live["spec"]


def test_diff_shows_what_apply_would_prune() -> None:
    applied: dict[str, Any] = {
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"},
        "namespace": "default",
    }
    old, new = pod("old", **applied), pod("new", **applied)
    config, _ = serving({f"{PODS}/new": new, f"PATCH {PODS}/new": new, PODS: {"items": [old, new]}})
    manifest = "apiVersion: v1\nkind: Pod\nmetadata: {name: new}\n"
    words = ["diff", "-f", "-", "--prune", "--prune-allowlist=core/v1/Pod"]
    outcome = run_kubectl(words, config, stdin=manifest)
    assert outcome.exit_code == 1
    assert [line for line in outcome.stdout.splitlines() if line.startswith("diff")] == [
        "diff -u -N /tmp/LIVE-0000000000/v1.Pod.default.old /tmp/MERGED-0000000000/v1.Pod.default.old"
    ]
    assert "-  name: old\n" in outcome.stdout


def test_a_group_may_be_shortened() -> None:
    scaler = ApiResource(
        "autoscaling", "v2", "horizontalpodautoscalers", "horizontalpodautoscaler", "X", True, (), ("hpa",)
    )
    discovery = Discovery([scaler, ApiResource("autoscaling.x", "v1", "hpa", "hpa", "Y", True)], [])
    assert discovery.find("hpa.autoscal") is not None
    assert discovery.find("horizontalpodautoscalers.autoscal") is scaler
    assert discovery.find("hpa.scaling") is None


def test_a_new_object_has_no_version(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, resourceVersion: '5'}\n"
    config, connection = serving({f"POST {PODS}": pod("p")})
    assert run_kubectl(["create", "-f", "-"], config, stdin=text).exit_code == 0
    assert connection.requests[-1].body["metadata"] == {"name": "p", "namespace": "default"}


def test_local_changes_look_at_the_file_alone() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
    config, connection = serving({f"{PODS}/p": pod("p", annotations={"a": "live"})})
    outcome = run_kubectl(["annotate", "--local", "-f", "-", "a=b", "-o", "yaml"], config, stdin=text)
    assert outcome.stdout == "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    a: b\n  name: p\n"
    assert not [request for request in connection.requests if "/pods" in request.path]


def test_a_role_for_a_type_of_an_unknown_group_names_the_group() -> None:
    outcome = run_kubectl(["create", "role", "r", "--verb=get", "--resource=deployments.nope"], serving({})[0])
    assert outcome.stderr == 'the server doesn\'t have a resource type "deployments" in group "nope"\n'


@pytest.mark.parametrize(
    ("kind", "obj", "lines"),
    [
        (
            "describe_ip_address",
            {"spec": {"parentRef": {"resource": "services", "namespace": "default", "name": "web"}}},
            ["Parent Reference:", "Group:", "Resource:   services", "Namespace:  default", "Name:       web"],
        ),
        (
            "describe_service_cidr",
            {"spec": {"cidrs": ["10.0.0.0/16", "fd00::/112"]}},
            ["CIDRs:        10.0.0.0/16, fd00::/112"],
        ),
        (
            "describe_csi_node",
            {
                "spec": {
                    "drivers": [{"name": "d", "nodeID": "n", "allocatable": {"count": 3}, "topologyKeys": ["a", "b"]}]
                }
            },
            ["Drivers:", "d:", "Node ID:  n", "Allocatables:", "Count:        3", "Topology Keys:  [a b]"],
        ),
    ],
)
def test_what_clusters_keep_for_themselves_is_described(kind: str, obj: dict[str, Any], lines: list[str]) -> None:
    class Quiet:
        def write_events(self, writer: object, obj: object) -> None:
            """No events."""

    described = {"metadata": {"name": "x", "creationTimestamp": "2026-01-01T00:00:00Z"}, **obj}
    text = getattr(infrastructure, kind)(Quiet(), described)
    assert text.startswith("Name:")
    shown = [" ".join(line.split()) for line in text.splitlines()]
    assert [line for line in lines if " ".join(line.split()) not in shown] == []

"""What commands send and print where no recording shows it: deletions, diffs, applied and local changes, rare descriptions."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pytest

from tests.kubectl.harness import run_kubectl, serving, status
from tests.kubectl.made_up import PODS, pod
from tutor.kubectl import KubectlIO, run
from tutor.kubectl.describe import infrastructure


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


@pytest.mark.parametrize(
    "command",
    ["proxy --unix-socket=x", "kuberc view"],
)
def test_what_is_not_there_says_so_and_what_to_use_instead(command: str) -> None:
    outcome = run_kubectl(command.split(), serving({})[0])
    assert outcome.exit_code == 1
    assert "kubectl" in outcome.stderr
    assert len(outcome.stderr) > 60


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


def test_a_new_object_has_no_version() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, resourceVersion: '5'}\n"
    config, connection = serving({f"POST {PODS}": pod("p")})
    assert run_kubectl(["create", "-f", "-"], config, stdin=text).exit_code == 0
    assert connection.requests[-1].body["metadata"] == {"name": "p", "namespace": "default"}


@pytest.mark.parametrize("command", ["annotate a=b", """patch -p {"metadata":{"annotations":{"a":"b"}}}"""])
def test_local_changes_look_at_the_file_alone(command: str) -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
    config, connection = serving({f"{PODS}/p": pod("p", annotations={"a": "live"})})
    outcome = run_kubectl([*command.split(), "--local", "-f", "-", "-o", "yaml"], config, stdin=text)
    assert outcome.stdout == "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    a: b\n  name: p\n"
    assert not [request for request in connection.requests if "/pods" in request.path]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("pod p", "cannot specify --local and server resources"),
        ("-f - --dry-run=server", "cannot specify --local and --dry-run=server - did you mean --dry-run=client?"),
    ],
)
def test_a_local_patch_asks_nothing_of_the_server(words: str, problem: str) -> None:
    outcome = run_kubectl(["patch", *words.split(), "--local", "-p", "{}"], serving({})[0])
    assert (outcome.exit_code, outcome.stderr) == (1, f"error: {problem}\n")


def test_a_dry_run_of_set_last_applied_stores_nothing() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
    config, connection = serving({f"{PODS}/p": pod("p"), f"PATCH {PODS}/p": pod("p")})
    words = "apply set-last-applied --create-annotation --dry-run=server -f -"
    outcome = run_kubectl(words.split(), config, stdin=text)
    assert outcome.stdout == "pod/p configured (server dry run)\n"
    assert [request.path for request in connection.requests if request.method == "PATCH"] == [f"{PODS}/p?dryRun=All"]


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


def test_view_last_applied_says_nothing_of_an_object_that_was_never_applied() -> None:
    outcome = run_kubectl(["apply", "view-last-applied", "pod", "a"], serving({f"{PODS}/a": pod("a")})[0])
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (0, "", "")

"""What is said when a server cannot be reached, does not know us, or the kubeconfig is wrong."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kubectl.harness import FakeConfig, FakeConnection, Outcome, Reply, run_kubectl, serving, status
from tutor.kubectl import KubeConfig
from tutor.kubectl.client import asked_for

PLAIN = "http://127.0.0.1:1"


def _config(cluster: dict[str, object], user: dict[str, object] | None = None) -> KubeConfig:
    return KubeConfig(
        {
            "clusters": [{"name": "c", "cluster": {"server": PLAIN, **cluster}}],
            "users": [{"name": "u", "user": user or {}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
    )


def _complaints(outcome: Outcome) -> int:
    return sum("Couldn't get current server API group list" in line for line in outcome.stderr.splitlines())


@pytest.mark.parametrize(
    ("words", "complaints"), [("delete pod x", 5), ("logs x", 4), ("explain pod", 2), ("api-resources", 1)]
)
def test_each_command_complains_as_often_as_the_genuine_one(words: str, complaints: int) -> None:
    assert _complaints(run_kubectl(words.split(), _config({}))) == complaints


def test_a_generated_object_names_the_request_that_failed() -> None:
    outcome = run_kubectl(["create", "cm", "x", "--from-literal=a=b"], _config({}))
    assert outcome.stderr == (
        f'error: failed to create configmap: Post "{PLAIN}/api/v1/namespaces/default/configmaps?'
        'fieldManager=kubectl-create&fieldValidation=Strict": dial tcp 127.0.0.1:1: connect: connection refused\n'
    )


def test_a_manifest_is_validated_first(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("{apiVersion: v1, kind: Pod, metadata: {name: p}}", encoding="utf-8")
    outcome = run_kubectl(["apply", "-f", "p.yaml"], _config({}), folder=tmp_path)
    assert outcome.stderr == (
        'error: error validating "p.yaml": error validating data: failed to download openapi: Get '
        f'"{PLAIN}/openapi/v2?timeout=32s": dial tcp 127.0.0.1:1: connect: connection refused; '
        "if you choose to ignore these errors, turn validation off with --validate=false\n"
    )


def test_a_wrong_token_asks_to_log_in() -> None:
    connection = FakeConnection(lambda request: status(401, "Unauthorized", "Unauthorized"))
    outcome = run_kubectl(["get", "pods"], FakeConfig(connection))
    assert outcome.stderr.splitlines()[-1] == (
        "error: You must be logged in to the server (the server has asked for the client to provide credentials)"
    )


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_server_that_does_not_answer_in_time(silent_port: int) -> None:
    config = _config({"server": f"http://127.0.0.1:{silent_port}"})
    outcome = run_kubectl(["get", "--raw", "/x", "--request-timeout=100ms"], config)
    assert outcome.stderr == (
        "Unable to connect to the server: context deadline exceeded (Client.Timeout exceeded while awaiting headers)\n"
    )


@pytest.mark.parametrize(
    ("cluster", "user", "message"),
    [
        ({"server": "https://x", "certificate-authority-data": base64.b64encode(b"hello").decode()}, {},
         "unable to load root certificates: unable to parse bytes as PEM block"),
        ({"certificate-authority-data": "a%"}, {}, 'error loading config file "": illegal base64 data at input byte 1'),
        ({"certificate-authority": "/nosuch"}, {},
         "unable to read certificate-authority /nosuch for c due to open /nosuch: no such file or directory"),
        ({"certificate-authority-data": "YQ==", "insecure-skip-tls-verify": True}, {},
         "specifying a root certificates file with the insecure flag is not allowed"),
        ({}, {"client-certificate-data": "YQ=="},
         "client-key-data or client-key must be specified for u to use the clientCert authentication method."),
        ({"server": "https://x"}, {"client-certificate-data": "YQ==", "client-key-data": "YQ=="},
         "tls: failed to find any PEM data in certificate input"),
        ({}, {"tokenFile": "/nosuch"}, "open /nosuch: no such file or directory"),
    ],
)  # fmt: skip
def test_a_wrong_kubeconfig(cluster: dict[str, object], user: dict[str, object], message: str) -> None:
    assert run_kubectl(["get", "pods"], _config(cluster, user)).stderr == f"error: {message}\n"


def test_a_kubeconfig_of_the_workspace(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("{current-context: a, contexts: [{name: a, context: {namespace: web}}]}", encoding="utf-8")
    config, _ = serving({})
    words = ["config", "get-contexts", "--no-headers", "--kubeconfig=mine.yaml"]
    assert run_kubectl(words, config, folder=tmp_path).stdout == "*     a                 web\n"
    run_kubectl(
        ["config", "set-context", "--current", "--namespace=b", "--kubeconfig", "mine.yaml"], config, folder=tmp_path
    )
    assert KubeConfig.load(file).namespace() == "b"
    missing = run_kubectl(["get", "pods", "--kubeconfig=nosuch"], config, folder=tmp_path)
    assert missing.stderr == "error: stat nosuch: no such file or directory\n"


def test_the_log_of_requests() -> None:
    config, _ = serving({"/api/v1/namespaces/default/pods/x": Reply(body={"kind": "Pod", "metadata": {"name": "x"}})})
    lines = run_kubectl(["get", "pod", "x", "-o", "name", "-v=6"], config).stderr.splitlines()
    assert lines[-1].endswith(
        '"Response" verb="GET" url="https://cluster.test:6443/api/v1/namespaces/default/pods/x" '
        'status="200 OK" milliseconds=0'
    )
    detailed = run_kubectl(["get", "pod", "x", "-o", "name", "-v=8"], config).stderr
    assert "\tAccept: application/json\n" in detailed
    assert r'"Response Body" body="{\"kind\": \"Pod\"' in detailed
    assert "curl -v -XGET" in run_kubectl(["get", "pod", "x", "-v=9"], config).stderr


def test_one_bad_file_does_not_keep_the_others_from_being_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("{apiVersion: v1, kind: Pod, metadata: {name: b}}", encoding="utf-8")
    config, _ = serving({"/api/v1/namespaces/default/pods/b": {"kind": "Pod", "metadata": {"name": "b"}}})
    outcome = run_kubectl(["get", "-f", ".", "-o", "name"], config, folder=tmp_path)
    assert (outcome.exit_code, outcome.stdout) == (1, "pod/b\n")
    assert outcome.stderr.startswith("error: error parsing a.yaml: ")


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/api/v1/namespaces/a/pods?limit=500", "get pods"),
        ("/api/v1/namespaces/a/pods/web/log", "get pods web"),
        ("/api/v1/namespaces/a", "get namespaces a"),
        ("/api/v1/nodes/one", "get nodes one"),
        ("/apis/apps/v1/namespaces/a/deployments/web", "get deployments.apps web"),
        ("/apis/apps/v1", ""),
        ("/api", ""),
        ("/openapi/v3", ""),
    ],
)
def test_an_error_without_a_status_says_what_was_asked_for(path: str, asked: str) -> None:
    assert asked_for("GET", path) == asked

"""certificate, auth reconcile, config set, proxy, cluster-info dump and what is not there."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.kubectl.harness import FakeConfig, FakeConnection, Reply, group, resource, run_kubectl, serving
from tutor.kubectl import FolderFiles, KubeConfig, KubectlIO, run

CSR = {"kind": "CertificateSigningRequest", "apiVersion": "certificates.k8s.io/v1", "metadata": {"name": "jane"}}
CSR_PATH = "/apis/certificates.k8s.io/v1/certificatesigningrequests/jane"
RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces/default"
ROLE = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r}
rules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}]
"""


def _with_groups(routes: dict[str, Any]) -> tuple[FakeConfig, FakeConnection]:
    groups = [
        group("certificates.k8s.io", "v1",
              resource("certificatesigningrequests", "CertificateSigningRequest", scope="Cluster", shortNames=["csr"])),
        group("rbac.authorization.k8s.io", "v1", resource("roles", "Role")),
    ]  # fmt: skip
    config, connection = serving(routes)
    plain = connection._answer

    def answer(request: Any) -> Reply:
        if request.path == "/apis":
            return Reply(body={"kind": "APIGroupDiscoveryList", "items": groups})
        return plain(request)

    connection._answer = answer
    return config, connection


def test_a_request_is_approved_once() -> None:
    config, connection = _with_groups({CSR_PATH: CSR, f"PUT {CSR_PATH}/approval": CSR})
    outcome = run_kubectl(["certificate", "approve", "jane"], config)
    assert outcome.stdout == "certificatesigningrequest.certificates.k8s.io/jane approved\n"
    (condition,) = connection.requests[-1].body["status"]["conditions"]
    assert (condition["type"], condition["reason"]) == ("Approved", "KubectlApprove")


def test_what_was_denied_cannot_be_approved() -> None:
    denied = {**CSR, "status": {"conditions": [{"type": "Denied", "status": "True"}]}}
    config, _ = _with_groups({CSR_PATH: denied})
    outcome = run_kubectl(["certificate", "approve", "jane"], config)
    assert outcome.stderr == 'error: certificate signing request "jane" is already Denied\n'


def test_reconcile_adds_what_is_missing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "role.yaml").write_text(ROLE, encoding="utf-8")
    live = {"kind": "Role", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "r"},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "delete"]}]}  # fmt: skip
    config, connection = _with_groups({f"{RBAC}/roles/r": live, f"PUT {RBAC}/roles/r": live})
    outcome = run_kubectl(["auth", "reconcile", "-f", "role.yaml"], config, folder=tmp_path)
    assert outcome.stdout == "role.rbac.authorization.k8s.io/r reconciled\n"
    assert outcome.stderr == (
        "\treconciliation required update\n\tmissing rules added:\n"
        "\t\t{Verbs:[list] APIGroups:[] Resources:[pods] ResourceNames:[] NonResourceURLs:[]}\n"
    )
    assert {"verbs": ["list"], "apiGroups": [""], "resources": ["pods"]} in connection.requests[-1].body["rules"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config"
    path.write_text("{current-context: a.b, contexts: [{name: a.b, context: {cluster: c}}]}", encoding="utf-8")
    return path


def test_single_values_are_set_and_unset(file: Path) -> None:
    config = KubeConfig.load(file)
    assert run_kubectl(["config", "set", "clusters.lab.server", "https://x"], config).stdout == (
        'Property "clusters.lab.server" set.\n'
    )
    run_kubectl(["config", "set", "contexts.a.b.namespace", "web"], config)
    run_kubectl(["config", "set", "clusters.lab.insecure-skip-tls-verify", "true"], config)
    saved = KubeConfig.load(file)
    assert saved.entry("clusters", "lab") == {"server": "https://x", "insecure-skip-tls-verify": True}
    assert saved.namespace() == "web"
    run_kubectl(["config", "unset", "contexts.a.b.namespace"], config)
    run_kubectl(["config", "unset", "current-context"], config)
    assert KubeConfig.load(file).current_context == ""
    assert run_kubectl(["config", "set", "nope.x.y", "1"], config).exit_code == 1


def test_clusters_and_users_are_set(file: Path, tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("CA", encoding="utf-8")
    config = KubeConfig.load(file)
    words = ["config", "set-cluster", "lab", "--server=https://x", "--certificate-authority=ca.crt", "--embed-certs"]
    assert run_kubectl(words, config, folder=tmp_path).stdout == 'Cluster "lab" set.\n'
    assert run_kubectl(["config", "set-credentials", "me", "--token=t"], config).stdout == 'User "me" set.\n'
    saved = KubeConfig.load(file)
    assert saved.entry("clusters", "lab") == {"server": "https://x", "certificate-authority-data": "Q0E="}
    assert saved.entry("users", "me") == {"token": "t"}


def test_the_proxy_passes_requests_on_with_our_credentials() -> None:
    connection = FakeConnection(lambda request: Reply(body=b"ok", headers={"Content-Length": "2"}))
    printed: list[str] = []
    serves = threading.Event()

    def out(text: str) -> None:
        printed.append(text)
        serves.set()

    io = KubectlIO(stdout=out, stderr=printed.append)
    thread = threading.Thread(target=run, args=(["proxy", "--port=0"], io, FakeConfig(connection)))
    thread.start()
    try:
        assert serves.wait(10), printed
        port = printed[0].split(":")[1].strip()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/pods", timeout=10) as reply:
            assert reply.read() == b"ok"
        with pytest.raises(urllib.error.HTTPError, match="403") as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/namespaces/x/pods/y/exec", timeout=10)
        refused.value.close()
    finally:
        io.cancelled.set()  # type: ignore[attr-defined] # it is an Event here
        thread.join(10)
    assert [request.path for request in connection.requests] == ["/api/v1/pods"]
    assert io.ports.open == frozenset()


def test_the_proxy_serves_a_folder_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "a b.html").write_text("<p>hello", encoding="utf-8")
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    serves, printed = threading.Event(), []

    def out(text: str) -> None:
        printed.append(text)
        serves.set()

    io = KubectlIO(stdout=out, stderr=printed.append, files=FolderFiles(tmp_path))
    thread = threading.Thread(target=run, args=(["proxy", "--port=0", "--www=site"], io, serving({})[0]))
    thread.start()
    try:
        assert serves.wait(10), printed
        base = f"http://127.0.0.1:{printed[0].split(':')[1].strip()}/static/"
        with urllib.request.urlopen(f"{base}a%20b.html", timeout=10) as reply:
            assert (reply.read(), reply.headers["Content-Type"]) == (b"<p>hello", "text/html")
        with urllib.request.urlopen(base, timeout=10) as reply:
            assert b'<a href="a%20b.html">' in reply.read()
        with pytest.raises(urllib.error.HTTPError, match="404") as refused:
            urllib.request.urlopen(f"{base}..%2fsecret", timeout=10)
        refused.value.close()
    finally:
        io.cancelled.set()  # type: ignore[attr-defined] # it is an Event here
        thread.join(10)


def test_the_dump_has_the_logs_of_every_container(tmp_path: Path) -> None:
    pod = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c"}]}}
    empty = {"kind": "List", "items": []}
    routes: dict[str, Any] = {f"/api/v1/namespaces/default/{name}": empty for name in ("events", "services")}
    routes |= {"/api/v1/nodes": empty, "/api/v1/namespaces/default/pods": {"kind": "PodList", "items": [pod]}}
    routes["/api/v1/namespaces/default/pods/p/log"] = Reply(body=b"hello\n")
    config, _ = serving(routes)
    outcome = run_kubectl(["cluster-info", "dump", "--namespaces=default"], config)
    assert outcome.exit_code == 1  # the made-up server has no replication controllers
    assert '"kind": "List"' in outcome.stdout


@pytest.mark.parametrize("words", ["plugin list", "kuberc view", "proxy --unix-socket=/x", "proxy --address=0.0.0.0"])
def test_what_is_not_there_says_so(words: str) -> None:
    outcome = run_kubectl(words.split(), serving({})[0])
    assert outcome.exit_code == 1
    assert outcome.stderr.startswith("error: ")


@pytest.mark.parametrize(
    ("flags", "rules"),
    [
        ("--verb=* --resource=*", [{"verbs": ["*"], "apiGroups": [""], "resources": ["*"]}]),
        ("--verb=get --resource=*,nope", [{"verbs": ["get"], "apiGroups": [""], "resources": ["*"]}]),
        ("--verb=get --resource=*.apps", [{"verbs": ["get"], "apiGroups": ["apps"], "resources": ["*"]}]),
        ("--verb=get --resource=*/scale", [{"verbs": ["get"], "apiGroups": [""], "resources": ["*/scale"]}]),
        (
            "--verb=impersonate --resource=users",
            [{"verbs": ["impersonate"], "apiGroups": [""], "resources": ["users"]}],
        ),
    ],
)
def test_roles_for_everything_and_for_what_is_no_type(flags: str, rules: list[Any]) -> None:
    command = ["create", "role", "r", *flags.split(), "--dry-run=client", "-o", "json"]
    assert json.loads(run_kubectl(command, serving({})[0]).stdout)["rules"] == rules


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        ("--verb=bind --resource=pods", "error: can not perform 'bind' on 'pods' in group ''"),
        ("--verb=get --resource=/scale", "error: resource must be specified if apiGroup/subresource specified"),
        ("--verb=get --resource=nope", 'the server doesn\'t have a resource type "nope"'),
    ],
)
def test_roles_that_make_no_sense(flags: str, problem: str) -> None:
    outcome = run_kubectl(["create", "role", "r", *flags.split()], serving({})[0])
    assert (outcome.exit_code, outcome.stderr) == (1, f"{problem}\n")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("a=b=c", "key names or file paths cannot contain '='"),
        ("a=", "file path for key name a missing"),
        ("=a", 'key name for file path "a" missing'),
    ],
)
def test_sources_of_entries_that_cannot_be_read(source: str, problem: str) -> None:
    outcome = run_kubectl(["create", "cm", "c", f"--from-file={source}"], serving({})[0])
    assert (outcome.exit_code, outcome.stderr) == (1, f"error: {problem}\n")


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (
            "taint node n a=c:NoSchedule",
            "error: node n already has a taint(s) with same effect(s) and --overwrite is false",
        ),
        ("taint node n a=b", "error: invalid taint spec: a=b, name part must consist of alphanumeric characters"),
        (
            "cordon n -l a=b",
            "cannot specify both a node name and a --selector option\nSee 'kubectl cordon -h' for help",
        ),
        (
            "autoscale node n --max=3",
            "error: cannot autoscale a Node: could not find scale subresource for /v1, Resource=nodes in discovery",
        ),
    ],
)
def test_refusals_about_nodes(command: str, problem: str) -> None:
    node = {"metadata": {"name": "n"}, "spec": {"taints": [{"key": "a", "value": "b", "effect": "NoSchedule"}]}}
    outcome = run_kubectl(command.split(), serving({"/api/v1/nodes/n": node})[0])
    assert outcome.exit_code == 1
    assert outcome.stderr.removeprefix("error: ").startswith(problem.removeprefix("error: "))

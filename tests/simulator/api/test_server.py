"""The API over HTTPS, with real clients: the standard library's, the official Python client, and kubectl."""

from __future__ import annotations

import http.client
import json
import shutil
import ssl
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.api.conftest import CONFIG_MAPS, config_map, deployment
from tutor.simulator.api.http import User
from tutor.simulator.api.kubeconfig import Endpoint
from tutor.simulator.api.server import SimulatedApiServer
from tutor.simulator.cluster import NodeSpec, SimulatedCluster


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatedApiServer]:
    cluster = SimulatedCluster(now=time.time(), nodes=(NodeSpec("node-1"),))
    server = SimulatedApiServer(cluster)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def kubeconfig(server: SimulatedApiServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kube") / "config"
    server.write_kubeconfig(path)
    return path


@pytest.fixture
def endpoint(server: SimulatedApiServer) -> Endpoint:
    return server.start()


class Connection:
    """One kept-alive HTTPS connection."""

    def __init__(self, endpoint: Endpoint, context: ssl.SSLContext | None = None) -> None:
        self.token = endpoint.token
        host = endpoint.server.removeprefix("https://")
        trusted = context or ssl.create_default_context(cadata=endpoint.ca.decode())
        self.http = http.client.HTTPSConnection(host, context=trusted, timeout=20)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> http.client.HTTPResponse:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
        self.http.request(method, path, None if body is None else json.dumps(body), headers)
        return self.http.getresponse()

    def json(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return json.loads(self.send(method, path, body, **headers).read())

    def close(self) -> None:
        self.http.close()


@pytest.fixture
def connection(endpoint: Endpoint) -> Iterator[Connection]:
    connection = Connection(endpoint)
    yield connection
    connection.close()


def test_requests_share_a_connection(connection: Connection) -> None:
    assert connection.json("GET", "/version")["gitVersion"] == "v1.37.2"
    socket = connection.http.sock
    assert connection.json("GET", "/api/v1/namespaces/default")["metadata"]["name"] == "default"
    assert connection.http.sock is socket


def test_starting_twice_is_starting_once(server: SimulatedApiServer, endpoint: Endpoint) -> None:
    assert server.start() is endpoint


def test_no_credentials_are_not_enough(endpoint: Endpoint) -> None:
    connection = Connection(endpoint)
    assert connection.json("GET", "/api/v1/nodes", Authorization="Bearer wrong")["code"] == 401
    connection.token = ""
    connection.http.request("GET", "/api/v1/nodes")
    status = json.loads(connection.http.getresponse().read())
    assert status["message"].startswith('nodes is forbidden: User "system:anonymous" cannot list resource "nodes"')
    connection.close()


def test_client_certificates(server: SimulatedApiServer, endpoint: Endpoint, tmp_path: Path) -> None:
    pair = server.client_certificate(User("ann", ("system:masters",)))
    file = tmp_path / "ann.pem"
    file.write_bytes(pair.certificate + pair.key)
    context = ssl.create_default_context(cadata=endpoint.ca.decode())
    context.load_cert_chain(file)
    connection = Connection(endpoint, context)
    connection.http.request(
        "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}", {"Content-Type": "application/json"}
    )
    info = json.loads(connection.http.getresponse().read())["status"]["userInfo"]
    digest = info.pop("extra")["authentication.kubernetes.io/credential-id"][0]
    assert digest.startswith("X509SHA256=")
    assert info == {"username": "ann", "groups": ["system:masters", "system:authenticated"]}
    connection.close()


def test_other_users_get_tokens_of_their_own(server: SimulatedApiServer) -> None:
    connection = Connection(server.endpoint_for(User("bob", ("system:authenticated",))))
    assert connection.json("GET", "/api/v1/nodes")["reason"] == "Forbidden"
    connection.close()


def test_groups_to_act_as_come_one_a_header_whatever_is_in_their_names(
    endpoint: Endpoint, connection: Connection
) -> None:
    body = json.dumps({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}).encode()
    groups = ("b", ",,a", "a,c")
    http = connection.http
    http.putrequest("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews")
    http.putheader("Authorization", f"Bearer {endpoint.token}")
    http.putheader("Impersonate-User", "ann")
    for group in groups:
        http.putheader("Impersonate-Group", group)
    http.putheader("Content-Type", "application/json")
    http.putheader("Content-Length", str(len(body)))
    http.endheaders(body)
    user = json.loads(http.getresponse().read())["status"]["userInfo"]
    assert user["groups"] == [*groups, "system:authenticated"]


def test_large_answers_are_compressed_for_those_who_take_it(connection: Connection) -> None:
    response = connection.send("GET", "/openapi/v3/api/v1", **{"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.read()) < 128 * 1024
    response = connection.send("GET", "/openapi/v3/api/v1")
    assert response.headers["Content-Encoding"] is None
    assert json.loads(response.read())["openapi"] == "3.0.0"


@pytest.mark.parametrize("more", [2, 1_000_000])
def test_requests_that_are_too_large(connection: Connection, more: int) -> None:
    body = config_map("large", text="x" * (3 * 1024 * 1024 + more))
    response = connection.send("POST", CONFIG_MAPS, body)
    status = json.loads(response.read())
    assert (response.status, status["message"]) == (413, "Request entity too large: limit is 3145728")


def test_a_watch_streams_events_until_its_time_is_up(endpoint: Endpoint, connection: Connection) -> None:
    watcher = Connection(endpoint)
    revision = connection.json("GET", CONFIG_MAPS)["metadata"]["resourceVersion"]
    response = watcher.send("GET", f"{CONFIG_MAPS}?watch=true&resourceVersion={revision}&timeoutSeconds=1")
    assert response.headers["Transfer-Encoding"] == "chunked"
    connection.json("POST", CONFIG_MAPS, config_map("watched"))
    event = json.loads(response.readline())
    assert (event["type"], event["object"]["metadata"]["name"]) == ("ADDED", "watched")
    assert response.read() == b""
    watcher.close()


def test_writes_from_other_threads_wake_watches(server: SimulatedApiServer, endpoint: Endpoint) -> None:
    watcher = Connection(endpoint)
    response = watcher.send("GET", f"{CONFIG_MAPS}?watch=true&timeoutSeconds=20&fieldSelector=metadata.name%3Dinside")

    def write() -> None:
        with server.cluster.lock:
            body = config_map("inside")
            body["metadata"]["namespace"] = "default"
            server.cluster.client("test").create("configmaps", body)

    threading.Thread(target=write).start()
    assert json.loads(response.readline())["object"]["metadata"]["name"] == "inside"
    watcher.close()


def test_the_cluster_works_while_time_passes(server: SimulatedApiServer, connection: Connection) -> None:
    connection.json("POST", "/apis/apps/v1/namespaces/default/deployments", deployment("worked"))
    server.pacer.settle(60)
    found = connection.json("GET", "/apis/apps/v1/namespaces/default/deployments/worked")
    assert found["status"]["replicas"] == 1


def test_fast_forwarded_ages_make_sense_to_clients(server: SimulatedApiServer, connection: Connection) -> None:
    made = connection.json("POST", CONFIG_MAPS, config_map("dated"))
    server.pacer.advance(7200)
    shown = connection.json("GET", f"{CONFIG_MAPS}/dated")["metadata"]["creationTimestamp"]
    hours = (parse(made["metadata"]["creationTimestamp"]) - parse(shown)) / 3600
    assert hours == pytest.approx(2, abs=0.01)
    assert (
        abs(
            parse(connection.json("POST", CONFIG_MAPS, config_map("now"))["metadata"]["creationTimestamp"])
            - time.time()
        )
        < 5
    )


def parse(text: str) -> float:
    from tutor.simulator.clock import parse_timestamp

    return parse_timestamp(text)


@pytest.mark.parametrize("path", ["/api/v1/nodes?watch=true", f"{CONFIG_MAPS}?watch=true&resourceVersion=0"])
def test_a_watch_ends_when_its_client_goes(server: SimulatedApiServer, endpoint: Endpoint, path: str) -> None:
    before = server.api.hub.count()
    watcher = Connection(endpoint)
    response = watcher.send("GET", path)
    assert response.readline()
    assert server.api.hub.count() == before + 1
    response.close()
    watcher.close()
    end = time.monotonic() + 20
    while server.api.hub.count() > before and time.monotonic() < end:
        time.sleep(0.01)
    assert server.api.hub.count() == before


def test_stopping_ends_open_watches() -> None:
    server = SimulatedApiServer(SimulatedCluster(now=time.time(), nodes=()))
    endpoint = server.start()
    watcher = Connection(endpoint)
    response = watcher.send("GET", "/api/v1/nodes?watch=true")
    begun = time.monotonic()
    server.stop()
    assert response.read() == b""
    assert time.monotonic() - begun < 5
    watcher.close()
    again = server.start()
    connection = Connection(again)
    assert connection.json("GET", "/version")["major"] == "1"
    connection.close()
    server.stop()


def test_a_port_that_is_taken_is_an_error(endpoint: Endpoint) -> None:
    port = int(endpoint.server.rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"):
        SimulatedApiServer(SimulatedCluster(now=time.time(), nodes=()), port=port).start()


# -- the kubeconfig


def test_the_kubeconfig_is_private(kubeconfig: Path) -> None:
    assert stat.S_IMODE(kubeconfig.stat().st_mode) == 0o600
    assert 'current-context: "simulated"' in kubeconfig.read_text()


def test_a_kubeconfig_needs_a_server(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="start the server"):
        SimulatedApiServer(SimulatedCluster(now=0.0, nodes=())).write_kubeconfig(tmp_path / "config")


# -- the official Python client


@pytest.fixture(scope="module")
def python_client(kubeconfig: Path) -> Iterator[Any]:
    from kubernetes import client, config

    configuration = client.Configuration()
    config.load_kube_config(str(kubeconfig), client_configuration=configuration)
    with client.ApiClient(configuration) as api:
        yield api


def test_typed_client(python_client: Any) -> None:
    from kubernetes import client

    core = client.CoreV1Api(python_client)
    metadata = client.V1ObjectMeta(name="typed", labels={"a": "b"})
    core.create_namespaced_config_map("default", client.V1ConfigMap(metadata=metadata, data={"k": "v"}))
    (found,) = core.list_namespaced_config_map("default", label_selector="a=b").items
    assert found.data == {"k": "v"}
    core.patch_namespaced_config_map("typed", "default", {"data": {"k": "w"}})
    assert core.read_namespaced_config_map("typed", "default").data == {"k": "w"}
    core.delete_namespaced_config_map("typed", "default")
    with pytest.raises(client.ApiException) as raised:
        core.read_namespaced_config_map("typed", "default")
    assert raised.value.status == 404


def test_typed_watch(python_client: Any) -> None:
    from kubernetes import client, watch

    core = client.CoreV1Api(python_client)
    core.create_namespaced_config_map("default", client.V1ConfigMap(metadata=client.V1ObjectMeta(name="seen")))
    events = watch.Watch().stream(
        core.list_namespaced_config_map, "default", field_selector="metadata.name=seen", timeout_seconds=1
    )
    assert [event["type"] for event in events] == ["ADDED"]


def test_dynamic_client_and_server_side_apply(python_client: Any) -> None:
    from kubernetes import dynamic

    deployments = dynamic.DynamicClient(python_client).resources.get(api_version="apps/v1", kind="Deployment")
    body = deployment("dynamic")
    applied = deployments.server_side_apply(body=body, name="dynamic", namespace="default", field_manager="test")
    assert applied.metadata.managedFields[0].operation == "Apply"
    assert deployments.get(name="dynamic", namespace="default").spec.replicas == 1


# -- kubectl

KUBECTL = shutil.which("kubectl")


@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not on PATH")
class TestKubectl:
    """The real program."""

    @pytest.fixture
    def kubectl(self, kubeconfig: Path, tmp_path: Path) -> Any:
        def run(*arguments: str, code: int = 0, text: str = "") -> str:
            command = [
                KUBECTL or "",
                "--kubeconfig",
                str(kubeconfig),
                "--cache-dir",
                str(tmp_path / "cache"),
                *arguments,
            ]
            done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=30, check=False)
            assert done.returncode == code, done.stderr
            return done.stdout + done.stderr

        return run

    def test_create_and_get(self, kubectl: Any) -> None:
        assert kubectl("create", "deployment", "k1", "--image=nginx") == "deployment.apps/k1 created\n"
        assert kubectl("get", "deploy", "k1", "-o", "name") == "deployment.apps/k1\n"
        head, row = kubectl("get", "deploy", "k1").splitlines()
        assert head.split() == ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"]
        assert row.split()[0] == "k1"
        assert kubectl("scale", "deploy", "k1", "--replicas=0") == "deployment.apps/k1 scaled\n"
        assert "deleted" in kubectl("delete", "deploy", "k1")

    def test_apply_and_diff(self, kubectl: Any) -> None:
        text = json.dumps(config_map("k2", a="1"))
        assert kubectl("apply", "-f", "-", text=text) == "configmap/k2 created\n"
        assert kubectl("apply", "-f", "-", text=text) == "configmap/k2 unchanged\n"
        changed = json.dumps(config_map("k2", a="2"))
        assert '+  a: "2"' in kubectl("diff", "-f", "-", code=1, text=changed)
        assert kubectl("apply", "-f", "-", text=changed) == "configmap/k2 configured\n"
        assert kubectl("apply", "--server-side", "-f", "-", text=changed) == "configmap/k2 serverside-applied\n"

    def test_mistakes_are_found(self, kubectl: Any) -> None:
        text = json.dumps({**config_map("k3"), "dta": {}})
        assert 'strict decoding error: unknown field "dta"' in kubectl("create", "-f", "-", code=1, text=text)

    def test_explain(self, kubectl: Any) -> None:
        assert "FIELD: replicas <integer>" in kubectl("explain", "deployment.spec.replicas")

    def test_wait_for_deletion(self, kubectl: Any) -> None:
        kubectl("create", "configmap", "k4", "--from-literal=a=b")
        assert kubectl("delete", "configmap", "k4", "--wait").startswith('configmap "k4" deleted')

    def test_access(self, kubectl: Any) -> None:
        assert kubectl("auth", "can-i", "create", "pods") == "yes\n"
        assert kubectl("auth", "can-i", "create", "pods", "--as=bob", code=1) == "no\n"
        assert "kubernetes-admin" in kubectl("auth", "whoami")

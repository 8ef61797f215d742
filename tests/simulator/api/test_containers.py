"""Logs, exec and attach, on a runtime of the test's own."""

from __future__ import annotations

import base64
import json
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pytest
import websocket

from tests.simulator.api.conftest import NOW, PODS, pod
from tutor.simulator.api.http import Stream
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.api.server import SimulatedApiServer
from tutor.simulator.api.sessions import exit_status_object
from tutor.simulator.cluster import NodeSpec, SimulatedCluster


class Line(NamedTuple):
    at: float
    text: str
    whole: bool = True


class EchoSession:
    """A process that writes its arguments, copies its input until that ends, and exits with 3."""

    def __init__(self, argv: Sequence[str], stdin: bool) -> None:
        self.written: list[tuple[str, bytes]] = [("stdout", " ".join(argv).encode()), ("stderr", b"warned")]
        self.open = stdin
        self.size = (0, 0)
        self.wake: Callable[[], None] = lambda: None

    def output(self) -> Iterable[tuple[str, bytes]]:
        taken, self.written = self.written, []
        return taken

    def exit_status(self) -> dict[str, Any] | None:
        return None if self.open or self.written else exit_status_object(3)

    def on_output(self, wake: Callable[[], None]) -> None:
        self.wake = wake

    def write(self, data: bytes) -> None:
        self.written.append(("stdout", data))
        self.wake()

    def end_input(self) -> None:
        self.open = False
        self.wake()

    def resize(self, columns: int, rows: int) -> None:
        self.written.append(("stdout", f"{columns}x{rows}".encode()))
        self.wake()

    def close(self) -> None:
        self.open = False


class FakeRuntime:
    """Logs by container id, and an echo for every command."""

    def __init__(self) -> None:
        self.logs: dict[str, list[Line]] = {}

    def log(self, namespace: str, pod: str, container_id: str) -> Sequence[Line] | None:
        return self.logs.get(container_id)

    def exec(
        self, namespace: str, pod: str, container: str, argv: Sequence[str], *, stdin: bool, tty: bool
    ) -> EchoSession | None:
        return EchoSession(argv, stdin) if container != "dead" else None

    def attach(self, namespace: str, pod: str, container: str, *, stdin: bool, tty: bool) -> EchoSession | None:
        return EchoSession(["attached"], stdin) if container != "dead" else None

    def unreachable(self, node: str) -> str:
        return ""


@pytest.fixture
def runtime(cluster: SimulatedCluster, monkeypatch: pytest.MonkeyPatch) -> FakeRuntime:
    fake = FakeRuntime()
    monkeypatch.setattr(cluster, "runtime", fake, raising=False)
    return fake


def put_pod(
    client: InProcessClient,
    state: dict[str, Any],
    last: dict[str, Any] | None = None,
    node: str = "node-1",
    name: str = "p",
    **status: Any,
) -> None:
    made = client.json("POST", PODS, pod(name, nodeName=node))
    container = {"name": "c", "state": state, "lastState": last or {}, **status}
    client.json(
        "PUT", f"{PODS}/{name}/status", {**made, "status": {"phase": "Running", "containerStatuses": [container]}}
    )


RUNNING: dict[str, Any] = {"running": {}}
ENDED: dict[str, Any] = {"terminated": {"exitCode": 1, "containerID": "containerd://old"}}


@pytest.fixture
def written(client: InProcessClient, runtime: FakeRuntime) -> InProcessClient:
    put_pod(client, RUNNING, ENDED, containerID="containerd://new")
    runtime.logs["new"] = [Line(NOW, "one"), Line(NOW + 1.5, "two"), Line(NOW + 2, "three", whole=False)]
    runtime.logs["old"] = [Line(NOW - 9, "before")]
    return client


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "one\ntwo\nthree"),
        ({"tailLines": "1"}, "three"),
        ({"tailLines": "0"}, ""),
        ({"limitBytes": "5"}, "one\nt"),
        ({"previous": "true"}, "before\n"),
        ({"sinceTime": "2023-11-14T22:13:21Z"}, "two\nthree"),
        (
            {"timestamps": "true", "tailLines": "2"},
            "2023-11-14T22:13:21.500000000Z two\n2023-11-14T22:13:22.000000000Z three",
        ),
        ({"container": "c"}, "one\ntwo\nthree"),
    ],
)
def test_logs(written: InProcessClient, query: dict[str, Any], expected: str) -> None:
    response = written.send("GET", f"{PODS}/p/log", **query)
    assert (response.status, response.content_type) == (200, "text/plain")
    assert response.payload().decode() == expected


def test_logs_since_some_seconds(written: InProcessClient, cluster: SimulatedCluster) -> None:
    cluster.clock.now = NOW + 11
    assert written.send("GET", f"{PODS}/p/log", sinceSeconds="9").payload() == b"three"


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ({"container": "x"}, 400, "container x is not valid for pod p"),
        ({"tailLines": "-1"}, 422, "tailLines: Invalid value: -1: must be greater than or equal to 0"),
        ({"sinceSeconds": "0"}, 422, "sinceSeconds: Invalid value: 0: must be greater than 0"),
        (
            {"sinceSeconds": "1", "sinceTime": "2020-01-01T00:00:00Z"},
            422,
            "at most one of `sinceTime` or `sinceSeconds`",
        ),
        ({"sinceTime": "x"}, 400, 'cannot parse "x" as "2006"'),
        ({"tailLines": "x"}, 400, 'strconv.ParseInt: parsing "x": invalid syntax'),
    ],
)
def test_log_options_are_checked(written: InProcessClient, query: dict[str, str], code: int, message: str) -> None:
    status = written.get(f"{PODS}/p/log", **query)
    assert status["code"] == code
    assert message in status["message"]


@pytest.mark.parametrize(
    ("state", "last", "query", "message"),
    [
        (
            {"waiting": {"reason": "ErrImagePull"}},
            {},
            {},
            'container "c" in pod "p" is waiting to start: image can\'t be pulled',
        ),
        (
            {"waiting": {"reason": "PodInitializing"}},
            {},
            {},
            'container "c" in pod "p" is waiting to start: PodInitializing',
        ),
        (RUNNING, {}, {"previous": "true"}, 'previous terminated container "c" in pod "p" not found'),
        ({}, {}, {}, 'container "c" in pod "p" is waiting to start - no logs yet'),
    ],
)
def test_containers_without_a_log(
    client: InProcessClient, runtime: FakeRuntime, state: Any, last: Any, query: dict[str, str], message: str
) -> None:
    put_pod(client, state, last)
    status = client.get(f"{PODS}/p/log", **query)
    assert (status["code"], status["message"]) == (400, message)


def test_a_crashed_container_shows_its_last_run(client: InProcessClient, runtime: FakeRuntime) -> None:
    put_pod(client, {"waiting": {"reason": "CrashLoopBackOff"}}, ENDED)
    runtime.logs["old"] = [Line(NOW, "boom")]
    assert client.send("GET", f"{PODS}/p/log").payload() == b"boom\n"


def test_init_containers_leave_no_choice(client: InProcessClient, runtime: FakeRuntime) -> None:
    client.json("POST", PODS, pod("p", initContainers=[{"name": "i", "image": "x"}]))
    assert client.send("GET", f"{PODS}/p/log").status == 200


def test_several_containers_need_a_choice(client: InProcessClient, runtime: FakeRuntime) -> None:
    body = pod("two", initContainers=[{"name": "i", "image": "x"}])
    body["spec"]["containers"].append({"name": "d", "image": "x"})
    client.json("POST", PODS, body)
    message = "a container name must be specified for pod two, choose one of: [i c d]"
    assert client.get(f"{PODS}/two/log")["message"] == message
    assert client.get(f"{PODS}/two/exec")["message"] == message


def test_following_a_log(written: InProcessClient, runtime: FakeRuntime) -> None:
    stream = written.send("GET", f"{PODS}/p/log", follow="true", tailLines="1").stream
    assert stream is not None
    assert stream.poll_seconds is not None
    assert (stream.pull(), stream.ended) == (b"three", False)
    runtime.logs["new"].append(Line(NOW + 3, "four"))
    del runtime.logs["new"][:2]  # rotation
    assert stream.pull() == b"four\n"
    found = written.get(f"{PODS}/p")
    found["status"]["containerStatuses"][0]["state"] = ENDED
    written.json("PUT", f"{PODS}/p/status", found)
    assert (stream.pull(), stream.ended) == (b"", True)


def test_following_up_to_a_limit(written: InProcessClient, runtime: FakeRuntime) -> None:
    stream: Stream | None = written.send("GET", f"{PODS}/p/log", follow="true", limitBytes="15").stream
    assert stream is not None
    runtime.logs["new"].append(Line(NOW + 3, "four"))
    assert (stream.pull(), stream.ended) == (b"one\ntwo\nthreefo"[:15], True)


def test_exec_needs_a_websocket(written: InProcessClient) -> None:
    assert written.get(f"{PODS}/p/exec", command="ls")["message"] == "Upgrade request required"


# -- over the socket


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatedApiServer]:
    cluster = SimulatedCluster(now=time.time(), nodes=(NodeSpec("node-1"),))
    runtime = FakeRuntime()
    runtime.logs["new"] = [Line(NOW, "one")]
    setattr(cluster, "runtime", runtime)  # noqa: B010 # stands in for the kubelets, which have a type of their own
    client = InProcessClient(cluster)
    client.json("POST", PODS, pod("p", nodeName="node-1"))
    put_pod(client, RUNNING, {}, "nowhere", "told", containerID="containerd://new")  # no kubelet touches it
    body = pod("gone", nodeName="node-1")
    body["spec"]["containers"][0]["name"] = "dead"
    client.json("POST", PODS, body)
    server = SimulatedApiServer(cluster)
    server.start()
    yield server
    server.stop()


def talk(
    server: SimulatedApiServer, path: str, protocol: str, frames: list[bytes], *, whole: bool = False
) -> list[bytes]:
    """Open a websocket, send frames, and collect what comes until it closes."""
    endpoint = server.start()
    socket: Any = websocket.create_connection(
        endpoint.server.replace("https", "wss") + path,
        timeout=10,
        sslopt={"cert_reqs": ssl.CERT_NONE},
        subprotocols=[protocol] if protocol else None,
        header=[f"Authorization: Bearer {endpoint.token}"],
    )
    try:
        assert socket.getsubprotocol() == (protocol or None)
        for frame in frames:
            socket.send_binary(frame)
        return [frame for frame in received(socket) if whole or len(frame) > 1]
    finally:
        socket.shutdown()


def received(socket: Any) -> Iterator[bytes]:
    while True:
        opcode, data = socket.recv_data()
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            return
        yield data


def test_a_session_begins_with_an_empty_frame(server: SimulatedApiServer) -> None:
    frames = talk(server, f"{PODS}/p/exec?command=echo&stdout=true", "v5.channel.k8s.io", [], whole=True)
    assert frames[0] == b"\x01"
    assert talk(server, f"{PODS}/p/attach?stdin=true", "v5.channel.k8s.io", [b"\xff\x00"], whole=True)[0] == b"\x03"


def test_the_first_protocol_tells_errors_in_words(server: SimulatedApiServer) -> None:
    frames = talk(server, f"{PODS}/p/exec?command=echo&command=hi&stdout=true", "channel.k8s.io", [])
    assert frames[:2] == [b"\x01echo hi", b"\x02warned"]
    assert frames[2] == b"\x03command terminated with non-zero exit code: Error executing in container: exit status 3"


def test_channels_in_base64(server: SimulatedApiServer) -> None:
    frames = talk(server, f"{PODS}/p/exec?command=echo&command=hi&stdout=true", "v4.base64.channel.k8s.io", [])
    assert frames[:2] == [b"1ZWNobyBoaQ==", b"2d2FybmVk"]
    assert json.loads(base64.b64decode(frames[2][1:]))["status"] == "Failure"


@pytest.mark.parametrize(("protocol", "frame"), [("binary.k8s.io", b"one\n"), ("base64.binary.k8s.io", b"b25lCg==")])
def test_a_log_over_a_websocket(server: SimulatedApiServer, protocol: str, frame: bytes) -> None:
    assert talk(server, f"{PODS}/told/log?limitBytes=4", protocol, []) == [frame]


def test_a_watch_over_a_websocket(server: SimulatedApiServer) -> None:
    frames = talk(server, f"{PODS}?watch=true&timeoutSeconds=1&fieldSelector=metadata.name=p", "", [])
    assert json.loads(frames[0])["type"] == "ADDED"


@pytest.mark.parametrize("protocol", ["v4.channel.k8s.io", "v5.channel.k8s.io"])
def test_exec_over_a_websocket(server: SimulatedApiServer, protocol: str) -> None:
    frames = talk(server, f"{PODS}/p/exec?command=echo&command=hi&stdout=true", protocol, [])
    assert frames[:2] == [b"\x01echo hi", b"\x02warned"]
    assert frames[2][0] == 3
    status = json.loads(frames[2][1:])
    assert status["details"]["causes"] == [{"reason": "ExitCode", "message": "3"}]


def test_input_size_and_end_of_input(server: SimulatedApiServer) -> None:
    frames = [b"\x00typed", b'\x04{"Width":80,"Height":24}', b"\x04nonsense", b"\xff\x00"]
    answers = talk(server, f"{PODS}/p/attach?stdin=true", "v5.channel.k8s.io", frames)
    assert answers[:2] == [b"\x01attached", b"\x02warned"]
    assert b"\x01typed" in answers
    assert b"\x0180x24" in answers
    assert answers[-1][0] == 3


def test_a_container_that_does_not_run(server: SimulatedApiServer) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as raised:
        talk(server, f"{PODS}/gone/exec?command=ls", "v5.channel.k8s.io", [])
    assert raised.value.status_code == 500


def test_kubectl_asks_again_by_spdy_why_there_is_no_connection(written: InProcessClient) -> None:
    body = pod("gone", nodeName="node-1")
    body["spec"]["containers"][0]["name"] = "dead"
    written.json("POST", PODS, body)
    answer = written.send("POST", f"{PODS}/gone/exec", headers={"upgrade": "SPDY/3.1"}, command="ls")
    assert (answer.status, answer.payload()) == (500, b'container not found ("dead")')
    answer = written.send("POST", f"{PODS}/p/exec", headers={"upgrade": "SPDY/3.1"}, command="ls")
    assert answer.status == 400


def test_the_python_client_can_exec(server: SimulatedApiServer) -> None:
    from kubernetes import client
    from kubernetes.stream import stream

    endpoint = server.start()
    configuration = client.Configuration(host=endpoint.server)
    configuration.api_key = {"authorization": f"Bearer {endpoint.token}"}
    configuration.ca_cert_data = None
    configuration.verify_ssl = False
    with client.ApiClient(configuration) as api:
        connect = client.CoreV1Api(api).connect_get_namespaced_pod_exec
        command = ["say", "it"]
        talk = stream(connect, "p", "default", command=command, stdout=True, stderr=True, _preload_content=False)
        talk.run_forever(timeout=10)
        assert (talk.read_stdout(), talk.read_stderr(), talk.returncode) == ("say it", "warned", 3)
        talk.sock.shutdown()

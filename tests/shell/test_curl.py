"""curl and wget against an API server made up for them: names, addresses, the proxy, and how they fail."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.shell.conftest import NOWHERE, Bench

WEB = {
    "metadata": {"name": "web", "namespace": "default"},
    "spec": {"clusterIP": "10.0.0.5", "ports": [{"port": 80, "nodePort": 30080}]},
}
SHOP = {"metadata": {"name": "shop", "namespace": "prod"}, "spec": {"clusterIP": "10.0.0.6", "ports": [{"port": 8080}]}}
POD = {"metadata": {"name": "web-1", "namespace": "default"}, "spec": {}, "status": {"podIP": "10.1.0.7"}}
NODE = {"metadata": {"name": "node-1"}, "status": {"addresses": [{"type": "InternalIP", "address": "172.18.0.2"}]}}
OBJECTS: dict[str, Any] = {
    "/api/v1/namespaces/default/services/web": WEB,
    "/api/v1/namespaces/prod/services/shop": SHOP,
    "/api/v1/namespaces/prod": {"metadata": {"name": "prod"}},
    "/api/v1/services": {"items": [WEB, SHOP]},
    "/api/v1/pods": {"items": [POD]},
    "/api/v1/nodes": {"items": [NODE]},
}
SERVICE_PROXY = "/api/v1/namespaces/default/services/http:web:80/proxy"
POD_PROXY = "/api/v1/namespaces/default/pods/http:web-1:8000/proxy"


def status(message: str) -> bytes:
    return json.dumps({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message}).encode()


class ApiServer(BaseHTTPRequestHandler):
    """Answers the few requests the tools make."""

    def do_GET(self) -> None:
        path = self.path
        if path in OBJECTS:
            self._answer(200, json.dumps(OBJECTS[path]).encode())
        elif path == f"{SERVICE_PROXY}/":
            self._answer(200, f"hello {self.headers.get('X-Name', '')}\n".encode())
        elif path == f"{SERVICE_PROXY}/missing?a=b":
            self._answer(404, b"no such page\n")
        elif path.startswith(POD_PROXY):
            self._answer(200, b"pod\n")
        elif "http:shop:8080" in path:
            self._answer(503, status('no endpoints available for service "http:shop:8080"'))
        else:
            self._answer(404, status("not found"))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(201, b"got " + body)

    do_HEAD = do_GET  # noqa: N815 - as above

    def _answer(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def shell(tmp_path: Path, open_bench: Callable[..., Bench]) -> Iterator[Bench]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), ApiServer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(NOWHERE.replace("127.0.0.1:9", f"127.0.0.1:{server.server_port}"))
    bench = open_bench(kubeconfig)
    yield bench
    bench.shell.close()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "url",
    [
        "web",
        "http://web/",
        "web:80",
        "web.default",
        "web.default.svc",
        "web.default.svc.cluster.local",
        "10.0.0.5",
        "172.18.0.2:30080",
    ],
)
def test_a_service_by_its_names_and_addresses(shell: Bench, url: str) -> None:
    assert shell.out(f"curl {url}") == "hello \n"
    assert shell.out(f"wget -qO- {url}") == "hello \n"


def test_a_pod_by_its_address(shell: Bench) -> None:
    assert shell.out("curl 10.1.0.7:8000/x") == "pod\n"


def test_options(shell: Bench) -> None:
    assert shell.out("curl -s -H 'X-Name: ada' web | tr a-z A-Z") == "HELLO ADA\n"
    assert shell.out("curl -d a=1 -d b=2 web") == "got a=1&b=2"
    assert shell.out("curl -s -o out.txt -w '%{http_code}\\n' web; cat out.txt") == "200\nhello \n"
    assert shell.out("curl -so /dev/null -w '%{http_code}' web/missing?a=b") == "404"
    assert shell.out("curl -i web/missing?a=b").startswith("HTTP/1.1 404 Not Found\n")
    assert shell.out("curl -I web").startswith("HTTP/1.1 200 OK\n")
    assert shell.run("curl -f web/missing?a=b").status == 22
    assert "through the API server" in shell.run("curl -v web").stderr
    assert shell.run("wget web").stderr == "'index.html' saved\n"
    assert shell.run("wget web").stderr == "wget: can't open 'index.html': File exists\n"
    assert shell.run("wget -qO- web/missing?a=b").stderr == "wget: server returned error: HTTP/1.1 404 Not Found\n"


@pytest.mark.parametrize(
    ("line", "code", "says", "tip"),
    [
        ("curl nope", 6, "curl: (6) Could not resolve host: nope\n", "kubectl get services"),
        ("curl shop", 6, "curl: (6) Could not resolve host: shop\n", "shop.prod"),
        ("curl example.com", 6, "curl: (6) Could not resolve host: example.com\n", "not the internet"),
        (
            "curl https://www.example.com/x",
            6,
            "curl: (6) Could not resolve host: www.example.com\n",
            "not the internet",
        ),
        (
            "curl localhost:8080",
            7,
            "curl: (7) Failed to connect to localhost port 8080 ",
            "Nothing listens on port 8080 of the practice shell",
        ),
        ("curl web:81", 7, "curl: (7) Failed to connect to web port 81 ", "its ports: 80"),
        ("curl shop.prod:8080", 7, "curl: (7) Failed to connect to shop.prod port 8080 ", "no endpoints available"),
        ("curl 10.9.9.9", 7, "curl: (7) Failed to connect to 10.9.9.9 port 80 ", "No Service, Pod or node"),
        ("curl ftp://web", 3, "curl: (3) ", ""),
        ("curl --frobnicate web", 2, "curl: ", ""),
        ("curl", 2, "curl: (2) no URL specified\n", ""),
        ("curl -H 'Authorization: x' web", 2, "curl: (2) credentials cannot be passed on", ""),
        ("curl -m x web", 2, "curl: option -m", ""),
        ("wget nope", 1, "wget: bad address 'nope'\n", "kubectl get services"),
        (
            "wget shop.prod:8080",
            1,
            "wget: can't connect to remote host (shop.prod): Connection refused\n",
            "no endpoints",
        ),
    ],
)
def test_failures_are_curl_s_and_wget_s_own(shell: Bench, line: str, code: int, says: str, tip: str) -> None:
    result = shell.run(line)
    assert (result.status, result.stdout) == (code, "")
    assert result.stderr.startswith(says)
    assert tip in result.tip
    assert bool(tip) == bool(result.tip)


def test_a_cluster_that_does_not_answer(bench: Bench) -> None:
    assert "does not answer" in bench.run("curl web").stderr
    assert "does not answer" in bench.run("wget web").stderr

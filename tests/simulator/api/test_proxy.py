"""pods/proxy and services/proxy, with a web server that really runs. Errors as a real 1.37 cluster gives them."""

from __future__ import annotations

import pytest

from tests.simulator.api.conftest import NOW, PODS, pod
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.api.subresources.links import rewritten
from tutor.simulator.cluster import NodeSpec, SimulatedCluster
from tutor.simulator.images.traffic import TCP, Request

SERVICES = "/api/v1/namespaces/default/services"


@pytest.fixture(scope="module")
def web() -> InProcessClient:
    cluster = SimulatedCluster(now=NOW, nodes=(NodeSpec("node-1"),), strict=True)
    client = InProcessClient(cluster)
    body = pod("web")
    body["metadata"]["labels"] = {"app": "web"}
    body["spec"]["containers"][0]["ports"] = [{"containerPort": 80, "name": "http"}]
    client.json("POST", PODS, body)
    ports = [{"port": 8080, "targetPort": 80}]
    for name, selector in (("web", {"app": "web"}), ("none", {"app": "none"})):
        spec = {"selector": selector, "ports": ports}
        client.json("POST", SERVICES, {"metadata": {"name": name}, "spec": spec})
    cluster.engine.advance(30)
    assert client.get(f"{PODS}/web")["status"]["phase"] == "Running"
    return client


@pytest.mark.parametrize(
    "path",
    [
        f"{PODS}/web/proxy/",
        f"{PODS}/web:80/proxy/",
        f"{PODS}/http:web:http/proxy/",
        f"{SERVICES}/web/proxy/",
        f"{SERVICES}/web:8080/proxy/",
    ],
)
def test_pages(web: InProcessClient, path: str) -> None:
    response = web.send("GET", path)
    assert (response.status, response.content_type) == (200, "text/html")
    assert b"Welcome to nginx!" in response.payload()


def test_paths_are_passed_on(web: InProcessClient) -> None:
    response = web.send("GET", f"{SERVICES}/web/proxy/no/such")
    assert response.status == 404
    assert b"nginx" in response.payload()


def test_a_connection_alone_is_no_request(web: InProcessClient) -> None:
    before = web.send("GET", f"{PODS}/web/log").payload()
    web.api.cluster.runtime.request("default", "web", 80, Request(protocol=TCP))
    assert web.send("GET", f"{PODS}/web/log").payload() == before


def test_the_root_ends_with_a_slash(web: InProcessClient) -> None:
    response = web.send("GET", f"{PODS}/web/proxy?a=b")
    assert (response.status, response.headers) == (301, [("Location", f"{PODS}/web/proxy/?a=b")])


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (f"{PODS}/web:81/proxy/", "connect: connection refused"),
        (f"{SERVICES}/web:99/proxy/", 'no service port 99 found for service "web"'),
        (f"{SERVICES}/web:x/proxy/", 'no endpoints available for service "web"'),
        (f"{SERVICES}/none/proxy/", 'no endpoints available for service "none"'),
        (f"{SERVICES}/missing/proxy/", 'no endpoints available for service "missing"'),
    ],
)
def test_nobody_answers(web: InProcessClient, path: str, message: str) -> None:
    status = web.get(path)
    assert (status["code"], status["reason"]) == (503, "ServiceUnavailable")
    assert status["message"].endswith(message)


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("/next", "/proxy/next"),
        ("/next?a=b#c", "/proxy/next?a=b#c"),
        ("/proxy/next", "/proxy/next"),
        ("next", "next"),
        ("http://server/next", "/proxy/next"),
        ("http://elsewhere/next", "http://elsewhere/next"),
    ],
)
def test_links_lead_back_through_the_proxy(link: str, shown: str) -> None:
    page = f'<a class="x" href="{link}">to /next</a><p title="/next">'.encode()
    assert rewritten(page, "/proxy", "server") == f'<a class="x" href="{shown}">to /next</a><p title="/next">'.encode()


def test_only_reading_is_sent_to_the_root_s_own_path(web: InProcessClient) -> None:
    """apimachinery, pkg/util/proxy/upgradeaware.go: proxyRedirectsforRootPath."""
    statuses = {method: web.send(method, f"{PODS}/web/proxy").status for method in ("GET", "HEAD", "DELETE", "PUT")}
    assert statuses == {"GET": 301, "HEAD": 301, "DELETE": 200, "PUT": 200}


def test_a_redirection_stays_within_the_proxy(web: InProcessClient) -> None:
    body = pod("netexec")
    image = "registry.k8s.io/e2e-test-images/agnhost:2.66.1"
    body["spec"]["containers"] = [{"name": "c", "image": image, "args": ["netexec"]}]
    web.json("POST", PODS, body)
    web.api.cluster.engine.advance(30)
    answer = web.send("GET", f"{PODS}/netexec:8080/proxy/redirect", location="/hostname")
    assert answer.status == 302
    assert ("Location", f"{PODS}/netexec:8080/proxy/hostname") in answer.headers

"""What there is at which path for which method: health checks, and paths that lead nowhere."""

from __future__ import annotations

import pytest

from tests.simulator.api.conftest import CONFIG_MAPS
from tutor.simulator.api.inprocess import InProcessClient

FIRST_HOOK = "start-apiserver-admission-initializer"


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/readyz", "/healthz/ping"])
def test_health(client: InProcessClient, path: str) -> None:
    assert client.send("GET", path).payload() == b"ok"


def test_verbose_health_lists_the_checks(client: InProcessClient) -> None:
    assert client.send("GET", "/readyz?verbose").payload().endswith(b"readyz check passed\n")


def test_health_checks_can_be_left_out(client: InProcessClient) -> None:
    text = client.send("GET", "/livez?verbose&exclude=etcd&exclude=foo").payload().decode()
    assert "[+]etcd excluded: ok\n" in text
    assert 'no matches for "foo"\nlivez check passed' in text


@pytest.mark.parametrize(
    ("path", "plain"),
    [
        ("//api/v1/namespaces/default", True),
        ("/apis//apps/v1/deployments", True),
        ("/api//v1/pods", False),
        ("/api//v1", False),
        ("/apis/apps//deployments", False),
        ("/apis/nope//x/y", True),
        ("/version/foo", False),
        ("/healthz/", True),
        ("/openapi/v2/", True),
        ("/api/v1//pods", False),
        ("/api/v1/nodes//node-1", False),
        ("/api/v1/namespaces/default//configmaps", False),
    ],
)
def test_a_path_with_an_empty_part_leads_nowhere(client: InProcessClient, path: str, plain: bool) -> None:
    response = client.send("GET", path)
    assert (response.status, response.content_type.startswith("text/plain")) == (404, plain)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("HEAD", "/version", 405),
        ("HEAD", "/api/v1", 405),
        ("HEAD", "/apis/apps/v1", 405),
        ("HEAD", "/apis/apps", 200),
        ("HEAD", "/", 200),
        ("POST", "/healthz", 200),
        ("POST", "/openapi/v3", 200),
        ("POST", "/metrics", 200),
        ("POST", "/nope", 404),
        ("OPTIONS", "/version", 405),
        ("CONNECT", "/version", 405),
    ],
)
def test_some_paths_look_at_the_method(client: InProcessClient, method: str, path: str, status: int) -> None:
    """As Kubernetes 1.37.2 answers."""
    assert client.send(method, path).status == status


def test_the_checks_of_each_health_path(client: InProcessClient) -> None:
    """As Kubernetes 1.37.2 lists them."""
    ready, alive = (
        client.send("GET", f"/{name}?verbose").payload().decode().splitlines() for name in ("readyz", "livez")
    )
    assert (len(ready), len(alive)) == (38, 36)
    assert ready[3:6] == ["[+]etcd-readiness ok", "[+]informer-sync ok", f"[+]poststarthook/{FIRST_HOOK} ok"]
    assert alive[:3] == ["[+]ping ok", "[+]log ok", "[+]loopback-serving-certificate ok"]
    assert "/livez/poststarthook/crd-informer-synced" in client.get("/")["paths"]
    assert client.send("GET", "/livez/informer-sync").status == 404


@pytest.mark.parametrize(
    ("method", "path", "why"),
    [
        ("GET", f"{CONFIG_MAPS}/..", "Name parameter invalid: \"..\": may not be '..'"),
        ("DELETE", f"{CONFIG_MAPS}/.", "Name parameter invalid: \".\": may not be '.'"),
        ("PATCH", f"{CONFIG_MAPS}/..", "Name parameter invalid: \"..\": may not be '..'"),
        ("PUT", f"{CONFIG_MAPS}/..", "Name parameter invalid: \"..\": may not be '..'"),
        ("GET", "/api/v1/nodes/../proxy/x", "Name parameter invalid: \"..\": may not be '..'"),
        ("GET", f"{CONFIG_MAPS}/a%2525b", "Name parameter invalid: \"a%25b\": may not contain '%'"),
        ("GET", "/api/v1/namespaces//configmaps/x", "Namespace parameter required."),
        ("DELETE", "/api/v1/namespaces//configmaps/x", "Namespace parameter required."),
    ],
)
def test_names_that_can_be_no_part_of_a_path(client: InProcessClient, method: str, path: str, why: str) -> None:
    body = {"metadata": {"name": path.rpartition("/")[2]}} if method in ("PUT", "PATCH") else None
    media = "application/merge-patch+json" if method == "PATCH" else "application/json"
    status = client.json(method, path, body, content_type=media)
    assert (status["code"], status["message"]) == (400, why)


THREE = "application/json, application/yaml, application/vnd.kubernetes.protobuf"
NO_SUCH = "406: Not Acceptable\n\nAvailable representations: "


@pytest.mark.parametrize(
    ("path", "accept", "why"),
    [
        ("/version", "text/html", f"{NO_SUCH}application/json"),
        ("/api/v1", "application/*", NO_SUCH + THREE),
        (f"{CONFIG_MAPS}/x", "text/html", NO_SUCH + THREE),
        ("/apis/apps", "application/json;as=Foo", f"only the following media types are accepted: {THREE}"),
        ("/apis/apps", "text/html", f"only the following media types are accepted: {THREE}"),
        (
            CONFIG_MAPS,
            "text/html",
            f"{NO_SUCH}{THREE}, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch",
        ),
    ],
)
def test_what_a_path_has_to_offer(client: InProcessClient, path: str, accept: str, why: str) -> None:
    status = client.get(path, headers={"accept": accept})
    assert (status["code"], status["message"]) == (406, why)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/json;q=0.5,application/yaml", "application/yaml"),
        ("application/yaml;q=0.5,application/json;q=0.5", "application/yaml"),
        ("*/*;q=0.5,application/yaml;q=0.2", "application/yaml"),
        ("application/json;q=abc,application/yaml", "application/yaml"),
        ("application/json;q=0", "application/json"),
        ("application/json, */*", "application/json"),
    ],
)
def test_what_a_client_likes_best_is_given(client: InProcessClient, accept: str, media_type: str) -> None:
    response = client.send("GET", f"{CONFIG_MAPS}/nope", headers={"accept": accept})
    assert (response.status, response.content_type) == (404, media_type)


def test_errors_take_patterns(client: InProcessClient) -> None:
    for accept, indented in (("application/*", False), ("text/html", True)):
        response = client.send("GET", "/api/v1", headers={"accept": accept})
        assert (response.status, response.payload().startswith(b"{\n")) == (406, indented)


def test_lists_of_groups_take_patterns(client: InProcessClient) -> None:
    assert client.get("/apis/apps", headers={"accept": "application/*"})["kind"] == "APIGroup"

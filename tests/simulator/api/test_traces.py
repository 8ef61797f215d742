"""The headers by which a request is found again: its id in the audit log and the flow it was counted to. What flows the users have
was read from the headers of Kubernetes 1.37.2."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Iterator

import pytest

from tutor.simulator.api.flow import flow_headers
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.api.server import SimulatedApiServer
from tutor.simulator.cluster import NodeSpec, SimulatedCluster

SCHEMAS = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas"
PRIORITY = "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations"
LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"


def flow_of(client: InProcessClient, user: str, groups: str, path: str) -> tuple[str, str]:
    """The names of the FlowSchema and the level of a request that a user makes."""
    headers = {"Impersonate-User": user, "Impersonate-Group": groups}
    response = client.send("GET", path, headers=headers)
    store = client.api.cluster.store
    uids = [uid for _, uid in flow_headers(store, response.entry)]
    names: dict[str, str] = {}
    for collection in (SCHEMAS, PRIORITY):
        names |= {item["metadata"]["uid"]: item["metadata"]["name"] for item in client.get(collection)["items"]}
    schema, level = (names[uid] for uid in uids)
    return schema, level


@pytest.mark.parametrize(
    ("user", "groups", "path", "flow"),
    [
        ("ann", "system:masters", "/api/v1/pods", ("exempt", "exempt")),
        ("ann", "devs", "/api/v1/pods", ("global-default", "global-default")),
        ("ann", "devs", "/readyz/ping", ("probes", "exempt")),
        ("ann", "devs", "/version", ("global-default", "global-default")),
        ("system:kube-scheduler", "", f"{LEASES}/x", ("system-leader-election", "leader-election")),
        ("system:kube-scheduler", "", "/api/v1/pods", ("kube-scheduler", "workload-high")),
        ("system:node:a", "system:nodes", "/api/v1/nodes/a", ("system-node-high", "node-high")),
        ("system:node:a", "system:nodes", "/api/v1/pods", ("system-nodes", "system")),
        (
            "system:serviceaccount:kube-system:job-controller",
            "system:serviceaccounts",
            "/api/v1/pods",
            ("kube-system-service-accounts", "workload-high"),
        ),
        (
            "system:serviceaccount:default:default",
            "system:serviceaccounts",
            "/api/v1/pods",
            ("service-accounts", "workload-low"),
        ),
    ],
)
def test_who_asks_for_what_decides_on_the_flow(
    client: InProcessClient, user: str, groups: str, path: str, flow: tuple[str, str]
) -> None:
    assert flow_of(client, user, groups, path) == flow


def test_a_schema_of_ones_own_comes_before_those_of_higher_precedence(client: InProcessClient) -> None:
    rule = {
        "subjects": [{"kind": "User", "user": {"name": "ann"}}],
        "resourceRules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"], "namespaces": ["dev"]}],
    }
    level = {"priorityLevelConfiguration": {"name": "workload-low"}}
    body = {
        "apiVersion": "flowcontrol.apiserver.k8s.io/v1",
        "kind": "FlowSchema",
        "metadata": {"name": "mine"},
        "spec": {**level, "matchingPrecedence": 700, "rules": [rule]},
    }
    assert client.send("POST", SCHEMAS, body).status == 201
    assert flow_of(client, "ann", "devs", "/api/v1/namespaces/dev/pods") == ("mine", "workload-low")
    assert flow_of(client, "ann", "devs", "/api/v1/namespaces/dev/services")[0] == "global-default"
    assert flow_of(client, "ann", "devs", "/api/v1/pods")[0] == "global-default"


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatedApiServer]:
    server = SimulatedApiServer(SimulatedCluster(now=time.time(), nodes=(NodeSpec("node-1"),)))
    server.start()
    yield server
    server.stop()


def headers_of(server: SimulatedApiServer, path: str, **headers: str) -> http.client.HTTPMessage:
    endpoint = server.start()
    context = ssl.create_default_context(cadata=endpoint.ca.decode())
    connection = http.client.HTTPSConnection(endpoint.server.removeprefix("https://"), context=context, timeout=20)
    connection.request("GET", path, headers={"Authorization": f"Bearer {endpoint.token}", **headers})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.headers


@pytest.mark.parametrize("path", ["/api/v1/namespaces/default", "/nope", "/api/v1/pods?watch=1&timeoutSeconds=1"])
def test_answers_tell_the_id_of_the_request_but_not_what_program_gave_them(
    server: SimulatedApiServer, path: str
) -> None:
    headers = headers_of(server, path)
    assert headers["Audit-Id"] == server.api.audit.since()[-1].event()["auditID"]
    assert headers["Server"] is None
    assert headers["X-Kubernetes-Pf-Flowschema-Uid"]
    assert headers["X-Kubernetes-Pf-Prioritylevel-Uid"]


def test_an_id_that_the_client_gives_is_taken(server: SimulatedApiServer) -> None:
    assert headers_of(server, "/version", **{"Audit-ID": "mine"})["Audit-Id"] == "mine"
    assert server.api.audit.since()[-1].event()["auditID"] == "mine"


def test_a_request_of_nobody_has_an_id_but_no_flow(server: SimulatedApiServer) -> None:
    headers = headers_of(server, "/version", Authorization="Bearer wrong")
    assert headers["Audit-Id"]
    assert headers["X-Kubernetes-Pf-Flowschema-Uid"] is None

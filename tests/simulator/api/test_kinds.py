"""Kinds that the chapter does not need: they are served as on a real cluster, and say so where nothing acts on them."""

from __future__ import annotations

import base64
import datetime
import json
from typing import Any

import pytest

from tests.simulator.api.conftest import NOW, PODS, pod
from tutor.simulator.api.certificates import Authority
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.api.signing import signer
from tutor.simulator.cluster import SimulatedCluster

REQUESTS = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
ADDRESSES = "/apis/networking.k8s.io/v1/ipaddresses"
ADMISSION = "/apis/admissionregistration.k8s.io/v1"
TABLE = {"accept": "application/json;as=Table;g=meta.k8s.io;v=v1"}
GROUPS = (
    "apiregistration.k8s.io/v1 apps/v1 events.k8s.io/v1 authentication.k8s.io/v1 authorization.k8s.io/v1 autoscaling/v2 "
    "batch/v1 certificates.k8s.io/v1 networking.k8s.io/v1 policy/v1 rbac.authorization.k8s.io/v1 storage.k8s.io/v1 "
    "admissionregistration.k8s.io/v1 apiextensions.k8s.io/v1 scheduling.k8s.io/v1 coordination.k8s.io/v1 node.k8s.io/v1 "
    "discovery.k8s.io/v1 resource.k8s.io/v1 flowcontrol.apiserver.k8s.io/v1 storagemigration.k8s.io/v1"
)
"""In the order in which Kubernetes 1.37 lists them."""


def test_the_groups_of_kubernetes_in_its_order(client: InProcessClient) -> None:
    groups = client.get("/apis")["groups"]
    assert " ".join(group["preferredVersion"]["groupVersion"] for group in groups) == GROUPS


def test_every_kind_can_be_listed_as_a_table(client: InProcessClient) -> None:
    for group_version in ("api/v1", *(f"apis/{name}" for name in GROUPS.split())):
        for resource in client.get(f"/{group_version}")["resources"]:
            if "list" in resource["verbs"]:
                answer = client.send("GET", f"/{group_version}/{resource['name']}", headers=TABLE)
                assert answer.status == 200, resource["name"]
                assert all(len(row["cells"]) > 1 for row in json.loads(answer.payload())["rows"]), resource["name"]


def test_flow_schemas_are_shown_in_the_order_they_are_tried(client: InProcessClient) -> None:
    path = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas"
    rows = client.get(path, headers=TABLE)["rows"]
    assert [row["cells"][0] for row in rows][:2] == ["exempt", "probes"]
    assert [row["cells"][0] for row in rows][-1] == "catch-all"


def test_addresses_follow_services(client: InProcessClient, cluster: SimulatedCluster) -> None:
    services = "/api/v1/namespaces/default/services"
    body = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}}
    ip = client.json("POST", services, body)["spec"]["clusterIP"]
    cluster.engine.run_ready()
    parent = {"resource": "services", "namespace": "default", "name": "web"}
    assert client.get(f"{ADDRESSES}/{ip}")["spec"]["parentRef"] == parent
    client.json("DELETE", f"{ADDRESSES}/{ip}")
    cluster.engine.run_ready()
    assert client.get(f"{ADDRESSES}/{ip}")["spec"]["parentRef"] == parent
    client.json("DELETE", f"{services}/web")
    cluster.engine.run_ready()
    assert client.send("GET", f"{ADDRESSES}/{ip}").status == 404


def webhook(**fields: Any) -> dict[str, Any]:
    hook = {
        "name": "check.example.com",
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "clientConfig": {"service": {"namespace": "default", "name": "check"}},
        "rules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}],
    }
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "check"},
        "webhooks": [hook | fields],
    }


def test_a_webhook_is_defaulted_and_said_not_to_be_called(client: InProcessClient) -> None:
    answer = client.send("POST", f"{ADMISSION}/validatingwebhookconfigurations", webhook())
    hook = json.loads(answer.payload())["webhooks"][0]
    assert (hook["failurePolicy"], hook["timeoutSeconds"], hook["rules"][0]["scope"]) == ("Fail", 10, "*")
    assert hook["clientConfig"]["service"]["port"] == 443
    assert [value for name, value in answer.headers if name == "Warning" and "not simulated" in value]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"sideEffects": "Some"}, 'Unsupported value: "Some": supported values: "None", "NoneOnDryRun"'),
        ({"timeoutSeconds": 99}, "Invalid value: 99: the timeout value must be between 1 and 30 seconds"),
        ({"clientConfig": {}}, "Required value: exactly one of url or service is required"),
        ({"name": "a"}, 'Invalid value: "a": should be a domain with at least three segments separated by dots'),
    ],
)
def test_wrong_webhooks(client: InProcessClient, fields: dict[str, Any], message: str) -> None:
    answer = client.send("POST", f"{ADMISSION}/validatingwebhookconfigurations", webhook(**fields))
    assert answer.status == 422
    assert message in json.loads(answer.payload())["message"]


def signing_request(name: str) -> tuple[dict[str, Any], Any]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    asked = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    pem = asked.public_bytes(serialization.Encoding.PEM)
    spec = {
        "request": base64.b64encode(pem).decode(),
        "signerName": "kubernetes.io/kube-apiserver-client",
        "usages": ["client auth"],
        "expirationSeconds": 3600,
    }
    body = {"apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest", "metadata": {"name": name}}
    return {**body, "spec": spec}, key.public_key()


def test_an_approved_request_is_signed(client: InProcessClient) -> None:
    from cryptography import x509

    body, key = signing_request("jane")
    client.api.signer = signer(Authority(NOW))
    try:
        made = client.json("POST", REQUESTS, body)
        assert made["spec"]["username"]
        condition = {"type": "Approved", "status": "True", "reason": "Checked"}
        client.json("PUT", f"{REQUESTS}/jane/approval", made | {"status": {"conditions": [condition]}})
    finally:
        client.api.signer = None
    stored = client.get(f"{REQUESTS}/jane")
    certificate = x509.load_pem_x509_certificate(base64.b64decode(stored["status"]["certificate"]))
    assert certificate.public_key() == key
    assert certificate.subject.rfc4514_string() == "CN=jane"
    issued = datetime.datetime.fromtimestamp(NOW, datetime.UTC)
    assert certificate.not_valid_after_utc - issued == datetime.timedelta(hours=1)
    row = client.get(f"{REQUESTS}/jane", headers=TABLE)["rows"][0]
    assert row["cells"][-1] == "Approved,Issued"


def test_a_denied_request_is_not_signed(client: InProcessClient) -> None:
    body, _ = signing_request("jane")
    client.api.signer = signer(Authority(NOW))
    try:
        made = client.json("POST", REQUESTS, body)
        condition = {"type": "Denied", "status": "True", "reason": "Checked"}
        client.json("PUT", f"{REQUESTS}/jane/approval", made | {"status": {"conditions": [condition]}})
    finally:
        client.api.signer = None
    assert "certificate" not in client.get(f"{REQUESTS}/jane")["status"]


def test_a_binding_of_its_own_puts_the_pod_it_names_on_a_node(client: InProcessClient) -> None:
    client.json("POST", PODS, pod("web", schedulerName="nobody"))
    body = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "web"}, "target": {"name": "node-1"}}
    assert client.send("POST", "/api/v1/namespaces/default/bindings", body).status == 201
    assert client.get(f"{PODS}/web")["spec"]["nodeName"] == "node-1"


def test_component_statuses_are_deprecated(client: InProcessClient) -> None:
    answer = client.send("GET", "/api/v1/componentstatuses")
    assert {status["metadata"]["name"] for status in json.loads(answer.payload())["items"]} == {
        "etcd-0",
        "controller-manager",
        "scheduler",
    }
    assert any("deprecated" in value for name, value in answer.headers if name == "Warning")


def test_disks_of_all_sorts_have_what_nobody_said(client: InProcessClient) -> None:
    sources: dict[str, Any] = {
        "azureDisk": {"diskName": "d", "diskURI": "u", "fsType": "xfs"},
        "iscsi": {"targetPortal": "1.2.3.4", "iqn": "iqn.2001-04.com.example:a", "lun": 0},
        "rbd": {"monitors": ["a"], "image": "i", "user": "me"},
    }
    body = pod("web", volumes=[{"name": name.lower(), name: source} for name, source in sources.items()])
    made = client.json("POST", PODS, body)["spec"]["volumes"]
    azure, iscsi, rbd = (volume[name] for volume, name in zip(made, sources, strict=False))
    assert (azure["kind"], azure["cachingMode"], azure["fsType"], azure["readOnly"]) == (
        "Shared",
        "ReadWrite",
        "xfs",
        False,
    )
    assert iscsi["iscsiInterface"] == "default"
    assert (rbd["pool"], rbd["user"], rbd["keyring"]) == ("rbd", "me", "/etc/ceph/keyring")

"""Descriptions of what learners meet late: requests for certificates, storage classes bound to places, old autoscalers.

The expected texts are the genuine kubectl 1.37.2's of the same objects.
"""

from __future__ import annotations

import base64
from typing import Any

from tests.kubectl.harness import Outcome, group, resource, run_kubectl, serving

_REQUEST = (
    "MIIBMjCB2QIBADA4MQswCQYDVQQGEwJERTEMMAoGA1UECgwDZGV2MQwwCgYDVQQKDANvcHMxDTALBgNVBAMMBGphbmUwWTATBgcq"
    "hkjOPQIBBggqhkjOPQMBBwNCAAQky54NVyYsKuH+Z3TWcA2re/qSYQd2tBItPwA4BaTLWZTdK3ViTT+HmZfAJvvpyU9bx5kpsLJU"
    "NY1rlcuRKWTVoD8wPQYJKoZIhvcNAQkOMTAwLjAsBgNVHREEJTAjggNhLmKCA2MuZIcEAQIDBIEFYUBiLmOGCmh0dHA6Ly94L3kw"
    "CgYIKoZIzj0EAwIDSAAwRQIhAKNujwN9ypckB6bd4McyPlWYp6yDNaYDdwD0HNGvZIKWAiBTonTCw18myt6HUEf+MC4+06rPXS/j"
    "AKeXhhfc1xNDqw=="
)
_PEM = f"-----BEGIN CERTIFICATE REQUEST-----\n{_REQUEST}\n-----END CERTIFICATE REQUEST-----\n".encode()
JANE = """\
Name:                jane
Labels:              a=b
Annotations:         <none>
CreationTimestamp:   Tue, 02 Jan 2024 03:04:05 +0000
Requesting User:     kubernetes-admin
Signer:              kubernetes.io/kube-apiserver-client
Requested Duration:  24h
Status:              Pending
Subject:
  Common Name:    jane
  Serial Number:  {nothing}
  Organization:   dev
                  ops
  Country:        DE
Subject Alternative Names:
         DNS Names:        a.b
                           c.d
         Email Addresses:  a@b.c
         URIs:             http://x/y
         IP Addresses:     1.2.3.4
Events:  <none>
"""


_GROUPS = [
    group(
        "certificates.k8s.io",
        "v1",
        resource("certificatesigningrequests", "CertificateSigningRequest", shortNames=["csr"], scope="Cluster"),
    ),
    group("storage.k8s.io", "v1", resource("storageclasses", "StorageClass", shortNames=["sc"], scope="Cluster")),
    group("autoscaling", "v1", resource("horizontalpodautoscalers", "HorizontalPodAutoscaler", shortNames=["hpa"])),
]


def described(path: str, obj: dict[str, Any], *words: str, **more: Any) -> Outcome:
    config, _ = serving(
        {
            "/apis": {"kind": "APIGroupDiscoveryList", "items": _GROUPS},
            path: obj,
            "/api/v1/namespaces/default/events": {"items": []},
            "/api/v1/events": {"items": []},
            **more,
        }
    )
    return run_kubectl(["describe", *words], config)


def signing_request(pem: bytes, **status: Any) -> Outcome:
    obj = {
        "apiVersion": "certificates.k8s.io/v1",
        "kind": "CertificateSigningRequest",
        "metadata": {"name": "jane", "labels": {"a": "b"}, "creationTimestamp": "2024-01-02T03:04:05Z"},
        "spec": {
            "request": base64.b64encode(pem).decode(),
            "signerName": "kubernetes.io/kube-apiserver-client",
            "username": "kubernetes-admin",
            "expirationSeconds": 86400,
        },
        "status": status,
    }
    return described("/apis/certificates.k8s.io/v1/certificatesigningrequests/jane", obj, "csr", "jane")


def test_a_request_for_a_certificate_says_who_asks_for_what() -> None:
    assert signing_request(_PEM).stdout == JANE.format(nothing="")


def test_a_request_for_a_certificate_says_how_it_went() -> None:
    conditions = [{"type": "Approved"}, {"type": "Failed"}]
    assert "Approved,Failed,Issued\n" in signing_request(_PEM, conditions=conditions, certificate="eA==").stdout
    assert "Denied\n" in signing_request(_PEM, conditions=[{"type": "Denied"}]).stdout


def test_what_is_no_request_for_a_certificate_is_not_described() -> None:
    outcome = signing_request(b"hello")
    assert (outcome.exit_code, outcome.stderr) == (
        1,
        "error: Error parsing CSR: PEM block type must be CERTIFICATE REQUEST\n",
    )
    assert "Error parsing CSR: " in signing_request(_PEM.replace(_REQUEST[:20].encode(), b"")).stderr


def test_a_storage_class_says_where_it_has_volumes() -> None:
    terms = [{"matchLabelExpressions": [{"key": "zone", "values": ["a", "b"]}, {"key": "k", "values": ["v"]}]}, {}]
    obj = {"kind": "StorageClass", "metadata": {"name": "fast"}, "provisioner": "a.b/c", "allowedTopologies": terms}
    text = described("/apis/storage.k8s.io/v1/storageclasses/fast", obj, "sc", "fast").stdout
    squeezed = [" ".join(line.split()) for line in text.splitlines()]
    place = squeezed.index("AllowedTopologies:")
    assert squeezed[place + 1 : place + 4] == ["Term 0: zone in [a, b]", "k in [v]", "Term 1: <none>"]


def test_an_autoscaler_is_described_in_its_newest_version() -> None:
    below = "namespaces/default/horizontalpodautoscalers/web"
    old = {
        "apiVersion": "autoscaling/v1",
        "metadata": {"name": "web", "namespace": "default", "annotations": {"a": "b"}},
    }
    new = {"apiVersion": "autoscaling/v2", "metadata": {"name": "web", "namespace": "default"}}
    more = {f"/apis/autoscaling/v2/{below}": new}
    outcome = described(f"/apis/autoscaling/v1/{below}", old, "hpa.v1.autoscaling", "web", **more)
    assert "Annotations:" in outcome.stdout
    assert "a: b" not in outcome.stdout

"""Makes users with limited rights on a cluster of the tutor's: what a permission problem looks like is best seen from inside.

A user is made as an administrator does by hand: a private key, a CertificateSigningRequest that is approved, and a binding to a
ClusterRole. Nothing in it knows which kind of cluster answers.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from tutor.clusters.base import ClusterError
from tutor.clusters.private_config import write_kubeconfig

SIGNER = "kubernetes.io/kube-apiserver-client"
LIFETIME_SECONDS = 24 * 3600
SIGNING_SECONDS = 20.0
POLL_SECONDS = 0.1
MAX_NAME = 60
"""Characters of a user's name: it becomes part of the names of objects and of a file."""


@dataclass(frozen=True, slots=True)
class NewUser:
    """Who to make. `role` is a ClusterRole; with no `namespace` it holds in the whole cluster."""

    name: str
    role: str = "view"
    namespace: str = ""
    groups: Sequence[str] = ()


def make_user(admin: Path, user: NewUser) -> Path:
    """Make a user with an administrator's kubeconfig; returns the user's own, which only the learner can read. The certificate
    in it holds for a day. Raises ClusterError, OSError."""
    from kubernetes import client, config
    from kubernetes.client.rest import ApiException
    from urllib3.exceptions import HTTPError

    _check(user)
    try:
        with config.new_client_from_config(str(admin)) as api:
            _look_for(client, api, user)
            key, certificate = _certificate(client, api, user)
            _bind(client, api, user)
    except ApiException as error:
        raise ClusterError(f"the cluster refused to make {user.name}: {_message(error)}") from None
    except HTTPError as error:
        raise ClusterError(f"the cluster does not answer: {error}", "k8s-tutor cluster status tells more") from None
    own = {"client-certificate-data": _encoded(certificate), "client-key-data": _encoded(key)}
    return write_kubeconfig(f"user-{_slug(user.name)}", _cluster_entry(admin), own, user.namespace or "default")


def _check(user: NewUser) -> None:
    if not re.fullmatch(r"[A-Za-z0-9]([-A-Za-z0-9_.@]*[A-Za-z0-9])?", user.name) or len(user.name) > MAX_NAME:
        remedy = f"Use up to {MAX_NAME} letters, digits and - . _ @"
        raise ClusterError(f"{user.name!r} cannot be the name of a user", remedy)
    for group in user.groups:
        if not group or group.startswith("system:"):
            raise ClusterError(
                f"a user cannot be put into the group {group!r}", "Names with system: are Kubernetes' own"
            )


def _look_for(client: Any, api: Any, user: NewUser) -> None:
    """Say early what is missing: a binding to nothing would be made without a word."""
    from kubernetes.client.rest import ApiException

    def there(read: Any, name: str) -> bool:
        try:
            read(name)
        except ApiException as error:
            if error.status == 404:
                return False
            raise
        return True

    if not there(client.RbacAuthorizationV1Api(api).read_cluster_role, user.role):
        raise ClusterError(
            f"there is no ClusterRole {user.role}", "Every cluster has view, edit, admin and cluster-admin"
        )
    if user.namespace and not there(client.CoreV1Api(api).read_namespace, user.namespace):
        raise ClusterError(f"there is no namespace {user.namespace}", f"kubectl create namespace {user.namespace}")


def _certificate(client: Any, api: Any, user: NewUser) -> tuple[bytes, bytes]:
    """A new private key and the certificate for it, both as PEM."""
    key, request = _signing_request(user)
    requests = client.CertificatesV1Api(api)
    name = f"k8s-tutor-{_slug(user.name)}-{uuid4().hex[:8]}"
    spec: dict[str, Any] = {"request": _encoded(request), "signerName": SIGNER, "usages": ["client auth"]}
    spec["expirationSeconds"] = LIFETIME_SECONDS
    made = requests.create_certificate_signing_request({"metadata": {"name": name}, "spec": spec})
    condition = {"type": "Approved", "status": "True", "reason": "TutorApproved", "message": "asked for by the learner"}
    made.status.conditions = [condition]
    requests.replace_certificate_signing_request_approval(name, made)
    end = time.monotonic() + SIGNING_SECONDS
    try:
        while time.monotonic() < end:
            certificate = requests.read_certificate_signing_request(name).status.certificate
            if certificate:
                return key, base64.b64decode(certificate)
            time.sleep(POLL_SECONDS)
    finally:
        requests.delete_certificate_signing_request(name)
    raise ClusterError(f"the cluster has not signed a certificate within {SIGNING_SECONDS:g} seconds")


def _signing_request(user: NewUser) -> tuple[bytes, bytes]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in user.groups]
    subject = x509.Name([*names, x509.NameAttribute(NameOID.COMMON_NAME, user.name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, request.public_bytes(serialization.Encoding.PEM)


def _bind(client: Any, api: Any, user: NewUser) -> None:
    """Give the role; one that the user has already is fine."""
    from kubernetes.client.rest import ApiException

    rbac = client.RbacAuthorizationV1Api(api)
    group = "rbac.authorization.k8s.io"
    body: dict[str, Any] = {
        "metadata": {
            "name": f"{_slug(user.name)}-{user.role}",
            "labels": {"app.kubernetes.io/managed-by": "k8s-tutor"},
        },
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": user.role},
        "subjects": [{"apiGroup": group, "kind": "User", "name": user.name}],
    }
    try:
        if user.namespace:
            rbac.create_namespaced_role_binding(user.namespace, body)
        else:
            rbac.create_cluster_role_binding(body)
    except ApiException as error:
        if error.status != 409:
            raise


def _cluster_entry(admin: Path) -> Mapping[str, Any]:
    """The cluster of the administrator's kubeconfig, with what it names in files put in."""
    import yaml

    from tutor.clusters.private_config import embedded

    data = yaml.safe_load(admin.read_text(encoding="utf-8"))
    context = next(item["context"] for item in data["contexts"] if item["name"] == data["current-context"])
    entry = next(item["cluster"] for item in data["clusters"] if item["name"] == context["cluster"])
    return embedded(entry, admin.parent, ("certificate-authority",))


def _slug(name: str) -> str:
    """A name as one of objects and files."""
    return re.sub(r"[^a-z0-9.-]", "-", name.lower())


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _message(error: Any) -> str:
    import json

    try:
        return str(json.loads(error.body)["message"])
    except (TypeError, ValueError, KeyError):
        return str(error.reason)

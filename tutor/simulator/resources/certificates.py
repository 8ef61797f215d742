"""Requests for certificates, and bundles of authorities. Rules: pkg/apis/certificates/validation/validation.go.

Who approves a request writes its approval subresource; what is signed then is the business of api/signing.py.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from tutor.simulator.errors import FieldError, duplicate, invalid, not_supported, required
from tutor.simulator.names import name_problems
from tutor.simulator.resources.base import Column, Context, Resource
from tutor.simulator.resources.printing import AGE, NAME, NONE, at, format_labels, human_duration
from tutor.simulator.resources.workload_validation import immutable
from tutor.simulator.store import Obj

GROUP = "certificates.k8s.io"
USAGES = (
    "any",
    "cert sign",
    "client auth",
    "code signing",
    "content commitment",
    "crl sign",
    "data encipherment",
    "decipher only",
    "digital signature",
    "email protection",
    "encipher only",
    "ipsec end system",
    "ipsec tunnel",
    "ipsec user",
    "key agreement",
    "key encipherment",
    "microsoft sgc",
    "netscape sgc",
    "ocsp signing",
    "s/mime",
    "server auth",
    "signing",
    "timestamping",
)
SHORTEST_SECONDS = 600
_BAD_SIGNER = "must be a fully qualified domain and path of the form 'example.com/signer-name'"


def _new_request(context: Context, request: Obj) -> None:
    """The user who asks is part of the request (pkg/registry/certificates/certificates/strategy.go)."""
    spec = request.setdefault("spec", {})
    for field in ("username", "uid", "groups", "extra"):
        spec.pop(field, None)
    if context.user:
        spec["username"] = context.user
    if context.groups:
        spec["groups"] = list(context.groups)
    request["status"] = {}


def pem_request(text: str | None) -> bytes | None:
    """The PEM text of a signing request as it is kept (base64); None when it is none."""
    try:
        decoded = base64.b64decode(text or "", validate=True)
    except ValueError:
        return None
    return decoded if b"-----BEGIN CERTIFICATE REQUEST-----" in decoded else None


def _validate_request(obj: Obj) -> Iterator[FieldError]:
    spec = obj["spec"]
    if pem_request(spec.get("request")) is None:
        yield invalid("spec.request", spec.get("request"), "PEM block type must be CERTIFICATE REQUEST")
    usages = spec.get("usages") or ()
    if not usages:
        yield required("spec.usages")
    for i, usage in enumerate(usages):
        if usage not in USAGES:
            yield not_supported(f"spec.usages[{i}]", usage, USAGES)
    for i, usage in enumerate(usages):
        if usage in usages[:i]:
            yield duplicate(f"spec.usages[{i}]", usage)
    signer = spec.get("signerName") or ""
    if not signer:
        yield required("spec.signerName")
    elif signer.count("/") != 1 or "." not in signer.partition("/")[0]:
        yield invalid("spec.signerName", signer, _BAD_SIGNER)
    seconds = spec.get("expirationSeconds")
    if seconds is not None and seconds < SHORTEST_SECONDS:
        why = "may not specify a duration less than 600 seconds (10 minutes)"
        yield invalid("spec.expirationSeconds", seconds, why)


def _condition(request: Obj, _: float) -> str:
    status = request.get("status") or {}
    types = {condition["type"] for condition in status.get("conditions") or ()}
    text = "Denied" if "Denied" in types else "Approved" if "Approved" in types else "Pending"
    return text + (",Failed" if "Failed" in types else "") + (",Issued" if status.get("certificate") else "")


def _duration(request: Obj, _: float) -> str:
    seconds = request["spec"].get("expirationSeconds")
    return NONE if seconds is None else human_duration(seconds)


def _validate_bundle(obj: Obj) -> Iterator[FieldError]:
    spec, name = obj.get("spec") or {}, obj["metadata"]["name"]
    signer = spec.get("signerName") or ""
    prefix = signer.replace("/", ":") + ":"
    if signer and not name.startswith(prefix):
        why = f"ClusterTrustBundle for signerName {signer} must be named with prefix {prefix}"
        yield invalid("metadata.name", name, why)
    if not signer and ":" in name:
        why = 'ClusterTrustBundle without signer name must not have ":" in its name'
        yield invalid("metadata.name", name, why)
    if not spec.get("trustBundle"):
        yield invalid("spec.trustBundle", "<value omitted>", "at least one trust anchor must be provided")


def _state(request: Obj, _: float) -> str:
    found = "Pending"
    for condition in (request.get("status") or {}).get("conditions") or ():
        if condition["type"] in ("Issued", "Denied", "Failed"):
            found = condition["type"]
    return found


def _validate_pod_request(request: Obj) -> Iterator[FieldError]:
    spec = request.get("spec") or {}
    if not spec.get("signerName"):
        yield required("spec.signerName")
    for what in ("pod", "serviceAccount", "node"):
        name = spec.get(f"{what}Name") or ""
        for problem in name_problems(name, "subdomain"):
            yield invalid(f"spec.{what}Name", name, problem)
        if not spec.get(f"{what}UID"):
            yield invalid(f"spec.{what}UID", "", "must not be empty")


def _new_pod_request(_: Context, request: Obj) -> None:
    request["status"] = {}


RESOURCES = (
    Resource(
        group=GROUP,
        version="v1",
        kind="CertificateSigningRequest",
        plural="certificatesigningrequests",
        namespaced=False,
        short_names=("csr",),
        name_rule="any",
        columns=(
            NAME,
            AGE,
            Column("SignerName", at("spec", "signerName", default=NONE), description="Who is to sign."),
            Column("Requestor", at("spec", "username"), description="Who asks."),
            Column("RequestedDuration", _duration, description="How long the certificate is to be valid."),
            Column("Condition", _condition, description="How far the request is."),
        ),
        prepare_create=_new_request,
        validate=_validate_request,
        validate_update=immutable("spec", "spec"),
        has_status=True,
        subresources={"approval": ("get", "patch", "update")},
        fields={"spec.signerName": lambda obj: str(obj["spec"].get("signerName", ""))},
    ),
    Resource(
        group=GROUP,
        version="v1",
        kind="ClusterTrustBundle",
        plural="clustertrustbundles",
        namespaced=False,
        name_rule="any",
        columns=(NAME, Column("SignerName", at("spec", "signerName", default=NONE), description="Whose authorities.")),
        validate=_validate_bundle,
        unconditional_update=False,
        fields={"spec.signerName": lambda obj: str(obj["spec"].get("signerName", ""))},
    ),
    Resource(
        group=GROUP,
        version="v1",
        kind="PodCertificateRequest",
        plural="podcertificaterequests",
        columns=(
            NAME,
            Column("PodName", at("spec", "podName"), description="The pod it is for."),
            Column("ServiceAccountName", at("spec", "serviceAccountName"), description="The pod's account."),
            Column("NodeName", at("spec", "nodeName"), description="The pod's node."),
            Column("SignerName", at("spec", "signerName"), description="Who is to sign."),
            Column("State", _state, description="How far the request is."),
            Column(
                "UnverifiedUserAnnotations",
                lambda obj, _: format_labels(obj["spec"].get("unverifiedUserAnnotations")),
                description="What the pod's author says.",
            ),
        ),
        prepare_create=_new_pod_request,
        validate=_validate_pod_request,
        has_status=True,
        unconditional_update=False,
        warnings=lambda _: ("PodCertificateRequests are stored but not simulated: nobody signs them",),
    ),
)

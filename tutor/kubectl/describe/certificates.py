"""`kubectl describe csr`: who asks for a certificate, and what for. Follows kubectl `pkg/describe/describe.go`."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.kubectl.describe.context import Context
from tutor.kubectl.describe.writer import Writer, moment
from tutor.kubectl.duration import human_duration
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.objects import Object, get, name_of
from tutor.kubectl.selectors import map_text

if TYPE_CHECKING:
    from cryptography.x509 import CertificateSigningRequest

_SUBJECT = (
    ("Organization", "2.5.4.10"),
    ("Organizational Unit", "2.5.4.11"),
    ("Country", "2.5.4.6"),
    ("Locality", "2.5.4.7"),
    ("Province", "2.5.4.8"),
    ("StreetAddress", "2.5.4.9"),
    ("PostalCode", "2.5.4.17"),
)
_COMMON_NAME, _SERIAL_NUMBER = "2.5.4.3", "2.5.4.5"


def describe_signing_request(context: Context, obj: Object) -> str:
    spec, metadata = obj.get("spec") or {}, obj.get("metadata") or {}
    request = _parsed(str(spec.get("request") or ""))
    writer = Writer()
    writer.line(0, "Name", name_of(obj))
    for label, field in (("Labels", "labels"), ("Annotations", "annotations")):
        writer.line(0, label, map_text(metadata.get(field)) or "<none>")
    writer.line(0, "CreationTimestamp", moment(metadata.get("creationTimestamp")))
    writer.line(0, "Requesting User", spec.get("username", ""))
    if spec.get("signerName"):
        writer.line(0, "Signer", spec["signerName"])
    if spec.get("expirationSeconds") is not None:
        writer.line(0, "Requested Duration", human_duration(spec["expirationSeconds"]))
    writer.line(0, "Status", _status(obj))
    _subject(writer, request)
    _alternative_names(writer, request)
    context.write_events(writer, obj)
    return writer.aligned()


def _parsed(encoded: str) -> CertificateSigningRequest:
    from cryptography import x509

    pem = base64.b64decode(encoded)
    if b"-----BEGIN CERTIFICATE REQUEST-----" not in pem:
        raise KubectlError("Error parsing CSR: PEM block type must be CERTIFICATE REQUEST")
    try:
        return x509.load_pem_x509_csr(pem)
    except ValueError as problem:
        raise KubectlError(f"Error parsing CSR: {problem}") from None


def _status(obj: Object) -> str:
    conditions = {item.get("type") for item in get(obj, "status.conditions", [])}
    decided = "Denied" if "Denied" in conditions else "Approved" if "Approved" in conditions else "Pending"
    failed = ",Failed" if "Failed" in conditions else ""
    return decided + failed + (",Issued" if get(obj, "status.certificate") else "")


def _subject(writer: Writer, request: CertificateSigningRequest) -> None:
    values: dict[str, list[str]] = {}
    for attribute in request.subject:
        values.setdefault(attribute.oid.dotted_string, []).append(str(attribute.value))
    writer.write(0, "Subject:\n")
    for label, oid in (("Common Name", _COMMON_NAME), ("Serial Number", _SERIAL_NUMBER)):
        writer.write(0, f"\t{label}:\t{values.get(oid, [''])[-1]}\n")
    for label, oid in _SUBJECT:
        _listed(writer, label, values.get(oid, []))


def _alternative_names(writer: Writer, request: CertificateSigningRequest) -> None:
    from cryptography import x509

    try:
        names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return
    writer.write(0, "Subject Alternative Names:\n")
    _listed(writer, "DNS Names", names.get_values_for_type(x509.DNSName))
    _listed(writer, "Email Addresses", names.get_values_for_type(x509.RFC822Name))
    _listed(writer, "URIs", names.get_values_for_type(x509.UniformResourceIdentifier))
    _listed(writer, "IP Addresses", [str(address) for address in names.get_values_for_type(x509.IPAddress)])


def _listed(writer: Writer, label: str, values: Sequence[str]) -> None:
    if values:
        writer.write(0, f"\t{label}:\t" + "\n\t\t".join(values) + "\n")

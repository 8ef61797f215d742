"""A private certificate authority for one server: made new at every start, in a few milliseconds, and kept in memory."""

from __future__ import annotations

import hashlib
import ipaddress
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tutor.simulator.api.http import User

LIFETIME = timedelta(days=365)
SERVER_NAMES = (
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its private key, both as PEM."""

    certificate: bytes
    key: bytes


class Authority:
    """Signs the server's certificate and those of clients."""

    def __init__(self, now: float) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec

        self._now = datetime.fromtimestamp(now, UTC)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("k8s-tutor", ())
        self.certificate = _pem(self._sign(self._name, self._key.public_key(), ca=True))

    def server(self) -> KeyPair:
        """For a server on this machine's loopback addresses."""
        from cryptography import x509

        names: list[x509.GeneralName] = [x509.DNSName(name) for name in SERVER_NAMES]
        names += [x509.IPAddress(ipaddress.ip_address(text)) for text in ("127.0.0.1", "::1")]
        return self._issue(_name("kube-apiserver", ()), x509.SubjectAlternativeName(names))

    def client(self, user: User) -> KeyPair:
        """For a client: the common name is the user, organizations are its groups."""
        return self._issue(_name(user.name, user.groups), None)

    def sign_request(self, request: bytes, lifetime: timedelta) -> bytes:
        """The certificate that a signing request (PEM) asks for, as PEM. Raises ValueError when it cannot be read."""
        from cryptography import x509
        from cryptography.x509.oid import ExtendedKeyUsageOID

        asked = x509.load_pem_x509_csr(request)
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        return _pem(self._sign(asked.subject, asked.public_key(), extension=usage, lifetime=lifetime))

    def _issue(self, subject: Any, extension: Any) -> KeyPair:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(subject, key.public_key(), extension=extension)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return KeyPair(_pem(certificate), private)

    def _sign(
        self, subject: Any, public_key: Any, *, ca: bool = False, extension: Any = None, lifetime: timedelta = LIFETIME
    ) -> Any:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes

        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - timedelta(days=1))
            .not_valid_after(self._now + lifetime)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .add_extension(_usage(ca), critical=True)
        )
        if extension is not None:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _name(common_name: str, organizations: tuple[str, ...]) -> Any:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    names = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in organizations]
    return x509.Name([*names, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(ca: bool) -> Any:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    pem: bytes = certificate.public_bytes(Encoding.PEM)
    return pem


def server_context(authority: Authority) -> ssl.SSLContext:
    """TLS for the server; client certificates of the authority are accepted but not required."""
    pair = authority.server()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    with tempfile.TemporaryDirectory() as folder:  # the ssl module reads keys from files only
        path = Path(folder, "server.pem")
        path.touch(mode=0o600)
        path.write_bytes(pair.certificate + pair.key)
        context.load_cert_chain(path)
    context.load_verify_locations(cadata=authority.certificate.decode())
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


def certificate_user(subject: Any, certificate: bytes) -> User | None:
    """The user of a verified client certificate, from what `ssl` tells of its subject and from the certificate itself (DER),
    which tells certificates apart (apiserver, pkg/authentication/request/x509/x509.go)."""
    name, groups = "", []
    for part in subject or ():
        for key, value in part:
            if key == "commonName":
                name = value
            elif key == "organizationName":
                groups.append(value)
    digest = hashlib.sha256(certificate).hexdigest()
    extra = {"authentication.kubernetes.io/credential-id": (f"X509SHA256={digest}",)}
    return User(name, (*groups, "system:authenticated"), extra=extra) if name else None

"""Why an API server could not be asked, in the words of Go's network and TLS packages, which kubectl prints.

The final message follows `StandardErrorMessage` in kubectl `pkg/cmd/util/helpers.go`; the reasons are those of Go's
`net`, `crypto/tls` and `crypto/x509`.
"""

from __future__ import annotations

import re
import socket
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tutor.kubectl.errors import ConnectionFailed

if TYPE_CHECKING:
    from cryptography import x509

    from tutor.kubectl.connection import Connection

_LOOK_TIMEOUT = 5.0  # seconds to look at a certificate again, to say what is wrong with it
_TLS = "tls: failed to verify certificate: x509: "

ATTEMPTS = {
    verb: attempts
    for attempts, verbs in (
        (4, "attach certificate cordon debug drain exec logs port-forward rollout set uncordon wait"),
        (2, "auth explain taint"),
        (1, "api-resources api-versions diff run"),
        (0, "apply cluster-info config cp create events proxy replace top version"),
    )
    for verb in verbs.split()
}
"""How often a command of the genuine kubectl asks for the API's groups, and so complains, before it gives up; 5 for the others."""
DEFAULT_ATTEMPTS = 5


def failure(connection: Connection, method: str, path: str, problem: Exception) -> ConnectionFailed:
    """The error for a request that never got an answer."""
    reason = _reason(connection, problem)
    if reason.endswith("connection refused"):
        host = connection.host
        message = f"The connection to the server {host} was refused - did you specify the right host or port?"
    else:
        message = f"Unable to connect to the server: {reason}"
    return ConnectionFailed(message, f'{method.capitalize()} "{connection.endpoint.server.rstrip("/")}{path}"', reason)


def _reason(connection: Connection, problem: Exception) -> str:
    from urllib3 import exceptions

    text = str(problem)
    if isinstance(problem, exceptions.NameResolutionError):
        return f"dial tcp: lookup {_parts(connection)[0]}: no such host"
    if isinstance(problem, exceptions.NewConnectionError):
        return f"dial tcp {_dialled(connection)}: {_dial_problem(problem.__cause__)}"
    if isinstance(problem, exceptions.ConnectTimeoutError):
        return f"dial tcp {_dialled(connection)}: i/o timeout"
    if isinstance(problem, exceptions.TimeoutError):
        return "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
    if isinstance(problem, exceptions.LocationParseError):
        return f'invalid port ":{connection.endpoint.server.rpartition(":")[2]}" after host'
    if "CERTIFICATE_VERIFY_FAILED" in text or "doesn't match" in text:
        return _TLS + _certificate_problem(connection, text)
    if "WRONG_VERSION_NUMBER" in text or "RECORD_LAYER_FAILURE" in text or "record layer failure" in text:
        return "http: server gave HTTP response to HTTPS client"
    alert = re.search(r"(?:TLSV\d+_|SSLV3_)ALERT_([A-Z_]+)", text)
    if alert:
        return f"remote error: tls: {alert[1].lower().replace('_', ' ')}"
    if "RemoteDisconnected" in text or "EOF" in text:
        return "EOF"
    if "reset by peer" in text:
        return f"read tcp {_dialled(connection)}: read: connection reset by peer"
    return text


def _parts(connection: Connection) -> tuple[str, int]:
    parts = urlsplit(connection.endpoint.server)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _dialled(connection: Connection) -> str:
    """`127.0.0.1:6443`: the address that was tried."""
    host, port = _parts(connection)
    address = "127.0.0.1" if host == "localhost" else host
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _dial_problem(cause: BaseException | None) -> str:
    if isinstance(cause, ConnectionRefusedError):
        return "connect: connection refused"
    if isinstance(cause, OSError) and cause.strerror:
        return f"connect: {cause.strerror.lower()}"
    return f"connect: {cause}"


def _certificate_problem(connection: Connection, text: str) -> str:
    """What Go's x509 package says; names and dates are read from the server's certificate."""
    host = connection.endpoint.tls_server_name or _parts(connection)[0]
    if "expired" in text or "not yet valid" in text:
        return f"certificate has expired or is not yet valid{_validity(connection)}"
    if "Hostname mismatch" not in text and "IP address mismatch" not in text and "doesn't match" not in text:
        return "certificate signed by unknown authority"
    kind = "IP Address" if "IP address mismatch" in text else "DNS"
    names = [value for label, value in _alternative_names(connection) if label == kind]
    if not names and kind == "IP Address":
        return f"cannot validate certificate for {host} because it doesn't contain any IP SANs"
    if not names:
        return f"certificate is not valid for any names, but wanted to match {host}"
    return f"certificate is valid for {', '.join(names)}, not {host}"


def _alternative_names(connection: Connection) -> list[tuple[str, str]]:
    from cryptography import x509

    certificate = _certificate(connection)
    if certificate is None:
        return []
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    dns = [("DNS", name) for name in names.get_values_for_type(x509.DNSName)]
    return dns + [("IP Address", str(address)) for address in names.get_values_for_type(x509.IPAddress)]


def _validity(connection: Connection) -> str:
    """`: current time NOW is after END`, as far as the certificate can be read."""
    from datetime import UTC, datetime

    certificate = _certificate(connection)
    if certificate is None:
        return ""
    now, end, start = datetime.now(UTC), certificate.not_valid_after_utc, certificate.not_valid_before_utc
    word, limit = ("after", end) if now > end else ("before", start)
    return f": current time {now:%Y-%m-%dT%H:%M:%SZ} is {word} {limit:%Y-%m-%dT%H:%M:%SZ}"


def _certificate(connection: Connection) -> x509.Certificate | None:
    """The certificate the server shows, unchecked; None when it cannot be had."""
    from cryptography.x509 import load_der_x509_certificate

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    host, port = _parts(connection)
    try:
        with (
            socket.create_connection((host, port), _LOOK_TIMEOUT) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            found = secured.getpeercert(binary_form=True)
            return load_der_x509_certificate(found) if found else None
    except (OSError, ValueError):
        return None

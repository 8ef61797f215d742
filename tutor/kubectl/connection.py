"""One API server's kept-alive connections and what it told us about the resources it serves."""

from __future__ import annotations

import base64
import os
import ssl
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import urllib3

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kubeconfig import Endpoint

if TYPE_CHECKING:
    from tutor.kubectl.discovery import Discovery
    from tutor.kubectl.openapi import Document

CONNECT_TIMEOUT = 15.0  # seconds


@dataclass
class Learned:
    """What a server told us about itself; the same for whoever asks, so connections with other credentials share it."""

    discovery: Discovery | None = None
    documents: dict[str, Document] = field(default_factory=dict)


SEVERAL = "\n"
"""Between the values of a header that is to be sent several times: a group's name may have commas in it."""


class Connection:
    """A pool of HTTP connections to one endpoint; thread-safe, kept between commands."""

    def __init__(self, endpoint: Endpoint, learned: Learned | None = None) -> None:
        self.endpoint = endpoint
        self.learned = learned or Learned()
        self._context = _tls_context(endpoint) if endpoint.server.startswith("https:") else None
        self._pool = self._make_pool()

    def _make_pool(self) -> urllib3.PoolManager:
        options: dict[str, object] = {"maxsize": 8, "retries": False}
        if self._context is not None:
            options["ssl_context"] = self._context
            if self.endpoint.tls_server_name:
                options |= {"server_hostname": self.endpoint.tls_server_name}
            if self.endpoint.insecure:
                urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)  # the user chose not to check
                options |= {"assert_hostname": False, "cert_reqs": "CERT_NONE"}
        if self.endpoint.proxy:
            return urllib3.ProxyManager(self.endpoint.proxy, **options)  # type: ignore[arg-type] # urllib3 leaves pool options untyped
        return urllib3.PoolManager(**options)  # type: ignore[arg-type] # as above

    @property
    def host(self) -> str:
        return urlsplit(self.endpoint.server).netloc

    def serves(self, endpoint: Endpoint) -> bool:
        """Whether an endpoint is the same server, with whatever credentials."""
        return self.endpoint.server == endpoint.server

    @property
    def tls(self) -> ssl.SSLContext | None:
        return self._context

    def auth_headers(self) -> dict[str, str]:
        endpoint = self.endpoint
        if endpoint.token:
            return {"Authorization": f"Bearer {endpoint.token}"}
        if endpoint.username:
            pair = f"{endpoint.username}:{endpoint.password or ''}".encode()
            return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        return {}

    def open(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes | None,
        timeout: float | None,
        *,
        stream: bool,
    ) -> urllib3.BaseHTTPResponse:
        """Sends one request; `path` carries its query. `timeout` limits the wait for data in seconds, None waits for ever."""
        return self._pool.request(
            method,
            self.endpoint.server.rstrip("/") + path,
            headers=_sent({**self.auth_headers(), **headers}),
            body=body,
            timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT, read=timeout),
            preload_content=not stream,
            redirect=False,
        )

    def close(self) -> None:
        self._pool.clear()


def _sent(headers: dict[str, str]) -> urllib3.HTTPHeaderDict:
    sent = urllib3.HTTPHeaderDict()
    for name, values in headers.items():
        for value in values.split(SEVERAL):
            sent.add(name, value)
    return sent


def _tls_context(endpoint: Endpoint) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if endpoint.insecure else _checking_context(endpoint)
    if endpoint.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if endpoint.client_cert and endpoint.client_key:
        _load_client_certificate(context, endpoint.client_cert, endpoint.client_key)
    return context


def _checking_context(endpoint: Endpoint) -> ssl.SSLContext:
    """Trusts the cluster's authority, or those of the computer (which take long to load) when the cluster names none."""
    try:
        context = ssl.create_default_context(cadata=endpoint.ca_data.decode("ascii") if endpoint.ca_data else None)
    except (ssl.SSLError, UnicodeDecodeError):
        raise KubectlError("unable to load root certificates: unable to parse bytes as PEM block") from None
    context.verify_flags &= (
        ~ssl.VERIFY_X509_STRICT
    )  # private authorities often lack key identifiers, and Go accepts them
    return context


def _load_client_certificate(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """The ssl module only reads certificates from files: a private one that lives for the length of this call."""
    for data, what in ((certificate, "certificate"), (key, "key")):
        if b"-----BEGIN " not in data:
            raise KubectlError(f"tls: failed to find any PEM data in {what} input")
    handle, path = tempfile.mkstemp(prefix="kubectl-", suffix=".pem")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(certificate + b"\n" + key)
        context.load_cert_chain(path)
    except ssl.SSLError as problem:
        words = "private key does not match public key" if "KEY_VALUES_MISMATCH" in str(problem) else str(problem)
        raise KubectlError(f"tls: {words}") from None
    finally:
        os.unlink(path)

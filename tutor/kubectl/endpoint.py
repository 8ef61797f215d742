"""Where a command's requests go and with which credentials: a context of the kubeconfig, and what the flags say instead.

Messages follow client-go `tools/clientcmd` (`validation.go`, `client_config.go`) and `transport`.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.objects import Object

if TYPE_CHECKING:
    from tutor.kubectl.kubeconfig import KubeConfig

DEFAULT_SERVER = "http://localhost:8080"
_LABELS = {"client-certificate": "client-cert"}
"""What messages call a file of a user; `client-key` keeps its name."""


@dataclass(frozen=True)
class Endpoint:
    """Where an API server is and how to prove who we are; certificates and keys are PEM bytes."""

    server: str
    ca_data: bytes | None = None
    token: str | None = None
    client_cert: bytes | None = None
    client_key: bytes | None = None
    username: str | None = None
    password: str | None = None
    insecure: bool = False
    tls_server_name: str | None = None
    proxy: str | None = None


@dataclass(frozen=True)
class Overrides:
    """What the global flags (`--context`, `--server` ...) say instead of the file."""

    context: str = ""
    cluster: str = ""
    user: str = ""
    server: str = ""
    token: str = ""
    insecure: bool = False
    tls_server_name: str = ""
    ca_file: str = ""
    client_cert_file: str = ""
    client_key_file: str = ""
    username: str = ""
    password: str = ""
    proxy: str = ""


def resolve(config: KubeConfig, overrides: Overrides) -> Endpoint:
    """The endpoint a command talks to. KubectlError in kubectl's words when the configuration does not give one."""
    context = config.context(overrides.context)
    cluster_name = overrides.cluster or str(context.get("cluster") or "")
    user_name = overrides.user or str(context.get("user") or "")
    cluster = _cluster(config, cluster_name, overrides)
    user = _user(config, user_name, overrides)
    server = overrides.server or str(cluster.get("server") or DEFAULT_SERVER)
    insecure = overrides.insecure or bool(cluster.get("insecure-skip-tls-verify"))
    ca_data = None if overrides.insecure else _bytes(config, cluster, "certificate-authority", cluster_name)
    if insecure and ca_data:
        raise KubectlError("specifying a root certificates file with the insecure flag is not allowed")
    certificate = _bytes(config, user, "client-certificate", user_name)
    key = _bytes(config, user, "client-key", user_name)
    if certificate and not key:
        raise KubectlError(
            f"client-key-data or client-key must be specified for {user_name} to use the clientCert authentication method."
        )
    return Endpoint(
        server=server if "://" in server else f"http://{server}",
        ca_data=ca_data,
        token=_token(config, user),
        client_cert=certificate,
        client_key=key,
        username=user.get("username"),
        password=user.get("password"),
        insecure=insecure,
        tls_server_name=overrides.tls_server_name or cluster.get("tls-server-name"),
        proxy=overrides.proxy or cluster.get("proxy-url"),
    )


def _cluster(config: KubeConfig, name: str, overrides: Overrides) -> Object:
    found = config.entry("clusters", name)
    if found is None and overrides.cluster:
        raise KubectlError(f'no server found for cluster "{name}"')
    given = {"certificate-authority": overrides.ca_file} if overrides.ca_file else {}
    kept = {key: value for key, value in (found or {}).items() if not given or key != "certificate-authority-data"}
    return {**kept, **given}


def _user(config: KubeConfig, name: str, overrides: Overrides) -> Object:
    found = config.entry("users", name)
    if found is None and overrides.user:
        raise KubectlError(f'auth info "{name}" does not exist')
    user = dict(found or {})
    if overrides.token:
        user.pop("tokenFile", None)
        user["token"] = overrides.token
    for key, value in (("client-certificate", overrides.client_cert_file), ("client-key", overrides.client_key_file)):
        if value:
            user.pop(f"{key}-data", None)
            user[key] = value
    for key, value in (("username", overrides.username), ("password", overrides.password)):
        if value:
            user[key] = value
    if ("exec" in user or "auth-provider" in user) and not overrides.token:
        raise KubectlError(
            "this context's credentials come from a separate program, which the built-in kubectl does not run: "
            "use your own kubectl for it, or a context with a certificate or a token"
        )
    return user


def _bytes(config: KubeConfig, entry: Object, key: str, owner: str) -> bytes | None:
    """Inline base64 data, or the named file's content."""
    if entry.get(f"{key}-data"):
        try:
            return base64.b64decode(str(entry[f"{key}-data"]), validate=True)
        except (binascii.Error, ValueError):
            at = re.search(r"[^A-Za-z0-9+/=]|$", str(entry[f"{key}-data"]))
            raise KubectlError(
                f'error loading config file "{config.shown_path}": illegal base64 data at input byte '
                f"{at.start() if at else 0}"
            ) from None
    if entry.get(key):
        path = str(entry[key])
        try:
            return config.read(path)
        except OSError as problem:
            label = _LABELS.get(key, key)
            raise KubectlError(
                f"unable to read {label} {path} for {owner} due to {open_problem(path, problem)}"
            ) from None
    return None


def _token(config: KubeConfig, user: Object) -> str | None:
    if not user.get("tokenFile"):
        return user.get("token") or None
    path = str(user["tokenFile"])
    try:
        return config.read(path).decode("utf-8", "replace").strip()
    except OSError as problem:
        raise KubectlError(open_problem(path, problem)) from None


def open_problem(path: str, problem: OSError) -> str:
    """`open FILE: no such file or directory`, as Go's os package words it."""
    return f"open {path}: {(problem.strerror or 'no such file or directory').lower()}"

"""Writes the file that clients find a cluster with."""

from __future__ import annotations

import base64
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the API is and what a client needs to use it."""

    server: str
    ca: bytes
    token: str
    user: str = "kubernetes-admin"


def kubeconfig_text(endpoint: Endpoint, *, context: str = "simulated", namespace: str = "default") -> str:
    """A kubeconfig with one context. It is written in YAML's flow-free form, as tools write it."""
    authority = base64.b64encode(endpoint.ca).decode()
    quoted = json.dumps
    return f"""apiVersion: v1
kind: Config
clusters:
- name: {quoted(context)}
  cluster:
    certificate-authority-data: {authority}
    server: {endpoint.server}
contexts:
- name: {quoted(context)}
  context:
    cluster: {quoted(context)}
    namespace: {quoted(namespace)}
    user: {quoted(endpoint.user)}
current-context: {quoted(context)}
users:
- name: {quoted(endpoint.user)}
  user:
    token: {quoted(endpoint.token)}
"""


def write_kubeconfig(path: Path, endpoint: Endpoint, *, context: str = "simulated", namespace: str = "default") -> None:
    """Write it so that only its owner can read it, in one step: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        dir=path.parent, prefix=".kubeconfig-"
    )  # mkstemp makes it readable by its owner only
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(kubeconfig_text(endpoint, context=context, namespace=namespace))
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

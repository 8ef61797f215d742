"""Writes kubeconfigs of our own: one cluster, one user, one context, readable by the learner alone."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tutor.folders import private_folder, write_private

CONTEXT = "k8s-tutor"


def write_kubeconfig(
    name: str, cluster: Mapping[str, Any], user: Mapping[str, Any], namespace: str = "default"
) -> Path:
    """Write a kubeconfig called `name`; `cluster` and `user` are as kubeconfigs hold them. Raises OSError.

    It is JSON, which is YAML: no YAML library is needed to start a cluster.
    """
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": CONTEXT, "cluster": dict(cluster)}],
        "users": [{"name": CONTEXT, "user": dict(user)}],
        "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": CONTEXT, "namespace": namespace}}],
        "current-context": CONTEXT,
    }
    path = private_folder("clusters") / f"{name}.kubeconfig"
    write_private(path, json.dumps(config, indent=2) + "\n")
    return path


def embedded(entry: Mapping[str, Any], folder: Path, fields: tuple[str, ...]) -> dict[str, Any]:
    """An entry with the files it names put in as data; relative names count from `folder`. Raises OSError."""
    result = dict(entry)
    for field in fields:
        path = result.pop(field, None)
        if path and f"{field}-data" not in result:
            result[f"{field}-data"] = base64.b64encode((folder / path).read_bytes()).decode()
    return result

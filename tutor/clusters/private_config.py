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


def namespace_kept(name: str, server: str) -> str:
    """The namespace that the kubeconfig called `name` plays in, where it leads to that server; "default" otherwise.

    Each command of the tutor writes the file anew, and an exercise that another command started has chosen the namespace.
    """
    import yaml  # kubectl rewrites the file as YAML

    try:
        data = yaml.safe_load((private_folder("clusters") / f"{name}.kubeconfig").read_text(encoding="utf-8"))
        if data["clusters"][0]["cluster"]["server"] == server:
            return str(data["contexts"][0]["context"].get("namespace") or "default")
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, IndexError, TypeError, AttributeError):
        pass  # there is none yet, or it has been damaged: it is about to be written anew
    return "default"


def embedded(entry: Mapping[str, Any], folder: Path, fields: tuple[str, ...]) -> dict[str, Any]:
    """An entry with the files it names put in as data; relative names count from `folder`. Raises OSError."""
    result = dict(entry)
    for field in fields:
        path = result.pop(field, None)
        if path and f"{field}-data" not in result:
            result[f"{field}-data"] = base64.b64encode((folder / path).read_bytes()).decode()
    return result

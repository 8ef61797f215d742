"""Where the objects of a kind are found in the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from tutor.manifests.kinds import API_VERSIONS, CLUSTER_SCOPED

_PLURALS: dict[str, str] = {"Endpoints": "endpoints"}

Get = Callable[[str], dict[str, Any] | None]
"""Reads one path of the API; None when nothing is there."""


def collection(get: Get, api_version: str, kind: str, namespace: str | None) -> str | None:
    """The path of a kind's objects (of one namespace); None when the cluster does not know the kind.

    The kinds that come with Kubernetes cost no request; others are looked up in the group's discovery document.
    """
    found = resource(get, api_version, kind)
    if found is None:
        return None
    plural, namespaced = found
    scope = f"/namespaces/{quote(namespace)}" if namespace and namespaced else ""
    return f"{_root(api_version)}{scope}/{plural}"


def resource(get: Get, api_version: str, kind: str) -> tuple[str, bool] | None:
    """The resource that holds a kind, and whether it has namespaces; None when the cluster does not know the kind."""
    if API_VERSIONS.get(kind) == api_version:
        return plural_of(kind), kind not in CLUSTER_SCOPED
    for entry in (get(_root(api_version)) or {}).get("resources") or ():
        if entry.get("kind") == kind and "/" not in entry["name"]:
            return str(entry["name"]), bool(entry.get("namespaced"))
    return None


def plural_of(kind: str) -> str:
    """The resource of a kind that comes with Kubernetes, by English rules that hold for all of those."""
    if kind in _PLURALS:
        return _PLURALS[kind]
    lower = kind.lower()
    if lower.endswith("s"):
        return lower + "es"
    return lower[:-1] + "ies" if lower.endswith("y") else lower + "s"


def _root(api_version: str) -> str:
    return "/api/v1" if api_version == "v1" else f"/apis/{api_version}"

"""Reads objects from a cluster for grading: each object and each list once for an evaluation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from tutor.course.model import Selector

Obj = dict[str, Any]
TIMEOUT = 10.0
"""Seconds to wait for one answer."""


class Unreachable(Exception):
    """The API did not give an answer that can be graded; the message says why."""


class Source(Protocol):
    """Where JSON comes from: a path of the API to an object, or None for 404. Raises Unreachable."""

    def get(self, path: str) -> Obj | None:
        """The object at a path."""


class ApiSource:
    """The API of a cluster, through the official client."""

    def __init__(self, kubeconfig: Path) -> None:
        from kubernetes import config

        self._client = config.new_client_from_config(config_file=str(kubeconfig))

    def request(
        self, method: str, path: str, body: Any = None, content_type: str = "application/json"
    ) -> tuple[int, Obj]:
        """Send one request; returns the status code and the body. Raises Unreachable when there is no answer."""
        client = self._client
        headers = {"Accept": "application/json", **self.authorization()}
        if body is not None:
            headers["Content-Type"] = content_type
        try:
            reply = client.call_api(
                method, client.configuration.host + path, headers, body=body, _request_timeout=TIMEOUT
            )
            text = reply.read()
        except Exception as problem:
            # Whatever keeps an answer from arriving is the environment's fault and never the learner's.
            raise Unreachable(f"the cluster's API does not answer ({_reason(problem)})") from None
        try:
            return reply.status, json.loads(text) if text else {}
        except ValueError:
            raise Unreachable(
                f"the cluster's API answered with something that is no JSON (status {reply.status})"
            ) from None

    def authorization(self) -> dict[str, str]:
        """The headers that say who we are."""
        settings = self._client.configuration.auth_settings()
        return {
            entry["key"]: entry["value"] for entry in settings.values() if entry["in"] == "header" and entry["value"]
        }

    def get(self, path: str) -> Obj | None:
        """The object at a path."""
        status, body = self.request("GET", path)
        if status == 404:
            return None
        if status >= 400:
            raise Unreachable(f"the cluster's API refused to answer: {body.get('message', status)}")
        return body


def _reason(problem: Exception) -> str:
    return str(getattr(problem, "reason", None) or problem).split("\n")[0][:200]


_PLURALS: dict[str, str] = {"Endpoints": "endpoints", "Ingress": "ingresses"}


def plural(kind: str) -> str:
    """The resource of a kind, by English rules that hold for all of Kubernetes' own kinds."""
    if kind in _PLURALS:
        return _PLURALS[kind]
    lower = kind.lower()
    if lower.endswith("s"):
        return lower + "es"
    return lower[:-1] + "ies" if lower.endswith("y") else lower + "s"


def collection_path(api_version: str, kind: str, namespace: str | None) -> str:
    """The path of a kind's objects (of one namespace)."""
    root = "/api/v1" if api_version == "v1" else f"/apis/{api_version}"
    scope = f"/namespaces/{quote(namespace)}" if namespace else ""
    return f"{root}{scope}/{plural(kind)}"


def object_path(api_version: str, kind: str, namespace: str | None, name: str) -> str:
    """The path of one object."""
    return f"{collection_path(api_version, kind, namespace)}/{quote(name)}"


class Reader:
    """What one evaluation sees. Make a new one for each: nothing in it changes once it has been read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._seen: dict[str, Obj | None] = {}

    def get(self, path: str) -> Obj | None:
        """The object at a path, read at the first use."""
        if path not in self._seen:
            self._seen[path] = self._source.get(path)
        return self._seen[path]

    def select(self, of: Selector) -> Obj | None:
        """The object that is selected (None when it is not there), or {"items": [...]} for a selector without a name."""
        if of.name is not None:
            return self.get(object_path(of.api_version, of.kind, of.namespace, of.name))
        return {"items": self.objects(of.api_version, of.kind, of.namespace, of.labels)}

    def objects(
        self, api_version: str, kind: str, namespace: str | None, labels: Mapping[str, str] | None = None
    ) -> list[Obj]:
        """The objects of a kind that have all the labels."""
        listing = self.get(collection_path(api_version, kind, namespace)) or {}
        wanted = (labels or {}).items()
        return [item for item in listing.get("items") or () if wanted <= (item["metadata"].get("labels") or {}).items()]

    def fingerprint(self) -> str:
        """What was read, in a form that is equal when nothing that counts has changed."""
        versions = {path: _version(obj) for path, obj in sorted(self._seen.items())}
        return json.dumps(versions, sort_keys=True)


def _version(obj: Obj | None) -> Any:
    if obj is None:
        return None
    if "items" in obj:
        return sorted((i["metadata"].get("uid", ""), i["metadata"].get("generation", 0)) for i in obj["items"] or ())
    return [obj["metadata"].get("uid", ""), obj["metadata"].get("generation", 0)]

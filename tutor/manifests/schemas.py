"""The schemas of the cluster a manifest is for, and the names of what is in it: asked for once, then kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tutor.kubectl.errors import KubectlError
from tutor.manifests.place import FieldPath

if TYPE_CHECKING:
    from tutor.kubectl import KubeConfig
    from tutor.kubectl.client import Api
    from tutor.kubectl.discovery import ApiResource, Mapper
    from tutor.kubectl.openapi import Document

TIMEOUT = 5.0
"""Seconds the API server has for an answer."""
REMEMBERED = 5.0
"""Seconds names are used again before they are asked for anew."""
T = TypeVar("T")


class Schema:
    """The schema of one kind, and of the fields in it."""

    def __init__(self, document: Document, root: dict[str, Any], resource: ApiResource) -> None:
        self.document = document
        self.root = root
        self.resource = resource

    def at(self, path: FieldPath) -> dict[str, Any] | None:
        """The schema of a field, None for one there is not. Numbers in the path stand for items of lists."""
        schema: dict[str, Any] | None = self.root
        for part in path:
            schema = self._step(schema, part)
            if schema is None:
                return None
        return schema

    def _step(self, schema: dict[str, Any] | None, part: str | int) -> dict[str, Any] | None:
        resolved = self.document.resolve(schema or {})
        if isinstance(part, int):
            items = resolved.get("items")
            return items if isinstance(items, dict) else None
        found = (resolved.get("properties") or {}).get(part, resolved.get("additionalProperties"))
        return found if isinstance(found, dict) else None

    def parent_of(self, path: FieldPath) -> dict[str, Any]:
        """The schema of the mapping a field stands in."""
        return self.document.resolve(self.at(path[:-1]) or {})


class ClusterSchemas:
    """What one cluster says about manifests. Every answer is empty when the cluster does not give one. Thread-safe."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        """The file that leads to the cluster."""
        self._lock = threading.RLock()
        self._names: dict[tuple[str, str], tuple[float, list[str]]] = {}

    @cached_property
    def _config(self) -> KubeConfig:
        from tutor.kubectl import KubeConfig

        return KubeConfig.load(self.kubeconfig)

    @cached_property
    def _api(self) -> Api:
        from tutor.kubectl import KubectlIO
        from tutor.kubectl.client import Api
        from tutor.kubectl.kubeconfig import Overrides

        silent = KubectlIO(stdout=lambda text: None, stderr=lambda text: None)
        return Api(self._config.connection(self._config.endpoint(Overrides())), silent, TIMEOUT)

    @cached_property
    def _mapper(self) -> Mapper:
        from tutor.kubectl.discovery import Mapper

        return Mapper(self._api)

    def kinds(self) -> list[tuple[str, str]]:
        """What can be written, as (apiVersion, kind), in the server's order of preference."""
        nothing: list[ApiResource] = []
        resources = self._answer(lambda: self._mapper.discovery.resources, nothing)
        return [(found.api_version, found.kind) for found in resources if "create" in found.verbs]

    def of(self, api_version: str, kind: str) -> Schema | None:
        """The schema of a kind; None when the cluster does not know it."""
        return self._answer(lambda: self._schema(api_version, kind), None)

    def _schema(self, api_version: str, kind: str) -> Schema | None:
        from tutor.kubectl.openapi import document_for

        group, _, version = api_version.rpartition("/")
        resource = self._mapper.discovery.by_kind(group, version, kind)
        if resource is None:
            return None
        document = document_for(self._api, resource)
        root = document.kind(resource)
        return Schema(document, root, resource) if root is not None else None

    def namespace(self) -> str:
        """The namespace objects go to that name none."""
        return self._answer(self._config.namespace, "default")

    def names(self, resource: str, namespace: str = "") -> list[str]:
        """The names of the objects of a resource, such as `configmaps`, in a namespace if it has any."""
        return self._remembered((resource, namespace), lambda: self._list_names(resource, namespace))

    def _list_names(self, resource: str, namespace: str) -> list[str]:
        found = self._mapper.find(resource)
        items = self._api.get(found.path(namespace or self.namespace())).get("items") or []
        return sorted(str(item["metadata"]["name"]) for item in items)

    def images(self) -> list[str]:
        """The images of the Pods in the cluster."""
        return self._remembered(("images", ""), self._list_images)

    def _list_images(self) -> list[str]:
        pods = self._api.get("/api/v1/pods").get("items") or []
        return sorted({str(box.get("image")) for pod in pods for box in pod["spec"].get("containers") or []})

    def _remembered(self, key: tuple[str, str], ask: Callable[[], list[str]]) -> list[str]:
        at, names = self._names.get(key, (0.0, []))
        if not at or time.monotonic() - at > REMEMBERED:
            nothing: list[str] = []
            names = self._answer(ask, nothing)
            self._names[key] = (time.monotonic(), names)
        return names

    def _answer(self, ask: Callable[[], T], otherwise: T) -> T:
        with self._lock:
            try:
                return ask()
            except (KubectlError, OSError):
                return otherwise

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if "_config" in self.__dict__:
                self._config.close()


def first_sentence(text: str, longest: int = 200) -> str:
    """The beginning of a description that can stand on one line."""
    text = " ".join(text.split())
    end = next((n + 1 for n in range(1, len(text)) if _ends_sentence(text, n)), len(text))
    return text[:end] if end <= longest else text[: longest - 1] + "…"


def _ends_sentence(text: str, place: int) -> bool:
    return text[place] == "." and text[place + 1 : place + 2] == " " and not text[:place].endswith(("e.g", "i.e"))


def plain_names(path: FieldPath) -> Sequence[str]:
    """The names in a path, without the places in lists."""
    return [part for part in path if isinstance(part, str)]

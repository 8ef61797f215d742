"""A tiny API in memory: objects by path, as the API server lays them out, and nothing that acts by itself."""

from __future__ import annotations

import copy
import itertools
import threading
from collections.abc import Iterator
from typing import Any

from tutor.grading.api import Obj, Unreachable
from tutor.grading.paths import plural_of
from tutor.manifests.kinds import API_VERSIONS

NOW = 1_800_000_000.0
"""The time in a world that nobody has changed."""
NAMESPACE = "production"


class World:
    """Objects, a clock, and a switch that makes it unreachable."""

    def __init__(self) -> None:
        self.objects: dict[str, Obj] = {}
        self.time = NOW
        self.down = False
        self.reads: list[str] = []
        self.requests: list[tuple[str, str]] = []
        self.closed = False
        self.changed = threading.Condition()
        self._uids = itertools.count(1)

    def add(self, kind: str, name: str, /, namespace: str | None = NAMESPACE, **parts: Any) -> Obj:
        """Put an object in, with a uid of its own unless one is given in `metadata`."""
        metadata = {"name": name, "uid": f"uid-{next(self._uids)}", **parts.pop("metadata", {})}
        if namespace:
            metadata["namespace"] = namespace
        obj = {"apiVersion": API_VERSIONS[kind], "kind": kind, "metadata": metadata, **parts}
        with self.changed:
            self.objects[f"{collection(kind, namespace)}/{name}"] = obj
            self.changed.notify_all()
        return obj

    def remove(self, kind: str, name: str, namespace: str | None = NAMESPACE) -> None:
        """Take an object out."""
        with self.changed:
            del self.objects[f"{collection(kind, namespace)}/{name}"]
            self.changed.notify_all()

    # The API that grading uses ---------------------------------------------------------------------------------------

    def now(self) -> float:
        return self.time

    def get(self, path: str) -> Obj | None:
        self._answer()
        self.reads.append(path)
        if path in self.objects:
            return copy.deepcopy(self.objects[path])
        if path.rpartition("/")[0] in {key.rpartition("/")[0] for key in self.objects} and "/namespaces/" not in path:
            return None
        items = [copy.deepcopy(obj) for key, obj in self.objects.items() if key.rpartition("/")[0] == path]
        return {"items": items} if items or path.rpartition("/")[2] in _COLLECTIONS else None

    def _answer(self) -> None:
        if self.down:
            raise Unreachable("the cluster's API does not answer (connection refused)")

    def request(
        self, method: str, path: str, body: Obj | None = None, content_type: str = "application/json"
    ) -> tuple[int, Obj]:
        self._answer()
        self.requests.append((method, path))
        target, _, _ = path.partition("?")
        if method == "POST":
            return self._create(target, body or {})
        if method == "PATCH":
            self.objects[target] = {**self.objects[target], **(body or {})}
            return 200, self.objects[target]
        gone = [key for key in self.objects if key == target or key.startswith(f"{target}/")]
        for key in gone:
            del self.objects[key]
        return (200, {}) if gone else (404, {"message": "not found"})

    def _create(self, path: str, body: Obj) -> tuple[int, Obj]:
        name = body["metadata"]["name"]
        if f"{path}/{name}" in self.objects:
            return 409, {"message": "already exists"}
        metadata = {"uid": f"uid-{next(self._uids)}", **body["metadata"]}
        self.objects[f"{path}/{name}"] = {**body, "metadata": metadata}
        if body["kind"] == "Namespace":
            self.add("ServiceAccount", "default", namespace=name)
        return 201, self.objects[f"{path}/{name}"]

    def watch(self, path: str) -> WorldStream:
        self._answer()
        return WorldStream(self)

    def close(self) -> None:
        self.closed = True


class WorldStream:
    """A watch: one piece at once, and one whenever anything changes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open = True

    def pieces(self) -> Iterator[bytes]:
        yield b"{}"
        while self._open:
            with self._world.changed:
                self._world.changed.wait(timeout=5)
            if self._world.down:
                raise Unreachable("a watch broke off")
            if self._open:
                yield b"{}"

    def close(self) -> None:
        self._open = False
        with self._world.changed:
            self._world.changed.notify_all()


_COLLECTIONS = {plural_of(kind) for kind in API_VERSIONS}


def collection(kind: str, namespace: str | None) -> str:
    """The path of a kind's objects."""
    version = API_VERSIONS[kind]
    root = "/api/v1" if version == "v1" else f"/apis/{version}"
    return f"{root}/namespaces/{namespace}/{plural_of(kind)}" if namespace else f"{root}/{plural_of(kind)}"


def date(seconds_ago: float) -> str:
    """A date of the API that long before NOW."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(NOW - seconds_ago, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

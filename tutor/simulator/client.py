"""What controllers, scheduler and kubelets use to read and write API objects: the registry's verbs under one actor's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.simulator.deletion import DeleteOptions
from tutor.simulator.errors import ApiError
from tutor.simulator.registry import Registry, Writer
from tutor.simulator.resources.base import Resource
from tutor.simulator.store import Obj


class Client:
    """Reads and writes as one actor. Objects that it returns are the stored ones: never change them in place."""

    def __init__(self, registry: Registry, actor: str) -> None:
        self.registry = registry
        self.store = registry.store
        self.actor = actor
        self._writer = Writer(actor, user=f"system:{actor}", trusted=True)

    @property
    def now(self) -> float:
        """The cluster's time, seconds since the epoch."""
        return self.registry.clock.now

    def _resource(self, resource: str) -> Resource:
        found = self.registry.scheme.stored(resource)
        if found is None:
            raise ApiError(404, "NotFound", "the server could not find the requested resource")
        return found

    def get(self, resource: str, namespace: str, name: str) -> Obj | None:
        """The object, or None."""
        return self.store.get(resource, namespace, name)

    def list(self, resource: str, namespace: str | None = None) -> list[Obj]:
        """The objects of a resource (in a namespace)."""
        return self.store.list(resource, namespace)

    def postpone(self, event: Obj) -> bool:
        """Take an event to write it later; False: it is to be written now, as there is nothing to wait for."""
        return False

    def create(self, resource: str, obj: Obj) -> Obj:
        """Create an object, which becomes the cluster's: do not use it afterwards. Raises ApiError."""
        namespace = obj["metadata"].get("namespace", "")
        return self.registry.create(self._resource(resource), namespace, obj, self._writer)

    def update(self, resource: str, obj: Obj) -> Obj:
        """Replace an object's metadata and spec with those of a changed copy. Raises ApiError."""
        metadata = obj["metadata"]
        own = {**obj, "metadata": dict(metadata)}
        return self.registry.update(
            self._resource(resource), metadata.get("namespace", ""), metadata["name"], own, self._writer
        )

    def update_status(self, resource: str, obj: Obj, status: Mapping[str, Any]) -> Obj:
        """Replace an object's status and what else status writers may set, such as annotations; a write that changes nothing
        is none. Raises ApiError."""
        metadata = obj["metadata"]
        stored = self.store.get(resource, metadata.get("namespace", ""), metadata["name"])
        if stored is obj and obj.get("status") == status:
            return obj
        changed = {**obj, "metadata": dict(metadata), "status": status}
        return self.registry.update_status(
            self._resource(resource), metadata.get("namespace", ""), metadata["name"], changed, self._writer
        )

    def delete(self, resource: str, namespace: str, name: str, options: DeleteOptions | None = None) -> bool:
        """Delete an object; says whether it was there. Raises ApiError for anything but its absence."""
        try:
            self.registry.delete(self._resource(resource), namespace, name, self._writer, options)
        except ApiError as error:
            if error.code == 404:
                return False
            raise
        return True

"""The objects of a namespace as last seen, and the nodes they run on."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, TypeAlias

Object: TypeAlias = Mapping[str, Any]
"""An API object as JSON."""


class ClusterState:
    """Objects by kind and name. Watching threads write it, the screen reads it."""

    def __init__(self) -> None:
        self._objects: dict[str, dict[str, Object]] = {}
        self._lock = threading.Lock()
        self.version = 0
        """Grows whenever something has changed, so that a picture knows whether to be drawn anew."""
        self.problem: str | None = None
        """Why the cluster cannot be watched at the moment, in words; None while all is well."""

    def restart(self, kind: str) -> None:
        """A watch of this kind begins: what it does not report is no longer there."""
        with self._lock:
            self.version += 1
            self._objects[kind] = {}

    def apply(self, kind: str, event_type: str, obj: Object) -> None:
        """Take in a watch event: ADDED, MODIFIED or DELETED. BOOKMARK and anything else changes nothing."""
        name = str(obj.get("metadata", {}).get("name", ""))
        with self._lock:
            self.version += 1
            objects = self._objects.setdefault(kind, {})
            if event_type == "DELETED":
                objects.pop(name, None)
            elif event_type in ("ADDED", "MODIFIED"):
                objects[name] = obj

    def all(self, kind: str) -> list[Object]:
        """Every object of a kind, by name."""
        with self._lock:
            objects = self._objects.get(kind, {})
            return [objects[name] for name in sorted(objects)]

    def clear(self) -> None:
        """Forget everything, to watch another namespace."""
        with self._lock:
            self.version += 1
            self._objects.clear()
        self.problem = None


def owner_of(obj: Object) -> str | None:
    """The uid of the object's controller."""
    for reference in obj.get("metadata", {}).get("ownerReferences") or ():
        if reference.get("controller"):
            return str(reference.get("uid"))
    return None


def uid_of(obj: Object) -> str:
    """The object's uid."""
    return str(obj.get("metadata", {}).get("uid", ""))


def name_of(obj: Object) -> str:
    """The object's name."""
    return str(obj.get("metadata", {}).get("name", ""))

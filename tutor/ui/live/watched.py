"""A history of changes put together by watching, for clusters that keep none that the tutor can see."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Literal, cast

from tutor.clusters.history import ChangeLog, ObjectChange

_TYPES = ("ADDED", "MODIFIED", "DELETED")


class WatchedHistory(ChangeLog):
    """Takes watch events. Who wrote is guessed from `metadata.managedFields`, which names programs, not controllers."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        super().__init__(complete=False)
        self._now = now
        self._known: dict[str, Mapping[str, Any]] = {}

    def take(self, event_type: str, obj: Mapping[str, Any]) -> None:
        """Take in a watch event. One that says what is known already, as after a watch has begun anew, is no change."""
        metadata = obj.get("metadata") or {}
        uid = str(metadata.get("uid"))
        old = self._known.get(uid)
        same = old is not None and old["metadata"].get("resourceVersion") == metadata.get("resourceVersion")
        if event_type not in _TYPES or (same and event_type != "DELETED"):
            return
        if event_type == "DELETED":
            self._known.pop(uid, None)
        else:
            self._known[uid] = obj
        kind = event_type if event_type == "DELETED" else "ADDED" if old is None else "MODIFIED"
        typed = cast("Literal['ADDED', 'MODIFIED', 'DELETED']", kind)
        self.add(ObjectChange(self._now(), "" if kind == "DELETED" else last_writer(obj, old), typed, obj, old))


def last_writer(obj: Mapping[str, Any], old: Mapping[str, Any] | None) -> str:
    """The manager whose entry is new since `old`, the latest of several; empty for a write that none of them owns up to,
    such as giving a Pod to a node."""
    before = ((old or {}).get("metadata") or {}).get("managedFields") or []
    entries: list[dict[str, Any]] = (obj.get("metadata") or {}).get("managedFields") or []
    newest = max(
        (entry for entry in entries if entry not in before),
        key=lambda entry: str(entry.get("time") or ""),
        default=None,
    )
    return str((newest or {}).get("manager") or "")

"""Records everything that is written to a cluster's store, and tells where two histories part."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from tutor.simulator.cluster import SimulatedCluster
from tutor.simulator.store import Change

_EVENT_NUMBER = re.compile(r"(?<=\.)[0-9a-f]{15,16}$")


class History:
    """The writes to a cluster, each as one line of JSON. Lines end up equal only if every byte a client could read does."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self.lines: list[str] = []
        self.follow(cluster)

    def follow(self, cluster: SimulatedCluster) -> None:
        """Go on with a cluster: the same as before, or one that was made from its saved state."""
        cluster.store.subscribe(self._on_change)

    def _on_change(self, change: Change) -> None:
        row = [change.revision, change.at, change.actor, change.type, change.resource, change.obj]
        self.lines.append(json.dumps(row, separators=(",", ":")))

    def digest(self) -> str:
        """A number for the whole history."""
        whole = hashlib.sha256()
        for line in self.lines:
            whole.update(line.encode() + b"\n")
        return whole.hexdigest()


def logs(cluster: SimulatedCluster) -> list[str]:
    """What the containers that are there have written, line by line with times."""
    found = []
    for pod in cluster.store.list_sorted("pods"):
        namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
        for status in pod["status"].get("containerStatuses") or ():
            identifier = str(status.get("containerID", "")).rpartition("//")[2]
            for line in cluster.runtime.log(namespace, name, identifier) or ():
                found.append(f"{namespace}/{name}/{status['name']} {line.at!r} {line.stream} {line.text}")
    return found


def without_revisions(line: str) -> str:
    """A line without what a write counter leaves in it. After a restore in place the counter goes on from where it was, as
    clients must never see a revision twice; the names of events are made from it."""
    row = json.loads(line)
    return json.dumps(_cleared(row[1:]), separators=(",", ":"))


def _cleared(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _EVENT_NUMBER.sub("", inner) if key == "name" and isinstance(inner, str) else _cleared(inner)
            for key, inner in value.items()
            if key != "resourceVersion"
        }
    return [_cleared(inner) for inner in value] if isinstance(value, list) else value


def first_difference(one: list[str], other: list[str]) -> str:
    """Where two histories part, for a message; empty when they are equal."""
    for number, (before, after) in enumerate(zip_longest(one, other, fillvalue="(nothing)")):
        if before != after:
            return "\n".join((f"write {number} differs:", *_around(before, after)))
    return ""


def _around(before: str, after: str) -> Iterator[str]:
    """Two lines, beginning a little before the place where they part."""
    common = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    start = max(0, common - 100)
    for line in (before, after):
        yield f"{line[:120]} ... {line[start : common + 200]}"

"""What is different between two states of an object, in a few words: `replicas 3 -> 5`, `Pending -> Running`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Object = Mapping[str, Any]

MAX_PARTS = 4
"""Differences that are named; more than that are counted."""
MAX_VALUE = 40
"""Characters of a value that are shown."""
_UNTOLD_ANNOTATIONS = ("kubectl.kubernetes.io/", "deployment.kubernetes.io/", "deprecated.", "control-plane.alpha.")
_COUNTS = {
    "readyReplicas": "ready",
    "numberReady": "ready",
    "updatedReplicas": "up to date",
    "updatedNumberScheduled": "up to date",
    "succeeded": "succeeded",
    "failed": "failed",
    "currentReplicas": "current",
}
"""Numbers in a status that tell how far something is."""
_SECRET_WORDS = "(hidden)"


def differences(old: Object | None, new: Object) -> list[str]:
    """What has changed, the most telling first; nothing when only bookkeeping has."""
    if old is None:
        return []
    found = [
        *_deletion(old, new),
        *_fields(old.get("spec") or {}, new.get("spec") or {}, ()),
        *_labels(old, new),
        *_data(old, new),
        *_status(old, new),
    ]
    more = len(found) - MAX_PARTS
    return [*found[:MAX_PARTS], *([f"and {more} more fields"] if more > 0 else [])]


def _deletion(old: Object, new: Object) -> Iterator[str]:
    before, after = (str((obj.get("metadata") or {}).get("deletionTimestamp") or "") for obj in (old, new))
    if after and not before:
        yield "is to be deleted"


def _fields(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[str]:
    """Leaves of the specification that differ. List items are compared by their names where they have any."""
    if old == new:
        return
    old_parts, new_parts = _parts(old), _parts(new)
    if old_parts is None or new_parts is None or (not old_parts and not new_parts):
        yield f"{_named(path)} {_shown(old)} -> {_shown(new)}"
        return
    for key in dict.fromkeys([*old_parts, *new_parts]):
        yield from _fields(old_parts.get(key), new_parts.get(key), (*path, key))


def _parts(value: Any) -> dict[str, Any] | None:
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    if isinstance(value, list) and value and all(isinstance(item, Mapping) and item.get("name") for item in value):
        return {str(item["name"]): item for item in value}
    return None


def _named(path: tuple[str, ...]) -> str:
    """The end of a path that tells which field it is: `replicas`, `web image`, `resources limits memory`."""
    told = [part for part in path if part not in ("template", "spec", "containers")]
    return " ".join(told[-3:])


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value) if not isinstance(value, Mapping | list) else _compact(value)
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"


def _compact(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_compact(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_compact, value)) + "]"
    return str(value)


def _labels(old: Object, new: Object) -> Iterator[str]:
    for what in ("labels", "annotations"):
        before, after = ((obj.get("metadata") or {}).get(what) or {} for obj in (old, new))
        for key in dict.fromkeys([*before, *after]):
            told = what == "labels" or not key.startswith(_UNTOLD_ANNOTATIONS)
            if told and before.get(key) != after.get(key):
                yield f"{what[:-1]} {key} {_shown(before.get(key))} -> {_shown(after.get(key))}"


def _data(old: Object, new: Object) -> Iterator[str]:
    """The keys of ConfigMaps and Secrets; what a Secret holds is not shown."""
    hidden = new.get("kind") == "Secret"
    for what in ("data", "stringData", "binaryData"):
        before, after = (obj.get(what) or {} for obj in (old, new))
        for key in dict.fromkeys([*before, *after]):
            if before.get(key) != after.get(key):
                values = _SECRET_WORDS if hidden else f"{_shown(before.get(key))} -> {_shown(after.get(key))}"
                yield f"{key} {values}"


# Status ------------------------------------------------------------------------------------------------------------------


def _status(old: Object, new: Object) -> Iterator[str]:
    before, after = old.get("status") or {}, new.get("status") or {}
    if new.get("kind") == "Pod":
        words = [pod_word(obj) for obj in (old, new)]
        if words[0] != words[1]:
            yield f"{words[0]} -> {words[1]}"
        return
    if before.get("phase") != after.get("phase") and after.get("phase"):
        yield f"{before.get('phase') or 'new'} -> {after['phase']}"
    for field, word in _COUNTS.items():
        if (before.get(field) or 0) != (after.get(field) or 0):
            yield f"{word} {before.get(field) or 0} -> {after.get(field) or 0}"
    if new.get("kind") == "Node" and _ready(before) != _ready(after):
        yield "ready" if _ready(after) else "not ready"


def pod_word(pod: Object) -> str:
    """A Pod's state in a word, as `kubectl get pods` would say it or nearly so."""
    status = pod.get("status") or {}
    for container in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
        state = container.get("state") or {}
        reason = (state.get("waiting") or state.get("terminated") or {}).get("reason")
        if reason and reason not in ("Completed", "PodInitializing"):
            return str(reason)
    phase = str(status.get("reason") or status.get("phase") or "Pending")
    if phase == "Running":
        return "Running and ready" if _ready(status) else "Running, not ready"
    return phase


def _ready(status: Mapping[str, Any]) -> bool:
    return any(one.get("type") == "Ready" and one.get("status") == "True" for one in status.get("conditions") or [])


def is_endpoints_change(old: Object | None, new: Object) -> str:
    """How many addresses an EndpointSlice gives out, if that has changed."""
    before, after = (_addresses(obj) if obj is not None else 0 for obj in (old, new))
    return f"ready addresses {before} -> {after}" if before != after else ""


def _addresses(slice_: Object) -> int:
    ready = [one for one in slice_.get("endpoints") or [] if (one.get("conditions") or {}).get("ready") is not False]
    return sum(len(one.get("addresses") or []) for one in ready)

"""Objects as the server holds them in memory: some errors show a part of one, with Go's names for its fields and every one of them.

The names come from internal.json.gz, which generate.py makes (k8s.io/kubernetes, pkg/apis/*/types.go).
"""

from __future__ import annotations

import difflib
import gzip
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tutor.simulator.schemas import INTERNAL

_ZEROS: Mapping[str, Any] = {"string": "", "int": 0, "bool": False, "Quantity": "0", "IntOrString": 0}
_RENAMED = {"deprecatedserviceaccount": "serviceaccount"}
"""Fields whose name in memory has not even its letters in common with that in JSON."""
_METADATA = "v1.ObjectMeta"
"""Laid open in memory, a field of its own in JSON."""
_TYPE = "v1.TypeMeta"
"""Kind and version: memory leaves them empty."""
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
"""What Go's encoding/json does not leave in a string."""


@cache
def _types() -> dict[str, list[tuple[str, str]]]:
    loaded: dict[str, list[tuple[str, str]]] = json.loads(gzip.decompress(INTERNAL.read_bytes()))
    return loaded


def in_memory(type_: str, value: Any) -> Any:
    """JSON data in the form of a type, "core.PodSpec" for example, that memory holds it in."""
    if type_.startswith("?"):
        return None if value is None else in_memory(type_[1:], value)
    if type_.startswith("[]"):
        return [in_memory(type_[2:], item) for item in value] if isinstance(value, list) and value else value or None
    if type_.startswith("{}"):
        return {key: in_memory(type_[2:], value[key]) for key in sorted(value)} if value else None
    fields = _types().get(type_)
    if fields is None:
        return _ZEROS.get(type_) if value is None else value
    return dict(_fields(fields, value or {})) if isinstance(value or {}, Mapping) else value


def _fields(fields: list[tuple[str, str]], value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    given = {_letters(key): item for key, item in value.items()}
    for tag, type_ in fields:
        if type_ == _TYPE:
            continue
        if not tag:
            part = value.get("metadata") or {} if type_ == _METADATA else value
            yield from in_memory(type_, part).items()
            continue
        name, _, options = tag.partition(",")
        letters = _letters(name)
        shown = in_memory(type_, given.get(_RENAMED.get(letters, letters)))
        if shown or "omitempty" not in options:
            yield name, shown


def _letters(name: str) -> str:
    """What the name of a field has in common in memory and in JSON: "XListType" and "x-kubernetes-list-type"."""
    return name.replace("x-kubernetes-", "x").replace("-", "").replace("$", "").lower()


def _escaped(text: str) -> str:
    for character, shown in _ESCAPED.items():
        text = text.replace(character, shown)
    return text


def text_in_memory(type_: str, value: Any) -> str:
    """A value as "Invalid value" shows it."""
    return _escaped(json.dumps(in_memory(type_, value), ensure_ascii=False, separators=(",", ":")))


def difference(type_: str, old: Any, new: Any) -> str:
    """What differs between two values (apimachinery, pkg/util/diff/diff.go Diff)."""
    before, after = (_lines(in_memory(type_, value)) for value in (old, new))
    found = [line.rstrip("\n") for line in difflib.unified_diff(before, after, n=3, lineterm="")]
    return "\n".join([*found[2:], ""])


def _lines(value: Any) -> list[str]:
    return _escaped(json.dumps(value, ensure_ascii=False, indent=1)).split("\n")

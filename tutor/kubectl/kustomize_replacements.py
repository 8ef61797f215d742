"""`replacements` of a kustomization: a value of one object, copied into fields of others.

Follows kustomize `api/filters/replacement/replacement.go`.
"""

from __future__ import annotations

import base64
import copy
import re
from collections.abc import Iterator
from typing import Any

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize_items import Item
from tutor.kubectl.manifests import load_yaml
from tutor.kubectl.objects import Object, get
from tutor.kubectl.printers.text import go_print
from tutor.kubectl.yaml_loader import KustomizeLoader

_PART = re.compile(r"(\[[^\]]*\]|(?:\\.|[^.\[\\])+)\.?")
_KEYED = re.compile(r"\[([^=\]]+)=([^\]]*)\]")


def replace_values(items: list[Item], replacement: Object) -> None:
    """Copies the source's value into every field that the targets name. KubectlError when there is no such field."""
    targets = replacement.get("targets")
    if not replacement.get("source") or not targets:
        raise KubectlError("replacements must specify a source and at least one target")
    value = _source_value(items, replacement["source"])
    for target in targets:
        if not target.get("select"):
            raise KubectlError("target must specify resources to select")
        rejected = target.get("reject") or []
        for item in items:
            if item.matches(target["select"]) and not any(item.matches(one) for one in rejected):
                _set_all(item, target, value)


def _source_value(items: list[Item], source: Object) -> Any:
    selector = {key: value for key, value in source.items() if key in ("group", "version", "kind", "name", "namespace")}
    exact = {key: re.escape(str(value)) for key, value in selector.items()}
    found = [item for item in items if item.matches(exact)]
    if len(found) != 1:
        reason = "multiple matches for selector" if found else "nothing selected by"
        raise KubectlError(f"{reason} {'.'.join(str(value) for value in selector.values())}")
    path = str(source.get("fieldPath") or "metadata.name")
    places = list(_places(found[0].obj, split_path(path), create=False))
    if not places:
        raise KubectlError(f"fieldPath `{path}` is missing for replacement source {found[0].kind}")
    holder, key = places[0]
    value = holder[key]
    options = source.get("options") or {}
    if options.get("delimiter"):
        parts = str(value).split(str(options["delimiter"]))
        index = int(options.get("index") or 0)
        if not 0 <= index < len(parts):
            raise KubectlError(f"options.index {index} is out of bounds for value {value}")
        value = parts[index]
    return base64.b64encode(str(value).encode()).decode() if options.get("encoding") == "base64" else value


def _set_all(item: Item, target: Object, value: Any) -> None:
    options = target.get("options") or {}
    for path in target.get("fieldPaths") or ["metadata.name"]:
        places = list(_places(item.obj, split_path(str(path)), create=bool(options.get("create"))))
        if not places:
            raise KubectlError(
                f'unable to find field "{path}" in replacement target; set options.create to true to make it'
            )
        for holder, key in places:
            old = holder[key] if isinstance(holder, list) else holder.get(key)
            new = _within(old, value, options) if options.get("delimiter") else _as_before(old, value)
            if holder in (get(item.obj, "metadata.labels"), get(item.obj, "metadata.annotations")):
                new = go_print(new)
            if holder is item.obj.get("metadata") and key == "name":
                item.rename(str(new))
            else:
                holder[key] = new


def _as_before(old: Any, value: Any) -> Any:
    """The value in the type of the scalar it replaces; where there was none, as it is."""
    if isinstance(old, str) and not isinstance(value, dict | list):
        return go_print(value)
    if isinstance(old, int | float) and isinstance(value, str):
        return load_yaml(value, "replacement", KustomizeLoader)
    return copy.deepcopy(value)


def _within(old: Any, value: Any, options: Object) -> str:
    """The old text with one of its parts replaced; an index before or behind them all adds one."""
    delimiter, index = str(options["delimiter"]), int(options.get("index") or 0)
    parts = str(old or "").split(delimiter)
    if index < 0:
        parts.insert(0, str(value))
    elif index >= len(parts):
        parts.append(str(value))
    else:
        parts[index] = str(value)
    return delimiter.join(parts)


def split_path(path: str) -> list[str]:
    """`spec.containers.[name=web].image` in parts; a dot in a name is written `\\\\.` or stands in brackets."""
    return [re.sub(r"\\(.)", r"\1", part) if not part.startswith("[") else part for part in _PART.findall(path)]


def _places(value: Any, path: list[str], *, create: bool) -> Iterator[tuple[Any, Any]]:
    """The mappings and lists a path ends in, each with the key or index there."""
    part, rest = path[0], path[1:]
    for key in _keys(value, part, create=create):
        if not rest:
            yield value, key
            continue
        below = value[key] if isinstance(value, list) else value.get(key)
        if below is None and create and isinstance(value, dict):
            below = value[key] = {}
        if below is not None:
            yield from _places(below, rest, create=create)


def _keys(value: Any, part: str, *, create: bool) -> list[Any]:
    """The keys or indexes of a mapping or list that one part of a path means."""
    if isinstance(value, list):
        if part == "*":
            return list(range(len(value)))
        if part.isdigit():
            return [int(part)] if int(part) < len(value) else []
        keyed = _KEYED.fullmatch(part)
        if keyed is None:
            return []
        return [at for at, item in enumerate(value) if isinstance(item, dict) and str(item.get(keyed[1])) == keyed[2]]
    if not isinstance(value, dict):
        return []
    if part == "*":
        return list(value)
    name = part[1:-1] if part.startswith("[") and "=" not in part else part
    return [name] if name in value or create else []

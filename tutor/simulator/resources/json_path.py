"""JSONPath as CustomResourceDefinitions use it: in columns, scale subresources and selectable fields.

The language is a part of kubectl's templates (client-go, util/jsonpath): names, indexes, wildcards and filters that compare a
field with a value, as in `.status.conditions[?(@.type=="Ready")].status`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

Step = Callable[[Any], Iterator[Any]]

_TOKEN = re.compile(
    r"""\.(?P<name>(?:[^.\[\]\\'"]|\\.)+)"""
    r"""|\[(?P<quote>['"])(?P<key>.*?)(?P=quote)\]"""
    r"""|\[(?P<index>-?\d+)\]"""
    r"""|(?P<all>\[\*\])"""
    r"""|\[\?\(\s*@(?P<left>[^=!<>]+?)\s*(?:(?P<operator>==|!=)\s*(?P<right>[^)]+?)\s*)?\)\]"""
)


class BadPath(ValueError):
    """The text is no path that this language knows."""


def compile_path(text: str) -> Callable[[Any], list[Any]]:
    """A function that finds what a path leads to. Raises BadPath."""
    steps = list(_steps(text))

    def find(value: Any) -> list[Any]:
        found = [value]
        for step in steps:
            found = [inner for item in found for inner in step(item)]
        return found

    return find


def _steps(text: str) -> Iterator[Step]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise BadPath(text)
        yield _step(match)
        position = match.end()


def _step(match: re.Match[str]) -> Step:
    if match["all"] or match["name"] == "*":
        return _everything
    if match["index"] is not None:
        return _element(int(match["index"]))
    if match["left"] is not None:
        return _filter(match["left"].strip(), match["operator"] or "", (match["right"] or "").strip())
    return _entry(match["key"] if match["key"] is not None else re.sub(r"\\(.)", r"\1", match["name"]))


def _entry(key: str) -> Step:
    def step(value: Any) -> Iterator[Any]:
        if isinstance(value, dict) and key in value:
            yield value[key]

    return step


def _element(index: int) -> Step:
    def step(value: Any) -> Iterator[Any]:
        if isinstance(value, list) and -len(value) <= index < len(value):
            yield value[index]

    return step


def _everything(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _filter(left: str, operator: str, right: str) -> Step:
    find = compile_path(left)
    try:
        wanted = json.loads(f'"{right[1:-1]}"' if right[:1] == "'" else right) if operator else None
    except ValueError:
        raise BadPath(right) from None

    def keeps(item: Any) -> bool:
        found = find(item)
        if not operator:
            return bool(found)
        return bool(found) and (found[0] == wanted) is (operator == "==")

    def step(value: Any) -> Iterator[Any]:
        return (item for item in _everything(value) if keeps(item))

    return step


def simple_steps(text: str) -> tuple[str, ...] | None:
    """The names of a path that has nothing but names; None for any other."""
    names = re.findall(r"\.((?:[^.\[\]\\]|\\.)+)", text)
    whole = "".join(f".{name}" for name in names)
    return tuple(re.sub(r"\\(.)", r"\1", name) for name in names) if names and whole == text else None

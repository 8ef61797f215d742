"""kubectl's dialect of JSONPath templates.

Text and `{expressions}`: fields (`.metadata.name`, `['a.b']`, `.labels.app\\.kubernetes\\.io/name`), wildcards,
indices, slices, unions, filters (`[?(@.type=="Ready")]`), recursive descent (`..image`), quoted text (`{"\\n"}`) and
loops (`{range .items[*]}...{end}`). The language is described at
https://kubernetes.io/docs/reference/kubectl/jsonpath/; errors follow client-go `util/jsonpath`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from tutor.kubectl.jsonpath_parser import (
    Field,
    Filter,
    Identifier,
    Index,
    JsonPathError,
    Literal,
    Node,
    Path,
    RangeEnd,
    RangeStart,
    Recursive,
    Text,
    Union,
    Wildcard,
    parse,
)
from tutor.kubectl.printers.go_format import type_name
from tutor.kubectl.printers.text import go_print, go_value

__all__ = ["JsonPath", "JsonPathError", "relaxed"]

Values: TypeAlias = list[Any]


@dataclass(frozen=True)
class JsonPath:
    """A parsed template. `missing_ok` lets absent fields print as nothing instead of failing."""

    nodes: tuple[Node, ...]
    missing_ok: bool = True

    @classmethod
    def parse(cls, template: str, *, missing_ok: bool = True) -> JsonPath:
        return cls(tuple(parse(template)), missing_ok)

    def render(self, data: Any) -> str:
        """The template filled in from `data`."""
        return "".join(" ".join(go_print(value) for value in values) for values in self.results(data))

    def results(self, data: Any) -> list[Values]:
        """What every part of the template found, in order."""
        return list(self._block(self.nodes, data))

    def first(self, data: Any) -> Any:
        """The first value found, or None."""
        for values in self.results(data):
            if values:
                return values[0]
        return None

    def _block(self, nodes: Sequence[Node], data: Any) -> Iterator[Values]:
        position = 0
        while position < len(nodes):
            node = nodes[position]
            position += 1
            if isinstance(node, RangeStart):
                end = _matching_end(nodes, position)
                for item in self._walk_path(node.path, data):
                    yield from self._block(nodes[position:end], item)
                position = end + 1
            elif isinstance(node, Text):
                yield [node.text]
            elif isinstance(node, RangeEnd):
                raise JsonPathError("not in range, nothing to end")
            elif isinstance(node, Path):
                yield self._walk_path(node, data)

    def _walk_path(self, path: Path, data: Any) -> Values:
        values: Values = [data]
        for step in path.steps:
            values = self._step(step, values)
        return values

    def _step(self, step: Node, values: Values) -> Values:
        handler: Callable[[Any, Values], Values] = _STEPS[type(step)].__get__(self)
        return handler(step, values)

    def _literal(self, node: Literal, values: Values) -> Values:
        return [node.value]

    def _identifier(self, node: Identifier, values: Values) -> Values:
        raise JsonPathError(f"unrecognized identifier {node.name}")

    def _field(self, node: Field, values: Values) -> Values:
        found = [value[node.name] for value in values if isinstance(value, dict) and node.name in value]
        if not found and values and not self.missing_ok and any(value is not None for value in values):
            raise JsonPathError(f"{node.name} is not found")
        return found

    def _wildcard(self, node: Wildcard, values: Values) -> Values:
        found: Values = []
        for value in values:
            if isinstance(value, list):
                found += value
            elif isinstance(value, dict):
                found += [value[key] for key in sorted(value)]
        return found

    def _index(self, node: Index, values: Values) -> Values:
        found: Values = []
        for value in values:
            if value is None:
                continue
            if not isinstance(value, list):
                raise JsonPathError(f"{type_name(value)} is not array or slice")
            found += self._slice(node, value)
        return found

    def _slice(self, node: Index, items: list[Any]) -> list[Any]:
        """One element or several; unlike in other languages, what is out of bounds is an error (client-go evalArray)."""
        size = len(items)
        start = node.start or 0
        start += size if start < 0 else 0
        end = size if node.end is None else node.end + (size if node.end < 0 else 0)
        if node.single:
            end = start + 1
        if start == end:
            return []
        if not 0 <= start < size:
            raise JsonPathError(f"array index out of bounds: index {start}, length {size}")
        if not 0 <= end <= size:
            raise JsonPathError(f"array index out of bounds: index {end - 1}, length {size}")
        if start > end:
            raise JsonPathError(f"starting index {start} is greater than ending index {end}")
        if node.step is not None and node.step <= 0:
            raise JsonPathError("step must be > 0")
        return items[start : end : node.step]

    def _path(self, node: Path, values: Values) -> Values:
        for step in node.steps:
            values = self._step(step, values)
        return values

    def _union(self, node: Union, values: Values) -> Values:
        return [found for path in node.paths for value in values for found in self._walk_path(path, value)]

    def _recursive(self, node: Recursive, values: Values) -> Values:
        found: Values = []
        for value in values:
            children = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
            if children:
                found.append(value)
                found += self._recursive(node, children)
        return found

    def _filter(self, node: Filter, values: Values) -> Values:
        found: Values = []
        for value in values:
            if not isinstance(value, list):
                raise JsonPathError(f"{go_value(value)} is not array or slice and cannot be filtered")
            found += [item for item in value if self._passes(node, item)]
        return found

    def _passes(self, node: Filter, item: Any) -> bool:
        left = JsonPath((), missing_ok=True)._walk_path(node.left, item)
        if node.operator == "exists":
            return bool(left)
        assert node.right is not None  # the parser gives every comparison a right side
        right = JsonPath((), missing_ok=True)._walk_path(node.right, item)
        if not left or not right:
            return False
        if len(left) > 1 or len(right) > 1:
            raise JsonPathError("can only compare one element at a time")
        return _compare(node.operator, left[0], right[0])


_STEPS: dict[type, Any] = {
    Field: JsonPath._field,
    Wildcard: JsonPath._wildcard,
    Index: JsonPath._index,
    Union: JsonPath._union,
    Recursive: JsonPath._recursive,
    Filter: JsonPath._filter,
    Literal: JsonPath._literal,
    Identifier: JsonPath._identifier,
    Path: JsonPath._path,
}


def _compare(operator: str, left: Any, right: Any) -> bool:
    if isinstance(left, bool) != isinstance(right, bool) or isinstance(left, str) != isinstance(right, str):
        raise JsonPathError("incompatible types for comparison")
    if operator == "==":
        return bool(left == right)
    if operator == "!=":
        return bool(left != right)
    try:
        return bool({"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[operator])
    except TypeError:
        raise JsonPathError("incompatible types for comparison") from None


def _matching_end(nodes: Sequence[Node], position: int) -> int:
    depth = 1
    for index in range(position, len(nodes)):
        if isinstance(nodes[index], RangeStart):
            depth += 1
        elif isinstance(nodes[index], RangeEnd):
            depth -= 1
        if not depth:
            return index
    return len(nodes)  # a loop that is not closed goes on to the end of the template


def relaxed(expression: str) -> str:
    """The full `{.a.b}` form of `a.b`, `.a.b`, `{a.b}` or `{.a.b}`, as sort-by and custom-columns accept them."""
    inner = expression
    if inner.startswith("{") and inner.endswith("}"):
        inner = inner[1:-1]
    if not expression:
        return expression
    if not inner or "{" in inner or "}" in inner:
        raise JsonPathError(
            "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'"
        )
    return "{." + inner.removeprefix(".") + "}"

"""`--sort-by`: orders objects or table rows by a field. Follows kubectl `pkg/cmd/get/sorter.go`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.jsonpath import JsonPath, JsonPathError, relaxed
from tutor.kubectl.objects import Object
from tutor.kubectl.quantity import parse_quantity


def sort_objects(items: list[Object], field: str) -> list[Object]:
    """The objects by the field's value; those without it first. KubectlError when no object has it."""
    return _sorted(items, field, lambda item: item)


def sort_table(table: Object, field: str) -> None:
    """Sorts a Table's rows in place; the rows must carry whole objects."""
    rows = table.get("rows") or []
    if rows:
        table["rows"] = _sorted(rows, field, lambda row: row.get("object") or {})


def _sorted(items: list[Object], field: str, subject: Callable[[Object], Object]) -> list[Object]:
    try:
        expression = relaxed(field)
        path = JsonPath.parse(expression)
        keyed = [(path.first(subject(item)), item) for item in items]
    except JsonPathError as problem:
        raise KubectlError(str(problem)) from None
    if items and all(value is None for value, _ in keyed):
        raise KubectlError(f'couldn\'t find any field with path "{expression}" in the list of objects')
    keyed.sort(key=functools.cmp_to_key(lambda left, right: _compare(left[0], right[0])))
    return [item for _, item in keyed]


def _compare(left: Any, right: Any) -> int:
    if left is None or right is None:
        return (left is not None) - (right is not None)
    if isinstance(left, str) and isinstance(right, str):
        return _compare_text(left, right)
    if isinstance(left, list) and isinstance(right, list):
        return next((result for result in map(_compare, left, right) if result), 0)
    if isinstance(left, int | float) and isinstance(right, int | float):
        return (left > right) - (left < right)
    raise KubectlError(f"unsortable type: {type(left).__name__}")


def _compare_text(left: str, right: str) -> int:
    """Quantities such as `500Mi` and `1Gi` by their amount, other text by its characters."""
    try:
        amounts = (parse_quantity(left), parse_quantity(right))
    except ValueError:
        return (left > right) - (left < right)
    return (amounts[0] > amounts[1]) - (amounts[0] < amounts[1])

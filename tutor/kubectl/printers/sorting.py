"""`--sort-by`: orders objects or table rows by a field. Follows kubectl `pkg/cmd/get/sorter.go`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.gosort import go_sort
from tutor.kubectl.jsonpath import JsonPath, JsonPathError, Values, relaxed
from tutor.kubectl.objects import Object
from tutor.kubectl.quantity import parse_quantity


class Unsortable(KubectlError):
    """The field's values have no order: they are lists or objects."""

    def __init__(self) -> None:
        super().__init__("unsortable type: []interface {}")


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
        keyed = [(_found(path, subject(item)), item) for item in items]
    except JsonPathError as problem:
        raise KubectlError(str(problem)) from None
    if items and not any(values for values, _ in keyed):
        raise KubectlError(f'couldn\'t find any field with path "{expression}" in the list of objects')
    return [item for _, item in go_sort(keyed, lambda left, right: _less(left[0], right[0]))]


def _found(path: JsonPath, obj: Object) -> Values:
    results = path.results(obj)
    return results[0] if results else []


def _less(left: Values, right: Values) -> bool:
    """Objects without the field go first; `null` goes before any value."""
    if not left:
        return True
    return bool(right) and _value_less(left[0], right[0])


def _value_less(left: Any, right: Any) -> bool:
    if left is None or right is None:
        return left is None and right is not None
    if isinstance(left, str) and isinstance(right, str):
        return _text_less(left, right)
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left < right
    raise Unsortable


def _text_less(left: str, right: str) -> bool:
    """Quantities such as `500Mi` and `1Gi` by their amount, other text by its characters."""
    try:
        return parse_quantity(left) < parse_quantity(right)
    except ValueError:
        return left < right

"""`--sort-by`: orders objects or table rows by a field. Follows kubectl `pkg/cmd/get/sorter.go`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.gosort import go_sort
from tutor.kubectl.jsonpath import JsonPath, JsonPathError, Values, relaxed
from tutor.kubectl.objects import Object
from tutor.kubectl.quantity import parse_quantity

_WITHOUT_ORDER = ((dict, "map[string]interface {}"), (list, "[]interface {}"), (bool, "bool"))  # and how Go names them


class Unsortable(KubectlError):
    """The field's values have no order: they are lists, objects or booleans, or of different types."""

    def __init__(self, value: Any) -> None:
        named = next((name for kind, name in _WITHOUT_ORDER if isinstance(value, kind)), "")
        super().__init__(f"unsortable type: {named}" if named else "unsortable interface: interface")


def sort_objects(items: list[Object], field: str) -> list[Object]:
    """The objects by the field's value; those without it first. KubectlError when no object has it."""
    return _sorted(items, field, lambda item: item)


def sort_table(table: Object, field: str) -> None:
    """Sorts a Table's rows in place; the rows must carry whole objects. A single row needs no order, nor the field."""
    rows = table.get("rows") or []
    if len(rows) > 1:
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
    if type(left) is type(right) and isinstance(left, int | float) and not isinstance(left, bool):
        return bool(left < right)
    raise Unsortable(left)


def _text_less(left: str, right: str) -> bool:
    """Quantities such as `500Mi` and `1Gi` by their amount, other text by its characters."""
    try:
        return parse_quantity(left) < parse_quantity(right)
    except ValueError:
        return left < right

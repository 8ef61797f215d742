"""The syntax of label selectors (apimachinery, pkg/apis/meta/v1/validation/validation.go)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.errors import FieldError, forbidden_field, invalid, required
from tutor.simulator.names import check_labels

OPERATORS = ("DoesNotExist", "Exists", "In", "NotIn")


def validate_selector(selector: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    """The syntax of a metav1.LabelSelector."""
    yield from check_labels(selector.get("matchLabels"), f"{path}.matchLabels")
    for i, expression in enumerate(selector.get("matchExpressions") or ()):
        where = f"{path}.matchExpressions[{i}]"
        operator, values = expression.get("operator"), expression.get("values") or ()
        if operator not in OPERATORS:
            yield invalid(f"{where}.operator", operator or "", "not a valid selector operator")
        elif operator in ("In", "NotIn") and not values:
            yield required(f"{where}.values", "must be specified when `operator` is 'In' or 'NotIn'")
        elif operator in ("Exists", "DoesNotExist") and values:
            yield forbidden_field(
                f"{where}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            )

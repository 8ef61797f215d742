"""Cells that several kinds' Tables share. Source: pkg/printers/internalversion/printers.go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tutor.simulator.clock import parse_timestamp
from tutor.simulator.resources.base import Column
from tutor.simulator.store import Obj

MINUTE, HOUR, DAY, YEAR = 60, 3600, 86400, 365 * 86400
NONE = "<none>"


def human_duration(seconds: float) -> str:
    """A duration to about two significant places (apimachinery, pkg/util/duration HumanDuration)."""
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    if whole < 2 * MINUTE:
        return f"{max(whole, 0)}s"
    minutes = whole // MINUTE
    if minutes < 10:
        return _two(minutes, "m", whole % MINUTE, "s")
    if minutes < 3 * 60:
        return f"{minutes}m"
    hours = whole // HOUR
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    if hours < 24 * 8:
        return _two(hours // 24, "d", hours % 24, "h")
    if hours < 24 * 365 * 2:
        return f"{hours // 24}d"
    if hours < 24 * 365 * 8:
        return _two(hours // 24 // 365, "y", hours // 24 % 365, "d")
    return f"{whole // YEAR}y"


def _two(large: int, unit: str, small: int, small_unit: str) -> str:
    return f"{large}{unit}{small}{small_unit}" if small else f"{large}{unit}"


def since(timestamp: str | None, now: float) -> str:
    """How long ago a timestamp is."""
    return human_duration(now - parse_timestamp(timestamp)) if timestamp else "<unknown>"


def age(obj: Obj, now: float) -> str:
    """How long ago the object was created."""
    return since(obj["metadata"].get("creationTimestamp"), now)


def at(*path: str, default: Any = "") -> Callable[[Obj, float], Any]:
    """A cell that shows a field."""

    def cell(obj: Obj, _: float) -> Any:
        value: Any = obj
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return default if value is None else value

    return cell


def count_at(*path: str) -> Callable[[Obj, float], Any]:
    """A cell that shows how many entries a field has."""
    inner = at(*path, default=())
    return lambda obj, now: len(inner(obj, now))


def format_labels(labels: Mapping[str, str] | None) -> str:
    """Labels as "a=b,c=d" (apimachinery labels.FormatLabels)."""
    return ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items())) or NONE


_OPERATORS = {"In": "in", "NotIn": "notin"}


def format_selector(selector: Mapping[str, Any] | None) -> str:
    """A metav1.LabelSelector in the syntax of `kubectl -l` (metav1.FormatLabelSelector)."""
    if selector is None:
        return NONE
    parts = [(key, f"{key}={value}") for key, value in (selector.get("matchLabels") or {}).items()]
    for expression in selector.get("matchExpressions") or ():
        parts.append((expression["key"], _format_expression(expression)))
    return ",".join(text for _, text in sorted(parts)) or NONE


def _format_expression(expression: Mapping[str, Any]) -> str:
    key, operator = expression["key"], expression["operator"]
    if operator in _OPERATORS:
        return f"{key} {_OPERATORS[operator]} ({','.join(sorted(expression.get('values') or ()))})"
    return key if operator == "Exists" else f"!{key}"


def container_names(path: Sequence[str]) -> Callable[[Obj, float], Any]:
    """A cell with the names of a pod spec's containers."""
    inner = at(*path, "containers", default=())
    return lambda obj, now: ",".join(container["name"] for container in inner(obj, now))


def container_images(path: Sequence[str]) -> Callable[[Obj, float], Any]:
    """A cell with the images of a pod spec's containers."""
    inner = at(*path, "containers", default=())
    return lambda obj, now: ",".join(container.get("image", "") for container in inner(obj, now))


def list_with_more(items: Iterable[str], shown: int = 3) -> str:
    """The first few, and how many more there are."""
    everything = list(items)
    if not everything:
        return "<unset>"
    text = ",".join(everything[:shown])
    return f"{text} + {len(everything) - shown} more..." if len(everything) > shown else text


def name_column(cell: Callable[[Obj, float], Any]) -> Column:
    """The column every kind starts with."""
    return Column("Name", cell, format="name", description="Name of the object; unique within its namespace.")


NAME = name_column(at("metadata", "name"))
AGE = Column("Age", age, description="Time since the object was created.")
CREATED_AT = Column(
    "Created At", at("metadata", "creationTimestamp"), type="date", description="When the object was created."
)
POD_SPEC = ("spec", "template", "spec")


def wide_template_columns(*, selector: bool = True, path: Sequence[str] = POD_SPEC) -> tuple[Column, ...]:
    """The columns that `-o wide` adds for kinds with a pod template."""
    columns = (
        Column("Containers", container_names(path), priority=1, description="Names of the template's containers."),
        Column("Images", container_images(path), priority=1, description="Images of the template's containers."),
    )
    if not selector:
        return columns
    shown = Column(
        "Selector",
        lambda obj, _: format_selector(obj["spec"].get("selector")),
        priority=1,
        description="Labels of the pods that belong to the object.",
    )
    return (*columns, shown)

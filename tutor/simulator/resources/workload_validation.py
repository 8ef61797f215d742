"""Rules that kinds with a pod template share. Source: pkg/apis/apps/validation/validation.go."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tutor.simulator.errors import FieldError, forbidden_field, invalid, invalid_shown, not_supported, required
from tutor.simulator.objects import matches_selector
from tutor.simulator.resources.container_validation import NOT_NEGATIVE
from tutor.simulator.resources.label_selectors import validate_selector
from tutor.simulator.resources.pod_validation import validate_template
from tutor.simulator.schemas.internal import text_in_memory
from tutor.simulator.store import Obj

PERCENT_RULE = (
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for "
    "validation is '[0-9]+%')"
)
UPDATE_STRATEGIES = ("OnDelete", "RollingUpdate")
"""Of StatefulSets and DaemonSets."""


def not_negative(spec: Mapping[str, Any], field: str, path: str) -> Iterator[FieldError]:
    """A number that may be left out but not be below zero."""
    value = spec.get(field)
    if value is not None and value < 0:
        yield invalid(f"{path}.{field}", value, NOT_NEGATIVE)


def validate_int_or_percent(value: Any, path: str) -> Iterator[FieldError]:
    """A count or a percentage, not below zero (ValidatePositiveIntOrPercent)."""
    if isinstance(value, str):
        if not re.fullmatch("[0-9]+%", value):
            yield invalid(path, value, PERCENT_RULE)
    elif value < 0:
        yield invalid(path, value, NOT_NEGATIVE)


def validate_selected_template(
    spec: Mapping[str, Any], what: str, *, deadline_of: str = "ReplicaSet"
) -> Iterator[FieldError]:
    """A selector and the template that it must select; `what` names the kind in the message, and `deadline_of` in that about
    a deadline, which a Deployment's template has from the ReplicaSets it is meant for."""
    selector, template = spec.get("selector"), spec.get("template") or {}
    if selector is None:
        yield required("spec.selector")
    else:
        yield from validate_selector(selector, "spec.selector")
        if not selector.get("matchLabels") and not selector.get("matchExpressions"):
            yield invalid("spec.selector", selector, f"empty selector is invalid for {what}")
    labels = (template.get("metadata") or {}).get("labels")
    if not matches_selector(selector, labels or {}):
        yield invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`")
    yield from validate_lasting_template(template, deadline_of)


def validate_lasting_template(template: Mapping[str, Any], kind: str) -> Iterator[FieldError]:
    """A template of pods that are to run on and on."""
    yield from validate_template(template, "spec.template")
    policy = template.get("spec", {}).get("restartPolicy")
    if policy != "Always":
        yield not_supported("spec.template.spec.restartPolicy", policy, ("Always",))
    if template.get("spec", {}).get("activeDeadlineSeconds") is not None:
        why = f"activeDeadlineSeconds in {kind} is not Supported"
        yield forbidden_field("spec.template.spec.activeDeadlineSeconds", why)


def immutable(shown: str, *path: str, type_: str = "") -> Callable[[Obj, Obj], Iterator[FieldError]]:
    """A rule for updates: a field keeps its value. `type_` is what errors show its value as (schemas.internal)."""

    def check(new: Obj, old: Obj) -> Iterator[FieldError]:
        after: Any = new
        before: Any = old
        for name in path:
            after, before = (after or {}).get(name), (before or {}).get(name)
        if after != before and type_:
            yield invalid_shown(shown, text_in_memory(type_, after), "field is immutable")
        elif after != before:
            yield invalid(shown, after, "field is immutable")

    return check


SELECTOR_IMMUTABLE = immutable("spec.selector", "spec", "selector", type_="?v1.LabelSelector")

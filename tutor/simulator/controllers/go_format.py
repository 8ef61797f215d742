"""Values as Go's fmt prints them, for messages that contain them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def go_list(items: Iterable[str]) -> str:
    """A slice of strings (%v)."""
    return f"[{' '.join(items)}]"


def go_selector(selector: Mapping[str, Any] | None) -> str:
    """A pointer to a LabelSelector (%v)."""
    if selector is None:
        return "nil"
    labels = "".join(f"{key}: {value}," for key, value in sorted((selector.get("matchLabels") or {}).items()))
    expressions = "".join(
        f"LabelSelectorRequirement{{Key:{e['key']},Operator:{e['operator']},Values:{go_list(e.get('values') or ())},}},"
        for e in selector.get("matchExpressions") or ()
    )
    parts = f"MatchLabels:map[string]string{{{labels}}},MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},"
    return f"&LabelSelector{{{parts}}}"

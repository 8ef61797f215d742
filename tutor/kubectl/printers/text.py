"""Values as Go's `fmt` prints them."""

from __future__ import annotations

import json
from typing import Any

from tutor.kubectl.printers.yaml import compact_json, number_text


def go_print(value: Any) -> str:
    """A value in a JSONPath result: text as it is, objects and lists as compact JSON."""
    if isinstance(value, dict | list):
        return compact_json(value)
    if value is None:
        return "null"
    return _plain(value)


def _plain(value: Any) -> str:
    if value is True or value is False:
        return str(value).lower()
    return number_text(value) if isinstance(value, int | float) else str(value)


def go_syntax(value: Any) -> str:
    """A value as `%#v` prints it: `map[string]interface {}{"a":1}`."""
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(key)}:{go_syntax(value[key])}" for key in sorted(value))
        return f"map[string]interface {{}}{{{inner}}}"
    if isinstance(value, list):
        return f"[]interface {{}}{{{', '.join(go_syntax(item) for item in value)}}}"
    if value is None:
        return "interface {}(nil)"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else _plain(value)


def go_value(value: Any) -> str:
    """A value as `%v` prints it: `map[a:1 b:2]`, `[x y]`, `<nil>`."""
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{go_value(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list | tuple):
        return "[" + " ".join(go_value(item) for item in value) + "]"
    return "<nil>" if value is None else _plain(value)

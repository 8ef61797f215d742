"""`-o kyaml`: YAML that uses braces and brackets for structure and double quotes for text, so that indentation carries
no meaning.

The format is KEP-5295's; layout follows sigs.k8s.io/yaml `kyaml`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tutor.kubectl.printers.yaml import number_text

_BARE_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_AMBIGUOUS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity"}


def to_kyaml(value: Any) -> str:
    """One document, with the `---` line KYAML always has."""
    return "---\n" + _render(value, 0) + "\n"


def _render(value: Any, depth: int) -> str:
    if isinstance(value, dict) and value:
        return _mapping(value, depth)
    if isinstance(value, list) and value:
        return _sequence(value, depth)
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    if isinstance(value, str):
        return _text(value, depth)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return number_text(value)


def _mapping(mapping: dict[str, Any], depth: int) -> str:
    blank = "  " * (depth + 1)
    lines = [f"{blank}{_key(key)}: {_render(mapping[key], depth + 1)},\n" for key in sorted(mapping)]
    return "{\n" + "".join(lines) + "  " * depth + "}"


def _sequence(items: list[Any], depth: int) -> str:
    """Mappings are cuddled: `[{ ... }, { ... }]`; plain values get a line each."""
    if all(isinstance(item, dict) and item for item in items):
        return "[" + ", ".join(_mapping(item, depth) for item in items) + "]"
    blank = "  " * (depth + 1)
    lines = [f"{blank}{_render(item, depth + 1)},\n" for item in items]
    return "[\n" + "".join(lines) + "  " * depth + "]"


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) and key.lower() not in _AMBIGUOUS else json.dumps(key, ensure_ascii=False)


def _text(text: str, depth: int) -> str:
    """Text in double quotes; several lines are broken after each `\\n`, with the line end escaped."""
    if "\n" not in text:
        return json.dumps(text, ensure_ascii=False)
    blank = "  " * (depth + 1)
    pieces = [json.dumps(line, ensure_ascii=False)[1:-1] for line in text.split("\n")]
    lines = [f"{piece}\\n" for piece in pieces[:-1]] + [piece for piece in pieces[-1:] if piece]
    return '"\\\n' + "".join(f"{blank} {line}\\\n" for line in lines) + f'{blank}"'

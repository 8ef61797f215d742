"""What Go's encoding/json says about text that is no JSON, and what it calls the types of values; kubectl repeats both."""

from __future__ import annotations

import json
from typing import Any


def json_fault(text: str) -> str:
    """Go's words for why `text` is no JSON (encoding/json `scanner.go`); empty when it is."""
    try:
        json.loads(text)
    except json.JSONDecodeError as problem:
        if problem.pos >= len(text.rstrip()) or problem.msg.startswith("Unterminated string"):
            return "unexpected end of JSON input"
        return f"invalid character {_quoted(text[problem.pos])} {_expected(problem, text)}"
    return ""


def _quoted(character: str) -> str:
    return {"'": "'\\''", '"': "'\"'"}.get(character) or f"'{json.dumps(character, ensure_ascii=False)[1:-1]}'"


def _expected(problem: json.JSONDecodeError, text: str) -> str:
    if problem.msg.startswith("Expecting property name"):
        return "looking for beginning of object key string"
    if problem.msg.startswith("Expecting ':'"):
        return "after object key"
    if problem.msg.startswith("Expecting ','"):
        return "after object key:value pair" if _in_object(text[: problem.pos]) else "after array element"
    if problem.msg.startswith("Extra data"):
        return "after top-level value"
    if problem.msg.startswith("Invalid control character"):
        return "in string literal"
    return "looking for beginning of value"


def _in_object(text: str) -> bool:
    """Whether the innermost bracket that is open at the end of `text` is a brace."""
    opened: list[str] = []
    inside = escaped = False
    for character in text:
        if inside:
            inside, escaped = escaped or character != '"', character == "\\" and not escaped
        elif character == '"':
            inside = True
        elif character in "{[":
            opened.append(character)
        elif character in "}]" and opened:
            opened.pop()
    return opened[-1:] == ["{"]


def json_type(value: Any) -> str:
    """What Go's messages call the type of a JSON value."""
    if isinstance(value, bool):
        return "bool"
    return {dict: "object", list: "array", str: "string", int: "number", float: "number"}.get(type(value), "null")

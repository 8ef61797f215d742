"""Bytes of a request into JSON data: JSON and YAML, with fields that occur twice kept track of."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from tutor.simulator.errors import ApiError, bad_request

MAX_BODY = 3 * 1024 * 1024
"""Bytes of a request body that the API server reads (apiserver, pkg/server/config.go MaxRequestBodyBytes)."""


SUMMARY_BYTES = 30


class Repeated(dict[str, Any]):
    """A JSON object in which keys occurred more than once; `pairs` is all that was said, `earlier` are the values that lost."""

    pairs: list[tuple[str, Any]]
    earlier: list[tuple[str, Any]]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    repeated = Repeated(found)
    repeated.pairs = pairs
    seen: set[str] = set()
    repeated.earlier = []
    for key, value in reversed(pairs):
        if key in seen:
            repeated.earlier.insert(0, (key, value))
        seen.add(key)
    return repeated


def _constant(text: str) -> float:
    raise ValueError(f"invalid character {_character(text[:1])} looking for beginning of value")


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"json: cannot unmarshal number {text} into Go value of type float64")
    return value


_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\.")


def _whole_characters(text: str) -> str:
    """JSON in which halves of surrogate pairs are replaced, as Go does (encoding/json, unquote): they are no characters."""
    return _ESCAPE.sub(lambda found: r"\ufffd" if len(found[0]) == 6 else found[0], text)


_strict = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)


def parse_json(text: bytes) -> Any:
    """JSON data. Raises ValueError with Go's words for the commonest mistakes."""
    try:
        decoded = text.decode()
        if "\\ud" in decoded or "\\uD" in decoded:
            decoded = _whole_characters(decoded)
        return _strict.decode(decoded)
    except UnicodeDecodeError:
        raise ValueError("invalid UTF-8") from None
    except RecursionError:
        raise ValueError("exceeded max depth") from None
    except json.JSONDecodeError as error:
        raise ValueError(_go_words(decoded, error)) from None


def _character(text: str) -> str:
    """A character as Go's messages quote it."""
    if text in ("'", "\\"):
        return f"'\\{text}'"
    return f"'{text}'" if text.isprintable() else f"'\\u{ord(text):04x}'"


def _go_words(text: str, error: json.JSONDecodeError) -> str:
    position = error.pos
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    if position >= len(text) or error.msg.startswith("Unterminated string"):
        return "unexpected end of JSON input"
    character = _character(text[position])
    if error.msg.startswith("Expecting value") and (literal := _LITERALS.get(text[position])):
        return _in_literal(text[position:], literal)
    if error.msg.startswith("Expecting property name"):
        return f"invalid character {character} looking for beginning of object key string"
    if error.msg.startswith("Expecting ':'"):
        return f"invalid character {character} after object key"
    if error.msg.startswith("Expecting ','"):
        where = "array element" if _in_array(text[:position]) else "object key:value pair"
        return f"invalid character {character} after {where}"
    if error.msg.startswith("Extra data"):
        return f"invalid character {character} after top-level value"
    return f"invalid character {character} looking for beginning of value"


_LITERALS = {"t": "true", "f": "false", "n": "null"}


def _in_literal(text: str, literal: str) -> str:
    """What is wrong with text that begins like a literal. Go reads a blank behind the end."""
    found, wanted = next(pair for pair in zip(text + " ", literal, strict=False) if pair[0] != pair[1])
    return f"invalid character {_character(found)} in literal {literal} (expecting '{wanted}')"


def _in_array(before: str) -> bool:
    """Whether the innermost bracket left open is one of an array; brackets in strings are rare enough to ignore here."""
    depth = 0
    for character in reversed(before):
        if character in "]}":
            depth += 1
        elif character in "[{":
            if depth == 0:
                return character == "["
            depth -= 1
    return False


def parse_yaml(text: bytes) -> Any:
    """The first document of YAML as JSON data: what follows is not read. Raises ValueError."""
    import yaml

    try:
        loader = _loader()(text)
        return _jsonable(loader.get_data() if loader.check_data() else None)
    except yaml.MarkedYAMLError as error:
        raise ValueError(f"yaml: {_yaml_line(error)}{_YAML_WORDS.get(error.problem or '', error.problem)}") from None
    except yaml.YAMLError as error:
        raise ValueError(f"yaml: {error}") from None
    except RecursionError:
        raise ValueError("yaml: exceeded max depth") from None


def repeated_in_yaml(text: bytes) -> list[str]:
    """What the API server's parser says about keys that occur again in a mapping, in the order of the document."""
    import yaml

    found: list[tuple[int, str]] = []

    def walk(node: Any) -> None:
        if isinstance(node, yaml.MappingNode):
            said: set[str] = set()
            for key, item in node.value:
                if key.value in said:
                    found.append((key.start_mark.line + 1, str(key.value)))
                said.add(key.value)
                walk(item)
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                walk(item)

    try:
        loader = _loader()(text)
        walk(loader.get_node() if loader.check_node() else None)
    except (yaml.YAMLError, RecursionError):
        return []  # what is no YAML is refused elsewhere
    return [f'line {line}: key "{key}" already set in map' for line, key in sorted(found)]


def yaml_problem(problems: list[str]) -> str:
    """Several problems as one error of the parser."""
    return "yaml: unmarshal errors:" + "".join(f"\n  {problem}" for problem in problems)


_YAML_WORDS = {
    "expected the node content, but found '<stream end>'": "did not find expected node content",
    "mapping values are not allowed here": "mapping values are not allowed in this context",
    "found character '\\t' that cannot start any token": "found character that cannot start any token",
}
"""What the API server's parser says where ours says something else."""


def _yaml_line(error: Any) -> str:
    """Where a problem is, as the API server's parser counts: from 0 while it reads characters, from 1 later."""
    import yaml

    if error.problem_mark is None:
        return ""
    line = error.problem_mark.line + (not isinstance(error, yaml.scanner.ScannerError))
    return f"line {line}: " if line else ""


def _loader() -> Any:
    """A loader that leaves dates as text and refuses aliases, which could make a small body huge."""
    import yaml

    class Loader(yaml.SafeLoader):
        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise yaml.YAMLError("aliases are not supported")
            return super().compose_node(parent, index)

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return Loader


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {_key(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_jsonable(item) for item in value]
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, (bool, int)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise ValueError(f"yaml: cannot be written as JSON: {value!r}")


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    return _text(key) if isinstance(key, str) else str(key)


def _text(value: str) -> str:
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("yaml: found invalid Unicode character escape code")
    return value


def repeated_fields(value: Any, path: str = "") -> list[str]:
    """The paths of all keys that occur more than once in JSON data."""
    found: list[str] = []
    if isinstance(value, Repeated):
        found.extend(path + key for key, _ in value.earlier)
    if isinstance(value, dict):
        for key, item in value.items():
            found.extend(repeated_fields(item, f"{path}{key}."))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            found.extend(repeated_fields(item, f"{path.removesuffix('.')}[{i}]."))
    return found


def check_size(body: bytes) -> None:
    """Raises ApiError 413 for a body that is too large."""
    if len(body) > MAX_BODY:
        why = f"Request entity too large: limit is {MAX_BODY}"
        raise ApiError(413, "RequestEntityTooLarge", why)


def unrecognized(kind: str, body: bytes, why: str) -> ApiError:
    """400 for a body that does not even tell its kind."""
    return bad_request(f"the object provided is unrecognized (must be of type {kind}): {why} ({_summary(body)})")


def _summary(body: bytes) -> str:
    """The beginning of a body as errors quote it: an object as text, anything else in hexadecimal digits."""
    if not body:
        return "<empty>"
    head = body[:SUMMARY_BYTES]
    text = head.decode(errors="replace") if body.startswith(b"{") else head.hex()
    return text + " ..." if len(body) > SUMMARY_BYTES else text

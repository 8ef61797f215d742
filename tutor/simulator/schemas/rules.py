"""Rules of custom resources in the Common Expression Language (x-kubernetes-validations): checked when a kind is declared, and
applied to its objects.

Source: apiextensions-apiserver, pkg/apiserver/schema/cel (compilation.go, validation.go). The estimate of what a rule costs, by
which a real API server refuses expensive ones, is not made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from tutor.simulator.cel import CelError, Problem, Program, Unsupported, compile_rule, shown_problems
from tutor.simulator.cel.types import STRING, value_of
from tutor.simulator.errors import FieldError, forbidden_field, go_value, required
from tutor.simulator.schemas.structural import Schema

KEY = "x-kubernetes-validations"
_ABSENT = object()


def rules_in_words(schema: Schema, path: str, *, root: bool = False) -> Iterator[FieldError]:
    """What is wrong with the rules of one schema (not of those in it)."""
    for i, rule in enumerate(schema.get(KEY) or ()):
        text = rule.get("rule") or ""
        if not text.strip():
            yield required(f"{path}.{KEY}[{i}].rule", "rule is not specified")
            continue
        compiled = _compiled(schema, text, root=root)
        if isinstance(compiled, list):
            yield _refused(f"{path}.{KEY}[{i}].rule", _shown_rule(rule), shown_problems(text, compiled))
        expression = rule.get("messageExpression")
        words = _compiled(schema, expression, root=root, message=True) if expression else None
        if isinstance(words, list):
            why = shown_problems(expression, words).replace("cel expression", "messageExpression")
            yield _refused(f"{path}.{KEY}[{i}].messageExpression", _shown_rule(rule), why)


def uncovered(schema: Schema, *, root: bool = True) -> Iterator[str]:
    """The rules in a schema that are not applied, each with the reason."""
    for rule in schema.get(KEY) or ():
        text = rule.get("rule") or ""
        reason = "optionalOldSelf" if rule.get("optionalOldSelf") else _reason(schema, text, root)
        if reason:
            yield f'the rule "{text}" is not checked: {reason} is not simulated, try a kind cluster'
    for inner in _inner(schema):
        yield from uncovered(inner, root=False)


def _inner(schema: Schema) -> Iterator[Schema]:
    yield from (schema.get("properties") or {}).values()
    for key in ("additionalProperties", "items"):
        if isinstance(schema.get(key), Mapping):
            yield schema[key]


def _reason(schema: Schema, text: str, root: bool) -> str:
    try:
        compile_rule(text, schema, root=root)
    except Unsupported as error:
        return str(error)
    return ""


def _compiled(schema: Schema, text: str, *, root: bool, message: bool = False) -> Program | list[Problem] | None:
    """The program of a rule, or what is wrong with it; None for one that is not covered."""
    return _compiled_text(json.dumps(schema, sort_keys=True), text, root, message)


@lru_cache(maxsize=512)
def _compiled_text(schema: str, text: str, root: bool, message: bool) -> Program | list[Problem] | None:
    try:
        options: dict[str, Any] = {"wants": STRING} if message else {}
        return compile_rule(text, json.loads(schema), root=root, **options)
    except Unsupported:
        return None


def _refused(path: str, shown: str, why: str) -> FieldError:
    return FieldError("FieldValueInvalid", path, f"Invalid value: {shown}: {why}")


def _shown_rule(rule: Mapping[str, Any]) -> str:
    """A rule as Go shows the struct it is kept in."""
    shown = {
        "Rule": rule.get("rule", ""),
        "Message": rule.get("message", ""),
        "MessageExpression": rule.get("messageExpression", ""),
        "Reason": rule.get("reason"),
        "FieldPath": rule.get("fieldPath", ""),
        "OptionalOldSelf": rule.get("optionalOldSelf"),
    }
    text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


# -- objects


def broken_rules(
    schema: Schema, value: Any, old: Any = _ABSENT, *, path: str = "", root: bool = False
) -> Iterator[FieldError]:
    """The rules that a value breaks. Without `old` those about the value alone; with it, those that compare it with what it was."""
    rules = schema.get(KEY) or ()
    if rules and value is not None:
        names = {"self": value_of(schema, value, root=root)}
        if old is not _ABSENT:
            names["oldSelf"] = value_of(schema, old, root=root)
        for rule in rules:
            yield from _broken(rule, schema, value, names, path, root)
    yield from _broken_inside(schema, value, old, path)


def _broken(
    rule: Mapping[str, Any], schema: Schema, value: Any, names: dict[str, Any], path: str, root: bool
) -> Iterator[FieldError]:
    text = rule.get("rule") or ""
    program = _compiled(schema, text, root=root)
    if (
        not isinstance(program, Program)
        or rule.get("optionalOldSelf")
        or program.looks_back is not ("oldSelf" in names)
    ):
        return
    where = (path + rule["fieldPath"]).removeprefix(".") if rule.get("fieldPath") else path or "<nil>"
    try:
        if program.run(names) is True:
            return
    except CelError as error:
        kind = go_value(schema.get("type", ""))
        yield FieldError("FieldValueInvalid", where, f"Invalid value: {kind}: {error} evaluating rule: {text.strip()}")
        return
    yield _failed(rule, schema, value, names, where, root)


def _failed(
    rule: Mapping[str, Any], schema: Schema, value: Any, names: dict[str, Any], where: str, root: bool
) -> FieldError:
    message = _message(rule, schema, names, root)
    reason = rule.get("reason") or "FieldValueInvalid"
    if reason == "FieldValueRequired":
        return required(where, message)
    if reason == "FieldValueForbidden":
        return forbidden_field(where, message)
    shown = "" if isinstance(value, (dict, list)) else f" {go_value(value)}:"
    what = "Duplicate value" if reason == "FieldValueDuplicate" else "Invalid value"
    return FieldError(reason, where, f"{what}:{shown} {message}")


def _message(rule: Mapping[str, Any], schema: Schema, names: dict[str, Any], root: bool) -> str:
    if rule.get("messageExpression"):
        program = _compiled(schema, rule["messageExpression"], root=root, message=True)
        try:
            words = program.run(names) if isinstance(program, Program) else ""
        except CelError:
            words = ""
        if isinstance(words, str) and words.strip() and "\n" not in words:
            return words.strip()
    return (rule.get("message") or "").strip() or f"failed rule: {(rule.get('rule') or '').strip()}"


def _broken_inside(schema: Schema, value: Any, old: Any, path: str) -> Iterator[FieldError]:
    """In fields, values and elements. What an element was is known for maps and for lists with keys only."""
    comparing = old is not _ABSENT
    if isinstance(value, dict):
        known = old if isinstance(old, dict) else {}
        others = schema.get("additionalProperties")
        properties = schema.get("properties") or {}
        for key in sorted(value):
            inner: Any = properties.get(key) or (others if isinstance(others, Mapping) else None)
            if inner is None or (comparing and key not in known):
                continue
            below = f"{path}.{key}".removeprefix(".") if key in properties else f"{path}[{key}]"
            yield from broken_rules(inner, value[key], known[key] if comparing else _ABSENT, path=below)
    elif isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        before = _by_keys(schema, old) if comparing else {}
        for i, item in enumerate(value):
            if comparing and _key(schema, item) not in before:
                continue
            was = before[_key(schema, item)] if comparing else _ABSENT
            yield from broken_rules(schema["items"], item, was, path=f"{path}[{i}]")


def _by_keys(schema: Schema, items: Any) -> dict[Any, Any]:
    if schema.get("x-kubernetes-list-type") != "map" or not isinstance(items, list):
        return {}
    return {_key(schema, item): item for item in items}


def _key(schema: Schema, item: Any) -> tuple[str, ...]:
    keys = schema.get("x-kubernetes-list-map-keys") or ()
    return tuple(json.dumps(item.get(key) if isinstance(item, dict) else None, sort_keys=True) for key in keys)

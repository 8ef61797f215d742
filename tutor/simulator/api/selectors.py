"""Label and field selectors of queries (apimachinery, pkg/labels/selector.go and pkg/fields/selector.go)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tutor.simulator.errors import bad_request
from tutor.simulator.names import label_value_problems, qualified_name_problems
from tutor.simulator.resources.base import Resource
from tutor.simulator.store import Obj

Match = Callable[[Obj], bool]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on labels. `operator` is "=", "!=", "in", "notin", "exists", "!", ">" or "<"."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether labels fulfil it."""
        value = labels.get(self.key)
        if self.operator in ("=", "in"):
            return value is not None and value in self.values
        if self.operator in ("!=", "notin"):
            return value is None or value not in self.values
        if self.operator == "exists":
            return value is not None
        if self.operator == "!":
            return value is None
        return value is not None and self._compares(value)

    def _compares(self, value: str) -> bool:
        try:
            return int(value) > int(self.values[0]) if self.operator == ">" else int(value) < int(self.values[0])
        except ValueError:
            return False


_TOKEN = re.compile(r"\s*(==|!=|=|!|,|\(|\)|>|<|[^\s=!,()<>]+)")


class _Parser:
    """A recursive-descent parser over the tokens of a label selector."""

    def __init__(self, text: str) -> None:
        self.tokens = _TOKEN.findall(text)
        self.position = 0

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.position += 1
        return token

    def requirements(self) -> Iterator[Requirement]:
        while True:
            if self.position == 0 and not _is_word(self.peek()) and self.peek() != "!":
                raise bad_request(f"found '{self.peek()}', expected: !, identifier, or 'end of string'")
            yield self.requirement()
            token = self.take()
            if token == "":
                return
            if token != ",":
                raise bad_request(f"found '{token}', expected: ',' or 'end of string'")
            if not _is_word(self.peek()) and self.peek() != "!":
                raise bad_request(f"found '{self.peek()}', expected: identifier after ','")

    def requirement(self) -> Requirement:
        absent = self.peek() == "!"
        if absent:
            self.take()
        key = self.take()
        if not _is_word(key):
            raise _unparsable(f"found '{key}', expected: identifier")
        for problem in qualified_name_problems(key):
            raise _unparsable(f'<nil>: Invalid value: "{key}": {problem}')
        if absent:
            return Requirement(key, "!")
        if self.peek() in ("", ","):
            return Requirement(key, "exists")
        return self.comparison(key)

    def comparison(self, key: str) -> Requirement:
        operator = self.take()
        if operator in ("in", "notin"):
            return Requirement(key, operator, self.value_set(key))
        if operator not in ("=", "==", "!=", ">", "<"):
            expected = "in, notin, =, ==, !=, gt, lt"
            raise _unparsable(f"found '{operator}', expected: {expected}")
        value = "" if self.peek() in ("", ",") else self.take()
        if value and not _is_word(value):
            raise _unparsable(f"found '{value}', expected: identifier")
        _check_value(key, value, operator)
        return Requirement(key, "=" if operator == "==" else operator, (value,))

    def value_set(self, key: str) -> tuple[str, ...]:
        opening = self.take()
        if opening != "(":
            raise _unparsable(f"found '{opening}' expected: '('")
        if self.peek() == ")":
            self.take()
            return ("",)
        if self.peek() != "," and not _is_word(self.peek()):
            raise _unparsable(f"found '{self.peek()}', expected: ',', ')' or identifier")
        values = self.identifiers()
        self.take()
        for value in values:
            _check_value(key, value, "in")
        return tuple(dict.fromkeys(values))

    def identifiers(self) -> list[str]:
        """What is between the brackets of a set; nothing before or after a comma is the empty value."""
        values: list[str] = []
        while True:
            token = self.take()
            if _is_word(token):
                values.append(token)
                if self.peek() not in (",", ")"):
                    raise _unparsable(f"found '{self.peek()}', expected: ',' or ')'")
            elif token == ",":
                values += [""] if not values or self.peek() in (",", ")") else []
            else:
                raise _unparsable(f"found '{token}', expected: ',', or identifier")
            if self.peek() == ")":
                return values


def _is_word(token: str) -> bool:
    return bool(token) and token[0] not in "=!,()<>"


def _check_value(key: str, value: str, operator: str) -> None:
    if operator in ("<", ">"):
        if not re.fullmatch(r"[-+]?\d+", value):
            why = "for 'Gt', 'Lt' operators, the value must be an integer"
            raise _unparsable(f'values[0]: Invalid value: "{value}": {why}')
        return
    for problem in label_value_problems(value):
        raise _unparsable(f'values[0][{key}]: Invalid value: "{value}": {problem}')


def _unparsable(why: str) -> Exception:
    return bad_request(f"unable to parse requirement: {why}")


def parse_labels(text: str) -> tuple[Requirement, ...]:
    """The requirements of a label selector, all of which must hold. Raises ApiError 400."""
    return tuple(_Parser(text).requirements()) if text.strip() else ()


def label_match(text: str) -> Match | None:
    """A test of objects by their labels; None when the selector takes everything."""
    requirements = parse_labels(text)
    if not requirements:
        return None

    def match(obj: Obj) -> bool:
        labels = obj["metadata"].get("labels") or {}
        return all(requirement.matches(labels) for requirement in requirements)

    return match


# -- field selectors


@dataclass(frozen=True, slots=True)
class FieldRequirement:
    """A field that must be, or must not be, a value."""

    field: str
    value: str
    negated: bool = False


_FIELD_TERM = re.compile(r"((?:[^=!,\\]|\\.)*)(==|!=|=)((?:[^,\\]|\\.)*)")


def parse_fields(text: str) -> tuple[FieldRequirement, ...]:
    """The terms of a field selector. Raises ApiError 400."""
    found = []
    for term in re.findall(r"(?:[^,\\]|\\.)+", text):
        match = _FIELD_TERM.fullmatch(term)
        if match is None:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{term}'")
        unescaped = re.sub(r"\\.", "", match[3])
        if "=" in unescaped:
            raise bad_request(f"invalid field selector: unescaped character in value: {ord('=')}")
        value = re.sub(r"\\(.)", r"\1", match[3])
        found.append(FieldRequirement(match[1].strip(), value, match[2] == "!="))
    return tuple(found)


def field_match(resource: Resource, requirements: Iterable[FieldRequirement]) -> Match | None:
    """A test of stored objects by fields; None when it takes everything. Raises ApiError 400 for an unknown field."""
    tests = [(_getter(resource, r.field), r.value, r.negated) for r in requirements]
    if not tests:
        return None

    def match(obj: Obj) -> bool:
        return all((getter(obj) == value) is not negated for getter, value, negated in tests)

    return match


def _getter(resource: Resource, field: str) -> Callable[[Obj], str]:
    if field == "metadata.name":
        return lambda obj: str(obj["metadata"]["name"])
    if field == "metadata.namespace" and resource.namespaced:
        return lambda obj: str(obj["metadata"].get("namespace", ""))
    getter = resource.fields.get(field)
    if getter is not None:
        return getter
    if resource.fields:
        raise bad_request(f"field label not supported: {field}")
    known = ['"metadata.name"', *(['"metadata.namespace"'] if resource.namespaced else [])]
    raise bad_request(f'"{field}" is not a known field selector: only {", ".join(known)}')


def selection(resource: Resource, labels: str, fields: tuple[FieldRequirement, ...]) -> Match | None:
    """Both selectors as one test."""
    by_label, by_field = label_match(labels), field_match(resource, fields)
    if by_label is None or by_field is None:
        return by_label or by_field
    first, second = by_field, by_label
    return lambda obj: first(obj) and second(obj)


def single_name(fields: tuple[FieldRequirement, ...]) -> str | None:
    """The one name that a field selector leaves, so that it can be looked up instead of searched."""
    names = [r.value for r in fields if r.field == "metadata.name" and not r.negated]
    return names[0] if names else None

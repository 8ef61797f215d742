"""Finds out the type of an expression, and what in it cannot be: unknown names and fields, operators on values they do not take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tutor.simulator.cel.functions import FUNCTIONS, METHODS
from tutor.simulator.cel.nodes import Node, Problem, Unsupported
from tutor.simulator.cel.parser import Unsigned
from tutor.simulator.cel.types import BOOL, DOUBLE, DURATION, DYN, INT, NULL, STRING, TIMESTAMP, UINT, Type, type_of

_TYPE_NAMES = ("int", "uint", "double", "bool", "string", "list", "map", "null_type", "bytes")
_NUMBERS = (INT, UINT, DOUBLE)
_ORDERED = (*_NUMBERS, STRING, BOOL, TIMESTAMP, DURATION)
_SAME: Mapping[str, tuple[Type, ...]] = {
    "_+_": (*_NUMBERS, STRING, DURATION),
    "_-_": (*_NUMBERS, DURATION),
    "_*_": _NUMBERS,
    "_/_": _NUMBERS,
    "_%_": (INT, UINT),
}
_MOMENTS = {
    ("_+_", TIMESTAMP, DURATION): TIMESTAMP,
    ("_+_", DURATION, TIMESTAMP): TIMESTAMP,
    ("_-_", TIMESTAMP, DURATION): TIMESTAMP,
    ("_-_", TIMESTAMP, TIMESTAMP): DURATION,
}
Names = Mapping[str, Type]


class Checker:
    """Collects the problems of one expression."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def check(self, node: Node, names: Names) -> Type:
        """The type of a node's value, `dyn` where it is not known. Raises Unsupported."""
        found: Type = getattr(self, f"_{node.op}")(node, names)
        return found

    def _fail(self, at: int, text: str) -> Type:
        self.problems.append(Problem(at, text))
        return DYN

    def _overload(self, at: int, function: str, types: list[Type], *, method: bool = False) -> Type:
        shown = [str(type_) for type_ in types]
        applied = f"{shown[0]}.({', '.join(shown[1:])})" if method else f"({', '.join(shown)})"
        return self._fail(at, f"found no matching overload for '{function}' applied to '{applied}'")

    # -- leaves

    def _literal(self, node: Node, _: Names) -> Type:
        value = node.parts[0]
        kinds: tuple[tuple[Any, Type], ...] = (
            (Unsigned, UINT),
            (bool, BOOL),
            (int, INT),
            (float, DOUBLE),
            (str, STRING),
        )
        return next((type_ for kind, type_ in kinds if isinstance(value, kind)), NULL)

    def _name(self, node: Node, names: Names) -> Type:
        name = node.parts[0]
        if name in names:
            return names[name]
        if name in _TYPE_NAMES:
            return DYN
        return self._fail(node.at, f"undeclared reference to '{name}' (in container '')")

    def _list(self, node: Node, names: Names) -> Type:
        types = {self.check(item, names) for item in node.parts}
        return Type("list", (types.pop() if len(types) == 1 else DYN,))

    def _map(self, node: Node, names: Names) -> Type:
        keys = {self.check(key, names) for key, _ in node.parts}
        values = {self.check(value, names) for _, value in node.parts}
        return Type("map", tuple(types.pop() if len(types) == 1 else DYN for types in (keys, values)))

    def _message(self, node: Node, names: Names) -> Type:
        """A value of one of the types that are declared by their first name (apiserver, pkg/cel/mutation)."""
        name, fields = node.parts
        for _, value in fields:
            self.check(value, names)
        declared = names.get(name.partition(".")[0])
        if declared is None or declared.name != "type":
            return self._fail(node.at, f"undeclared reference to '{name}' (in container '')")
        return Type(name)

    # -- access

    def _select(self, node: Node, names: Names) -> Type:
        operand, field = node.parts
        type_ = self.check(operand, names)
        if type_.fields is not None:
            if field in type_.fields:
                return type_of(type_.fields[field])
            return self._fail(node.at, f"undefined field '{field}'")
        if type_.name == "map":
            return type_.inner[1]
        if type_ != DYN:
            return self._fail(node.at, f"type '{type_}' does not support field selection")
        return DYN

    def _has(self, node: Node, names: Names) -> Type:
        self._select(Node("select", node.at, node.parts), names)
        return BOOL

    def _index(self, node: Node, names: Names) -> Type:
        operand, key = (self.check(part, names) for part in node.parts)
        if operand.name == "list" and key in (INT, DYN):
            return operand.inner[0]
        if operand.name == "map" and (key == DYN or operand.inner[0] in (key, DYN)):
            return operand.inner[1]
        return (
            DYN if DYN in (operand, key) and operand.fields is None else self._overload(node.at, "_[_]", [operand, key])
        )

    # -- macros

    def _macro(self, node: Node, names: Names) -> Type:
        name, where, variable, arguments = node.parts
        range_ = self.check(where, names)
        if range_.name not in ("list", "map") and range_ != DYN:
            why = f"expression of type '{range_}' cannot be range of a comprehension (must be list, map, or dynamic)"
            return self._fail(where.at, why)
        item = range_.inner[0] if range_.inner else DYN
        inner = {**names, variable: item}
        results = [self.check(argument, inner) for argument in arguments]
        if name == "map":
            return Type("list", (results[-1],))
        if results[0] not in (BOOL, DYN):
            self._overload(arguments[0].at, "_&&_", [BOOL, results[0]])
        return Type("list", (item,)) if name == "filter" else BOOL

    # -- calls

    def _call(self, node: Node, names: Names) -> Type:
        name, target, arguments = node.parts
        if target is None and name not in FUNCTIONS and not name.startswith(("_", "!", "-", "@")):
            if name in _UNCOVERED:
                raise Unsupported(f"the function {name}()")
            return self._fail(node.at, f"undeclared reference to '{name}' (in container '')")
        types = [self.check(part, names) for part in ((target,) if target is not None else ()) + tuple(arguments)]
        if target is not None:
            return self._method(node, types)
        if name in ("_?._", "_[?_]"):
            return DYN
        if name in FUNCTIONS:
            takes = FUNCTIONS[name].takes
            fits = takes is None or _fit(takes, types)
            return FUNCTIONS[name].result if fits else self._overload(node.at, name, types)
        return self._operator(node.at, name, types)

    def _method(self, node: Node, types: list[Type]) -> Type:
        name, _, arguments = node.parts
        if name not in METHODS:
            if name in _UNCOVERED:
                raise Unsupported(f"the function {name}()")
            return self._fail(node.at, f"undeclared reference to '{name}' (in container '')")
        function = METHODS[name]
        if function.takes is not None and not _fit(function.takes, types):
            return self._overload(node.at, name, types, method=True)
        if name in ("matches", "find") and arguments[0].op == "literal":
            try:
                re.compile(arguments[0].parts[0])
            except re.error:
                return self._fail(arguments[0].at, "invalid matches argument")
        if name in ("sum", "min", "max") and types[0].name == "list":
            return types[0].inner[0]
        return function.result

    def _operator(self, at: int, name: str, types: list[Type]) -> Type:
        if name in ("_&&_", "_||_", "!_"):
            return BOOL if all(type_ in (BOOL, DYN) for type_ in types) else self._overload(at, name, types)
        if name == "_?_:_":
            if types[0] not in (BOOL, DYN):
                return self._overload(at, name, types)
            return types[1] if types[1] == types[2] else DYN
        if name == "-_":
            return types[0] if types[0] in (INT, DOUBLE, DYN) else self._overload(at, name, types)
        if name == "@in":
            return self._membership(at, types)
        if DYN in types:
            return BOOL if name in ("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_") else DYN
        if name in ("_==_", "_!=_"):
            return BOOL if alike(*types) else self._overload(at, name, types)
        if name in ("_<_", "_<=_", "_>_", "_>=_"):
            comparable = (types[0] == types[1] and types[0] in _ORDERED) or all(type_ in _NUMBERS for type_ in types)
            return BOOL if comparable else self._overload(at, name, types)
        return self._arithmetic(at, name, types)

    def _membership(self, at: int, types: list[Type]) -> Type:
        item, where = types
        fits = where == DYN or (where.name in ("list", "map") and alike(item, where.inner[0]))
        return BOOL if fits else self._overload(at, "@in", types)

    def _arithmetic(self, at: int, name: str, types: list[Type]) -> Type:
        left, right = types
        if left == right and (left in _SAME[name] or (name == "_+_" and left.name == "list")):
            return left
        if name == "_+_" and left.name == right.name == "list":
            return Type("list", (DYN,))
        return _MOMENTS.get((name, left, right)) or self._overload(at, name, types)


def _fit(takes: tuple[Type, ...], types: list[Type]) -> bool:
    return len(takes) == len(types) and all(type_ in (wanted, DYN) for wanted, type_ in zip(takes, types, strict=True))


def alike(a: Type, b: Type) -> bool:
    """Whether values of two types can be equal at all."""
    if DYN in (a, b) or NULL in (a, b):
        return True
    return a.name == b.name and all(alike(*pair) for pair in zip(a.inner, b.inner, strict=False))


_UNCOVERED = frozenset((
    "uint", "bytes", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getFullYear", "getHours",
    "getMilliseconds", "getMinutes", "getMonth", "getSeconds", "findAll", "reverse", "quote", "isURL",
    "url", "getScheme", "getHost", "getHostname", "getPort", "getEscapedPath", "getQuery", "isIP", "ip", "isCIDR",
    "cidr", "family", "isLoopback", "isUnspecified", "containsIP", "containsCIDR", "prefixLength", "masked",
    "isSemver", "semver", "major", "minor", "patch", "optMap", "optFlatMap",
    "transformList", "transformMap", "transformMapEntry", "includes", "flatten", "distinct", "slice", "sort",
    "sortBy", "first", "last", "named", "validate",
))  # fmt: skip
"""What is right on a real cluster and not covered here."""

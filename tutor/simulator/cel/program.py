"""Compiles rules and evaluates them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tutor.simulator.cel.checking import Checker, alike
from tutor.simulator.cel.extensions import Optional
from tutor.simulator.cel.functions import FUNCTIONS, METHODS, NO_OVERLOAD, whole
from tutor.simulator.cel.nodes import BadSyntax, CelError, Node, Problem, Unsupported
from tutor.simulator.cel.parser import parse
from tutor.simulator.cel.types import BOOL, DYN, Schema, Type, type_of

Values = Mapping[str, Any]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "_<_": operator.lt,
    "_<=_": operator.le,
    "_>_": operator.gt,
    "_>=_": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Program:
    """An expression that can be evaluated."""

    text: str
    tree: Node

    @property
    def looks_back(self) -> bool:
        """Whether it speaks of what was before (oldSelf)."""
        return _mentions(self.tree, "oldSelf")

    def run(self, values: Values) -> Any:
        """Its value for what names stand for. Raises CelError."""
        try:
            return _value(self.tree, values)
        except (TypeError, AttributeError, ValueError, ArithmeticError, RecursionError, IndexError):
            raise CelError(NO_OVERLOAD) from None


def compile_expression(text: str, names: Mapping[str, Type], wants: tuple[Type, ...]) -> Program | list[Problem]:
    """A program that knows these names, or what is wrong with its text; no wanted type is any. Raises Unsupported."""
    try:
        return _compile(text, names, wants)
    except RecursionError:
        raise Unsupported("an expression that long") from None


def compile_rule(text: str, schema: Schema, *, root: bool = False, wants: Type = BOOL) -> Program | list[Problem]:
    """A program for the values of a schema, or what is wrong with its text. Raises Unsupported."""
    self_type = type_of(schema, root=root)
    return compile_expression(text, {"self": self_type, "oldSelf": self_type}, (wants,))


def _compile(text: str, names: Mapping[str, Type], wants: tuple[Type, ...]) -> Program | list[Problem]:
    try:
        tree = parse(text)
    except BadSyntax as error:
        return error.problems
    checker = Checker()
    result = checker.check(tree, names)
    if checker.problems:
        return checker.problems
    if wants and result != DYN and not any(result == wanted or _listed(result, wanted) for wanted in wants):
        return [Problem(-1, f"cel expression must evaluate to a {wants[0]}")]
    return Program(text, tree)


def _listed(result: Type, wanted: Type) -> bool:
    return result.name == wanted.name == "list" and alike(result, wanted)


def shown_problems(text: str, problems: list[Problem]) -> str:
    """Problems as cel-go shows them, each with the line and a mark under the place."""
    if problems[0].at < 0:
        return problems[0].text
    shown = []
    for problem in sorted(problems, key=lambda found: found.at):
        before = text[: problem.at]
        line, column = before.count("\n"), problem.at - (before.rfind("\n") + 1)
        quoted = text.split("\n")[line]
        shown.append(f"ERROR: <input>:{line + 1}:{column + 1}: {problem.text}\n | {quoted}\n | {'.' * column}^")
    return "compilation failed: " + "\n".join(shown)


def _mentions(node: Any, name: str) -> bool:
    if isinstance(node, tuple):
        return any(_mentions(part, name) for part in node)
    return isinstance(node, Node) and ((node.op == "name" and node.parts[0] == name) or _mentions(node.parts, name))


# -- evaluation


def _value(node: Node, values: Values) -> Any:
    if node.op == "literal":
        return node.parts[0]
    if node.op == "name":
        return values.get(node.parts[0], node.parts[0])  # the names of types stand for themselves
    if node.op == "list":
        return [_value(item, values) for item in node.parts]
    if node.op == "message":
        return {name: _value(item, values) for name, item in node.parts[1]}
    if node.op == "map":
        return {_value(key, values): _value(item, values) for key, item in node.parts}
    return _COMPOUND[node.op](node, values)


def _select(node: Node, values: Values) -> Any:
    operand, field = _value(node.parts[0], values), node.parts[1]
    if isinstance(operand, Optional):
        return operand.at(field)
    if not isinstance(operand, Mapping):
        raise CelError(NO_OVERLOAD)
    if field not in operand:
        raise CelError(f"no such key: {field}")
    return operand[field]


def _has(node: Node, values: Values) -> bool:
    operand = _value(node.parts[0], values)
    if isinstance(operand, Optional):
        return operand.at(node.parts[1]).there
    if not isinstance(operand, Mapping):
        raise CelError(NO_OVERLOAD)
    return node.parts[1] in operand


def _index(node: Node, values: Values) -> Any:
    operand, key = (_value(part, values) for part in node.parts)
    if isinstance(operand, Optional):
        return operand.at(key)
    if isinstance(operand, Mapping):
        if key not in operand:
            raise CelError(f"no such key: {key}")
        return operand[key]
    if not 0 <= key < len(operand):
        raise CelError(f"index out of bounds: {key}")
    return operand[key]


def _macro(node: Node, values: Values) -> Any:
    name, where, variable, arguments = node.parts
    items = list(_value(where, values))

    def each(argument: Node) -> Callable[[Any], Any]:
        return lambda item: _value(argument, {**values, variable: item})

    if name == "all":
        return _joined((lambda item=item: each(arguments[0])(item) for item in items), decisive=False)
    if name == "exists":
        return _joined((lambda item=item: each(arguments[0])(item) for item in items), decisive=True)
    if name in ("exists_one", "existsOne"):
        return sum(_truth(each(arguments[0])(item)) for item in items) == 1
    if name == "filter" or len(arguments) == 2:
        items = [item for item in items if _truth(each(arguments[0])(item))]
    return items if name == "filter" else [each(arguments[-1])(item) for item in items]


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise CelError(NO_OVERLOAD)
    return value


def _joined(parts: Any, *, decisive: bool) -> bool:
    """`and` and `or` as the language has them: a part that decides makes up for others that fail."""
    failure = None
    for part in parts:
        try:
            if _truth(part()) is decisive:
                return decisive
        except (CelError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
            failure = error if isinstance(error, CelError) else CelError(NO_OVERLOAD)
    if failure is not None:
        raise failure
    return not decisive


def _call(node: Node, values: Values) -> Any:
    name, target, arguments = node.parts
    if name in ("_&&_", "_||_"):
        return _joined((lambda part=part: _value(part, values) for part in arguments), decisive=name == "_||_")
    if name == "_?_:_":
        return _value(arguments[1 if _truth(_value(arguments[0], values)) else 2], values)
    given = [_value(argument, values) for argument in arguments]
    if name in ("_?._", "_[?_]"):
        return (given[0] if isinstance(given[0], Optional) else Optional(given[0])).at(given[1])
    if target is not None:
        return METHODS[name].call(_value(target, values), *given)
    if name in FUNCTIONS:
        return FUNCTIONS[name].call(*given)
    if len(given) == 1:
        return not _truth(given[0]) if name == "!_" else _arithmetic("_-_", 0, given[0])
    return _binary(name, *given)


def _binary(name: str, left: Any, right: Any) -> Any:
    if name in ("_==_", "_!=_"):
        return _equal(left, right) is (name == "_==_")
    if name == "@in":
        return any(_equal(left, item) for item in right)
    if name in _COMPARE:
        if isinstance(left, bool) is not isinstance(right, bool):
            raise CelError(NO_OVERLOAD)
        return _COMPARE[name](left, right)
    return _arithmetic(name, left, right)


def _equal(left: Any, right: Any) -> bool:
    """Equality; 1 and 1.0 are equal, 1 and true are not."""
    return isinstance(left, bool) is isinstance(right, bool) and bool(left == right)


def _arithmetic(name: str, left: Any, right: Any) -> Any:
    if isinstance(left, bool) or isinstance(right, bool):
        raise CelError(NO_OVERLOAD)
    if name in ("_/_", "_%_") and not isinstance(right, float) and right == 0:
        raise CelError("division by zero" if name == "_/_" else "modulus by zero")
    if isinstance(left, int) and isinstance(right, int):
        return whole(_integer(name, left, right))
    if isinstance(left, (float, datetime, timedelta, str, list)):
        if name == "_/_":
            return left / right if right else float("nan" if left == 0 else "inf" if left > 0 else "-inf")  # type: ignore[operator] # a float
        return {"_+_": operator.add, "_-_": operator.sub, "_*_": operator.mul}[name](left, right)
    raise CelError(NO_OVERLOAD)


def _integer(name: str, left: int, right: int) -> int:
    """Division goes towards zero."""
    if name == "_/_":
        return abs(left) // abs(right) * (1 if (left < 0) is (right < 0) else -1)
    if name == "_%_":
        return abs(left) % abs(right) * (-1 if left < 0 else 1)
    return int({"_+_": operator.add, "_-_": operator.sub, "_*_": operator.mul}[name](left, right))


_COMPOUND: dict[str, Callable[[Node, Values], Any]] = {
    "select": _select,
    "has": _has,
    "index": _index,
    "macro": _macro,
    "call": _call,
}

"""`-o go-template`: the parts of Go's text/template that kubectl users need.

Fields, variables, pipelines, if/else, range/else, with/else, comments, trimming, and the functions and, or, not, eq,
ne, lt, le, gt, ge, len, index, print, printf, println, base64decode and exists. The language:
https://pkg.go.dev/text/template.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote_plus

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.objects import Object
from tutor.kubectl.printers.gotemplate_parser import Command, Node, Pipeline, TemplateError, Word, parse_template
from tutor.kubectl.printers.text import go_value

_NO_VALUE = object()  # an absent key, which prints as <no value>


def compile_template(text: str) -> Callable[[Object], str]:
    """A function that fills the template in; KubectlError when the template is wrong."""
    try:
        nodes = parse_template(text)
        _check_functions(nodes)
    except TemplateError as problem:
        raise KubectlError(f"error parsing template {text}, template: output:1: {problem}") from None

    def render(obj: Object) -> str:
        out: list[str] = []
        try:
            _Run(out).nodes(nodes, obj, {"$": obj})
        except TemplateError as problem:
            raise KubectlError(f'error executing template "{text}": template: output: {problem}') from None
        return "".join(out)

    return render


def _check_functions(nodes: Sequence[Node]) -> None:
    """A function nobody knows is an error before anything is printed."""
    for node in nodes:
        _check_pipeline(node.pipeline)
        _check_functions(node.body)
        _check_functions(node.other)


def _check_pipeline(pipeline: Pipeline) -> None:
    for word in (word for command in pipeline for word in command):
        if word.kind == "function" and word.value not in _FUNCTIONS:
            raise TemplateError(f'function "{word.value}" not defined')
        if word.kind == "pipeline":
            _check_pipeline(word.value)


class _Run:
    """One execution; variables are passed down so that blocks do not leak theirs."""

    def __init__(self, out: list[str]) -> None:
        self._out = out

    def nodes(self, nodes: Sequence[Node], dot: Any, variables: dict[str, Any]) -> None:
        for node in nodes:
            if node.kind == "text":
                self._out.append(node.text)
            else:
                self._node(node, dot, variables)

    def _node(self, node: Node, dot: Any, variables: dict[str, Any]) -> None:
        value = self.pipeline(node.pipeline, dot, variables)
        if node.kind == "action":
            if node.variables:
                variables[node.variables[0]] = value
            else:
                self._out.append(_shown(value))
        elif node.kind == "range":
            self._range(node, value, dot, variables)
        else:
            inner = dict(variables)
            if node.variables:
                inner[node.variables[0]] = value
            chosen = node.body if _truth(value) else node.other
            self.nodes(chosen, value if node.kind == "with" and _truth(value) else dot, inner)

    def _range(self, node: Node, value: Any, dot: Any, variables: dict[str, Any]) -> None:
        pairs = _pairs(value)
        for key, item in pairs:
            inner = dict(variables)
            if len(node.variables) == 2:
                inner[node.variables[0]] = key
            if node.variables:
                inner[node.variables[-1]] = item
            self.nodes(node.body, item, inner)
        if not pairs:
            self.nodes(node.other, dot, variables)

    def pipeline(self, pipeline: Pipeline, dot: Any, variables: dict[str, Any]) -> Any:
        value: Any = _NO_VALUE
        for position, command in enumerate(pipeline):
            extra = [] if position == 0 else [value]
            value = self._command(command, dot, variables, extra)
        return value

    def _command(self, command: Command, dot: Any, variables: dict[str, Any], extra: list[Any]) -> Any:
        first = command[0]
        if first.kind == "function":
            arguments = [self._word(word, dot, variables) for word in command[1:]]
            return _call(str(first.value), arguments + extra)
        if len(command) > 1 or extra:
            raise TemplateError("can't give argument to non-function")
        return self._word(first, dot, variables)

    def _word(self, word: Word, dot: Any, variables: dict[str, Any]) -> Any:
        if word.kind == "literal":
            return word.value
        if word.kind == "function":
            return _call(str(word.value), [])
        if word.kind == "pipeline":
            start = self.pipeline(word.value, dot, variables)
        elif word.kind == "variable":
            if word.value not in variables:
                raise TemplateError(f'undefined variable "{word.value}"')
            start = variables[word.value]
        else:
            start = dot
        for name in word.path:
            start = _field(start, name)
        return start


def _field(value: Any, name: str) -> Any:
    if value is _NO_VALUE or value is None:
        return _NO_VALUE
    if not isinstance(value, dict):
        raise TemplateError(f"can't evaluate field {name} in type {type(value).__name__}")
    return value.get(name, _NO_VALUE)


def _pairs(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        return sorted(value.items())
    if isinstance(value, list):
        return list(enumerate(value))
    if value is None or value is _NO_VALUE:
        return []
    raise TemplateError(f"range can't iterate over {_shown(value)}")


def _truth(value: Any) -> bool:
    return value is not _NO_VALUE and bool(value)


def _shown(value: Any) -> str:
    return "<no value>" if value is _NO_VALUE or value is None else go_value(value)


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        if isinstance(value, dict):
            value = value.get(key, _NO_VALUE)
        elif isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
            value = value[key]
        elif isinstance(value, list):
            raise TemplateError(f"error calling index: index out of range: {key}")
        else:
            raise TemplateError("error calling index: index of untyped nil")
    return value


def _printf(pattern: str, *values: Any) -> str:
    prepared = [
        value if isinstance(value, int | float) and not isinstance(value, bool) else _shown(value) for value in values
    ]
    try:
        return pattern.replace("%v", "%s").replace("%q", '"%s"') % tuple(prepared)
    except (TypeError, ValueError) as problem:
        raise TemplateError(f"error calling printf: {problem}") from None


def _decode(text: Any) -> str:
    try:
        return base64.b64decode(str(text)).decode(errors="replace")
    except ValueError as problem:
        raise TemplateError(f"error calling base64decode: {problem}") from None


def _exists(value: Any, *keys: Any) -> bool:
    try:
        return _index(value, *keys) is not _NO_VALUE
    except TemplateError:
        return False


def _print(*values: Any) -> str:
    """Go's Sprint: a blank between two values when neither is text."""
    out = ""
    for position, value in enumerate(values):
        if position and not isinstance(value, str) and not isinstance(values[position - 1], str):
            out += " "
        out += _shown(value)
    return out


def _escaped_js(text: str) -> str:
    return re.sub(
        r"[\\'\"<>&=]", lambda match: f"\\{match[0]}" if match[0] in "\\'\"" else f"\\u{ord(match[0]):04X}", text
    )


def _length(value: Any) -> int:
    if not isinstance(value, dict | list | str):
        raise TemplateError("error calling len: len of nil pointer")
    return len(value)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "and": lambda *values: next((value for value in values if not _truth(value)), values[-1]),
    "or": lambda *values: next((value for value in values if _truth(value)), values[-1]),
    "not": lambda value: not _truth(value),
    "eq": lambda value, *others: any(value == other for other in others),
    "ne": lambda value, other: value != other,
    "lt": lambda value, other: value < other,
    "le": lambda value, other: value <= other,
    "gt": lambda value, other: value > other,
    "ge": lambda value, other: value >= other,
    "len": _length,
    "index": _index,
    "print": _print,
    "html": lambda *values: html.escape(_print(*values)).replace("&quot;", "&#34;").replace("&#x27;", "&#39;"),
    "js": lambda *values: _escaped_js(_print(*values)),
    "urlquery": lambda *values: quote_plus(_print(*values)),
    "slice": lambda value, *bounds: value[slice(*bounds[:2])],
    "println": lambda *values: " ".join(_shown(value) for value in values) + "\n",
    "printf": _printf,
    "base64decode": _decode,
    "exists": _exists,
}


def _call(name: str, arguments: list[Any]) -> Any:
    function = _FUNCTIONS.get(name)
    if function is None:
        raise TemplateError(f'function "{name}" not defined')
    try:
        return function(*arguments)
    except (TypeError, IndexError):
        raise TemplateError(f"wrong arguments for {name}") from None

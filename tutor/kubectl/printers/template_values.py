"""Evaluates the pipelines of a Go template. Follows Go's `text/template/exec.go`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tutor.kubectl.printers.go_format import quote, type_name
from tutor.kubectl.printers.template_functions import FUNCTIONS, CallError, truth
from tutor.kubectl.printers.template_nodes import Call, Chain, Node, Operand, Pipeline, Word
from tutor.kubectl.printers.template_pipelines import NAME, TemplateError

ABSENT: Any = object()  # a key that is not there, and nil where it is a value: prints as <no value>


@dataclass(frozen=True)
class Item:
    """An element of a range, which keeps its interface type until it goes through a pipeline."""

    value: Any


class Evaluator:
    """The variables of one execution, and the values of its pipelines; `name` is the template's."""

    def __init__(self, text: str, name: str, *, missing_ok: bool) -> None:
        self._text = text
        self._name = name
        self._missing_ok = missing_ok
        self._variables: list[tuple[str, Any]] = []
        self._at: Node | Word | Call | None = None

    def _error(self, message: str) -> TemplateError:
        """A complaint about the node that is being looked at (exec.go, `errorf`)."""
        if self._at is None:
            return TemplateError(f"template: {self._name}: {message}")
        before = self._text.encode()[: len(self._text[: self._at.position].encode())].decode()
        line, column = before.count("\n") + 1, len(before.rpartition("\n")[2].encode())
        place = f"{NAME}:{line}:{column}"
        return TemplateError(f"template: {place}: executing {quote(self._name)} at <{self._at}>: {message}")

    def _pipeline(self, dot: Any, pipeline: Pipeline) -> Any:
        self._at = pipeline
        final: tuple[Any, ...] = ()
        for call in pipeline.calls:
            value = _opened(self._call(dot, call, final))
            final = (value,)
        value = final[0]
        for name in pipeline.variables:
            if pipeline.assigns:
                self._assign(name, value)
            else:
                self._variables.append((name, value))
        return value

    def _assign(self, name: str, value: Any) -> None:
        for position in reversed(range(len(self._variables))):
            if self._variables[position][0] == name:
                self._variables[position] = (name, value)
                return
        raise self._error(f"undefined variable: {name}")

    def _call(self, dot: Any, call: Call, final: tuple[Any, ...]) -> Any:
        first = call.words[0]
        if isinstance(first, Operand) and first.kind == "identifier":
            return self._function(dot, first, call, call.words[1:], final)
        has_arguments = len(call.words) > 1 or bool(final)
        self._at = first
        if has_arguments and not isinstance(first, Pipeline) and first.path:
            return self._word(dot, first, with_arguments=True)
        if has_arguments:
            raise self._error(f"can't give argument to non-function {first}")
        if first.kind == "nil":
            raise self._error("nil is not a command")
        return self._word(dot, first)

    def _word(self, dot: Any, word: Word, *, with_arguments: bool = False) -> Any:
        self._at = word
        if isinstance(word, Pipeline):
            return self._pipeline(dot, word)
        if isinstance(word, Chain):
            return self._fields(self._word(dot, word.base), word.path, with_arguments)
        if word.kind == "dot":
            return dot
        if word.kind == "field":
            return self._fields(dot, word.path, with_arguments)
        if word.kind == "variable":
            name = word.value
            value = next(value for known, value in reversed(self._variables) if known == name)
            return self._fields(value, word.path, with_arguments) if word.path else value
        if word.kind == "identifier":
            return self._function(dot, word, word, (), ())
        return word.value

    def _fields(self, start: Any, path: tuple[str, ...], with_arguments: bool) -> Any:
        """Follows fields into maps; an absent key ends in an absent value, a nil on the way is an error."""
        value = start
        for position, name in enumerate(path):
            kind = "interface {}" if position or isinstance(value, Item) else type_name(value)
            value = value.value if isinstance(value, Item) else value
            if value is ABSENT:
                if not self._missing_ok:
                    raise self._error(f"nil data; no entry for key {quote(name)}")
                continue
            if value is None:
                raise self._error(f"nil pointer evaluating interface {{}}.{name}")
            if not isinstance(value, dict):
                raise self._error(f"can't evaluate field {name} in type {kind}")
            if with_arguments and position == len(path) - 1:
                raise self._error(f"{name} is not a method but has arguments")
            if name not in value and not self._missing_ok:
                raise self._error(f"map has no entry for key {quote(name)}")
            value = value.get(name, ABSENT)
        return value

    def _function(
        self, dot: Any, name: Operand, shown: Operand | Call, words: tuple[Word, ...], final: tuple[Any, ...]
    ) -> Any:
        self._at = name
        function = FUNCTIONS[name.text]
        given = len(words) + len(final)
        if function.most is None and given < function.least:
            raise self._error(f"wrong number of args for {name}: want at least {function.least} got {len(words)}")
        if function.most is not None and given != function.most:
            raise self._error(f"wrong number of args for {name}: want {function.most} got {given}")
        arguments: list[Any] = []
        for word in words:
            arguments.append(self._argument(dot, word, text=len(arguments) < function.texts))
            if name.text in ("and", "or") and truth(arguments[-1]) == (name.text == "or"):
                return arguments[-1]
        for value in final:
            arguments.append(self._fitting(value, text=len(arguments) < function.texts))
        try:
            result = function.run(*arguments)
        except CallError as problem:
            self._at = shown
            message = str(problem).replace("non-function of", f"non-function {words[0] if words else name} of")
            raise self._error(f"error calling {name}: {message}") from None
        return ABSENT if result is None else result

    def _argument(self, dot: Any, word: Word, *, text: bool) -> Any:
        self._at = word
        if text and word.kind in ("bool", "number"):
            raise self._error(f"expected string; found {word}")
        if text and word.kind == "nil":
            raise self._error("cannot assign nil to string")
        return self._fitting(self._word(dot, word), text=text)

    def _fitting(self, value: Any, *, text: bool) -> Any:
        """The value as a function gets it: nil for what is absent, and text where it must be."""
        value = _opened(value)
        value = None if value is ABSENT else value
        if text and value is None:
            raise self._error("invalid value; expected string")
        if text and not isinstance(value, str):
            raise self._error(f"wrong type for value; expected string; got {type_name(value)}")
        return value


def _opened(value: Any) -> Any:
    """What is inside an interface; nothing, for nil."""
    value = value.value if isinstance(value, Item) else value
    return ABSENT if value is None else value

"""`-o go-template`: Go's text/template over the objects of a cluster.

The language, its values and its complaints are those of Go's `text/template/exec.go`; what kubectl prints when a
template fails is in cli-runtime `pkg/printers/template.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.objects import Object
from tutor.kubectl.printers.go_format import GoInt, quote
from tutor.kubectl.printers.gotemplate_parser import parse_template
from tutor.kubectl.printers.template_functions import FUNCTIONS, truth
from tutor.kubectl.printers.template_nodes import Node, Pipeline
from tutor.kubectl.printers.template_pipelines import NAME, TemplateError
from tutor.kubectl.printers.template_values import ABSENT, Evaluator, Item
from tutor.kubectl.printers.text import go_value
from tutor.kubectl.printers.yaml import compact_json

_DEEPEST = 100_000  # templates that call templates (exec.go, `maxExecDepth`)
_NESTED = 100  # how deep we follow them: Python's own stack is much smaller


class TemplateFailed(KubectlError):
    """A template that does not fit the object; `printed` is what goes to standard output all the same."""

    def __init__(self, message: str, printed: str) -> None:
        super().__init__(message)
        self.printed = printed


def compile_template(
    text: str, *, missing_ok: bool = True, check: Callable[[], object] = lambda: None
) -> Callable[[Object], str]:
    """A function that fills the template in. KubectlError when the template is wrong, TemplateFailed when it does not fit.

    `check` is called for each round of a range, to raise when the user interrupts.
    """
    try:
        trees = parse_template(text, FUNCTIONS.keys())
    except TemplateError as problem:
        raise KubectlError(f"error parsing template {text}, {problem}") from None

    def render(obj: Object) -> str:
        out: list[str] = []
        try:
            _Run(text, trees, out, missing_ok, check).execute(obj)
        except TemplateError as problem:
            printed = (
                f"{''.join(out)}Error executing template: {problem}. Printing more information for debugging the "
                f"template:\n\ttemplate was:\n\t\t{text}\n\traw data was:\n\t\t{compact_json(obj)}\n"
                f"\tobject given to template engine was:\n\t\t{go_value(obj)}\n\n"
            )
            raise TemplateFailed(f"error executing template {quote(text)}: {problem}", printed) from None
        return "".join(out)

    return render


class _Break(Exception):
    """`{{break}}`: leaves the innermost range."""


class _Continue(Exception):
    """`{{continue}}`: goes on with the next element."""


class _Run(Evaluator):
    """One execution of a template, or of one that another calls."""

    def __init__(
        self,
        text: str,
        trees: dict[str, list[Node]],
        out: list[str],
        missing_ok: bool,
        check: Callable[[], object],
        name: str = NAME,
        depth: int = 0,
    ) -> None:
        super().__init__(text, name, missing_ok=missing_ok)
        self._trees = trees
        self._out = out
        self._check = check
        self._depth = depth

    def execute(self, dot: Any) -> None:
        self._variables = [("$", dot)]
        self._nodes(self._trees[self._name], dot)

    def _nodes(self, nodes: Iterable[Node], dot: Any) -> None:
        for node in nodes:
            self._at = node
            self._node(node, dot)

    def _node(self, node: Node, dot: Any) -> None:
        if node.kind == "text":
            self._out.append(node.text)
        elif node.kind == "action":
            assert node.pipeline is not None  # an action is a pipeline
            value = self._pipeline(dot, node.pipeline)
            if not node.pipeline.variables:
                self._out.append("<no value>" if value is ABSENT else go_value(value))
        elif node.kind == "range":
            with suppress(_Break):
                self._scoped(self._range, node, dot)
        elif node.kind == "template":
            self._template(node, dot)
        elif node.kind in ("break", "continue"):
            raise _Break if node.kind == "break" else _Continue
        else:
            self._scoped(self._if_or_with, node, dot)

    def _scoped(self, walk: Callable[[Node, Any], None], node: Node, dot: Any) -> None:
        """Variables live until the `end` of what declared them."""
        mark = len(self._variables)
        try:
            walk(node, dot)
        finally:
            del self._variables[mark:]

    def _if_or_with(self, node: Node, dot: Any) -> None:
        assert node.pipeline is not None  # the parser asks for one
        value = self._pipeline(dot, node.pipeline)
        if value is not ABSENT and truth(value):
            self._nodes(node.body, value if node.kind == "with" else dot)
        else:
            self._nodes(node.other or [], dot)

    def _range(self, node: Node, dot: Any) -> None:
        assert node.pipeline is not None  # the parser asks for one
        value = self._pipeline(dot, node.pipeline)
        mark = len(self._variables)
        ran = False
        for key, item in self._pairs(value, node.pipeline):
            self._check()
            ran = True
            self._set_round(node.pipeline, mark, key, item)
            with suppress(_Continue):
                self._nodes(node.body, item)
            del self._variables[mark:]
        if not ran:
            self._nodes(node.other or [], dot)

    def _pairs(self, value: Any, pipeline: Pipeline) -> Iterator[tuple[Any, Any]]:
        """The keys and elements a range goes through."""
        if value is ABSENT:
            return iter(())
        if isinstance(value, dict):
            return ((key, Item(value[key])) for key in sorted(value))
        if isinstance(value, list):
            return ((GoInt(position), Item(item)) for position, item in enumerate(value))
        if isinstance(value, int) and not isinstance(value, bool):
            if len(pipeline.variables) > 1:
                raise self._error(f"can't use {go_value(value)} to iterate over more than one variable")
            return ((None, type(value)(number)) for number in range(value))
        raise self._error(f"range can't iterate over {go_value(value)}")

    def _set_round(self, pipeline: Pipeline, mark: int, key: Any, item: Any) -> None:
        """Gives the variables of a range this round's key and element; of one variable it is the element."""
        values = (key, item) if len(pipeline.variables) > 1 else (item,)
        for offset, (name, value) in enumerate(zip(pipeline.variables, values, strict=False)):
            if pipeline.assigns:
                self._assign(name, value)
            else:
                self._variables[mark - len(pipeline.variables) + offset] = (name, value)

    def _template(self, node: Node, dot: Any) -> None:
        if node.text not in self._trees:
            raise self._error(f"template {quote(node.text)} not defined")
        if self._depth >= _NESTED:
            raise self._error(f"exceeded maximum template depth ({_DEEPEST})")
        value = self._pipeline(dot, node.pipeline) if node.pipeline else ABSENT
        inner = _Run(self._text, self._trees, self._out, self._missing_ok, self._check, node.text, self._depth + 1)
        inner.execute(value)

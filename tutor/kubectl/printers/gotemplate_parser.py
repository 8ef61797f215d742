"""Parses Go templates into trees, in the grammar and with the complaints of Go's `text/template/parse/parse.go`."""

from __future__ import annotations

from collections.abc import Callable, Collection

from tutor.kubectl.printers.go_format import quote
from tutor.kubectl.printers.template_lexer import Token
from tutor.kubectl.printers.template_nodes import Node
from tutor.kubectl.printers.template_pipelines import NAME, PipelineParser


def parse_template(text: str, functions: Collection[str]) -> dict[str, list[Node]]:
    """The templates of a text by their names: `output`, and those of `define` and `block`.

    TemplateError when it is no template; `functions` are the names that may be called.
    """
    return _Parser(text, functions).parse()


class _Parser(PipelineParser):
    """Reads the nodes: text, actions and what they control."""

    def __init__(self, text: str, functions: Collection[str]) -> None:
        super().__init__(text, functions)
        self._range_depth = 0
        self._trees: dict[str, list[Node]] = {}

    def parse(self) -> dict[str, list[Node]]:
        nodes: list[Node] = []
        while self._peek().kind != "EOF":
            if self._at_definition():
                self._define()
                continue
            node = self._text_or_action()
            if node.kind in ("end", "else"):
                raise self._error(f"unexpected {node}")
            nodes.append(node)
        self._add(NAME, nodes)
        return self._trees

    def _add(self, name: str, nodes: list[Node]) -> None:
        """A template that is empty gives way; two that are not are a mistake."""
        if name in self._trees and not _is_empty(self._trees[name]):
            if not _is_empty(nodes):
                raise self._error(f"template: multiple definition of template {quote(name)}")
            return
        self._trees[name] = nodes

    def _at_definition(self) -> bool:
        if self._peek().kind != "left":
            return False
        following = self._next + 1
        following += self._tokens[following].kind == "space"
        return self._tokens[following].kind == "define"

    def _define(self) -> None:
        context = "define clause"
        self._take()
        self._take()
        name = self._template_name(self._take(), context)
        self._expect("right", context)
        self._add(name, self._separate_body(context))

    def _separate_body(self, context: str) -> list[Node]:
        """The nodes of a template of its own, which sees no variables from outside."""
        outer, self._variables = self._variables, ["$"]
        depth, self._range_depth = self._range_depth, 0
        nodes, ending = self._list()
        if ending.kind != "end":
            raise self._error(f"unexpected {ending} in {context}")
        self._variables, self._range_depth = outer, depth
        return nodes

    def _list(self) -> tuple[list[Node], Node]:
        """Nodes up to `end` or `else`, and which of them it was."""
        nodes: list[Node] = []
        while self._peek().kind != "EOF":
            node = self._text_or_action()
            if node.kind in ("end", "else"):
                return nodes, node
            nodes.append(node)
        self._take()
        raise self._error("unexpected EOF")

    def _text_or_action(self) -> Node:
        token = self._take()
        if token.kind == "text":
            return Node("text", token.position, token.text)
        if token.kind != "left":
            raise self._unexpected(token, "input")
        self._action_line = token.line
        node = self._action()
        self._action_line = 0
        return node

    def _action(self) -> Node:
        token = self._peek()
        control = self._controls().get(token.kind)
        if control is not None:
            self._take()
            return control(token)
        pipeline = self._pipeline("command", "right")
        return Node("action", token.position, pipeline=pipeline)

    def _controls(self) -> dict[str, Callable[[Token], Node]]:
        return {
            "block": self._block,
            "break": self._jump,
            "continue": self._jump,
            "else": self._else,
            "end": lambda token: Node("end", self._expect("right", "end").position),
            "if": self._control,
            "range": self._control,
            "template": self._template,
            "with": self._control,
        }

    def _jump(self, token: Token) -> Node:
        following = self._take()
        if following.kind != "right":
            raise self._unexpected(following, f"{{{{{token.kind}}}}}")
        if not self._range_depth:
            raise self._error(f"{{{{{token.kind}}}}} outside {{{{range}}}}")
        return Node(token.kind, token.position)

    def _else(self, token: Token) -> Node:
        following = self._peek()
        if following.kind not in ("if", "with"):
            self._expect("right", "else")
        return Node("else", following.position)

    def _control(self, token: Token) -> Node:
        kind = token.kind
        known = len(self._variables)
        pipeline = self._pipeline(kind, "right")
        self._range_depth += kind == "range"
        node = Node(kind, pipeline.position, pipeline=pipeline)
        node.body, ending = self._list()
        self._range_depth -= kind == "range"
        if ending.kind == "else":
            node.other = self._after_else(kind)
        del self._variables[known:]
        return node

    def _after_else(self, kind: str) -> list[Node]:
        """What follows `else`; `else if` and `else with` share the `end` of what they continue."""
        if kind in ("if", "with") and self._peek().kind == kind:
            return [self._control(self._take())]
        nodes, ending = self._list()
        if ending.kind != "end":
            raise self._error(f"expected end; found {ending}")
        return nodes

    def _block(self, _: Token) -> Node:
        context = "block clause"
        token = self._take()
        name = self._template_name(token, context)
        pipeline = self._pipeline(context, "right")
        self._add(name, self._separate_body(context))
        return Node("template", token.position, name, pipeline)

    def _template(self, _: Token) -> Node:
        context = "template clause"
        token = self._take()
        name = self._template_name(token, context)
        if self._peek().kind == "right":
            self._take()
            return Node("template", token.position, name)
        return Node("template", token.position, name, self._pipeline(context, "right"))

    def _template_name(self, token: Token, context: str) -> str:
        if token.kind != "string":
            raise self._unexpected(token, context)
        return self._unquoted(token)


def _is_empty(nodes: list[Node]) -> bool:
    """Nothing but space."""
    return all(node.kind == "text" and not node.text.strip() for node in nodes)

"""Reading awk's expressions, by their precedence (POSIX, awk, Grammar)."""

from __future__ import annotations

from tutor.posix import limits
from tutor.posix.errors import ToolError
from tutor.posix.tools.awk_syntax import Node, Token

_ASSIGNING = frozenset(("=", "+=", "-=", "*=", "/=", "%=", "^="))
_COMPARING = frozenset(("<", "<=", "==", "!=", ">", ">="))
_STARTS_OPERAND = frozenset(
    ("number", "string", "regex", "name", "call", "function", "(", "$", "!", "-", "+", "++", "--")
)


class Expressions:
    """The words of a program, and the expressions they make."""

    def __init__(self, words: list[Token]) -> None:
        self.words = words
        self.at = 0
        self.depth = 0
        self.greater = True
        """Whether ">" compares: after `print` it redirects."""
        self.membership = True
        """Whether `in` is an operator: right inside of `for (` it is not."""

    # -- words

    @property
    def now(self) -> Token:
        return self.words[self.at]

    def is_keyword(self, *names: str) -> bool:
        return self.now.kind == "keyword" and self.now.text in names

    def take(self) -> Token:
        token = self.now
        self.at += 1
        return token

    def accept(self, *kinds: str) -> Token | None:
        return self.take() if self.now.kind in kinds else None

    def expect(self, kind: str) -> Token:
        if self.now.kind != kind:
            shown = self.now.text or self.now.kind
            raise ToolError(f"syntax error at or near {shown}", 2)
        return self.take()

    def skip(self, *kinds: str) -> None:
        while self.now.kind in kinds:
            self.at += 1

    # -- expressions

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > limits.SCRIPT_NESTING:
            raise ToolError("expression too deeply nested", 2)
        try:
            return self._assignment()
        finally:
            self.depth -= 1

    def _assignment(self) -> Node:
        left = self._choice()
        if self.now.kind in _ASSIGNING and left.kind in ("name", "field", "element"):
            operator = self.take().kind
            self.skip("newline")
            return Node("assign", operator, (left, self._assignment()))
        return left

    def _choice(self) -> Node:
        condition = self._either()
        if not self.accept("?"):
            return condition
        self.skip("newline")
        one = self._assignment()
        self.skip("newline")
        self.expect(":")
        self.skip("newline")
        return Node("choice", parts=(condition, one, self._assignment()))

    def _either(self) -> Node:
        left = self._both()
        while self.accept("||"):
            self.skip("newline")
            left = Node("or", parts=(left, self._both()))
        return left

    def _both(self) -> Node:
        left = self._member()
        while self.accept("&&"):
            self.skip("newline")
            left = Node("and", parts=(left, self._member()))
        return left

    def _member(self) -> Node:
        left = self._match()
        while self.is_keyword("in"):
            self.take()
            left = Node("in", self.expect("name").text, (left,))
        return left

    def _match(self) -> Node:
        left = self._comparison()
        while self.now.kind in ("~", "!~"):
            left = Node(self.take().kind, parts=(left, self._comparison()))
        return left

    def _comparison(self) -> Node:
        left = self._concatenation()
        if self.now.kind in _COMPARING and (self.greater or self.now.kind != ">"):
            return Node("compare", self.take().kind, (left, self._concatenation()))
        if self.now.kind == "|" and self.words[self.at + 1] == Token("keyword", "getline"):
            raise ToolError("reading from commands is not simulated", 2)
        return left

    def _concatenation(self) -> Node:
        left = self._sum()
        while self.now.kind in _STARTS_OPERAND - {"+", "-"}:
            left = Node("join", parts=(left, self._sum()))
        return left

    def _sum(self) -> Node:
        left = self._product()
        while self.now.kind in ("+", "-"):
            left = Node("calculate", self.take().kind, (left, self._product()))
        return left

    def _product(self) -> Node:
        left = self._sign()
        while self.now.kind in ("*", "/", "%"):
            left = Node("calculate", self.take().kind, (left, self._sign()))
        return left

    def _sign(self) -> Node:
        if self.now.kind in ("!", "-", "+"):
            return Node({"!": "not", "-": "minus", "+": "plus"}[self.take().kind], parts=(self._sign(),))
        return self._power()

    def _power(self) -> Node:
        left = self._step()
        if self.accept("^"):
            return Node("calculate", "^", (left, self._sign()))
        return left

    def _step(self) -> Node:
        before = self.accept("++", "--")
        if before is not None:
            return Node("before", before.kind, (self._operand(),))
        operand = self._operand()
        if operand.kind in ("name", "field", "element"):
            after = self.accept("++", "--")
            if after is not None:
                return Node("after", after.kind, (operand,))
        return operand

    def _operand(self) -> Node:
        token = self.take()
        if token.kind in ("number", "string", "regex"):
            return Node(token.kind, token.text)
        if token.kind == "$":
            sign = self.now.kind in ("++", "--", "-")
            return Node("field", parts=(self._sign() if sign and self.now.kind == "-" else self._step_of_field(),))
        if token.kind == "(":
            return self._parenthesis()
        if token.kind == "name":
            return Node("element", token.text, (self._subscript(),)) if self.accept("[") else Node("name", token.text)
        if token.kind in ("call", "function"):
            return self._call(token)
        if token == Token("keyword", "getline"):
            return self._getline()
        raise ToolError(f"syntax error at or near {token.text or token.kind}", 2)

    def _step_of_field(self) -> Node:
        """What stands after a dollar sign: it binds closer than what follows it."""
        before = self.accept("++", "--")
        operand = self._operand()
        return operand if before is None else Node("before", before.kind, (operand,))

    def _parenthesis(self) -> Node:
        greater, self.greater = self.greater, True
        first = self.expression()
        parts = [first]
        while self.accept(","):
            self.skip("newline")
            parts.append(self.expression())
        self.expect(")")
        self.greater = greater
        if len(parts) == 1:
            return Node("group", parts=(first,))
        if not self.is_keyword("in"):
            raise ToolError("syntax error at or near )", 2)
        return Node("index", parts=tuple(parts))

    def _subscript(self) -> Node:
        parts = [self.expression()]
        while self.accept(","):
            self.skip("newline")
            parts.append(self.expression())
        self.expect("]")
        return parts[0] if len(parts) == 1 else Node("index", parts=tuple(parts))

    def _call(self, name: Token) -> Node:
        parts = list[Node]()
        greater, self.greater = self.greater, True
        if self.accept("("):
            self.skip("newline")
            while self.now.kind != ")":
                parts.append(self.expression())
                if not self.accept(","):
                    break
                self.skip("newline")
            self.expect(")")
        elif name.text != "length":
            raise ToolError(f"syntax error: {name.text} needs arguments", 2)
        self.greater = greater
        return Node("call" if name.kind == "call" else "builtin", name.text, tuple(parts))

    def _getline(self) -> Node:
        target = self._operand() if self.now.kind in ("name", "$") else None
        if not self.accept("<"):
            raise ToolError("getline is simulated with a file only: getline < FILE", 2)
        file = self._operand()
        return Node("getline", parts=(file,) if target is None else (file, target))

"""Reading an awk program: statements, and expressions by their precedence (POSIX, awk, Grammar)."""

from __future__ import annotations

from tutor.posix import limits
from tutor.posix.errors import ToolError
from tutor.posix.tools.awk_syntax import Function, Node, Program, Rule, Token, tokens

_ASSIGNING = frozenset(("=", "+=", "-=", "*=", "/=", "%=", "^="))
_COMPARING = frozenset(("<", "<=", "==", "!=", ">", ">="))
_STARTS_OPERAND = frozenset(
    ("number", "string", "regex", "name", "call", "function", "(", "$", "!", "-", "+", "++", "--")
)
_ENDS = frozenset(("newline", ";", "}", "end"))
NOTHING = Node("block")


def parse(text: str) -> Program:
    """A program. Raises ToolError."""
    return _Parser(tokens(text)).program()


class _Parser:
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

    # -- the program

    def program(self) -> Program:
        found = Program()
        self.skip("newline", ";")
        while self.now.kind != "end":
            self._item(found)
            self.skip("newline", ";")
        return found

    def _item(self, found: Program) -> None:
        if self.is_keyword("function"):
            self._function(found)
        elif self.is_keyword("BEGIN", "END"):
            part = found.begin if self.take().text == "BEGIN" else found.end
            part.append(self._block())
        else:
            patterns = list[Node]()
            if self.now.kind != "{":
                patterns.append(self.expression())
                if self.accept(","):
                    self.skip("newline")
                    patterns.append(self.expression())
            action = self._block() if self.now.kind == "{" else None
            found.rules.append(Rule(tuple(patterns), action))

    def _function(self, found: Program) -> None:
        self.take()
        name = self.accept("call", "name") or self.expect("name")
        self.expect("(")
        parameters = list[str]()
        while self.now.kind != ")":
            parameters.append(self.expect("name").text)
            self.accept(",")
            self.skip("newline")
        self.expect(")")
        self.skip("newline")
        found.functions[name.text] = Function(tuple(parameters), self._block())

    # -- statements

    def _block(self) -> Node:
        self.expect("{")
        parts = list[Node]()
        self.skip("newline", ";")
        while self.now.kind != "}":
            parts.append(self.statement())
            self.skip("newline", ";")
        self.expect("}")
        return Node("block", parts=tuple(parts))

    def statement(self) -> Node:
        self.depth += 1
        if self.depth > limits.SCRIPT_NESTING:
            raise ToolError("program too deeply nested", 2)
        try:
            return self._statement()
        finally:
            self.depth -= 1

    def _statement(self) -> Node:
        if self.now.kind == "{":
            return self._block()
        if self.accept(";"):
            return NOTHING
        if self.now.kind != "keyword" or self.now.text == "getline":
            return self._simple()
        word = self.now.text
        if word in ("print", "printf", "delete"):
            return self._simple()
        self.take()
        if word in ("if", "while", "do", "for"):
            return {"if": self._if, "while": self._while, "do": self._do, "for": self._for}[word]()
        value = () if self.now.kind in _ENDS else (self.expression(),)
        if word in ("next", "break", "continue", "exit", "return"):
            return Node(word, parts=value)
        raise ToolError(f"syntax error at or near {word}", 2)

    def _simple(self) -> Node:
        """A statement that may also stand in the head of a `for`."""
        if self.is_keyword("print", "printf"):
            return self._print(self.take().text)
        if self.is_keyword("delete"):
            self.take()
            name = self.expect("name").text
            if not self.accept("["):
                return Node("delete", name)
            index = self._subscript()
            return Node("delete", name, (index,))
        return Node("expression", parts=(self.expression(),))

    def _print(self, kind: str) -> Node:
        parts = list[Node]()
        self.greater = False
        parenthesised = self.now.kind == "(" and self._closes_the_list()
        if parenthesised:
            self.take()
            self.greater = True
        while self.now.kind not in (*_ENDS, ">", ">>", "|", ")"):
            parts.append(self.expression())
            if not self.accept(","):
                break
            self.skip("newline")
        if parenthesised:
            self.expect(")")
        self.greater = True
        target = self.accept(">", ">>", "|")
        if target is None:
            return Node(kind, parts=tuple(parts))
        return Node(kind, target.kind, (*parts, self._concatenation()))

    def _closes_the_list(self) -> bool:
        """Whether the parenthesis here holds the whole list of a print statement."""
        depth = 0
        for at in range(self.at, len(self.words)):
            depth += {"(": 1, ")": -1}.get(self.words[at].kind, 0)
            if depth == 0:
                return self.words[at + 1].kind in (*_ENDS, ">", ">>", "|")
        return False

    def _condition(self) -> Node:
        self.expect("(")
        condition = self.expression()
        self.expect(")")
        self.skip("newline")
        return condition

    def _if(self) -> Node:
        parts = [self._condition(), self.statement()]
        back = self.at
        self.skip("newline", ";")
        if self.is_keyword("else"):
            self.take()
            self.skip("newline")
            parts.append(self.statement())
        else:
            self.at = back
        return Node("if", parts=tuple(parts))

    def _while(self) -> Node:
        return Node("while", parts=(self._condition(), self.statement()))

    def _do(self) -> Node:
        self.skip("newline")
        body = self.statement()
        self.skip("newline", ";")
        if not self.is_keyword("while"):
            raise ToolError("syntax error: do without while", 2)
        self.take()
        return Node("do", parts=(body, self._condition()))

    def _for(self) -> Node:
        self.expect("(")
        ahead = [(word.kind, word.text) for word in self.words[self.at : self.at + 4]]
        if len(ahead) == 4 and ahead[0][0] == "name" and ahead[1] == ("keyword", "in") and ahead[3][0] == ")":
            name, _, array, _ = (self.take() for _ in range(4))
            self.skip("newline")
            return Node("each", name.text, (Node("name", array.text), self.statement()))
        first = NOTHING if self.now.kind == ";" else self._simple()
        self.expect(";")
        self.skip("newline")
        condition = Node("number", "1") if self.now.kind == ";" else self.expression()
        self.expect(";")
        self.skip("newline")
        last = NOTHING if self.now.kind == ")" else self._simple()
        self.expect(")")
        self.skip("newline")
        return Node("for", parts=(first, condition, last, self.statement()))

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

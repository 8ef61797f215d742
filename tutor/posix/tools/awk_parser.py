"""Reading an awk program: rules, functions and statements (POSIX, awk, Grammar)."""

from __future__ import annotations

from tutor.posix import limits
from tutor.posix.errors import ToolError
from tutor.posix.tools.awk_expressions import Expressions
from tutor.posix.tools.awk_syntax import Function, Node, Program, Rule, tokens

_ENDS = frozenset(("newline", ";", "}", "end"))
NOTHING = Node("block")


def parse(text: str) -> Program:
    """A program. Raises ToolError."""
    return _Parser(tokens(text)).program()


class _Parser(Expressions):
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

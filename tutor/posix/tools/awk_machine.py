"""Running an awk program: rules, statements, expressions and functions."""

from __future__ import annotations

from typing import Any

from tutor.posix import limits
from tutor.posix.errors import ToolError
from tutor.posix.tools.awk_state import AwkState, search
from tutor.posix.tools.awk_syntax import Node
from tutor.posix.tools.awk_values import Input, Value, calculate, compare, format_text, number, text, truth

STEPS = 100_000
"""Steps of the program for one record; a program that needs more is ended, as it would stop the whole machine here."""


class Jump(Exception):
    """`next`, `break`, `continue`, `exit` or `return`, on the way to where it leads."""

    def __init__(self, kind: str, value: Value = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.value = value


class AwkMachine(AwkState):
    """Carries a program out."""

    # -- records

    def take(self, record: str) -> None:
        """Run the rules for a record."""
        self.variables["NR"] = number(self.variables["NR"]) + 1
        self.variables["FNR"] = number(self.variables["FNR"]) + 1
        self.set_record(record)
        self.steps = 0
        try:
            for at, rule in enumerate(self.program.rules):
                if self._applies(at, rule.patterns):
                    self.run(rule.action or Node("print"))
        except Jump as jump:
            if jump.kind != "next":
                raise

    def _applies(self, at: int, patterns: tuple[Node, ...]) -> bool:
        if len(patterns) < 2:
            return not patterns or truth(self.value(patterns[0]))
        if not self.inside.get(at) and not truth(self.value(patterns[0])):
            return False
        self.inside[at] = not truth(self.value(patterns[1]))
        return True

    # -- statements

    def run(self, node: Node) -> None:
        """Carry out a statement. Raises Jump."""
        self.steps += 1
        if self.steps > STEPS:
            raise ToolError(f"the program takes more than {STEPS} steps for one record, which is not simulated", 2)
        getattr(self, f"_run_{node.kind}")(node)

    def _run_block(self, node: Node) -> None:
        for part in node.parts:
            self.run(part)

    def _run_expression(self, node: Node) -> None:
        self.value(node.parts[0])

    def _run_if(self, node: Node) -> None:
        if truth(self.value(node.parts[0])):
            self.run(node.parts[1])
        elif len(node.parts) > 2:
            self.run(node.parts[2])

    def _run_while(self, node: Node) -> None:
        while truth(self.value(node.parts[0])):
            if not self._loops_on(node.parts[1]):
                break

    def _run_do(self, node: Node) -> None:
        while self._loops_on(node.parts[0]) and truth(self.value(node.parts[1])):
            continue

    def _run_for(self, node: Node) -> None:
        first, condition, last, body = node.parts
        self.run(first)
        while truth(self.value(condition)) and self._loops_on(body):
            self.run(last)

    def _run_each(self, node: Node) -> None:
        array = self.array(node.parts[0].text)
        for key in list(array):
            self.set(node.text, Input(key))
            if not self._loops_on(node.parts[1]):
                break

    def _loops_on(self, body: Node) -> bool:
        """Run a loop's body; False after `break`."""
        try:
            self.run(body)
        except Jump as jump:
            if jump.kind not in ("break", "continue"):
                raise
            return jump.kind == "continue"
        return True

    def _jump(self, node: Node) -> None:
        raise Jump(node.kind, self.value(node.parts[0]) if node.parts else None)

    _run_next = _run_break = _run_continue = _run_exit = _run_return = _jump

    def _run_delete(self, node: Node) -> None:
        if node.parts:
            self.array(node.text).pop(text(self.value(node.parts[0]), self._form()), None)
        else:
            self.array(node.text).clear()

    def _run_print(self, node: Node) -> None:
        parts = list(node.parts)
        target = text(self.value(parts.pop())) if node.text else ""
        form = text(self.variables["OFMT"])
        shown = [text(self.value(part), form) for part in parts] or [text(self.fields[0])]
        self.write(node.text, target, text(self.variables["OFS"]).join(shown) + text(self.variables["ORS"]))

    def _run_printf(self, node: Node) -> None:
        parts = list(node.parts)
        target = text(self.value(parts.pop())) if node.text else ""
        if not parts:
            raise ToolError("printf: no format", 2)
        form, *values = [self.value(part) for part in parts]
        self.write(node.text, target, format_text(text(form), values))

    # -- expressions

    def value(self, node: Node) -> Value:
        """What an expression comes to."""
        self.steps += 1
        found: Value = getattr(self, f"_value_{_METHODS.get(node.kind, node.kind)}")(node)
        if isinstance(found, str) and len(found) > limits.EXPANSION_SIZE:
            raise ToolError("value too large", 2)
        return found

    def _value_number(self, node: Node) -> Value:
        return float(node.text)

    def _value_string(self, node: Node) -> Value:
        return node.text

    def _value_regex(self, node: Node) -> Value:
        return float(search(node.text, text(self.fields[0])) is not None)

    def _value_name(self, node: Node) -> Value:
        return self.get(node.text)

    def _value_group(self, node: Node) -> Value:
        return self.value(node.parts[0])

    def _value_index(self, node: Node) -> Value:
        return text(self.variables["SUBSEP"]).join(text(self.value(part), self._form()) for part in node.parts)

    def _value_field(self, node: Node) -> Value:
        return self.field(int(number(self.value(node.parts[0]))))

    def _value_element(self, node: Node) -> Value:
        return self.array(node.text).setdefault(text(self.value(node.parts[0]), self._form()), None)

    def _value_in(self, node: Node) -> Value:
        return float(text(self.value(node.parts[0]), self._form()) in self.array(node.text))

    def _value_assign(self, node: Node) -> Value:
        target, expression = node.parts
        value = self.value(expression)
        if node.text != "=":
            value = calculate(number(self.value(target)), node.text[0], number(value))
        return self._store(target, value)

    def _store(self, target: Node, value: Value) -> Value:
        if target.kind == "name":
            self.set(target.text, value)
        elif target.kind == "field":
            self.set_field(int(number(self.value(target.parts[0]))), value)
        else:
            array = self.array(target.text)
            array[text(self.value(target.parts[0]), self._form())] = value
            if len(array) > limits.FIELDS:
                raise ToolError("array too large", 2)
        return value

    def _value_before(self, node: Node) -> Value:
        return self._store(node.parts[0], number(self.value(node.parts[0])) + (1 if node.text == "++" else -1))

    def _value_after(self, node: Node) -> Value:
        old = number(self.value(node.parts[0]))
        self._store(node.parts[0], old + (1 if node.text == "++" else -1))
        return old

    def _value_choice(self, node: Node) -> Value:
        condition, one, other = node.parts
        return self.value(one if truth(self.value(condition)) else other)

    def _value_or(self, node: Node) -> Value:
        return float(truth(self.value(node.parts[0])) or truth(self.value(node.parts[1])))

    def _value_and(self, node: Node) -> Value:
        return float(truth(self.value(node.parts[0])) and truth(self.value(node.parts[1])))

    def _value_not(self, node: Node) -> Value:
        return float(not truth(self.value(node.parts[0])))

    def _value_sign(self, node: Node) -> Value:
        amount = number(self.value(node.parts[0]))
        return -amount if node.kind == "minus" else amount

    def _value_compare(self, node: Node) -> Value:
        return float(compare(self.value(node.parts[0]), node.text, self.value(node.parts[1])))

    def _value_calculate(self, node: Node) -> Value:
        left, right = (number(self.value(part)) for part in node.parts)
        return calculate(left, node.text, right)

    def _value_join(self, node: Node) -> Value:
        return "".join(text(self.value(part), self._form()) for part in node.parts)

    def _value_matches(self, node: Node) -> Value:
        found = search(self.pattern(node.parts[1]), text(self.value(node.parts[0]), self._form()))
        return float((found is not None) == (node.kind == "~"))

    def pattern(self, node: Node) -> str:
        """A regular expression, written as one or come to as text."""
        return node.text if node.kind == "regex" else text(self.value(node))

    def _value_getline(self, node: Node) -> Value:
        name = text(self.value(node.parts[0]))
        if name not in self.files:
            content = self.load(name)
            if content is None:
                return -1.0
            self.files[name] = content.splitlines()
        if not self.files[name]:
            return 0.0
        line = Input(self.files[name].pop(0))
        if len(node.parts) > 1:
            self._store(node.parts[1], line)
        else:
            self.set_record(line)
        return 1.0

    def _value_builtin(self, node: Node) -> Value:
        from tutor.posix.tools.awk_functions import FUNCTIONS

        return FUNCTIONS[node.text](self, node.parts)

    def _value_call(self, node: Node) -> Value:
        function = self.program.functions.get(node.text)
        if function is None:
            raise ToolError(f"Call to undefined function {node.text}", 2)
        if len(self.locals) >= limits.FUNCTION_NESTING // 4:
            raise ToolError("functions nested too deeply", 2)
        scope: dict[str, Any] = dict.fromkeys(function.parameters)
        for name, part in zip(function.parameters, node.parts, strict=False):
            scope[name] = self._argument(part)
        self.locals.append(scope)
        try:
            self.run(function.body)
        except Jump as jump:
            if jump.kind != "return":
                raise
            return jump.value
        finally:
            self.locals.pop()
        return None

    def _argument(self, part: Node) -> Any:
        """What a function gets: an array as itself, anything else as its value."""
        if part.kind == "name":
            scope = self._scope(part.text)
            if scope is not None and isinstance(scope[part.text], dict):
                return scope[part.text]
            if scope is None and part.text in self.arrays:
                return self.arrays[part.text]
            if scope is None and part.text not in self.variables:
                return None
        return self.value(part)


_METHODS = {"minus": "sign", "plus": "sign", "~": "matches", "!~": "matches"}

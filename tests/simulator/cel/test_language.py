"""Expressions: what they come to, and what is wrong with those that are none. The words of problems are cel-go's."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tutor.simulator.cel import CelError, Program, Unsupported, compile_rule, shown_problems
from tutor.simulator.cel.types import DYN, value_of

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "a": {"type": "integer"},
        "r": {"type": "number"},
        "s": {"type": "string"},
        "b": {"type": "boolean"},
        "l": {"type": "array", "items": {"type": "integer"}},
        "words": {"type": "array", "items": {"type": "string"}},
        "m": {"type": "object", "additionalProperties": {"type": "integer"}},
        "o": {"type": "object", "properties": {"x": {"type": "integer"}, "max-size": {"type": "integer"}}},
        "port": {"x-kubernetes-int-or-string": True},
        "at": {"type": "string", "format": "date-time"},
        "namespace": {"type": "string"},
    },
}
VALUE: dict[str, Any] = {
    "a": 7,
    "r": 2,
    "s": "hello",
    "b": True,
    "l": [1, 2, 3],
    "words": ["ab", "cd"],
    "m": {"k": 1, "j": 2},
    "o": {"x": 5, "max-size": 1},
    "port": "http",
    "at": "2026-01-01T00:00:00Z",
    "namespace": "n",
}


def run(text: str, value: Any = None) -> Any:
    program = compile_rule(text, SCHEMA, wants=DYN) if value is None else compile_rule(text, SCHEMA)
    if not isinstance(program, Program):
        # what an expression comes to is of interest whatever its type is
        program = compile_rule(f"dyn({text})", SCHEMA)
    assert isinstance(program, Program), program
    return program.run({"self": value_of(SCHEMA, VALUE if value is None else value)})


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("self.a + 1", 8),
        ("-7 / 2", -3),
        ("-7 % 2", -1),
        ("1 + 2 * 3 - 4", 3),
        ("(1 + 2) * 3", 9),
        ("self.r / 4.0", 0.5),
        ("self.a > 6 && self.s.startsWith('he')", True),
        ("self.a > 7 || !self.b", False),
        ("self.a == 7 ? 'yes' : 'no'", "yes"),
        ("has(self.a) && has(self.o.x)", True),
        ("self.l.all(x, x > 0)", True),
        ("self.l.exists(x, x > 2)", True),
        ("self.l.exists_one(x, x > 1)", False),
        ("self.l.filter(x, x % 2 == 1)", [1, 3]),
        ("self.l.map(x, x * 2)", [2, 4, 6]),
        ("self.l.map(x, x > 1, x * 2)", [4, 6]),
        ("self.m.all(k, self.m[k] > 0)", True),
        ("'k' in self.m && 2 in self.l", True),
        ("size(self.s) + self.l.size() + self.m.size()", 10),
        ("self.s.matches('^h.*o$')", True),
        ("self.s.contains('ell') && self.s.endsWith('lo')", True),
        ("self.s.replace('l', 'L').upperAscii()", "HELLO"),
        ("'a,b,c'.split(',').size()", 3),
        ("self.words.join('-')", "ab-cd"),
        ("self.s.substring(1, 3) + self.s.charAt(0)", "elh"),
        ("self.l.sum() + self.l.min() + self.l.max()", 10),
        ("self.l.isSorted()", True),
        ("self.l.indexOf(2)", 1),
        ("string(self.a) + string(1.5)", "71.5"),
        ("int('12') + int(3.9)", 15),
        ("duration('1h30m') > duration('80m')", True),
        ("self.at > timestamp('2025-01-01T00:00:00Z')", True),
        ("self.at + duration('24h') == timestamp('2026-01-02T00:00:00Z')", True),
        ("quantity('1Gi').isGreaterThan(quantity('500Mi'))", True),
        ("quantity('1').add(quantity('500m')).compareTo(quantity('1500m')) == 0", True),
        ("isQuantity('x')", False),
        ("type(self.port) == string ? self.port == 'http' : self.port == 80", True),
        ("self.o.max__dash__size == 1 && self.__namespace__ == 'n'", True),
        ("[1, 2] + [3] == self.l", True),
        ("{'a': 1}['a'] == 1", True),
        ("r'\\d' + \"\\x41\\u0042\\n\"", "\\dAB\n"),
        ("self.a // a comment\n > 1", True),
        ("false && 1 / 0 == 1", False),
        ("1 / 0 == 1 || true", True),
    ],
)
def test_values(text: str, result: Any) -> None:
    found = run(text)
    assert found == result
    assert isinstance(found, bool) is isinstance(result, bool)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 / (self.a - 7) == 1", "division by zero"),
        ("1 % (self.a - 7) == 1", "modulus by zero"),
        ("self.l[5] == 1", "index out of bounds: 5"),
        ("self.m['q'] == 1", "no such key: q"),
        ("9223372036854775807 + self.a == 1", "integer overflow"),
        ("int(self.s) == 1", "type conversion error from 'hello' to 'int'"),
        ("dyn(self.a) + 'x' == 'y'", "no such overload"),
        ("duration(self.s) > duration('1s')", 'time: invalid duration "hello"'),
        ("1 / 0 == 1 && true", "division by zero"),
    ],
)
def test_failures(text: str, why: str) -> None:
    program = compile_rule(text, SCHEMA)
    assert isinstance(program, Program)
    with pytest.raises(CelError, match=f"^{why.replace('(', '.')}$"):
        program.run({"self": value_of(SCHEMA, VALUE)})


EOF_EXPECTED = (
    "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("self.nosuch > 1", "1:5: undefined field 'nosuch'\n | self.nosuch > 1\n | ....^"),
        (
            'self.a > "x"',
            "1:8: found no matching overload for '_>_' applied to '(int, string)'\n | self.a > \"x\"\n | .......^",
        ),
        (
            "self.a >",
            f"1:9: Syntax error: mismatched input '<EOF>' expecting {EOF_EXPECTED}\n | self.a >\n | ........^",
        ),
        ("foo", "1:1: undeclared reference to 'foo' (in container '')\n | foo\n | ^"),
        ("nosuch(1)", "1:7: undeclared reference to 'nosuch' (in container '')\n | nosuch(1)\n | ......^"),
        (
            "self.s.startsWith(1)",
            "1:18: found no matching overload for 'startsWith' applied to 'string.(int)'\n"
            " | self.s.startsWith(1)\n | .................^",
        ),
        (
            "self.words.exists(x, x == 1)",
            "1:24: found no matching overload for '_==_' applied to '(string, int)'\n"
            " | self.words.exists(x, x == 1)\n | .......................^",
        ),
        (
            "self.a.all(x, x)",
            "1:5: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n"
            " | self.a.all(x, x)\n | ....^",
        ),
        ('self.s.matches("[")', '1:16: invalid matches argument\n | self.s.matches("[")\n | ...............^'),
        ("has(self)", "1:5: invalid argument to has() macro\n | has(self)\n | ....^"),
        ("true &&\n  foo", "2:3: undeclared reference to 'foo' (in container '')\n |   foo\n | ..^"),
    ],
)
def test_what_is_no_expression(text: str, problem: str) -> None:
    problems = compile_rule(text, SCHEMA)
    assert isinstance(problems, list)
    assert shown_problems(text, problems) == f"compilation failed: ERROR: <input>:{problem}"


def test_a_rule_is_a_yes_or_no() -> None:
    problems = compile_rule("self.a", SCHEMA)
    assert isinstance(problems, list)
    assert shown_problems("self.a", problems) == "cel expression must evaluate to a bool"


@pytest.mark.parametrize(
    "text", ["self.?a.optMap(x, x).orValue(1) == 1", "isURL(self.s)", "b'x' == b'x'", "(" * 200 + "true" + ")" * 200]
)
def test_what_is_not_covered_says_so(text: str) -> None:
    with pytest.raises(Unsupported):
        compile_rule(text, SCHEMA)


def test_no_text_breaks_the_compiler_or_the_program() -> None:
    rng = random.Random(1)
    text = ". a l m ( ) [ ] { } + - * / % == < && || ! ? : , in 1 2u 1.5 'x' self all map has size x true"
    words = text.split()
    for _ in range(3000):
        text = " ".join(rng.choice(words) for _ in range(rng.randrange(1, 12)))
        try:
            program = compile_rule(text, SCHEMA)
            if isinstance(program, Program):
                program.run({"self": value_of(SCHEMA, VALUE)})
            else:
                assert shown_problems(text, program)
        except (CelError, Unsupported):
            pass

"""Regular expressions and shell patterns: the right match, in bounded time."""

from __future__ import annotations

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.posix import patterns
from tutor.posix.errors import ToolError
from tutor.posix.regex import compile_regex, escape


def first(pattern: str, text: str, *, extended: bool = True, ignore_case: bool = False) -> str | None:
    match = compile_regex(pattern, extended=extended, ignore_case=ignore_case).search(text)
    return match.group(0) if match else None


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("a|ab|abc", "xabcd", "abc"),
        ("(a|ab)(c|bcd)", "abcd", "abcd"),
        ("x*", "aaa", ""),
        ("^$", "", ""),
        ("[[:digit:]]+", "ab123c", "123"),
        ("[^]a]+", "]abc", "bc"),
        ("a{2,3}", "aaaa", "aaa"),
        ("(ab){2}", "ababab", "abab"),
        ("\\bfoo\\b", "a foo b", "foo"),
        ("colou?r", "color", "color"),
        ("^.*$", "line", "line"),
        ("\\.", "a.b", "."),
        ("[a-]", "-", "-"),
        ("a.c", "a\nc", "a\nc"),
        ("b$", "ab", "b"),
        ("nope", "text", None),
    ],
)
def test_leftmost_longest(pattern: str, text: str, expected: str | None) -> None:
    assert first(pattern, text) == expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("a\\(b\\)c", "abc", "abc"),
        ("a+", "aa+", "a+"),
        ("a\\+", "aa", "aa"),
        ("a\\{2\\}", "aaa", "aa"),
        ("*a", "*a", "*a"),
        ("a|b", "a|b", "a|b"),
        ("x\\|y", "zy", "y"),
        ("a^b$c", "a^b$c", "a^b$c"),
    ],
)
def test_basic_expressions(pattern: str, text: str, expected: str | None) -> None:
    assert first(pattern, text, extended=False) == expected


def test_groups_and_case() -> None:
    match = compile_regex("(a+)(b)?(c)", extended=True).search("xaac")
    assert match is not None
    assert [match.group(number) for number in range(4)] == ["aac", "aa", None, "c"]
    assert first("HeL+o", "say hello", ignore_case=True) == "hello"
    assert first("[A-Z]+", "abc", ignore_case=True) == "abc"


@pytest.mark.parametrize("pattern", ["(", "a)", "[a", "a{3,1}", "*a", "\\", "(a)\\1", "((((a{99}){99}){99}){99})"])
def test_bad_expressions_are_refused(pattern: str) -> None:
    with pytest.raises(ToolError):
        compile_regex(pattern, extended=True)


_pieces = st.lists(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "a*", "b?", "(ab)", "(a|b)*", "^", "$", "c+"]), max_size=6
)


@given(_pieces.map("".join), st.text("abc", max_size=12))
def test_finds_a_match_exactly_when_the_reference_does(pattern: str, text: str) -> None:
    reference = re.search(pattern, text)
    found = compile_regex(pattern, extended=True).search(text)
    assert (found is None) == (reference is None)
    if found is not None and reference is not None:
        assert found.start == reference.start()
        assert found.end >= reference.end()
        assert re.compile(pattern).fullmatch(text, found.start, found.end) or "^" in pattern or "$" in pattern


@given(st.text(max_size=20))
def test_escaped_text_matches_itself(text: str) -> None:
    assert first(escape(text), f"<{text}>") == text
    assert patterns.matches(patterns.escape(text), text)


@given(st.text("ab*?[]-", max_size=8), st.text("ab-", max_size=8))
def test_patterns_match_like_the_reference(pattern: str, text: str) -> None:
    assert patterns.matches(pattern, text) == fnmatch.fnmatchcase(text, pattern)

"""Prose laid out in lines, code and diagrams, and text helpers."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.content import Content

from tutor.course.markdown import parse_blocks
from tutor.course.model import Code
from tutor.ui.text import bar, cells, columns, hanging, inline, links_of, spread
from tutor.ui.widgets.reading.layout import lay_out
from tutor.ui.widgets.reading.wide import code_lines, plain_ascii


def plain(markdown: str, width: int = 40) -> list[str]:
    """Markdown laid out, without styles."""
    return [line.plain.rstrip() for line in lay_out(parse_blocks(markdown, Path("page.md")), width)]


def test_paragraphs_are_wrapped_at_words() -> None:
    assert plain("one two three four five six", 12) == ["one two", "three four", "five six"]


def test_lists_hang_and_nest_without_gaps() -> None:
    assert plain("* first item that is long\n  1. inner\n  2. other\n* second", 16) == [
        "• first item",
        "  that is long",
        "  1. inner",
        "  2. other",
        "• second",
    ]


def test_tables_fit_the_width_by_wrapping_their_widest_column() -> None:
    lines = plain("| Field | Meaning |\n|---|---|\n| `a` | a rather long explanation of it |\n| b | short |", 30)
    assert max(map(len, lines)) <= 30
    assert lines[0].startswith("Field │ Meaning")
    assert any(line.startswith("a     │ a rather long") for line in lines)


def test_quotes_have_a_bar() -> None:
    assert plain("> said so", 20) == ["│ said so"]


def test_no_line_is_wider_than_asked_for() -> None:
    text = "* **bold** and `code` and [a link](lesson:services) in a list item that goes on for quite a while"
    for width in range(12, 60):
        assert all(line.cell_length <= width for line in lay_out(parse_blocks(text, Path("p.md")), width))


def test_links_keep_their_target_through_wrapping() -> None:
    content = inline("see [the page about services](lesson:services#by-label) now")
    assert [href for _, _, href in links_of(content)] == ["lesson:services#by-label"]
    wrapped = content.wrap(12)
    assert {href for line in wrapped for _, _, href in links_of(line)} == {"lesson:services#by-label"}


def test_code_in_running_text_keeps_its_marks_where_there_are_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    assert inline("run `kubectl`").plain == "run kubectl"
    monkeypatch.setenv("NO_COLOR", "1")
    assert inline("run `kubectl`").plain == "run `kubectl`"


def test_manifests_name_their_file_and_keep_every_line() -> None:
    lines = [line.plain for line in code_lines(Code("yaml", "a: 1\n\nb: 2", filename="x.yaml"))]
    assert lines == ["file x.yaml", "a: 1", "", "b: 2"]


def test_an_unknown_language_is_shown_as_it_is() -> None:
    assert [line.plain for line in code_lines(Code("no-such-language", "x <y>"))] == ["x <y>"]


def test_ascii_drawings_have_the_same_width() -> None:
    assert plain_ascii("┌─┐ ──▶ ✓ ●") == "+-+ --> + *"


@pytest.mark.parametrize("width", [10, 20, 40])
def test_a_line_with_two_ends_has_exactly_the_width(width: int) -> None:
    assert spread(Content("a long left part"), Content("right"), width).cell_length == max(width, 5)


def test_small_helpers() -> None:
    assert bar(1, 4, 8) == "━━──────"
    assert bar(0, 0, 3) == "───"
    assert cells("abc", 5) == "abc  "
    assert cells("abcdef", 4) == "abc…"
    assert columns([["a", "bbb"], ["cc", "d"]]) == ["a   bbb", "cc  d"]
    assert [line.plain for line in hanging("1. ", "some more text", 13)] == ["1. some more", "   text"]

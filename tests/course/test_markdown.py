"""Markdown becomes blocks and spans."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.course.markdown import parse_blocks, plain_text, spans
from tutor.course.model import Code, Diagram, Heading, ListBlock, Paragraph, Quote, Span, Table
from tutor.course.problem import PackError

PATH = Path("lesson.md")


def test_blocks_know_their_line() -> None:
    blocks = parse_blocks("One\nparagraph.\n\n### Part\n\n> Aside.\n", PATH, first_line=10)
    assert blocks == (
        Paragraph("One paragraph.", 10),
        Heading(3, "Part", 13),
        Quote((Paragraph("Aside.", 15),), 15),
    )


def test_lists_nest_and_keep_their_first_number() -> None:
    (block,) = parse_blocks("3. three\n4. four\n   - inner\n", PATH)
    inner = ListBlock(((Paragraph("inner", 3),),), None, 3)
    assert block == ListBlock(((Paragraph("three", 1),), (Paragraph("four", 2), inner)), 3, 1)


def test_tables_keep_alignment_and_inline_marks() -> None:
    (block,) = parse_blocks("| a | b |\n|---|--:|\n| `x` | 2 |\n| y |\n", PATH)
    assert block == Table(("a", "b"), (("`x`", "2"), ("y", "")), ("left", "right"), 1)


@pytest.mark.parametrize(
    ("info", "language", "filename", "fragment"),
    [
        ("yaml deployment.yaml", "yaml", "deployment.yaml", False),
        ("yaml fragment", "yaml", None, True),
        ("console", "console", None, False),
    ],
)
def test_fences_say_what_they_hold(info: str, language: str, filename: str | None, fragment: bool) -> None:
    (block,) = parse_blocks(f"```{info}\na: 1\n\nb: 2\n```\n", PATH)
    assert block == Code(language, "a: 1\n\nb: 2", filename, fragment, 1)


def test_raw_html_is_shown_and_never_interpreted() -> None:
    assert parse_blocks("<script>x</script>\n", PATH) == (Code("text", "<script>x</script>", line=1),)
    assert spans("a <b>c</b>")[1] == Span("<b>")


def test_a_diagram_is_made_rectangular(tmp_path: Path) -> None:
    (tmp_path / "diagrams").mkdir()
    (tmp_path / "diagrams" / "a.txt").write_text("┌──┐\n│x\n", encoding="utf-8")
    (block,) = parse_blocks("![A box with\nan x.](diagrams/a.txt)\n", tmp_path / "lesson.md")
    assert block == Diagram(("┌──┐", "│x  "), "A box with an x.", "diagrams/a.txt", 1)
    assert isinstance(block, Diagram)
    assert block.width == 4


@pytest.mark.parametrize("name", ["diagrams/none.txt", "../secret.txt", "/etc/hostname"])
def test_a_diagram_that_cannot_be_read_says_where(tmp_path: Path, name: str) -> None:
    with pytest.raises(PackError) as error:
        parse_blocks(f"Text.\n\n![A box.]({name})\n", tmp_path / "lesson.md", first_line=5)
    assert [(one.path.name, one.line) for one in error.value.problems] == [("lesson.md", 7)]


def test_spans_carry_style_and_target() -> None:
    assert spans("a **b *c*** `d` [e `f`](lesson:services#x)") == (
        Span("a "),
        Span("b ", strong=True),
        Span("c", strong=True, emphasis=True),
        Span(" "),
        Span("d", code=True),
        Span(" "),
        Span("e ", href="lesson:services#x"),
        Span("f", code=True, href="lesson:services#x"),
    )


def test_plain_text_has_no_marks() -> None:
    assert plain_text("a **b** `c_d_e` [f](lesson:x) \\*g\\*") == "a b c_d_e f *g*"

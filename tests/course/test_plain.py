"""Pages as lines of text."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tutor.course.cells import cell_width
from tutor.course.markdown import parse_blocks
from tutor.course.model import Page
from tutor.course.plain import plain_inline, render_blocks, render_plain, wrap


def lines(markdown: str, width: int = 40) -> list[str]:
    return render_blocks(parse_blocks(markdown, Path("lesson.md")), width)


def test_a_page_begins_with_its_title(mini_page: Page) -> None:
    rendered = render_plain(mini_page, 60)
    assert rendered[:3] == ["A Pod holds containers", "======================", ""]


def test_a_diagram_that_does_not_fit_gives_way_to_its_text(mini_page: Page) -> None:
    assert "│ │ web │──▶│ log │ │" in render_plain(mini_page, 60)
    described = "Diagram: A box named Pod"
    assert any(line.startswith(described) for line in render_plain(mini_page, 60, diagrams=False))
    narrow = " ".join(render_plain(mini_page, 20))
    assert described in narrow
    assert "│" not in narrow


def test_lists_hang_and_nest() -> None:
    assert lines("- one two three four five\n- b\n\n  1. c\n  2. d\n", 20) == [
        "- one two three four",
        "  five",
        "",
        "- b",
        "",
        "  1. c",
        "  2. d",
    ]


def test_tables_are_padded() -> None:
    assert lines("| Name | Use |\n|---|---|\n| `pod` | runs |\n| svc | finds |\n") == [
        "Name   Use",
        "-----  -----",
        "`pod`  runs",
        "svc    finds",
    ]


def test_a_table_wider_than_the_page_wraps_its_cells() -> None:
    rendered = lines("| A | B |\n|---|---|\n| one two three four | five six seven eight |\n| x | y |\n", 22)
    assert max(map(cell_width, rendered)) <= 22
    assert rendered[2:] == ["one two     five six", "three four  seven", "            eight", "", "x           y"]


def test_code_keeps_its_lines_and_names_its_file() -> None:
    assert lines("```yaml pod.yaml\nkind: Pod\n\nspec: {}\n```\n", 20) == [
        "  pod.yaml:",
        "    kind: Pod",
        "",
        "    spec: {}",
    ]


def test_quotes_and_headings() -> None:
    assert lines("### Part\n\n> a\n>\n> b\n") == ["Part", "----", "", "| a", "|", "| b"]


def test_links_show_where_they_lead() -> None:
    assert plain_inline("see [Services](lesson:services#by-label)") == "see Services (lesson services, page by-label)"
    assert plain_inline("[kind](https://kind.sigs.k8s.io) helps") == "kind (https://kind.sigs.k8s.io) helps"
    assert plain_inline("<https://kubernetes.io>") == "https://kubernetes.io"


@given(st.lists(st.text(alphabet="abcé│▶ ", min_size=1)), st.integers(5, 40))
def test_wrapping_loses_no_word_and_breaks_no_limit(words: list[str], width: int) -> None:
    text = " ".join(words)
    wrapped = wrap(text, width)
    assert " ".join(wrapped).split() == text.split()
    assert all(cell_width(line) <= width or " " not in line for line in wrapped)

"""The layout of manifests: how a new line is indented, and a whole text the way Kubernetes' own documents are.

Comments, blank lines, the order of fields and the way values are written stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tutor.manifests.place import line_tokens

STEP = 2
"""Blanks a level is indented by."""
_DASHES = re.compile(r"\s*(?:-\s+)*$")
_LEADING = re.compile(r"(?P<blanks>\s*)(?P<dashes>(?:-[ \t]+)*)(?P<rest>.*)")
_BLOCK_TEXT = re.compile(r"[|>][-+\d]*\s*(#.*)?$")


def indent_after(before: str) -> int:
    """The column a line begins in that is made by pressing enter behind `before`."""
    tokens = line_tokens(before)
    blanks = len(before) - len(before.lstrip(" "))
    if not tokens:
        return blanks
    last = tokens[-1]
    if last.is_dash:
        return last.column
    opens = not last.value or _BLOCK_TEXT.match(last.value)
    return last.column + STEP if opens else last.column


def format_manifests(text: str) -> str:
    """The text with every level indented by two blanks. ValueError, in words, when it cannot be read as YAML."""
    import yaml

    try:
        nodes = [node for node in yaml.compose_all(text, Loader=yaml.SafeLoader) if node is not None]
        before = list(yaml.safe_load_all(text))
    except yaml.YAMLError:
        raise ValueError("This cannot be formatted before it is valid YAML.") from None
    lines = text.expandtabs(STEP).split("\n")
    columns: dict[int, int] = {}
    fixed: set[int] = set()
    for node in nodes:
        columns.update(_columns(node, 0, lines))
        fixed.update(_text_lines(node))
    formatted = "\n".join(_moved(lines, columns, fixed)).rstrip("\n") + "\n"
    try:
        same = list(yaml.safe_load_all(formatted)) == before
    except yaml.YAMLError:
        same = False
    return formatted if same else text


def _columns(node: Any, column: int, lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """For each line that begins with a key or a dash of the node: the column it should begin in."""
    if getattr(node, "flow_style", True):
        return
    if node.id == "mapping":
        for key, value in node.value:
            if not lines[key.start_mark.line][: key.start_mark.column].strip():
                yield key.start_mark.line, column
            inner = column if value.id == "sequence" else column + STEP
            yield from _columns(value, inner, lines)
    elif node.id == "sequence":
        for item in node.value:
            line = item.start_mark.line
            if _DASHES.match(lines[line][: item.start_mark.column]) and "-" in lines[line][: item.start_mark.column]:
                yield line, column
            yield from _below_dash(_columns(item, column + STEP, lines), line)


def _below_dash(columns: Iterator[tuple[int, int]], dash_line: int) -> Iterator[tuple[int, int]]:
    """Columns of what stands in an item; the line of its dash begins with the dash."""
    return (pair for pair in columns if pair[0] != dash_line)


def _text_lines(node: Any) -> Iterator[int]:
    """The lines of texts that are written over several lines: they only move along."""
    if node.id == "scalar":
        yield from range(node.start_mark.line + 1, node.end_mark.line + (node.end_mark.column > 0))
    elif node.id == "mapping":
        for pair in node.value:
            for part in pair:
                yield from _text_lines(part)
    else:
        for item in node.value:
            yield from _text_lines(item)


def _moved(lines: Sequence[str], columns: dict[int, int], fixed: set[int]) -> Iterator[str]:
    delta = 0
    for number, line in enumerate(lines):
        blanks = len(line) - len(line.lstrip(" "))
        if number in columns:
            delta = columns[number] - blanks
            match = _LEADING.match(line)
            assert match is not None  # every part of the expression may be empty
            dashes = "- " * match["dashes"].count("-")
            yield f"{' ' * columns[number]}{dashes}{match['rest'].rstrip()}"
        elif number in fixed:
            yield " " * max(0, blanks + delta) + line.lstrip(" ") if line.strip() else ""
        elif line.lstrip().startswith("#"):
            following = next((columns[n] for n in range(number + 1, len(lines)) if n in columns), None)
            yield " " * (blanks + delta if following is None else following) + line.strip()
        else:
            yield " " * max(0, blanks + delta) * bool(line.strip()) + line.strip()

"""What is wrong with a text that is no YAML, in words for somebody who writes their first manifests, and on which line."""

from __future__ import annotations

import re

_LOOSE_KEY = re.compile(r"\s*(?:- )*(?P<key>[\w./-]+):(?P<value>[^\s/].*)$")
_BARE_WORD = re.compile(r"\s*(?:- )*(?P<word>[\w./-]+)\s*$")
_TWO_COLONS = re.compile(r":\s.*:\s")


def explain_yaml_error(text: str, error: Exception) -> tuple[int, str]:
    """The line, counted from 0, and what is wrong there. `error` is PyYAML's."""
    problem = str(getattr(error, "problem", None) or "unreadable")
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    lines = text.split("\n")
    row = min(mark.line, len(lines) - 1) if mark else 0
    if "cannot start any token" in problem:
        return row, _bad_character(lines[row], mark.column if mark else 0)
    if "mapping values are not allowed" in problem:
        return _misplaced_mapping(lines, row)
    if "expected ',' or" in problem:
        return context.line if context else row, "a bracket is opened here and not closed"
    if "end of stream" in problem:
        return context.line if context else row, "a quote is opened here and not closed"
    if "expected key" in problem:
        return row, "this line is indented differently from the lines it belongs with"
    if "document start" in problem:
        return row, "this line is indented less than the one the text begins with"
    if "expected '-'" in problem:
        return row, "an item of the list above begins with `- ` in the same column as the items before it"
    if "undefined alias" in problem:
        return row, "a value that begins with * must be in quotes"
    if "could not find expected ':'" in problem:
        return _missing_colon(lines, context.line if context else row)
    return row, problem


def _bad_character(line: str, column: int) -> str:
    character = line[column : column + 1]
    if character == "\t":
        return "there is a tab: YAML is indented with blanks"
    return f"a value that begins with {character} must be in quotes"


def _misplaced_mapping(lines: list[str], row: int) -> tuple[int, str]:
    """A `key: value` where none can be: mostly because something is wrong on the line before."""
    if _TWO_COLONS.search(lines[row]):
        return row, "there are two `: ` on this line: if the value holds one, put the value in quotes"
    above = next((n for n in range(row - 1, -1, -1) if lines[n].strip() and not lines[n].lstrip().startswith("#")), row)
    if _LOOSE_KEY.match(lines[above]) or _BARE_WORD.match(lines[above]):
        return _missing_colon(lines, above)
    return row, "this line is indented further than it may be: the line above has a value already"


def _missing_colon(lines: list[str], row: int) -> tuple[int, str]:
    if loose := _LOOSE_KEY.match(lines[row]):
        return row, f"a blank is missing after the colon: {loose['key']}: {loose['value']}"
    if bare := _BARE_WORD.match(lines[row]):
        return row, f"a colon is missing: {bare['word']}:"
    return row, "a colon with a blank behind it is missing after the field's name"

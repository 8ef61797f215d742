"""Tips about the text of a line: characters that only look like what was meant, and grammar of bash that is not here."""

from __future__ import annotations

import re

_LOOKALIKES = {
    "quotes": (
        "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb",
        "quotes of a web page or a word processor",
        "Type plain ones: \" or '",
    ),
    "dashes": (
        "\u2013\u2014\u2212\u2010",
        "a long dash of a web page or a word processor",
        "Flags begin with plain ones: -n, --image",
    ),
    "blanks": ("\u00a0\u2007\u202f", "a blank of a web page that the shell takes for a letter", "Type it anew"),
}
_GRAMMAR = (
    (
        re.compile(r"\bkubectl\s+completion\b|^\s*complete\s"),
        "Completion works here already: press tab behind kubectl or k",
    ),
    (re.compile(r"[<>]\("), "<(...) is not in the practice shell: write to a file first, or use a pipe"),
    (
        re.compile(r"\bfor\s*\(\("),
        "for ((...)) is not in the practice shell: for i in $(seq 1 3); do ...; done counts, too",
    ),
    (
        re.compile(r"\b[A-Za-z_]\w*\+?=\(|\bdeclare\s+-[aA]|\$\{#?\w+\["),
        'Arrays are not in the practice shell: for x in one two; do ...; done goes through words, set -- one two keeps them in "$@"',
    ),
    (re.compile(r"\bselect\s+\w+\s+in\b"), "select is not in the practice shell: use read and case"),
    (re.compile(r"\$\{\w+(\^\^?|,,?)"), "Use tr to change case: echo $x | tr a-z A-Z"),
    (re.compile(r"^\s*let\s"), "let is not in the practice shell: i=$((i + 1)) counts"),
)
_WRONG = re.compile(r"syntax error|bad substitution|(?:complete|declare|let): command not found")


def lookalike(line: str) -> str:
    """What to type instead of a character that a line has got from a web page; empty when there is none."""
    for characters, what, remedy in _LOOKALIKES.values():
        if found := next((char for char in line if char in characters), None):
            shown = f" ({found})" if found.isprintable() and not found.isspace() else ""
            return f"The line has {what}{shown}. {remedy}"
    return ""


def missing_grammar(line: str, said: str) -> str:
    """What to write instead of a part of bash's grammar that this shell does not have."""
    if not _WRONG.search(said):
        return ""
    return next((tip for pattern, tip in _GRAMMAR if pattern.search(line)), "")

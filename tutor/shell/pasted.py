"""Commands as web pages show them: behind a prompt, with what they printed between them."""

from __future__ import annotations

import re

from tutor.shell.incomplete import is_incomplete

_PROMPT = re.compile(
    r"""\s*
    (?: (?: [\w.-]+@[\w.-]+[:\s][^\s$\#%]* | (?:[\w./~-]+\s+)?\[[\w.@~:/\s-]*\] | controlplane )? \s* [$%]
      | [\w.-]+@[\w.-]+[:\s][^\s$\#%]* \s* \# )
    \s+ (?=\S)""",
    re.VERBOSE,
)
"""`$ `, `user@host:~$ `, `root@host:~# ` and this shell's own `[namespace] $ `. A lone `#` begins a comment."""
_MORE = re.compile(r"\s*>\s")
"""The prompt before a line that goes on."""
LEFT_OUT = "What stood before the $ is the prompt of the page you copied from. It is not part of the command."
LINES_LEFT_OUT = "Only the lines behind a prompt were run. The others looked like what these commands print."


def without_prompt(line: str) -> str:
    """The command behind a prompt that was copied with it."""
    match = _PROMPT.match(line)
    return line[match.end() :] if match else line


def commands_of(text: str) -> tuple[list[str], str]:
    """The lines of a pasted text that are to be run, and what to tell about those that are not; empty if all are as they were.

    Where no line has a prompt all lines are commands. Otherwise those with one are, and what they need to be complete.
    """
    lines = text.split("\n")
    if not any(map(_PROMPT.match, lines)):
        return lines, ""
    found: list[str] = []
    begun = ""
    left_out = False
    for line in lines:
        if begun or _PROMPT.match(line):
            command = _MORE.sub("", line, count=1) if begun else without_prompt(line)
            found.append(command)
            begun += command + "\n"
            begun = begun if is_incomplete(begun, {}) else ""
        elif line.strip() and not line.lstrip().startswith("#"):
            left_out = True
    ended = [""] if text.endswith("\n") else []
    return found + ended, LINES_LEFT_OUT if left_out else LEFT_OUT

"""Short tips after a command that went wrong the way beginners' commands do.

A rule looks at what the command printed. It may ask the cluster before it says anything, so that a tip is about what is
really there. kubectl's own message always comes first; a tip never replaces it.
"""

from __future__ import annotations

import re

from tutor.shell.tips.elsewhere import instead_of
from tutor.shell.tips.model import MANIFEST, Failure, Look, closest
from tutor.shell.tips.typing import lookalike, missing_grammar
from tutor.shell.tips.words import image_slip

__all__ = ["MANIFEST", "Failure", "Look", "image_slip", "lookalike", "tip_for", "tip_for_line"]

NOT_FOUND = 127
"""The exit status for a command there is none of."""
_BRACKETS = re.compile(r"(?<![<\w])<[A-Za-z][\w -]*>")


def tip_for(failure: Failure, look: Look) -> str:
    """The first tip a rule has, "" when there is none."""
    from tutor.shell.tips.rules import RULES

    for rule in RULES:
        match = rule.pattern.search(failure.output)
        if match is not None and (tip := rule.explain(match, failure, look)):
            return tip
    return ""


def tip_for_line(line: str, status: int, said: str = "") -> str:
    """A tip about a line that failed in the shell itself, before any kubectl ran. `said` is what it printed as errors."""
    from tutor.kubectl.commands import VERBS

    if status and (match := _BRACKETS.search(line)):
        return f"{match[0]} stands for something of your own: type it without the angle brackets"
    if instead := missing_grammar(line, said) or instead_of(said):
        return instead
    words = line.split()
    if status != NOT_FOUND or len(words) < 2:
        return ""
    if words[0] in VERBS:
        return f"Commands for the cluster start with kubectl: kubectl {' '.join(words)}"
    if words[0] != "kubectl" and closest(words[0].lower(), ["kubectl"], 0.75):
        return f"The command is called kubectl, or k for short: kubectl {' '.join(words[1:])}"
    return ""

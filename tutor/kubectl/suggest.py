"""What to say for a command that does not exist."""

from __future__ import annotations

from tutor.kubectl.commands import GROUPS, find_command
from tutor.kubectl.errors import KubectlError


def unknown_command(word: str) -> KubectlError:
    """cobra's message, with the commands the user may have meant: at most two edits away, or starting with the word."""
    text = f'unknown command "{word}" for "kubectl"'
    found = suggestions(word)
    if found:
        text += "\n\nDid you mean this?\n" + "".join(f"\t{name}\n" for name in found)
    return KubectlError(text)


def suggestions(word: str) -> list[str]:
    lowered = word.lower()
    return [name for _, names in GROUPS for name in names if _close(lowered, name) or _asked_for(lowered, name)]


def _close(word: str, name: str) -> bool:
    return name.startswith(word) or edit_distance(word, name) <= 2


def _asked_for(word: str, name: str) -> bool:
    command = find_command(name)
    return command is not None and word in command.suggest_for


def edit_distance(left: str, right: str) -> int:
    """Levenshtein distance."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]

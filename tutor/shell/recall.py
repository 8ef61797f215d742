"""`!!` and its relatives: lines of the history brought back by what stands in the line being run.

The rules are those of bash's manual, section History Expansion: events `!!`, `!N`, `!-N`, `!TEXT` and `!?TEXT?`, the words
`!$`, `!^`, `!*` and `:N` of them, and `^OLD^NEW^`. Modifiers such as `:h` are not there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_EVENT = re.compile(
    r"!(?:(?P<bang>!)|(?P<number>-?\d+)|\?(?P<inside>[^?]+)\??|(?P<short>(?=[$^*]))|(?P<start>[^\s!\"'`;|&<>()=:^$*?\\-][^\s:;|&<>\"'`)]*))"
    r"(?P<word>:?[$^*]|:\d+)?"
)
_QUICK = re.compile(r"\^(?P<old>[^^]+)\^(?P<new>[^^]*)\^?")
_WORD = re.compile(r"(?:[^\s\"'\\;|&<>]|\\.|\"(?:[^\"\\]|\\.)*\"|'[^']*')+|[;|&<>]+")
_BEFORE = re.compile(r"(?:\$|\$\{|\[\[?)\Z")
"""What stands before an exclamation mark that is not of this kind: `$!`, `${!name}` and `[!a-z]`."""


class EventNotFound(Exception):
    """No line of the history is meant; the message is bash's own."""


def recalled(line: str, history: Sequence[str]) -> str:
    """The line with what it brings back in its place. EventNotFound when there is nothing to bring back."""
    if quick := _QUICK.fullmatch(line.rstrip("\n")):
        last = history[-1] if history else ""
        if quick["old"] not in last:
            raise EventNotFound(f"bash: :s{line}: substitution failed")
        return last.replace(quick["old"], quick["new"], 1)
    if "!" not in line:
        return line
    return _Recall(line, history).read()


class _Recall:
    def __init__(self, line: str, history: Sequence[str]) -> None:
        self.line = line
        self.history = history
        self.done = list[str]()
        self.quoted = False

    def read(self) -> str:
        place = 0
        while place < len(self.line):
            place = self._step(place)
        return "".join(self.done)

    def _step(self, place: int) -> int:
        char = self.line[place]
        if char == "\\":
            end = place + 2
        elif char == "'" and not self.quoted:
            end = self.line.find("'", place + 1) + 1 or len(self.line)
        elif char == "!" and (match := _EVENT.match(self.line, place)) and not _BEFORE.search(self.line, 0, place):
            self.done.append(self._meant(match))
            return match.end()
        else:
            self.quoted ^= char == '"'
            end = place + 1
        self.done.append(self.line[place:end])
        return end

    def _meant(self, match: re.Match[str]) -> str:
        event = self._event(match)
        word = (match["word"] or "").lstrip(":")
        if not word:
            return event
        words = _WORD.findall(event)
        chosen: dict[str, Callable[[], list[str]]] = {
            "$": lambda: words[-1:],
            "^": lambda: words[1:2],
            "*": lambda: words[1:],
        }
        found = chosen[word]() if word in chosen else words[int(word) : int(word) + 1]
        if not found and word != "*":
            raise EventNotFound(f"bash: {match[0].lstrip('!')}: bad word specifier")
        return " ".join(found)

    def _event(self, match: re.Match[str]) -> str:
        found: str | None
        if match["number"]:
            number = int(match["number"][:6])
            place = number - 1 if number > 0 else len(self.history) + number
            found = self.history[place] if 0 <= place < len(self.history) else None
        elif match["inside"] or match["start"]:
            inside, start = match["inside"], match["start"]
            found = next(
                (old for old in reversed(self.history) if (inside in old if inside else old.startswith(start))), None
            )
        else:
            found = self.history[-1] if self.history else None
        if found is None:
            raise EventNotFound(f"bash: {match[0]}: event not found")
        return found

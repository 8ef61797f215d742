"""POSIX regular expressions, basic and extended, that take time in proportion to pattern times text.

Python's `re` can be kept busy for years by a pattern such as `(a+)+b`; a lesson's shell must not hang on one. This is
the method of Thompson and Pike: the pattern becomes a small program, and all its threads walk over the text together.
The longest of the leftmost matches wins, as POSIX asks. Back-references in a pattern are not supported.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tutor.posix.charsets import Charset
from tutor.posix.errors import ToolError
from tutor.posix.regex_parser import Alternative, Anchor, Concat, Empty, Group, Node, One, Repeat, parse

_MAX_PROGRAM = 4_000
"""Instructions a pattern may compile to."""

Slots = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A match in `text`: its span, and those of its groups (-1 where a group took no part)."""

    text: str
    start: int
    end: int
    slots: Slots

    def group(self, number: int) -> str | None:
        """The text of a group; 0 is the whole match. None for a group that took no part."""
        if number == 0:
            return self.text[self.start : self.end]
        if 2 * number > len(self.slots) or self.slots[2 * number - 1] < 0:
            return None
        return self.text[self.slots[2 * number - 2] : self.slots[2 * number - 1]]


@dataclass(frozen=True, slots=True)
class _Instruction:
    """`kind`: "char", "set", "split", "jump", "save", "anchor" or "match". `first` and `second` are addresses."""

    kind: str
    char: str = ""
    charset: Charset | None = None
    first: int = 0
    second: int = 0


class Regex:
    """A compiled pattern."""

    def __init__(self, pattern: str, *, extended: bool, ignore_case: bool = False) -> None:
        node, self.groups = parse(pattern, extended=extended)
        self.ignore_case = ignore_case
        self.program: list[_Instruction] = []
        self._emit(node)
        self._add(_Instruction("match"))
        self.anchored = bool(self.program) and self.program[0].kind == "anchor" and self.program[0].char == "^"
        self.literal = _literal(node).lower() if ignore_case else _literal(node)

    def search(self, text: str, start: int = 0) -> Match | None:
        """The leftmost, longest match at or after an index."""
        folded = text.lower() if self.ignore_case and len(text.lower()) == len(text) else text
        if self.literal and folded.find(self.literal, start) < 0:
            return None
        return self._search(text, folded, start)

    def _search(self, text: str, folded: str, start: int) -> Match | None:
        current: dict[int, tuple[int, Slots]] = {}
        best: Match | None = None
        for index in range(start, len(text) + 1):
            if best is None and (index == 0 or not self.anchored):
                self._follow(current, 0, index, index, (-1,) * (2 * self.groups), folded)
            if not current:
                if best is not None or self.anchored:
                    break
                continue
            following: dict[int, tuple[int, Slots]] = {}
            for address, (begin, slots) in current.items():
                if best is not None and begin > best.start:
                    continue
                instruction = self.program[address]
                if instruction.kind == "match":
                    if best is None or begin < best.start or (begin == best.start and index > best.end):
                        best = Match(text, begin, index, slots)
                elif index < len(text) and self._accepts(instruction, folded[index]):
                    self._follow(following, address + 1, begin, index + 1, slots, folded)
            current = following
        return best

    def _accepts(self, instruction: _Instruction, char: str) -> bool:
        if instruction.kind == "char":
            return instruction.char == char
        assert instruction.charset is not None
        if self.ignore_case and char.isalpha():
            return instruction.charset.contains(char) or instruction.charset.contains(char.upper())
        return instruction.charset.contains(char)

    def _follow(
        self, threads: dict[int, tuple[int, Slots]], start: int, begin: int, index: int, slots: Slots, text: str
    ) -> None:
        """Add the instructions reachable without reading a character, in order of preference."""
        stack, seen = [(start, slots)], set[int]()
        while stack:
            address, slots = stack.pop()
            if address in seen:
                continue
            seen.add(address)
            instruction = self.program[address]
            kind = instruction.kind
            if kind == "jump":
                stack.append((instruction.first, slots))
            elif kind == "split":
                stack.append((instruction.second, slots))
                stack.append((instruction.first, slots))
            elif kind == "save":
                slot = instruction.first
                stack.append((address + 1, (*slots[:slot], index, *slots[slot + 1 :])))
            elif kind == "anchor":
                if _at_anchor(instruction.char, text, index):
                    stack.append((address + 1, slots))
            elif address not in threads or begin < threads[address][0]:
                threads[address] = (begin, slots)

    def _add(self, instruction: _Instruction) -> int:
        if len(self.program) >= _MAX_PROGRAM:
            raise ToolError("regular expression too big", 2)
        self.program.append(instruction)
        return len(self.program) - 1

    def _emit(self, node: Node) -> None:
        if isinstance(node, One):
            if isinstance(node.what, str):
                self._add(_Instruction("char", char=node.what.lower() if self.ignore_case else node.what))
            else:
                self._add(_Instruction("set", charset=node.what))
        elif isinstance(node, Anchor):
            self._add(_Instruction("anchor", char=node.kind))
        elif isinstance(node, Group):
            self._add(_Instruction("save", first=2 * node.number - 2))
            self._emit(node.body)
            self._add(_Instruction("save", first=2 * node.number - 1))
        elif isinstance(node, Concat):
            for part in node.parts:
                self._emit(part)
        elif isinstance(node, Alternative):
            self._emit_alternative(node)
        elif isinstance(node, Repeat):
            self._emit_repeat(node)
        else:
            assert isinstance(node, Empty)

    def _emit_alternative(self, node: Alternative) -> None:
        exits = list[int]()
        for number, branch in enumerate(node.branches):
            if number + 1 < len(node.branches):
                split = self._add(_Instruction("split"))
                self._emit(branch)
                exits.append(self._add(_Instruction("jump")))
                self.program[split] = _Instruction("split", first=split + 1, second=len(self.program))
            else:
                self._emit(branch)
        for address in exits:
            self.program[address] = _Instruction("jump", first=len(self.program))

    def _emit_repeat(self, node: Repeat) -> None:
        for _ in range(node.least):
            self._emit(node.body)
        if node.most is None:
            split = self._add(_Instruction("split"))
            self._emit(node.body)
            self._add(_Instruction("jump", first=split))
            self.program[split] = _Instruction("split", first=split + 1, second=len(self.program))
            return
        splits = list[int]()
        for _ in range(node.most - node.least):
            splits.append(self._add(_Instruction("split")))
            self._emit(node.body)
        for split in splits:
            self.program[split] = _Instruction("split", first=split + 1, second=len(self.program))


def _at_anchor(kind: str, text: str, index: int) -> bool:
    if kind == "^":
        return index == 0
    if kind == "$":
        return index == len(text)
    before = index > 0 and _is_word(text[index - 1])
    after = index < len(text) and _is_word(text[index])
    if kind == "<":
        return after and not before
    if kind == ">":
        return before and not after
    return (before != after) == (kind == "b")


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _literal(node: Node) -> str:
    """Text every match must contain, used to skip most lines quickly."""
    parts = node.parts if isinstance(node, Concat) else (node,)
    best = run = ""
    for part in parts:
        run = run + part.what if isinstance(part, One) and isinstance(part.what, str) else ""
        best = max(best, run, key=len)
    return best


@lru_cache(maxsize=256)
def compile_regex(pattern: str, *, extended: bool, ignore_case: bool = False) -> Regex:
    """Compile a pattern. Raises ToolError for one that is not valid."""
    return Regex(pattern, extended=extended, ignore_case=ignore_case)


def escape(text: str) -> str:
    """Text as an extended regular expression that matches exactly that text."""
    return "".join("\\" + char if char in "\\^$.[]|()*+?{}" else char for char in text)


def escape_basic(text: str) -> str:
    """Text as a basic regular expression that matches exactly that text."""
    return "".join("\\" + char if char in "\\^$.[]*" else char for char in text)

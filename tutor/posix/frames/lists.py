"""Lists: commands in sequence, in the background, and joined by && and ||."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.posix.frames.base import Frame, frame_of, runs
from tutor.posix.process import Outcome
from tutor.posix.syntax import AndOr, Group, Sequence

if TYPE_CHECKING:
    from tutor.posix.shell import Shell


@runs(Sequence)
class SequenceFrame(Frame):
    def __init__(self, node: Sequence) -> None:
        self.node = node
        self.index = 0

    def step(self, shell: Shell) -> Outcome:
        if shell.run_pending_trap():
            return None
        if self.index == len(self.node.items):
            shell.pop()
            return None
        item = self.node.items[self.index]
        self.index += 1
        if item.background:
            shell.start_background(item.command, item.text)
        else:
            shell.push(frame_of(item.command, tail=self.tail and self.index == len(self.node.items)))
        return None


@runs(Group)
class GroupFrame(Frame):
    def __init__(self, node: Group) -> None:
        self.node = node

    def step(self, shell: Shell) -> Outcome:
        shell.replace(frame_of(self.node.body, tail=self.tail, quiet=self.quiet))
        return None


@runs(AndOr)
class AndOrFrame(Frame):
    def __init__(self, node: AndOr) -> None:
        self.node = node
        self.next = -1

    def step(self, shell: Shell) -> Outcome:
        rest = self.node.rest
        if self.next < 0:
            self.next = 0
            shell.push(frame_of(self.node.first, quiet=True))
            return None
        while self.next < len(rest) and (rest[self.next][0] == "&&") != (shell.status == 0):
            self.next += 1
        if self.next == len(rest):
            shell.pop()
            return None
        self.next += 1
        last = self.next == len(rest)
        shell.push(frame_of(rest[self.next - 1][1], tail=self.tail and last, quiet=not last))
        return None

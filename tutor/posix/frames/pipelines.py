"""Pipelines and subshells: children that run a part of the script, and waiting for them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tutor.posix.errors import FileError
from tutor.posix.frames.base import Frame, frame_of, runs
from tutor.posix.process import Outcome
from tutor.posix.signals import DESCRIPTIONS
from tutor.posix.streams import Pipe, PipeReader, PipeWriter, Stream
from tutor.posix.syntax import Pipeline, Subshell

if TYPE_CHECKING:
    from tutor.posix.shell import Shell


class WaitFrame(Frame):
    """Wait for foreground children; the status is the last one's, or under `pipefail` the last failure's."""

    def __init__(self, pids: list[int]) -> None:
        self.pids = pids

    def step(self, shell: Shell) -> Outcome:
        children = shell.process.children
        running = [pid for pid in self.pids if pid in children and children[pid] is None]
        if running:
            return shell.child(*running)
        self._tell_of_killed(shell)
        statuses = [shell.process.reap(pid) if pid in children else 127 for pid in self.pids]
        status = statuses[-1]
        if "pipefail" in shell.options:
            status = next((status for status in reversed(statuses) if status), 0)
        shell.complete(self, status)
        return None

    def _tell_of_killed(self, shell: Shell) -> None:
        """Say which signals have ended commands, as ash and dash do; bash says it in another way, and only some of it."""
        if shell.dialect.kind == "bash":
            return
        for pid in self.pids:
            name = shell.process.killed.get(pid, "")
            if name not in ("", "INT", "PIPE"):
                with contextlib.suppress(FileError):
                    shell.process.write(2, f"{DESCRIPTIONS[name]}\n")


@runs(Pipeline)
class PipelineFrame(Frame):
    def __init__(self, node: Pipeline) -> None:
        self.node = node
        self.started = False

    def step(self, shell: Shell) -> Outcome:
        if self.started:
            shell.status = int(shell.status == 0)
            shell.pop()
            return None
        self.started = True
        negated = self.node.negated
        if len(self.node.commands) == 1:
            shell.push(frame_of(self.node.commands[0], quiet=True))
            return None
        wait = WaitFrame(start_pipeline(shell, self.node))
        if negated:
            wait.quiet = True
            shell.push(wait)
        else:
            wait.quiet = self.quiet
            shell.replace(wait)
        return None


def start_pipeline(shell: Shell, node: Pipeline) -> list[int]:
    """Start every command of a pipeline and return their pids."""
    pids, source = list[int](), None
    for number, command in enumerate(node.commands):
        streams: dict[int, Stream] = shell.inherited()
        if source is not None:
            streams[0] = source
        following = None
        if number + 1 < len(node.commands):
            pipe = Pipe()
            streams[1], following = PipeWriter(pipe), PipeReader(pipe)
            following.retain()
        pids.append(shell.fork_run(frame_of(command, tail=True, quiet=shell.frames[-1].quiet), streams))
        if source is not None:
            source.release()
        source = following
    return pids


@runs(Subshell)
class SubshellFrame(Frame):
    def __init__(self, node: Subshell) -> None:
        self.node = node

    def step(self, shell: Shell) -> Outcome:
        body = frame_of(self.node.body, tail=True, quiet=self.quiet)
        shell.replace(WaitFrame([shell.fork_run(body, shell.inherited())]), quiet=self.quiet)
        return None

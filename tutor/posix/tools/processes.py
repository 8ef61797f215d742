"""sleep, ps, timeout, xargs, watch, nohup, time, pgrep: tools that wait, or that start or look at processes."""

from __future__ import annotations

import re
import shlex

from tutor.posix import limits
from tutor.posix.dates import strftime
from tutor.posix.errors import CommandNotFound, NotExecutable, ToolError
from tutor.posix.neighbours import all_processes
from tutor.posix.process import Outcome, Process
from tutor.posix.signals import name_of, status_of
from tutor.posix.streams import Null
from tutor.posix.text import decode
from tutor.posix.tools.base import Invocation, Tool, tool, tool_class
from tutor.posix.tools.inputs import GatherTool
from tutor.posix.tools.options import integer, seconds
from tutor.posix.tools.system import become
from tutor.posix.users import user_name
from tutor.posix.waits import Child, Exit, Wait


@tool_class("sleep")
class Sleep(Tool):
    def begin(self, process: Process) -> Outcome:
        words = [word for word in self.argv[1:] if word != "--"]
        if not words:
            raise ToolError("missing operand")
        self.until = process.now + sum(seconds(word) for word in words)
        return None

    def work(self, process: Process) -> Outcome:
        return Exit(0) if process.now >= self.until else Wait(until=self.until)


@tool("ps")
def ps(invocation: Invocation) -> int:
    files = invocation.files
    everything = set("".join(invocation.argv[1:])) & set("ef")
    rows = list[str]()
    for process in all_processes(invocation.process.machine):
        name = user_name(files, process.uid) or str(process.uid)
        command = " ".join(process.argv)
        if "f" in everything:
            rows.append(
                f"{name:<8} {process.pid:>5} {process.parent:>5} {strftime('%H:%M', process.started)} {command}"
            )
        else:
            rows.append(f"{process.pid:>5} {name:<8}  0:00 {command}")
    heading = "UID        PID  PPID STIME CMD" if "f" in everything else "PID   USER     TIME  COMMAND"
    invocation.out("\n".join([heading, *rows, ""]))
    return 0


@tool("pgrep", "pidof")
def pgrep(invocation: Invocation) -> int:
    options = invocation.options("flxso")
    invocation.require(options.operands, 1, 1)
    wanted, found = options.operands[0], list[str]()
    for process in all_processes(invocation.process.machine):
        name = process.name
        text = " ".join(process.argv) if "f" in options.flags else name
        exact = invocation.argv[0].endswith("pidof") or "x" in options.flags
        if process.pid != invocation.process.pid and (text == wanted if exact else wanted in text):
            found.append(str(process.pid))
    if found:
        invocation.out((" " if invocation.argv[0].endswith("pidof") else "\n").join(found) + "\n")
    return int(not found)


class ChildTool(Tool):
    """A tool that runs another command and may wait for it."""

    child: int | None = None

    def launch(self, process: Process, argv: list[str], *, no_input: bool = False) -> None:
        """Start a command. Raises ToolError with a shell's statuses, 127 and 126, when that fails."""
        try:
            self.child = process.spawn(argv, streams={**process.streams, **({0: Null()} if no_input else {})})
        except CommandNotFound:
            raise ToolError(f"can't execute '{argv[0]}': No such file or directory", 127) from None
        except NotExecutable as error:
            raise ToolError(f"can't execute '{argv[0]}': {error.reason}", 126) from None

    def ended(self, process: Process) -> int | None:
        """The child's status once it has one."""
        assert self.child is not None
        if process.children.get(self.child, 0) is None:
            return None
        status, self.child = process.reap(self.child), None
        return status


@tool_class("timeout")
class Timeout(ChildTool):
    """timeout [-s SIGNAL] [-k KILL_AFTER] SECONDS COMMAND: status 124 when time ran out (143 in busybox's TERM case)."""

    def begin(self, process: Process) -> Outcome:
        options = self.options("s:k:t:v", {"signal": "s", "kill-after": "k"}, mixed=False)
        if len(options.operands) < 2:
            raise ToolError("missing operand", 125)
        signal = name_of(options.value("s") or "TERM")
        if signal is None:
            raise ToolError(f"bad signal name '{options.value('s')}'", 125)
        self.signal = signal
        self.deadline = process.now + seconds(options.operands[0])
        after = options.value("k")
        self.kill_after = None if after is None else seconds(after)
        self.timed_out = False
        self.launch(process, options.operands[1:])
        return None

    def work(self, process: Process) -> Outcome:
        assert self.child is not None
        child = self.child
        status = self.ended(process)
        if status is not None:
            return Exit(self._status(process) if self.timed_out else status)
        if process.now >= self.deadline:
            signal = "KILL" if self.timed_out else self.signal
            process.machine.signal(child, signal)
            self.timed_out = True
            self.deadline = process.now + (self.kill_after if self.kill_after is not None else 1e12)
            return None
        return Child(pids=(child,), until=self.deadline)

    def _status(self, process: Process) -> int:
        """busybox reports the signal, coreutils (where sh is dash or bash) 124."""
        return status_of(self.signal) if process.machine.host.shell == "busybox" else 124


@tool_class("nohup")
class Nohup(Tool):
    def begin(self, process: Process) -> Outcome:
        if len(self.argv) < 2:
            raise ToolError("missing operand", 127)
        process.ignored.add("HUP")
        become(process, self.argv[1:])
        return None


@tool_class("nice", "setsid", "stdbuf")
class Nice(Tool):
    """Programs that only start another one here: priorities, terminals and buffers are not simulated."""

    def begin(self, process: Process) -> Outcome:
        words = self.argv[1:]
        while words and words[0].startswith("-"):
            words = words[2:] if words[0] == "-n" else words[1:]
        if not words:
            raise ToolError("missing operand")
        become(process, words)
        return None


@tool_class("time")
class Time(ChildTool):
    def begin(self, process: Process) -> Outcome:
        words = [word for word in self.argv[1:] if word != "-p"]
        if not words:
            raise ToolError("missing operand")
        self.started = process.now
        self.launch(process, words)
        return None

    def work(self, process: Process) -> Outcome:
        assert self.child is not None
        child = self.child
        status = self.ended(process)
        if status is None:
            return Child(pids=(child,))
        minutes, rest = divmod(process.now - self.started, 60)
        process.write(2, f"real\t{int(minutes)}m {rest:.2f}s\nuser\t0m 0.00s\nsys\t0m 0.00s\n")
        return Exit(status)


@tool_class("watch")
class Watch(ChildTool):
    """watch [-n SECONDS] [-t] COMMAND: clears the screen and runs the command again and again."""

    def begin(self, process: Process) -> Outcome:
        options = self.options("n:td", {"interval": "n", "no-title": "t"}, mixed=False)
        if not options.operands:
            raise ToolError("missing operand")
        self.every = max(0.1, seconds(options.value("n") or "2"))
        self.title = "t" not in options.flags
        self.command = " ".join(options.operands)
        self.next = process.now
        return None

    def work(self, process: Process) -> Outcome:
        if self.child is not None:
            child = self.child
            if self.ended(process) is None:
                return Child(pids=(child,))
            self.next = process.now + self.every
        if self.next == float("inf"):
            self.launch(process, ["sh", "-c", self.command])
            return None
        if process.now < self.next:
            return Wait(until=self.next)
        process.write(1, "\x1b[H\x1b[J")
        if self.title:
            process.write(
                1, f"Every {self.every:.1f}s: {self.command}  {strftime('%Y-%m-%d %H:%M:%S', process.now)}\n\n"
            )
        self.next = float("inf")
        return None


@tool_class("xargs")
class Xargs(GatherTool, ChildTool):
    """xargs [-0rt] [-n MAX] [-I REPLACE] [-d DELIMITER] [COMMAND]; -P is accepted and commands run one by one."""

    def begin(self, process: Process) -> Outcome:
        options = self.options(
            "0rtn:I:d:P:L:", {"null": "0", "no-run-if-empty": "r", "max-args": "n", "delimiter": "d"}, mixed=False
        )
        self.inputs = ["-"]
        self.flags = options.flags
        self.most = integer(options.value("n") or options.value("L") or "5000")
        self.replace = options.value("I")
        self.delimiter = "\0" if "0" in options.flags else options.value("d")
        self.command = options.operands or ["echo"]
        self.commands: list[list[str]] | None = None
        if self.most < 1:
            raise ToolError(f"invalid number '{self.most}'")
        return None

    def finish(self, process: Process) -> Outcome:
        if self.commands is None:
            self.commands = self._commands()
        if self.child is not None:
            child = self.child
            status = self.ended(process)
            if status is None:
                return Child(pids=(child,))
            if status == 255:
                self.complain(process, f"{self.command[0]}: exited with status 255; aborting")
                return Exit(124)
            self.status = 123 if 0 < status < 126 else status or self.status
        if not self.commands:
            return Exit(self.status)
        argv = self.commands.pop(0)
        if "t" in self.flags:
            process.write(2, " ".join(argv) + "\n")
        self.launch(process, argv, no_input=True)
        return None

    def _commands(self) -> list[list[str]]:
        words = self._words()
        if self.replace is not None:
            return [[part.replace(self.replace, word) for part in self.command] for word in words]
        if not words:
            return [] if "r" in self.flags else [list(self.command)]
        return [[*self.command, *words[at : at + self.most]] for at in range(0, len(words), self.most)]

    def _words(self) -> list[str]:
        text = decode(bytes(self.data))
        if self.delimiter:
            return text.removesuffix(self.delimiter).split(self.delimiter) if text else []
        if self.replace is not None:
            return [line.strip() for line in text.splitlines() if line.strip()]
        words = list[str]()
        for line in text.splitlines():
            if len(words) > limits.FIELDS:
                raise ToolError("argument list too long")
            words += _split(line)
        return words


def _split(line: str) -> list[str]:
    if not re.search(r"['\"\\]", line):
        return line.split()
    try:
        return shlex.split(line)
    except ValueError:
        raise ToolError("unmatched quote") from None

"""Builtins that wait or deal with jobs: read, wait, jobs, kill, fg, getopts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.posix.builtins.table import Result, builtin
from tutor.posix.errors import FileError, ShellError
from tutor.posix.frames.base import Frame
from tutor.posix.frames.pipelines import WaitFrame
from tutor.posix.jobs import Job
from tutor.posix.process import Outcome
from tutor.posix.reading import assign_fields, join_continued
from tutor.posix.text import decode
from tutor.posix.tools.base import Invocation
from tutor.posix.tools.killing import kill
from tutor.posix.tools.options import integer, seconds
from tutor.posix.waits import Child, Readable

if TYPE_CHECKING:
    from tutor.posix.shell import Shell


class ReadFrame(Frame):
    """`read`: a line (or characters) from standard input into variables."""

    def __init__(self, names: list[str], *, raw: bool, count: int, deadline: float | None) -> None:
        self.names = names
        self.raw = raw
        self.count = count
        self.deadline = deadline
        self.text = ""

    def step(self, shell: Shell) -> Outcome:
        if shell.pending:
            self._finish(shell, shell.next_signal_status() or 1)
            return None
        try:
            data = shell.process.read(0, 1) if self.count else shell.process.read_line(0)
        except FileError as error:
            shell.complain(f"read error: {error.reason}")
            self._finish(shell, 1)
            return None
        if data is None:
            if self.deadline is not None and shell.process.now >= self.deadline:
                self._finish(shell, 142 if shell.dialect.kind == "bash" else 1)
                return None
            return Readable(fd=0, line=not self.count, until=self.deadline)
        self._take(shell, decode(data))
        return None

    def _take(self, shell: Shell, text: str) -> None:
        ended = not text or (text.endswith("\n") and not (self.count and self.raw))
        self.text += text
        if self.count and not ended and len(self.text) < self.count:
            return
        if not self.raw and text and (joined := join_continued(self.text)) is not None:
            self.text = joined
            return
        self._finish(shell, 0 if text.endswith("\n") or (self.count and len(self.text) >= self.count) else 1)

    def _finish(self, shell: Shell, status: int) -> None:
        separators = shell.variables.get("IFS")
        text = self.text.removesuffix("\n")
        values = assign_fields(text, len(self.names), " \t\n" if separators is None else separators, raw=self.raw)
        for name, value in zip(self.names, values, strict=True):
            shell.variables.set(name, value)
        shell.status = status
        shell.pop()


@builtin("read")
def read(shell: Shell, argv: list[str]) -> Result:
    count, deadline = 0, None
    invocation = Invocation(shell.process, argv)
    options = invocation.options("rsn:t:p:d:u:")
    if (text := options.value("n")) is not None:
        count = integer(text)
    if (text := options.value("t")) is not None:
        deadline = shell.process.now + seconds(text)
    if (text := options.value("p")) is not None:
        shell.write_error(text)
    if options.value("d") is not None or options.value("u") is not None:
        raise ShellError("-d and -u are not simulated", 2)
    names = options.operands or ["REPLY"]
    for name in names:
        if not name.isidentifier():
            raise ShellError(f"{name}: bad variable name", 2)
    return ReadFrame(names, raw="r" in options.flags, count=count, deadline=deadline)


class WaitBuiltinFrame(Frame):
    """`wait`: unlike waiting for a foreground command, a trapped signal ends it at once."""

    def __init__(self, pids: list[int], *, everything: bool) -> None:
        self.pids = pids
        self.everything = everything

    def step(self, shell: Shell) -> Outcome:
        children = shell.process.children
        running = tuple(pid for pid in self.pids if pid in children and children[pid] is None)
        status = shell.next_signal_status()
        if running and status is None:
            return Child(pids=running)
        if status is None:
            status = 127
            for pid in self.pids:
                status = shell.process.reap(pid) if pid in children else 127
            if self.everything:
                status = 0
            shell.jobs = [job for job in shell.jobs if job.pids[-1] in children]
        shell.status = status
        shell.pop()
        return None


@builtin("wait")
def wait(shell: Shell, argv: list[str]) -> Result:
    if len(argv) == 1:
        return WaitBuiltinFrame(list(shell.process.children), everything=True)
    pids = [_pid(shell, text) for text in argv[1:]]
    return WaitBuiltinFrame(pids, everything=False)


def _pid(shell: Shell, text: str) -> int:
    if text.startswith("%"):
        return _job(shell, text).pids[-1]
    if not text.isdecimal():
        raise ShellError(f"Illegal number: {text}", 2)
    return int(text[:9])


def _job(shell: Shell, text: str) -> Job:
    wanted = text.lstrip("%")
    if wanted in ("", "+", "%") and shell.jobs:
        return shell.jobs[-1]
    for job in shell.jobs:
        if wanted == str(job.number) or (wanted and not wanted.isdecimal() and job.text.startswith(wanted)):
            return job
    raise ShellError(f"No such job: {text}", 2)


@builtin("jobs")
def jobs(shell: Shell, argv: list[str]) -> Result:
    for job in list(shell.jobs):
        status = job.status(shell.process.children)
        if argv[1:2] == ["-p"]:
            shell.write(f"{job.pids[0]}\n")
            continue
        shell.write(shell.describe_job(job, status))
        if status is not None:
            shell.forget(job)
    return 0


@builtin("fg")
def foreground(shell: Shell, argv: list[str]) -> Result:
    job = _job(shell, argv[1] if len(argv) > 1 else "%")
    shell.write(job.text + "\n")
    shell.jobs.remove(job)
    for pid in job.pids:
        process = shell.process.machine.processes.get(pid)
        if process is not None:
            process.background = False
            shell.process.machine.signal(pid, "CONT")
    return WaitFrame(list(job.pids))


@builtin("kill")
def kill_builtin(shell: Shell, argv: list[str]) -> Result:
    """Like the tool, and also by job: `kill %1`."""
    args = [str(_pid(shell, text)) if text.startswith("%") else text for text in argv[1:]]
    return kill(Invocation(shell.process, ["kill", *args], title=shell.tool_title("kill")))


@builtin("getopts")
def getopts(shell: Shell, argv: list[str]) -> Result:
    """POSIX getopts. OPTIND counts from 1; the place inside a group such as -ab is the shell's own."""
    if len(argv) < 3:
        raise ShellError("usage: getopts optstring var [arg ...]", 2)
    letters, name = argv[1], argv[2]
    words = argv[3:] or shell.variables.positional
    index = (
        max(int(shell.variables.get("OPTIND") or "1"), 1) if (shell.variables.get("OPTIND") or "1").isdecimal() else 1
    )
    place = shell.option_place if shell.option_index == index else 1
    word = words[index - 1] if index <= len(words) else ""
    if place == 1 and (not word.startswith("-") or word == "-" or word == "--"):
        shell.variables.set("OPTIND", str(index + (word == "--")))
        shell.variables.set(name, "?")
        return 1
    letter, place = word[place], place + 1
    if place >= len(word):
        index, place = index + 1, 1
    index, place = _set_option(shell, letters, name, letter, words, index, place)
    shell.variables.set("OPTIND", str(index))
    shell.option_index, shell.option_place = index, place
    return 0


def _set_option(
    shell: Shell, letters: str, name: str, letter: str, words: list[str], index: int, place: int
) -> tuple[int, int]:
    quiet, at = letters.startswith(":"), letters.lstrip(":").find(letter)
    known = at >= 0 and letter != ":"
    value: str | None = None
    if known and letters.lstrip(":")[at + 1 : at + 2] == ":":
        if place > 1:
            value, index = words[index - 1][place:], index + 1
        elif index <= len(words):
            value, index = words[index - 1], index + 1
        else:
            if not quiet:
                shell.write_error(f"No arg for -{letter} option\n")
            shell.variables.set("OPTARG", letter if quiet else "")
            shell.variables.set(name, ":" if quiet else "?")
            return index, 1
        place = 1
    if not known and not quiet:
        shell.write_error(f"Illegal option -{letter}\n")
    shell.variables.set("OPTARG", value if value is not None else letter if not known and quiet else "")
    shell.variables.set(name, letter if known else "?")
    return index, place

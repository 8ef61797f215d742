"""Commands the tutor carries out itself, each in a thread of its own, connected to the machine's pipes.

The machine belongs to the shell's worker thread. A command's thread never touches it: it leaves output and requests
here, and `advance`, called by the worker, carries them over.
"""

from __future__ import annotations

import codecs
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from tutor.posix import FileError, HostCall
from tutor.posix.text import encode

if TYPE_CHECKING:
    from tutor.shell.callfiles import CallFiles

PENDING_LIMIT = 128 * 1024
"""Bytes of output a command may be ahead of the machine before it has to wait."""
_POLL = 0.1
"""Seconds after which a waiting thread looks at whether its command is still wanted."""


class Stopped(Exception):
    """The command's process is gone: whatever its thread still does is not wanted."""


@dataclass
class Surroundings:
    """What a command gets. Everything may block and raises Stopped when the command was stopped meanwhile."""

    argv: list[str]
    environment: dict[str, str]
    is_tty: bool
    call: RunningCall
    files: CallFiles
    for_learner: bool = False
    """Whether what it prints to standard error is for the learner to read now."""

    def out(self, text: str) -> None:
        """Write to standard output."""
        self.call.write(encode(text), stderr=False)

    def err(self, text: str) -> None:
        """Write to standard error."""
        self.call.write(encode(text), stderr=True)

    @property
    def cancelled(self) -> threading.Event:
        """Set when the command is to end."""
        return self.call.cancelled


Handler = Callable[[Surroundings], int]
"""A command: does its work, returns its exit status."""


class EchoFilter:
    """Takes out of a raw terminal's output what it echoes of the keys pressed: the tutor's pane shows typed lines itself."""

    def __init__(self) -> None:
        self._expected = b""
        self._held = b""

    def typed(self, text: str) -> None:
        """Keys that are on their way to the terminal."""
        self._expected = encode(text.replace("\x03", "^C").replace("\x04", "").replace("\n", "\r\n"))

    def take(self, data: bytes) -> bytes:
        """The output without the echo; a possible beginning of it is held back."""
        self._held += data
        if self._expected.startswith(self._held) and len(self._held) < len(self._expected):
            return b""
        shown = self._held.removeprefix(self._expected)
        self._held = self._expected = b""
        return shown

    def rest(self) -> bytes:
        """What is held back at the end."""
        held, self._held = self._held, b""
        return held


class RunningCall:
    """One running command: a text reader of its standard input for its thread, and the worker's end of it."""

    def __init__(self, call: HostCall, wake: Callable[[], None], *, raw: bool = False) -> None:
        self.call = call
        self.raw = raw
        """Whether keys such as ctrl+c are for the command itself, as in `kubectl exec -it`."""
        self.foreground = not call.process.background
        self.cancelled = threading.Event()
        self.tip = ""
        """Set by a command that failed and has an idea why; shown after the line."""
        self._wake = wake
        self._echo = EchoFilter()
        self._changed = threading.Condition()
        self._pending: deque[tuple[bool, bytes]] = deque()
        self._size = 0
        self._status: int | None = None
        self._wants_input = False
        self._ended_input = False
        self._input = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    # --- called by the command's thread

    def run(self, handler: Handler, surroundings: Surroundings) -> None:
        """The thread's body."""
        status = 1
        try:
            status = handler(surroundings)
        except Stopped:
            status = 130
        except Exception as problem:
            self._report(problem)
        with self._changed:
            self._pending.append((False, self._echo.rest()))
            self._status = status
        self._wake()

    def _report(self, problem: Exception) -> None:
        """A failure of ours must not take the shell down; the learner sees what it was."""
        if not self.cancelled.is_set():
            message = f"{self.call.argv[0]}: internal error: {type(problem).__name__}: {problem}\n"
            self._pending.append((True, encode(message)))

    def write(self, data: bytes, *, stderr: bool) -> None:
        """Write, waiting while the reader is behind. Raises Stopped."""
        with self._changed:
            while self._size > PENDING_LIMIT and not self.cancelled.is_set():
                self._changed.wait(_POLL)
            if self.cancelled.is_set():
                raise Stopped
            data = self._echo.take(data) if self.raw and not stderr else data
            self._pending.append((stderr, data))
            self._size += len(data)
        self._wake()

    def read(self, size: int = -1, /) -> str:
        """Up to `size` characters of standard input, all of it without a size; "" at its end."""
        parts: list[str] = []
        while size < 0 or not parts:
            part = self._take(lambda text: len(text) if size < 0 else min(size, len(text)))
            if not part:
                break
            parts.append(part)
        return "".join(parts)

    def readline(self) -> str:
        """A line of standard input, or what was typed at a raw terminal so far; "" at the end."""
        return self._take(lambda text: text.find("\n") + 1 or (len(text) if self.raw else 0))

    def _take(self, amount: Callable[[str], int]) -> str:
        with self._changed:
            while True:
                count = amount(self._input)
                if not count and (self._ended_input or self.cancelled.is_set()):
                    count = len(self._input)
                    self._ended_input = self._ended_input and not self.raw
                elif not count:
                    self._wants_input = True
                    self._wake()
                    self._changed.wait(_POLL)
                    continue
                taken, self._input = self._input[:count], self._input[count:]
                return taken

    # --- called by the worker

    @property
    def alive(self) -> bool:
        return self.call.alive

    def refuse(self, message: str) -> None:
        """End it instead of starting it."""
        self._pending.append((True, encode(message)))
        self._status = 1

    def stop(self) -> None:
        """Tell the thread that it is not wanted any more."""
        self.cancelled.set()
        with self._changed:
            self._changed.notify_all()

    def type_raw(self, text: str) -> None:
        """Keys pressed at a raw terminal."""
        with self._changed:
            self._input += text
            self._echo.typed(text)
            self._changed.notify_all()

    def advance(self, *, asking: bool) -> bool:
        """Carry output, input and the exit status over; `asking` when the machine waits for this command.

        Says whether the machine has to run again.
        """
        with self._changed:
            moved = self._move_output()
            if self._wants_input and asking:
                moved = self._move_input() or moved
            if self._status is not None and not self._pending:
                self.call.finish(self._status)
                self._status = None
                moved = True
            self._changed.notify_all()
        return moved

    def _move_output(self) -> bool:
        if not self._pending or self.call.process.unwritten:
            return False
        for stderr, data in filter(itemgetter(1), self._pending):
            self.call.send(data, stderr=stderr)
        self._pending.clear()
        self._size = 0
        return True

    def _move_input(self) -> bool:
        data = self._read()
        if data is not None:
            self._wants_input = False
            self._ended_input = not data
            self._input += self._decoder.decode(data, final=not data)
        return True

    def _read(self) -> bytes | None:
        try:
            return self.call.read()
        except FileError:
            return b""

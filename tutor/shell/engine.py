"""The worker: the one thread that owns the machine. Everybody else sends it messages and gets output back."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol, TypeVar

from tutor.posix import HostCall, Machine, Progress
from tutor.posix.sessions import Session
from tutor.posix.text import encode
from tutor.shell.callfiles import CallFiles
from tutor.shell.calls import Handler, RunningCall, Stopped, Surroundings
from tutor.shell.commands.kubectl import NAMES as KUBECTL_NAMES
from tutor.shell.commands.kubectl import wants_keys
from tutor.shell.interpreter import LearnersShell

T = TypeVar("T")
SLICE = 0.01
"""Seconds the machine runs between two looks at messages, about: its steps are not all alike."""
LONGEST_PAUSE = 3600.0
"""Seconds; somebody may sleep for longer than a computer can count."""
RECOVERY = 0.05
"""Seconds to wait after an error of our own, so that one that comes again and again does not use up the processor."""
MAX_STEPS = 1_000
"""Steps in such a slice at most."""
PATIENCE = 0.5
"""Seconds a command may compute at full speed; after that it gets half of the processor, so that the screen stays quick."""
MAX_CALLS = 24
"""Commands of the tutor's own that may run at the same time."""
MAX_TYPED = 64 * 1024
"""Bytes of input that are kept for a command which does not read them."""
STAYS_OPEN = b"The practice shell stays open. esc and then q leave the exercise.\n"
ASK_TIMEOUT = 10.0
"""Seconds to wait for the worker, which answers within milliseconds unless it is broken."""


class Listener(Protocol):
    """Who is told what happens. All calls come from the worker thread."""

    def line_started(self, line: str) -> None:
        """A line is about to be run."""

    def wrote(self, stream: str, data: bytes) -> None:
        """The machine's terminal has output."""

    def line_ended(self, status: int, tip: str) -> None:
        """All lines given have been run."""


class Engine:
    """Runs a machine with the learner's shell in it, and the commands the tutor carries out itself."""

    def __init__(
        self,
        machine: Machine,
        shell: LearnersShell,
        session: Session,
        handlers: Mapping[str, Handler],
        listener: Listener,
    ) -> None:
        self.machine = machine
        self.shell = shell
        self._session = session
        self._handlers = handlers
        self._listener = listener
        self._messages: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._calls: dict[int, RunningCall] = {}
        self._typed = b""
        self._steps = MAX_STEPS // 8
        self._busy_since: float | None = None
        self._line_runs = False
        self._tip = ""
        self._closed = False
        self._thread = threading.Thread(target=self._loop, name="practice shell", daemon=True)
        self._thread.start()

    # --- called from any thread

    def post(self, message: Callable[[], None]) -> None:
        """Have the worker call something."""
        self._messages.put(message)

    def ask(self, function: Callable[[], T], /, timeout: float = ASK_TIMEOUT) -> T:
        """Have the worker call a function and wait for its result. Raises what it raises; Stopped when there is none."""
        if threading.current_thread() is self._thread:
            return function()
        answer: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()
        self.post(lambda: answer.put(_attempt(function)))
        try:
            result, problem = answer.get(timeout=timeout)
        except queue.Empty:
            raise Stopped from None
        if problem is not None:
            raise problem
        return result  # type: ignore[return-value] # it is a T whenever there was no problem

    def give(self, line: str) -> None:
        """Run a line."""
        self.post(lambda: self._give(line))

    def feed(self, text: str) -> None:
        """Standard input for the command that runs; without one it is a line typed ahead."""
        self.post(lambda: self._feed(text))

    def end_input(self) -> None:
        """Ctrl+d."""
        self.post(self._end_input)

    def interrupt(self, *, hard: bool) -> None:
        """Ctrl+c; `hard` ends everything but the shell, whatever it does about signals."""
        self.post(self._stop_all if hard else self._interrupt)

    def close(self) -> None:
        """End everything. Waits a moment for the worker."""
        self.post(self._close)
        if threading.current_thread() is not self._thread:
            self._thread.join(2.0)

    # --- the worker

    def _loop(self) -> None:
        pause: float | None = 0.0
        while not self._closed:
            try:
                pause = self._cycle(pause)
            except Exception as problem:  # a mistake of ours costs the line that runs, never the shell
                pause = RECOVERY
                self._recover(problem)

    def _cycle(self, pause: float | None) -> float | None:
        """Wait, let the machine run, pass on what came of it; says for how long to wait next."""
        if not self._take_messages(pause):
            return None
        started = time.monotonic()
        progress = self.machine.run(time.time(), self._steps)
        took = time.monotonic() - started
        self._steps = max(1, self._steps // 2) if took > SLICE else min(MAX_STEPS, self._steps * 2)
        moved = self._deliver() | self._serve(progress) | self._end_line()
        return self._pause(progress, moved, took)

    def _recover(self, problem: Exception) -> None:
        self._stop_all()
        with suppress(Exception):  # it may be the listener that is broken
            self._listener.wrote("stderr", f"internal error: {type(problem).__name__}: {problem}\n".encode())

    def _take_messages(self, pause: float | None) -> bool:
        """Wait for a message for `pause` seconds (None: until there is one), then handle all there are.

        False when one of them closed the shell.
        """
        try:
            message = self._messages.get(timeout=pause) if pause is None or pause > 0 else self._messages.get_nowait()
            while True:
                message()
                message = self._messages.get_nowait()
        except queue.Empty:
            return not self._closed

    def _pause(self, progress: Progress, moved: bool, took: float) -> float | None:
        """Seconds until the machine has to run again."""
        if progress.busy:
            now = time.monotonic()
            self._busy_since = self._busy_since or now
            return took if now - self._busy_since > PATIENCE else 0.0
        self._busy_since = None
        if moved or progress.full:
            return 0.0
        return None if progress.wake_at is None else min(max(0.001, progress.wake_at - time.time()), LONGEST_PAUSE)

    def _deliver(self) -> bool:
        """Pass the terminal's output on."""
        pieces = self._session.take_output()
        for stream, data in pieces:
            self._listener.wrote(stream, data)
        return bool(pieces)

    # --- lines

    def _give(self, line: str) -> None:
        self._line_runs = True
        self._tip = ""
        self._listener.line_started(line)
        self.shell.give(line)

    def _end_line(self) -> bool:
        """Notice that the lines given have been run; what was typed ahead is next, and True says that there was some."""
        if not self._line_runs or not self.shell.idle or self._session.output.size:
            return False
        typed, self._typed = self._take_typed(), b""
        if typed.strip():
            self._give(typed.decode("utf-8", "replace").rstrip("\n"))
            return True
        if self.shell.left:
            self.shell.left = False
            self._listener.wrote("stderr", STAYS_OPEN)
        self._line_runs = False
        self._listener.line_ended(self.shell.status, self._tip)
        return False

    def _take_typed(self) -> bytes:
        """Input that no command read."""
        self._session.input.ends = 0
        return self._session.input.take(len(self._session.input.buffer)) + self._typed

    # --- keys

    def _feed(self, text: str) -> None:
        raw = self._raw_call()
        if raw is not None:
            raw.type_raw(text)
        elif self._line_runs:
            self._typed += encode(text)
            self._feed_typed()
        elif text.strip():
            self._give(text.rstrip("\n"))

    def _feed_typed(self) -> None:
        self._typed = self._typed[self._session.feed(self._typed[:MAX_TYPED]) :][:MAX_TYPED]

    def _end_input(self) -> None:
        raw = self._raw_call()
        if raw is not None:
            raw.type_raw("\x04")
        elif self._line_runs:
            self._session.end_of_file()

    def _interrupt(self) -> None:
        raw = self._raw_call()
        if raw is not None:
            raw.type_raw("\x03")
            return
        self._forget_typed()
        self.machine.interrupt(self._session.pid)

    def _stop_all(self) -> None:
        """End every process but the shell itself, which drops its line."""
        for pid, process in list(self.machine.processes.items()):
            if process is not self.shell.process and pid in self.machine.processes:
                self.machine.signal(pid, "KILL", from_host=True)
        self._forget_typed()
        self.shell.abandon_line(130)

    def _forget_typed(self) -> None:
        """Drop lines and input that nothing has read yet."""
        self._take_typed()
        self._typed = b""
        self.shell.typed.lines.clear()

    def _raw_call(self) -> RunningCall | None:
        """The command in the foreground that wants keys as they are."""
        return next((call for call in self._calls.values() if call.raw and call.foreground and call.alive), None)

    # --- commands of the tutor's own

    def _serve(self, progress: Progress) -> bool:
        """Start the commands the machine asks for, and carry over what running ones have to say."""
        if self._typed:
            self._feed_typed()
        asking = {call.pid: call for call in progress.calls}
        moved = False
        for pid, call in asking.items():
            if pid not in self._calls:
                self._start(call)
        for pid, running in list(self._calls.items()):
            if running.alive:
                moved = running.advance(asking=pid in asking) or moved
            else:
                del self._calls[pid]
                running.stop()
                self._tip = running.tip or self._tip
        return moved

    def _start(self, call: HostCall) -> None:
        name = call.argv[0].rsplit("/", 1)[-1]
        raw = name in KUBECTL_NAMES and call.tty and wants_keys(call.argv[1:])
        running = RunningCall(call, lambda: self.post(_nothing), raw=raw)
        self._calls[call.pid] = running
        files = CallFiles(self.machine.files, call.cwd, self.ask, running)
        shown = running.foreground and call.process.streams.get(2) is self._session.stderr
        surroundings = Surroundings(list(call.argv), dict(call.environment), call.tty, running, files, shown)
        handler = self._handlers.get(name)
        if handler is None:
            running.refuse(f"{name}: a copy of one of the tutor's own commands; use it by its own name\n")
            return
        if len(self._calls) > MAX_CALLS:
            running.refuse(f"{name}: too many of the tutor's own commands at once\n")
            return
        threading.Thread(target=running.run, args=(handler, surroundings), daemon=True).start()

    def _close(self) -> None:
        self._closed = True
        self.machine.stop()
        for running in self._calls.values():
            running.stop()


def _attempt(function: Callable[[], T]) -> tuple[T | None, BaseException | None]:
    try:
        return function(), None
    except Exception as problem:
        return None, problem


def _nothing() -> None:
    """A message that only wakes the worker."""

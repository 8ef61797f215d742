"""Commands in containers, and main processes, as the API server's exec and attach talk to them (see `api.sessions.Session`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.posix import Session as Streams
    from tutor.simulator.kubelet.runtime import Runtime

KILLED = 137


def _nobody() -> None:
    return None


class _Session:
    """What both kinds share: which container, and who wants to know of news."""

    def __init__(self, runtime: Runtime, namespace: str, pod: str, container: str) -> None:
        self._runtime = runtime
        self._pod = (namespace, pod)
        self._container = container
        self._silence: Callable[[], None] = _nobody

    def on_output(self, wake: Callable[[], None]) -> None:
        """Call `wake` when there may be something new."""
        self._silence()
        self._silence = self._runtime.on_look(*self._pod, wake)

    def resize(self, columns: int, rows: int) -> None:
        """Terminals have no size in here."""

    def _streams(self, pid: int | None) -> Streams | None:
        running = self._runtime.running(*self._pod, self._container)
        inside = running.inside if running is not None else None
        return inside.session(pid) if inside is not None and pid is not None else None


class ExecSession(_Session):
    """A command that was started beside the main process."""

    def __init__(self, runtime: Runtime, namespace: str, pod: str, container: str, pid: int) -> None:
        super().__init__(runtime, namespace, pod, container)
        self._pid = pid
        self._code: int | None = None
        self._left: list[tuple[str, bytes]] = []
        self._input = b""
        self._input_ended = False

    def output(self) -> Iterable[tuple[str, bytes]]:
        """What it has written since the last call."""
        with self._runtime.lock:
            self._take()
            taken, self._left = self._left, []
            return taken

    def _take(self) -> None:
        streams = self._streams(self._pid)
        if streams is None:
            self._code = KILLED if self._code is None else self._code
            return
        waits_for_room = not streams.stdout.writable()
        self._left.extend(streams.take_output())
        if waits_for_room:
            self._runtime.poke(*self._pod)
        self._feed(streams)
        if streams.status is not None:
            self._left.extend(streams.take_output())
            self._code = streams.status

    def exit_status(self) -> dict[str, Any] | None:
        """A Status object once it has ended and all output was taken; None before."""
        from tutor.simulator.api.sessions import exit_status_object

        with self._runtime.lock:
            self._take()
            return None if self._code is None or self._left else exit_status_object(self._code)

    def write(self, data: bytes) -> None:
        """Bytes for its standard input. Ctrl-C at a terminal interrupts it."""
        with self._runtime.lock:
            streams = self._streams(self._pid)
            if streams is None:
                return
            if streams.tty and b"\x03" in data:
                data = data.rpartition(b"\x03")[2]
                self._interrupt("INT")
            if streams.tty and data.endswith(b"\x04"):
                data = data[:-1]
                streams.feed(data)
                streams.end_of_file()
                data = b""
            self._input += data
            self._feed(streams)
            self._runtime.poke(*self._pod)

    def _feed(self, streams: Streams) -> None:
        """Hand over the input as long as it is read; the rest follows when there is room again."""
        while self._input and (taken := streams.feed(self._input)):
            self._input = self._input[taken:]
            self._runtime.poke(*self._pod)
        if self._input_ended and not self._input and streams.input.has_writer:
            streams.close_input()
            self._runtime.poke(*self._pod)

    def end_input(self) -> None:
        """Its standard input has ended."""
        with self._runtime.lock:
            self._input_ended = True
            if (streams := self._streams(self._pid)) is not None:
                self._feed(streams)

    def _interrupt(self, name: str) -> None:
        running = self._runtime.running(*self._pod, self._container)
        if running is not None and running.inside is not None:
            running.inside.machine.interrupt(self._pid, name)

    def close(self) -> None:
        """The client is gone: at a terminal that hangs the command up. Nothing is kept of its streams."""
        with self._runtime.lock:
            self._silence()
            streams = self._streams(self._pid)
            if streams is not None and streams.tty and streams.status is None:
                self._interrupt("HUP")
            self._take()
            running = self._runtime.running(*self._pod, self._container)
            if running is not None and running.inside is not None:
                running.inside.forget(self._pid)
            self._runtime.poke(*self._pod)


class AttachSession(_Session):
    """The main process of a container, from the moment of attaching."""

    def __init__(self, runtime: Runtime, namespace: str, pod: str, container: str) -> None:
        super().__init__(runtime, namespace, pod, container)
        running = runtime.running(namespace, pod, container)
        self._log = running.log if running is not None else None
        self._seen = self._log.written if self._log is not None else 0
        self._run = running
        self._ahead: dict[str, int] = {}
        """How many characters of each stream's unfinished line have been handed out: a prompt cannot wait for its newline."""

    def output(self) -> Iterable[tuple[str, bytes]]:
        """What it has written since the last call."""
        with self._runtime.lock:
            running = self._runtime.running(*self._pod, self._container)
            log = running.log if running is not None else self._log
            if log is None:
                return []
            if log is not self._log:
                self._log, self._ahead = log, {}
            lines = log.after(self._seen)
            self._seen = log.written
            pieces = [(line.stream, line.text[self._ahead.pop(line.stream, 0) :] + "\n" * line.whole) for line in lines]
            for stream, text in log.unfinished.items():
                pieces.append((stream, text[self._ahead.get(stream, 0) :]))
                self._ahead[stream] = len(text)
            return [(stream, text.encode()) for stream, text in pieces if text]

    def exit_status(self) -> dict[str, Any] | None:
        """Attaching ends well when the process ends."""
        from tutor.simulator.api.sessions import exit_status_object

        with self._runtime.lock:
            running = self._runtime.running(*self._pod, self._container)
            left = self._log is not None and self._seen < self._log.written
            return None if running is not None or left else exit_status_object(0)

    def _main(self) -> Streams | None:
        running = self._runtime.running(*self._pod, self._container)
        inside = running.inside if running is not None else None
        return self._streams(inside.main) if inside is not None else None

    def write(self, data: bytes) -> None:
        """Bytes for its standard input."""
        with self._runtime.lock:
            streams = self._main()
            if streams is not None:
                streams.feed(data)
            self._runtime.poke(*self._pod)

    def end_input(self) -> None:
        """Its standard input has ended, if it was to have one."""
        with self._runtime.lock:
            streams = self._main()
            if streams is not None:
                streams.close_input()
            self._runtime.poke(*self._pod)

    def close(self) -> None:
        """The client is gone; the process goes on."""
        self._silence()


class FailedSession:
    """A command that could not be started."""

    def __init__(self, message: str) -> None:
        self._message = message

    def output(self) -> Iterable[tuple[str, bytes]]:
        """Nothing."""
        return []

    def exit_status(self) -> dict[str, Any] | None:
        """Why."""
        from tutor.simulator.api.sessions import failed_status_object

        return failed_status_object(self._message)

    def on_output(self, wake: Callable[[], None]) -> None:
        """There is nothing to wait for."""
        wake()

    def write(self, data: bytes) -> None:
        """Nobody reads it."""

    def end_input(self) -> None:
        """Nobody reads it."""

    def resize(self, columns: int, rows: int) -> None:
        """Nobody cares."""

    def close(self) -> None:
        """Nothing is left."""

"""The machine: processes that share a file namespace, run in turns, and are a value from end to end.

A machine never blocks, reads no clock and owns no thread, generator or file. `run(now, budget)` gives its processes
turns until all of them wait for something or the budget is used up, and says which. `copy.deepcopy` and `pickle` of a
machine between two runs give an independent machine that goes on exactly alike.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tutor.posix import limits
from tutor.posix.commands import DEFAULT_PATH, CommandTable, load
from tutor.posix.devices import DeviceTree
from tutor.posix.errors import BrokenPipe, FileError
from tutor.posix.hostcalls import HostCall, HostProgram
from tutor.posix.namespace import Mount, Namespace
from tutor.posix.neighbours import Neighbours
from tutor.posix.process import Process, Program
from tutor.posix.procfs import ProcessTree
from tutor.posix.seeded import Generator
from tutor.posix.sessions import Session
from tutor.posix.signals import HARMLESS, STOPPING, UNCATCHABLE, status_of
from tutor.posix.streams import Stream
from tutor.posix.waits import Answer, Flushed, Readable, Wait

_TURN = 32
"""Steps a process gets before others have their turn."""


@dataclass(frozen=True)
class HostInfo:
    """What programs report about the machine they run on. Memory is in bytes."""

    hostname: str = "localhost"
    kernel: str = "6.8.0"
    architecture: str = "x86_64"
    processors: int = 2
    memory: int = 4 << 30
    disk: int = 40 << 30
    shell: str = "busybox"
    """Which shell `sh` is: "busybox", "dash" or "bash"."""
    passes_on_names: bool = False
    """Whether BusyBox's shell passes on environment variables with names that its own cannot have: it does since 1.37."""
    capabilities: int = 0
    """What root may do at most, as /proc/PID/status shows it."""


@dataclass(frozen=True)
class Progress:
    """Where a machine stands after a run.

    `busy`: the budget is used up, run again. `wake_at`: the earliest time somebody waits for (host's clock, seconds).
    `calls`: commands that wait for the host. `reading`: sessions (by pid of their first process) whose input is waited
    for. `full`: sessions whose output has to be taken before they can go on. Nothing of all that: nothing is running.
    """

    busy: bool
    wake_at: float | None
    calls: tuple[HostCall, ...]
    reading: frozenset[int]
    full: frozenset[int]


class Machine:
    """A set of processes with their files.

    `guards_init` makes the first process the init of a process namespace, as in a container (pid_namespaces(7)): its
    end ends all others, and signals it does not catch, and KILL from inside, do not reach it. The host's own
    `signal(..., from_host=True)` can always KILL it.
    """

    def __init__(
        self,
        files: Namespace,
        commands: CommandTable,
        host: HostInfo | None = None,
        *,
        now: float = 0.0,
        seed: int = 0,
        first_pid: int = 1,
        guards_init: bool = True,
    ) -> None:
        self.files = files
        self.commands = commands
        self.host = host or HostInfo()
        self.now = self.started = files.now = now
        self.random = Generator(seed)
        self.processes: dict[int, Process] = {}
        self.sessions: dict[int, Session] = {}
        self.init = self.next_pid = first_pid
        self.guards_init = guards_init
        self.neighbours: Neighbours | None = None
        """Set by a host while it runs a machine that shares its process namespace; never part of a saved one."""
        self.current = 0
        self.steps = 0
        self._turn = 0
        for path, tree in (("/dev", DeviceTree()), ("/proc", ProcessTree(self))):
            if all(mount.path != path for mount in files.mounts):
                files.mounts.append(Mount(path, tree, read_only=True))

    # --- what hosts call

    def start(
        self, argv: Iterable[str], environment: Mapping[str, str], cwd: str = "/", *, tty: bool = False
    ) -> Session:
        """Start a command with a standard input and output of its own.

        Raises CommandNotFound or NotExecutable when it cannot be started.
        """
        session = Session(self.next_pid, tty=tty)
        process = Process(self, self.next_pid, 0, self.next_pid, list(argv), HostProgram())
        process.environment, process.cwd = dict(environment), cwd
        process.argv, process.program = self.load(process, process.argv)
        for fd, stream in enumerate((session.reader, session.stdout, session.stderr)):
            process.attach(fd, stream)
        self.processes[process.pid] = process
        self.sessions[process.pid] = session
        self.next_pid += 1
        return session

    def run(self, now: float, budget: int = 10_000) -> Progress:
        """Let processes run until all wait or `budget` steps are done. `now` never goes back."""
        self.now = self.files.now = max(now, self.now)
        while budget > 0:
            process = self._next()
            if process is None:
                return self.progress(busy=False)
            budget -= 1
            self._step(process)
        return self.progress(busy=self._peek_next() is not None)

    def progress(self, *, busy: bool = False) -> Progress:
        """What everybody waits for."""
        times, calls = list[float](), list[HostCall]()
        reading, full = set[int](), set[int]()
        for process in self.processes.values():
            wait = process.wait
            if wait is None or process.stopped:
                continue
            if wait.until is not None:
                times.append(wait.until)
            session = self.sessions.get(process.session)
            if isinstance(wait, Answer):
                calls.append(HostCall(process))
            elif session is None:
                continue
            elif isinstance(wait, Readable):
                if process.streams.get(wait.fd) is session.reader:
                    reading.add(process.session)
            elif isinstance(wait, Flushed) and not session.stdout.writable():
                full.add(process.session)
        return Progress(busy, min(times, default=None), tuple(calls), frozenset(reading), frozenset(full))

    def signal(self, pid: int, name: str, *, from_host: bool = False) -> bool:
        """Send a signal; False when there is no such process. `from_host` is a signal from outside the machine."""
        process = self.processes.get(pid)
        if process is None:
            return False
        if name == "CONT":
            process.stopped = False
        guarded = self.guards_init and pid == self.init
        if name in UNCATCHABLE:
            if not guarded or from_host:
                self._default_action(process, name)
        elif name not in process.ignored and not process.program.catches(name) and not guarded:
            self._default_action(process, name)
        return True

    def interrupt(self, session: int, name: str = "INT") -> None:
        """Ctrl-C at a session's terminal: signal everything in its foreground."""
        for process in list(self.processes.values()):
            if process.session == session and not process.background:
                self.signal(process.pid, name)

    def stop(self, session: int | None = None) -> None:
        """End everything at once, as when a container is killed, or only what belongs to one session."""
        for process in list(self.processes.values()):
            if session in (None, process.session):
                self.exit(process, status_of("KILL"))

    def forget(self, session: int) -> None:
        """The host is done with a session. What it left in the background goes on, and its output is dropped."""
        closed = self.sessions.pop(session, None)
        if closed is not None:
            closed.close_input()
            closed.output.discards = True
            closed.take_output()

    def is_running(self, session: int) -> bool:
        """Whether any process of a session is left, background ones included."""
        return any(process.session == session for process in self.processes.values())

    # --- what processes call

    def spawn(
        self,
        parent: Process,
        argv: list[str],
        program: Program | None,
        environment: Mapping[str, str] | None,
        streams: Mapping[int, Stream] | None,
        background: bool,
    ) -> int:
        """See `Process.spawn`."""
        if len(self.processes) >= limits.PROCESSES:
            raise FileError("EAGAIN")
        child = Process(self, self.next_pid, parent.pid, parent.session, argv, program or parent.program)
        child.environment = dict(parent.environment if environment is None else environment)
        child.cwd, child.ignored = parent.cwd, set(parent.ignored)
        child.background = background or parent.background
        if program is None:
            child.argv, child.program = self.load(child, argv)
        for fd, stream in (parent.streams if streams is None else streams).items():
            child.attach(fd, stream)
        self.processes[child.pid] = child
        parent.add_child(child.pid)
        self.next_pid += 1
        return child.pid

    @staticmethod
    def load(process: Process, argv: list[str]) -> tuple[list[str], Program]:
        """The program an argument list stands for, searched along the process's own PATH."""
        return load(process, argv, process.environment.get("PATH", DEFAULT_PATH))

    def exit(self, process: Process, status: int) -> None:
        """End a process: close what it had open and tell its parent."""
        if self.processes.get(process.pid) is not process:
            return
        del self.processes[process.pid]
        process.close_all()
        parent = self.processes.get(process.parent)
        if parent is not None and process.pid in parent.children:
            parent.children[process.pid] = status & 255
        if process.pid in self.sessions:
            self.sessions[process.pid].status = status & 255
        if process.pid == self.init and self.guards_init:
            self.stop()

    # --- turns

    def _next(self) -> Process | None:
        """Whose turn it is; the same one as before until its turn is over or it waits."""
        process = self._peek_next()
        if process is None:
            return None
        self._turn = self._turn + 1 if process.pid == self.current else 1
        self.current = process.pid
        return process

    def _peek_next(self) -> Process | None:
        current = self.processes.get(self.current)
        if current is not None and self._turn < _TURN and self._is_ready(current):
            return current
        first = None
        for pid, process in self.processes.items():  # in the order of their ids, as new ones get the next
            if (pid > self.current or first is None) and self._is_ready(process):
                if pid > self.current:
                    return process
                first = process
        return first

    @staticmethod
    def _is_ready(process: Process) -> bool:
        return not process.stopped and (process.wait is None or process.wait.over(process))

    def _step(self, process: Process) -> None:
        """Give a process one turn: let out what it wrote before, step its program, let out what that wrote."""
        self.steps += 1
        try:
            if process.flush():
                process.wait = process.leave_or_step()
                process.flush()
        except BrokenPipe:
            if "PIPE" not in process.ignored and not process.program.catches("PIPE"):
                self._default_action(process, "PIPE")
                return
            process.wait = self._write_failed(process, "Broken pipe")
        except FileError as error:
            process.wait = self._write_failed(process, error.reason)
        if process.unwritten:
            process.wait = Flushed()
        elif process.leaving is not None:
            self.exit(process, process.leaving)

    @staticmethod
    def _write_failed(process: Process, reason: str) -> Wait | None:
        """Tell a program that what it wrote is lost; its complaint must not fail in turn."""
        process.discard()
        process.write_failed(reason)
        with contextlib.suppress(BrokenPipe, FileError):
            process.flush()
        return None

    def _default_action(self, process: Process, name: str) -> None:
        if name in STOPPING:
            process.stopped = True
        elif name not in HARMLESS:
            parent = self.processes.get(process.parent)
            self.exit(process, status_of(name))
            if parent is not None and process.pid in parent.children:
                parent.killed[process.pid] = name

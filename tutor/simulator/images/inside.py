"""The machine inside a container: processes, files and the shell, where servers and network clients are commands too."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from tutor.posix import DEFAULT_PATH, FileError, HostCall, HostInfo, Machine, MemoryTree, Session
from tutor.posix.process import Process
from tutor.posix.shell import Shell
from tutor.posix.users import home_of_user
from tutor.simulator.images.calls import CallHere, program_name
from tutor.simulator.images.kernel_files import CONTROL_GROUP, control_group
from tutor.simulator.images.programs import make_program
from tutor.simulator.images.programs.base import Program
from tutor.simulator.images.rootfs import commands, container_files
from tutor.simulator.images.traffic import UDP, ConnectionFailed, Request, Response
from tutor.simulator.images.volumes import VolumeTree

if TYPE_CHECKING:
    from tutor.simulator.images.container import Container, ContainerConfig
    from tutor.simulator.images.world import World

MIB = 2**20
STEPS_A_SECOND = 5_000
"""How many steps of the shell one processor core does in a second of the cluster's time."""
FIRST_STEPS = 20_000
"""How many may be done at once after a rest."""
SLICE = 0.1
"""Seconds after which a busy machine goes on."""
BASE_MEMORY = 1.0 * MIB
PROCESS_MEMORY = 0.5 * MIB
BUFFERS = ("kept", "data", "buffer", "lines", "text")
"""Attributes in which programs collect what they read."""
MEMORY_A_BYTE = 32
"""Programs here may hold far less than real ones before they give up, so each byte they hold counts for so many."""
STEPS_BETWEEN_CHECKS = 128
"""How often the memory of a container with a limit is looked at."""


def _held(process: Process) -> int:
    """Bytes that a process has collected: what it read, and the variables of a shell."""
    program = process.program
    total = sum(len(found) for name in BUFFERS if (found := getattr(program, name, None)) and hasattr(found, "__len__"))
    if isinstance(program, Shell):
        total += sum(len(variable.value) for variable in program.variables.table.values() if variable.value)
    return total


def _without_entrypoint(config: ContainerConfig) -> list[str]:
    """The command of a container whose image has an entrypoint script, which goes over into it."""
    words = list(config.argv)
    while len(words) > 1 and words[0] in config.image.entrypoint and words[0].endswith("entrypoint.sh"):
        words.pop(0)
    return words


class Inside:
    """A machine with the programs that run in it."""

    def __init__(self, config: ContainerConfig, world: World, started: float, main: Program | None) -> None:
        files = container_files(config, world, started)
        places = {mount.path for mount in config.mounts if mount.in_memory}
        self._in_memory = tuple(mount.tree for mount in files.mounts if mount.path in places)
        tree = files.root.tree
        self._of_image = tree.used if isinstance(tree, MemoryTree) else 0
        shell = config.image.shell or "busybox"
        host = HostInfo(
            hostname=config.hostname,
            shell=shell,
            passes_on_names=config.image.has_new_busybox,
            capabilities=config.capabilities,
        )
        shared = world.sharing(config)
        self.machine = Machine(
            files,
            commands(),
            host,
            now=started,
            seed=config.seed,
            first_pid=1 if shared is None else shared.first_pid(),
            guards_init=shared is None or shared.leads,
        )
        self.programs: dict[int, Program] = {}
        self.main: int | None = None
        self.steps = 0
        self.credit = float(FIRST_STEPS)
        self.credited = started
        self._wake_at: float | None = None
        if main is not None:
            session = self._start(config, list(config.argv), config.tty)
            self.main = session.pid
            self.machine.run(started, 10)
            self.programs[session.pid] = main
            self.machine.processes[session.pid].argv = main.title(_without_entrypoint(config))

    def clone(self) -> Inside:
        """A copy that goes its own way."""
        other = Inside.__new__(Inside)
        other.__dict__.update(self.__dict__)
        other.machine = copy.deepcopy(self.machine)
        other.programs = {pid: program.clone() for pid, program in self.programs.items()}
        return other

    # -- commands

    def _start(self, config: ContainerConfig, argv: list[str], tty: bool) -> Session:
        home = home_of_user(self.machine.files, config.user) or "/"
        environment = {"PATH": DEFAULT_PATH, "HOSTNAME": config.hostname, "HOME": home, **config.environment}
        return self.machine.start(argv, environment, config.directory, tty=tty)

    def start_main(self, container: Container, world: World) -> None:
        """Run the container's own command."""
        self._meet(container, world)
        session = self._start(container.config, list(container.config.argv), container.config.tty)
        self.main = session.pid
        if not container.config.stdin:
            session.close_input()
        self.run(container, world)

    def execute(self, container: Container, world: World, argv: list[str], *, tty: bool = False) -> int:
        """Run one more command beside; returns its process id, which names its session. Raises CommandNotFound."""
        self._meet(container, world)
        session = self._start(container.config, argv, tty)
        self.credit = max(self.credit, float(FIRST_STEPS))
        self.run(container, world)
        return session.pid

    def session(self, pid: int) -> Session | None:
        """The streams of a command that was started here."""
        return self.machine.sessions.get(pid)

    def forget(self, pid: int) -> None:
        """Nobody looks at a finished command's streams any more."""
        self.machine.forget(pid)

    def run(self, container: Container, world: World) -> None:
        """Let the processes run as far as time and the processor allow."""
        self._meet(container, world)
        try:
            self._run(container, world)
        finally:
            self.machine.neighbours = None

    def _meet(self, container: Container, world: World) -> None:
        """Let the processes see those of other containers, where they share a namespace, and have ids of their own in it."""
        shared = self.machine.neighbours = world.sharing(container.config)
        if shared is not None:
            self.machine.next_pid = max(self.machine.next_pid, shared.next_pid())

    def _run(self, container: Container, world: World) -> None:
        self._earn(world.now, container.config.cpu_limit)
        limit = container.config.memory_limit
        at_once = FIRST_STEPS if limit is None else STEPS_BETWEEN_CHECKS
        while True:
            before = self.machine.steps
            progress = self.machine.run(world.now, max(1, min(int(self.credit), at_once)))
            used = self.machine.steps - before
            self.steps += used
            self.credit -= used
            self._take_output(container, world.now)
            if limit is not None and self.memory(world.now) > limit:
                self._free(container, limit, world.now)
                if container.exit_code is not None:
                    return
            answered = self._serve_calls(container, world, progress.calls)
            if self._main_has_ended(container, world.now):
                return
            if self.credit < 1 or not (answered or progress.busy or self.main in progress.full):
                break
        self._plan(world.now, busy=progress.busy, wake_at=progress.wake_at)

    def _free(self, container: Container, limit: float, now: float) -> None:
        """The kernel kills the process that holds most, and the next as long as that is not enough. The container goes with
        its main process only."""
        container.out_of_memory = True
        while self.memory(now) > limit:
            worst = max(
                self.machine.processes.values(), key=lambda process: self._memory_of(process, now), default=None
            )
            if worst is None or worst.pid in (self.main, None):
                container.kill_for_memory(now)
                return
            self.machine.signal(worst.pid, "KILL", from_host=True)
            self.programs.pop(worst.pid, None)

    def _memory_of(self, process: Process, now: float) -> float:
        """Bytes that one process holds."""
        program = self.programs.get(process.pid)
        held = MEMORY_A_BYTE * _held(process) + getattr(process.program, "allocated", 0)
        return PROCESS_MEMORY + held + (program.memory(now) if program is not None else 0.0)

    def _earn(self, now: float, limit: float | None) -> None:
        rate = STEPS_A_SECOND * min(1.0, limit or 1.0)
        self.credit = min(float(FIRST_STEPS), self.credit + rate * max(0.0, now - self.credited))
        self.credited = now

    def _plan(self, now: float, *, busy: bool, wake_at: float | None) -> None:
        times = [program.wake_at for program in self.programs.values() if program.wake_at is not None]
        if wake_at is not None:
            times.append(wake_at)
        if busy or self.credit < 1:
            times.append(now + SLICE)
        self._wake_at = max(min(times), now) if times else None

    def wake_at(self) -> float | None:
        """When something is due."""
        return self._wake_at

    def wake(self, now: float) -> None:
        """Something was done from outside, input given for one: processes may go on."""
        self._wake_at = now

    def _take_output(self, container: Container, now: float) -> None:
        session = self.machine.sessions.get(self.main) if self.main is not None else None
        if session is not None:
            for stream, data in session.take_output():
                container.log.write(now, stream, data.decode(errors="replace"))

    def _main_has_ended(self, container: Container, now: float) -> bool:
        session = self.machine.sessions.get(self.main) if self.main is not None else None
        if session is None or session.status is None:
            return False
        self._take_output(container, now)
        container.end(now, session.status)
        if not self.machine.guards_init:
            self.stop()  # the runtime ends what else runs in the container
        return True

    def _serve_calls(self, container: Container, world: World, calls: tuple[HostCall, ...]) -> bool:
        """Start programs that were called, give others their turn; says whether any had something to do."""
        alive = {call.pid for call in calls}
        for pid in [pid for pid in self.programs if pid not in self.machine.processes]:
            del self.programs[pid]
        did = False
        for call in calls:
            here = CallHere(world.now, container, world, call)
            program = self.programs.get(call.pid)
            if program is None:
                program = self.programs[call.pid] = make_program(program_name(call, container.config.image))
                program.start(here)
                self._give_way(call.pid, program, here)
                did = True
            for name in call.take_signals():
                program.signal(here, name)
                did = True
            if program.wake_at is not None and program.wake_at <= world.now and call.pid in alive:
                program.step(here)
                did = True
        return did

    def _give_way(self, pid: int, program: Program, here: CallHere) -> None:
        """End what has just begun to listen where something else does already."""
        if here.call.finished:
            return
        taken = {port for other, held in self.programs.items() if other != pid for port in held.ports()}
        for port in program.ports():
            if port in taken:
                program.port_taken(here, port)
                return

    def tell(self, kind: type[Program], signal: str, *, but: int) -> bool:
        """Send a signal to the oldest process that runs such a program, except for one; says whether there is one."""
        pids = (pid for pid, program in sorted(self.programs.items()) if pid != but and isinstance(program, kind))
        found = next(pids, None)
        if found is not None:
            self.machine.signal(found, signal, from_host=True)
        return found is not None

    def signal_main(self, container: Container, world: World, name: str) -> None:
        """Send a signal to the container's own command."""
        if self.main is not None:
            self.machine.signal(self.main, name, from_host=True)
            self.run(container, world)

    def stop(self) -> None:
        """End everything."""
        self.machine.stop()
        self.programs.clear()

    # -- files

    def show_limits(self, config: ContainerConfig) -> None:
        """The limits have changed."""
        for mount in self.machine.files.mounts:
            if mount.path == CONTROL_GROUP:
                mount.tree = control_group(config.cpu_limit, config.cpu_request, config.memory_limit)

    def written(self) -> int:
        """Bytes in files of the container's own, beside those of its image."""
        tree = self.machine.files.root.tree
        return max(0, tree.used - self._of_image) if isinstance(tree, MemoryTree) else 0

    def read(self, path: str) -> bytes | None:
        """A file's content."""
        try:
            return self.machine.files.read(path)
        except FileError:
            return None

    def write(self, path: str, data: bytes) -> str:
        """Write a file; why that is impossible, or nothing."""
        try:
            if path not in ("/dev/null", "/dev/stdout", "/dev/stderr"):
                self.machine.files.write(path, data)
        except FileError as error:
            return error.reason
        return ""

    def names(self, path: str) -> list[str] | None:
        """The names in a directory."""
        try:
            return self.machine.files.list(path)
        except FileError:
            return None

    # -- network

    def ports(self) -> dict[int, str]:
        """The ports programs listen on."""
        return {port: protocol for program in self.programs.values() for port, protocol in program.ports().items()}

    def datagram_ports(self) -> tuple[int, ...]:
        """The UDP ports programs listen on."""
        return tuple(port for program in self.programs.values() for port in program.datagram_ports())

    def serve(self, container: Container, world: World, port: int, request: Request) -> Response:
        """Answer a request. Raises ConnectionFailed."""
        for call in self.machine.progress().calls:
            program = self.programs.get(call.pid)
            if program is None:
                continue
            if port in (program.datagram_ports() if request.protocol == UDP else program.ports()):
                response = program.serve(CallHere(world.now, container, world, call), port, request)
                self.run(container, world)
                return response
        raise ConnectionFailed("refused")

    # -- usage

    def memory(self, now: float) -> float:
        """Bytes in use by all processes."""
        processes = self.machine.processes.values()
        files = sum(tree.used() for tree in self._in_memory if isinstance(tree, VolumeTree))
        return BASE_MEMORY + files + sum(self._memory_of(process, now) for process in processes)

    def cpu_seconds(self, now: float, started: float) -> float:
        """Processor seconds since the start."""
        idle = sum(program.cpu(now) for program in self.programs.values())
        return self.steps / STEPS_A_SECOND + idle * (now - started)

"""What the API server asks of kubelets: logs, commands in containers, connections to ports, usage. `cluster.runtime` is one.

Every method that names a pod raises ApiError, in the words of the real thing, when the pod or container cannot serve it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tutor.simulator import errors
from tutor.simulator.errors import ApiError
from tutor.simulator.images.container import Container
from tutor.simulator.images.logs import Log, LogLine
from tutor.simulator.images.traffic import Request, Response
from tutor.simulator.kubelet.kubelet import NAME, Kubelet
from tutor.simulator.kubelet.state import ContainerRecord, PodRecord, Run
from tutor.simulator.objects import name_of
from tutor.simulator.store import Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster


class LogPage(NamedTuple):
    """Lines of a log from some place on, where to go on from, and whether no more will come."""

    lines: list[LogLine]
    next: int
    closed: bool


class Usage(NamedTuple):
    """What a container uses: cores and bytes."""

    cpu_seconds: float
    memory: float


class Runtime:
    """The kubelets of a cluster as the API server sees them. Callers hold the cluster's lock."""

    def __init__(self, cluster: SimulatedCluster, kubelet: Kubelet) -> None:
        self._cluster = cluster
        self._kubelet = kubelet

    @property
    def network(self) -> object:
        """The cluster's network."""
        return self._kubelet.network

    # -- logs

    def logs(self, namespace: str, pod: str, container: str, *, previous: bool = False, start: int = 0) -> LogPage:
        """The lines of a container's current or previous run from the `start`-th on. To follow, call again with `next`."""
        self._refresh(namespace, pod)
        own = self._container(namespace, pod, container)
        run = self._previous(own) if previous else own.current
        if run is None or run.container is None:
            if previous:
                raise errors.bad_request(f'previous terminated container "{container}" in pod "{pod}" not found')
            raise errors.bad_request(
                f'container "{container}" in pod "{pod}" is waiting to start: {self._waiting(own)}'
            )
        log: Log = run.container.log
        lines = log.lines[start:]
        return LogPage(lines, start + len(lines), run.ended is not None or previous)

    @staticmethod
    def _previous(own: ContainerRecord) -> Run | None:
        return own.previous

    def _waiting(self, own: ContainerRecord) -> str:
        if own.failure is None:
            return "ContainerCreating" if own.kind == "main" else "PodInitializing"
        image = own.failure.reason in ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull")
        return f"{'trying and failing to pull image' if image else own.failure.reason}"

    # -- commands

    def exec(self, namespace: str, pod: str, container: str, command: list[str], *, tty: bool = False) -> Exec:
        """Run a command in a running container."""
        return Exec(self, namespace, pod, container, command, tty=tty)

    def attach(self, namespace: str, pod: str, container: str) -> Attachment:
        """Look at what a running container writes from now on."""
        return Attachment(self, namespace, pod, container)

    def running(self, namespace: str, pod: str, container: str) -> Container:
        """A container that runs."""
        own = self._container(namespace, pod, container)
        run = own.current
        if run is None or run.container is None or not run.is_running:
            raise (
                errors.bad_request(f'container not found ("{container}")')
                if run is None
                else ApiError(500, "InternalError", f'container not found ("{container}")')
            )
        return run.container

    def poke(self, namespace: str, pod: str) -> None:
        """Let the kubelet look at a pod in which something was done from outside."""
        record = self._kubelet.record_at(namespace, pod)
        if record is not None:
            self._cluster.engine.enqueue(NAME, record.key)
            self._cluster.engine.run_ready()

    def _refresh(self, namespace: str, pod: str) -> None:
        """Bring what containers do by themselves up to now."""
        if not self._cluster.engine.idle():
            self._cluster.engine.run_ready()

    # -- connections

    def request(self, namespace: str, pod: str, port: int, request: Request) -> Response:
        """A request to a pod's port, as port-forwarding and proxies make. Raises ConnectionFailed too."""
        record = self._record(namespace, pod)
        return self._kubelet.network.direct(record.ip, port, request)

    # -- usage

    def usage(self, namespace: str, pod: str) -> dict[str, Usage]:
        """Processor seconds used so far and memory in use, by container; empty when nothing of the pod runs."""
        record = self._kubelet.record_at(namespace, pod)
        if record is None:
            return {}
        now = self._cluster.clock.now
        return {
            own.name: Usage(own.current.container.cpu_seconds(now), own.current.container.memory(now))
            for own in record.running()
            if own.current is not None and own.current.container is not None
        }

    # -- single nodes

    def stop_kubelet(self, node: str) -> None:
        """Stop a node's kubelet: its containers run on, but it reports nothing and takes no pods."""
        self._kubelet.stop_node(node)

    def start_kubelet(self, node: str) -> None:
        """Start a node's kubelet again."""
        for key in self._kubelet.start_node(node):
            self._cluster.engine.enqueue(NAME, key)
        self._cluster.engine.enqueue("kubelet-heartbeat", "beat")

    def cut_off(self, node: str) -> None:
        """Cut a node off the network: nothing reaches it, and its kubelet reaches nobody."""
        self._kubelet.network.cut_off |= {node}
        self.stop_kubelet(node)

    def reconnect(self, node: str) -> None:
        """Connect a node that was cut off."""
        self._kubelet.network.cut_off -= {node}
        self.start_kubelet(node)

    # -- inside

    def world(self) -> object:
        """What lies outside of containers."""
        return self._kubelet.network

    def _pod(self, namespace: str, pod: str) -> Obj:
        found = self._cluster.store.get("pods", namespace, pod)
        if found is None:
            raise errors.not_found("pods", "", pod)
        return found

    def _record(self, namespace: str, pod: str) -> PodRecord:
        found = self._pod(namespace, pod)
        record = self._kubelet.record_at(namespace, pod)
        if record is None:
            raise errors.bad_request(f"pod {name_of(found)} does not have a host assigned")
        return record

    def _container(self, namespace: str, pod: str, container: str) -> ContainerRecord:
        found = self._pod(namespace, pod)
        spec = found["spec"]
        names = [
            c["name"] for kind in ("initContainers", "containers", "ephemeralContainers") for c in spec.get(kind) or ()
        ]
        if container not in names:
            raise errors.bad_request(f"container {container} is not valid for pod {pod}")
        record = self._kubelet.record_at(namespace, pod)
        if record is None:
            kind = "main" if container in [c["name"] for c in spec["containers"]] else "init"
            return ContainerRecord(container, kind)
        return record.containers.get(container) or ContainerRecord(container, "main")


class Exec:
    """A command that runs in a container. `status` is its exit code when it has ended."""

    def __init__(
        self, runtime: Runtime, namespace: str, pod: str, container: str, command: list[str], *, tty: bool
    ) -> None:
        from tutor.posix import CommandNotFound, NotExecutable

        self._runtime = runtime
        self._where = (namespace, pod, container)
        self._left: list[tuple[str, bytes]] = []
        self._code: int | None = None
        running = runtime.running(namespace, pod, container)
        world = runtime._kubelet.network
        try:
            self._pid = running.enter(world).execute(running, world, command, tty=tty)
        except (CommandNotFound, NotExecutable):
            why = "executable file not found in $PATH" if "/" not in command[0] else "no such file or directory"
            detail = (
                f'exec: "{command[0]}": {why}'
                if "/" not in command[0]
                else f'exec: "{command[0]}": stat {command[0]}: {why}'
            )
            text = f"OCI runtime exec failed: exec failed: unable to start container process: {detail}"
            self._pid, self._code = -1, 127
            self.error = f"Internal error occurred: error executing command in container: {text}"
            return
        self.error = ""
        runtime.poke(namespace, pod)

    def _session(self) -> object | None:
        try:
            running = self._runtime.running(*self._where)
        except ApiError:
            return None
        return running.inside.session(self._pid) if running.inside else None

    def feed(self, data: bytes) -> int:
        """Give standard input; returns how much was taken."""
        from tutor.posix import Session

        session = self._session()
        taken = session.feed(data) if isinstance(session, Session) else len(data)
        self._runtime.poke(*self._where[:2])
        return taken

    def close_input(self) -> None:
        """No more input will come."""
        from tutor.posix import Session

        session = self._session()
        if isinstance(session, Session):
            session.close_input()
            self._runtime.poke(*self._where[:2])

    def take(self) -> list[tuple[str, bytes]]:
        """What was written since the last call: ("stdout" or "stderr", bytes)."""
        from tutor.posix import Session

        session = self._session()
        if not isinstance(session, Session):
            if self._code is None:
                self._code = 137
            return []
        taken = session.take_output()
        if session.status is not None and self._code is None:
            self._code = session.status
        return taken

    @property
    def status(self) -> int | None:
        """The exit code; None while it runs. Output may still be left to take."""
        from tutor.posix import Session

        if self._code is None:
            session = self._session()
            if not isinstance(session, Session):
                self._code = 137
            elif session.status is not None:
                self._code = session.status
        return self._code

    def signal(self, name: str = "INT") -> None:
        """Ctrl-C, or the client has gone ("HUP")."""
        try:
            running = self._runtime.running(*self._where)
        except ApiError:
            return
        if running.inside is not None:
            running.inside.machine.interrupt(self._pid, name)
            self._runtime.poke(*self._where[:2])


class Attachment:
    """What a container writes, from the moment somebody attached."""

    def __init__(self, runtime: Runtime, namespace: str, pod: str, container: str) -> None:
        running = runtime.running(namespace, pod, container)
        self._runtime = runtime
        self._where = (namespace, pod, container)
        self._next = len(running.log.lines)
        self.closed = False

    def take(self) -> list[tuple[str, bytes]]:
        """What was written since the last call."""
        try:
            page = self._runtime.logs(*self._where, start=self._next)
        except ApiError:
            self.closed = True
            return []
        self._next, self.closed = page.next, page.closed
        return [(line.stream, (line.text + "\n" * line.whole).encode()) for line in page.lines]

    def feed(self, data: bytes) -> int:
        """Standard input of the container's main program, if it reads any."""
        running = self._runtime.running(*self._where)
        inside = running.inside
        session = inside.session(inside.main) if inside is not None and inside.main is not None else None
        taken = session.feed(data) if session is not None else len(data)
        self._runtime.poke(*self._where[:2])
        return taken

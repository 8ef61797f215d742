"""What the API server asks of kubelets: logs, commands in containers, connections to ports. `cluster.runtime` is one.

It offers what `api.containers.ContainerRuntime` describes. Callers hold the cluster's lock unless a method says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from tutor.simulator.errors import bad_request
from tutor.simulator.images.container import Container
from tutor.simulator.images.logs import LogLine
from tutor.simulator.images.traffic import Request, Response
from tutor.simulator.kubelet.kubelet import NAME, Kubelet
from tutor.simulator.kubelet.refusals import exec_refusal
from tutor.simulator.kubelet.sessions import AttachSession, ExecSession, FailedSession
from tutor.simulator.kubelet.state import PodRecord, Run
from tutor.simulator.metrics import Reading

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster
    from tutor.simulator.kubelet.pressure import Pressure

Session = ExecSession | AttachSession | FailedSession


class Runtime:
    """The kubelets of a cluster as the API server sees them."""

    def __init__(self, cluster: SimulatedCluster, kubelet: Kubelet, pressure: Pressure) -> None:
        self._cluster = cluster
        self._kubelet = kubelet
        self.pressure = pressure
        """What the nodes are short of, and what something beside Kubernetes has taken of them."""
        self.network = kubelet.network
        """The cluster's network, for what connects to pods and Services from outside."""
        cluster.metrics.readings = self.readings
        cluster.metrics.beside_pods = pressure.room.beside_pods

    # -- logs

    def log(self, namespace: str, pod: str, container_id: str) -> Sequence[LogLine] | None:
        """The lines one run of a container has written so far, as a list that grows; None when the run is not known."""
        self._catch_up()
        run = self._run(namespace, pod, container_id)
        return None if run is None or run.container is None else LogView(self, namespace, pod, container_id)

    def _run(self, namespace: str, pod: str, container_id: str) -> Run | None:
        record = self._kubelet.record_at(namespace, pod)
        for own in record.containers.values() if record else ():
            for run in (own.current, own.previous):
                if run is not None and run.id == container_id:
                    return run
        return None

    def lines(self, namespace: str, pod: str, container_id: str) -> list[LogLine]:
        """The lines of one run as they are now; none when it is not known any more."""
        run = self._run(namespace, pod, container_id)
        return run.container.log.lines if run is not None and run.container is not None else []

    def _catch_up(self) -> None:
        """Do what is due, so that logs are up to now."""
        if not self._cluster.engine.idle():
            self._cluster.engine.run_ready()

    # -- commands

    def exec(
        self, namespace: str, pod: str, container: str, argv: Sequence[str], *, stdin: bool, tty: bool
    ) -> Session | None:
        """Run a command in a running container; None when the container does not run."""
        running = self.running(namespace, pod, container)
        if running is None:
            return None
        from tutor.posix import CommandNotFound, NotExecutable

        world = self._kubelet.network
        try:
            pid = running.enter(world).execute(running, world, list(argv), tty=tty)
        except (CommandNotFound, NotExecutable) as error:
            why = exec_refusal(argv[0], self._cluster.ids.uid(), denied=isinstance(error, NotExecutable))
            return FailedSession(f"error executing command in container: {why}")
        session = ExecSession(self, namespace, pod, container, pid)
        if not stdin:
            session.end_input()
        return session

    def attach(self, namespace: str, pod: str, container: str, *, stdin: bool, tty: bool) -> Session | None:
        """The streams of a running container's main process; None when it does not run."""
        if self.running(namespace, pod, container) is None:
            return None
        return AttachSession(self, namespace, pod, container)

    def running(self, namespace: str, pod: str, container: str) -> Container | None:
        """A container that runs; None when it does not."""
        record = self._kubelet.record_at(namespace, pod)
        own = record.containers.get(container) if record else None
        run = own.current if own else None
        return run.container if run is not None and run.is_running else None

    def poke(self, namespace: str, pod: str) -> None:
        """Let the kubelet look at a pod in which something was done from outside. Takes the cluster's lock itself."""
        with self._cluster.lock:
            record = self._kubelet.record_at(namespace, pod)
            if record is not None:
                for own in record.containers.values():
                    container = own.current.container if own.current is not None else None
                    if container is not None and container.inside is not None:
                        container.inside.wake(self._cluster.clock.now)
                self._cluster.engine.look_now(NAME, record.key)
                self._cluster.engine.run_ready()

    def on_look(self, namespace: str, pod: str, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` whenever a kubelet has looked at the pod; returns what ends it."""
        return self._kubelet.listen(namespace, pod, wake)

    @property
    def lock(self) -> Any:
        """The cluster's lock."""
        return self._cluster.lock

    @property
    def world(self) -> Any:
        """What lies outside of containers."""
        return self._kubelet.network

    # -- connections

    def request(self, namespace: str, pod: str, port: int, request: Request) -> Response:
        """A request to a pod's port, as port-forwarding and proxies make. Raises ConnectionFailed, or ApiError without a pod."""
        record: PodRecord | None = self._kubelet.record_at(namespace, pod)
        if record is None:
            raise bad_request(f"pod {pod} does not have a host assigned")
        return self._kubelet.network.direct(record.ip, port, request)

    # -- usage

    def readings(self, namespace: str, pod: str) -> Mapping[str, Reading]:
        """Processor seconds used so far and memory in use, by container; empty when nothing of the pod runs."""
        record = self._kubelet.peek(namespace, pod)
        if record is None or not self._kubelet.is_running(record.node):
            return {}
        now, found = self._cluster.clock.now, {}
        for own in record.running():
            run = own.current
            if run is not None and run.container is not None:
                used = run.container.cpu_seconds(now)
                found[own.name] = Reading(used, run.container.memory(now), run.started or now)
        return found

    # -- images

    def load_image(self, name: str) -> None:
        """Put an image on all nodes, so that nobody has to pull it. Raises InvalidReference."""
        self._kubelet.load_image(name)

    # -- single nodes

    def kubelets(self) -> dict[str, bool]:
        """The nodes, and whether the kubelet of each runs."""
        return {node["metadata"]["name"]: self._kubelet.is_running(node["metadata"]["name"]) for node in self._nodes()}

    def unreachable(self, node: str) -> str:
        """Why nobody can connect to the kubelet of a node, in the words of a socket; nothing when one can."""
        if node in self.cut_off_nodes():
            return "no route to host"
        return "" if self._kubelet.is_running(node) else "connection refused"

    def remembered(self) -> set[str]:
        """The pods that kubelets have something of, as "node|namespace/name"."""
        return set(self._kubelet.records)

    def _nodes(self) -> Iterator[dict[str, Any]]:
        yield from self._cluster.store.list_sorted("nodes")

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

    def cut_off_nodes(self) -> frozenset[str]:
        """The nodes that are cut off."""
        return self._kubelet.network.cut_off

    def reconnect(self, node: str) -> None:
        """Connect a node that was cut off."""
        self._kubelet.network.cut_off -= {node}
        self.start_kubelet(node)


class LogView(Sequence[LogLine]):
    """A log as a list that grows. It looks the log up anew each time, so that it survives the cluster's being restored."""

    def __init__(self, runtime: Runtime, namespace: str, pod: str, container_id: str) -> None:
        self._runtime = runtime
        self._where = (namespace, pod, container_id)
        self._last: list[LogLine] = []

    def _lines(self) -> list[LogLine]:
        found = self._runtime.lines(*self._where)
        if found or not self._last:
            self._last = found
        return self._last

    @overload
    def __getitem__(self, index: int) -> LogLine: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[LogLine]: ...

    def __getitem__(self, index: int | slice) -> LogLine | Sequence[LogLine]:
        return self._lines()[index]

    def __len__(self) -> int:
        return len(self._lines())

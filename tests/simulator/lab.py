"""A small cluster to try things on: pods by a line, what became of them, and what was said."""

from __future__ import annotations

from typing import Any

from tests.simulator.workloads import NOW
from tutor.simulator.cluster import NodeSpec, SimulatedCluster
from tutor.simulator.store import Obj

BUSYBOX = "busybox:1.36"
PAUSE = "registry.k8s.io/pause:3.10"


class Lab:
    """A cluster with shortcuts."""

    def __init__(self, nodes: int = 2, **options: Any) -> None:
        specs = [NodeSpec(f"node-{number}", cpu="2", memory="4Gi") for number in range(1, nodes + 1)]
        self.cluster = SimulatedCluster(now=NOW, nodes=specs, strict=True, **options)
        self.client = self.cluster.client("user")

    def pod(self, name: str, *containers: dict[str, Any], labels: dict[str, str] | None = None, **spec: Any) -> Obj:
        """Create a pod; containers are named c, c1, ... unless they say otherwise, and do nothing unless they have a command."""
        listed = [
            {"name": f"c{number or ''}", "image": BUSYBOX if "command" in container else PAUSE, **container}
            for number, container in enumerate(containers or ({},))
        ]
        metadata = {"name": name, "namespace": "default", "labels": labels or {"app": name}}
        body = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": listed, **spec}}
        return self.client.create("pods", body)

    def create(self, resource: str, api_version: str, kind: str, name: str, **fields: Any) -> Obj:
        """Create any object in the namespace default."""
        body = {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": "default"}, **fields}
        return self.client.create(resource, body)

    def get(self, name: str, resource: str = "pods") -> Obj:
        """An object of the namespace default."""
        found = self.cluster.store.get(resource, "default", name)
        assert found is not None, f"no {resource} {name}"
        return found

    def gone(self, name: str, resource: str = "pods") -> bool:
        """Whether there is no such object."""
        return self.cluster.store.get(resource, "default", name) is None

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.cluster.engine.advance(seconds)

    def settle(self) -> None:
        """Let time pass until nothing changes."""
        self.cluster.engine.run_until_settled()

    def status(self, name: str, container: str = "c") -> dict[str, Any]:
        """A container's status."""
        status = self.get(name)["status"]
        every = [*(status.get("initContainerStatuses") or ()), *status["containerStatuses"]]
        return next(entry for entry in every if entry["name"] == container)

    def state(self, name: str, container: str = "c") -> str:
        """A container's state in a word: its reason, or "running"."""
        state = self.status(name, container)["state"]
        kind = next(iter(state))
        return str(state[kind].get("reason", kind))

    def conditions(self, name: str) -> dict[str, str]:
        """A pod's conditions: status, and the reason if there is one."""
        found = self.get(name)["status"].get("conditions") or ()
        return {c["type"]: c["status"] + (f" {c['reason']}" if c.get("reason") else "") for c in found}

    def events(self, name: str) -> list[str]:
        """Reasons of the events about an object, in the order they were first written."""
        return [event["reason"] for event in self._events(name)]

    def messages(self, name: str, reason: str) -> list[str]:
        """Messages of the events about an object for one reason."""
        return [event["message"] for event in self._events(name) if event["reason"] == reason]

    def _events(self, name: str) -> list[Obj]:
        return [e for e in self.cluster.store.list("events", "default") if e["involvedObject"]["name"] == name]

    def log(self, name: str, container: str = "c", *, previous: bool = False) -> list[str]:
        """The lines of a container's log."""
        status = self.status(name, container)
        state = status["lastState"]["terminated"] if previous else status
        lines = self.cluster.runtime.log("default", name, str(state["containerID"]).rpartition("//")[2])
        return [line.text for line in lines or ()]

    def run(self, name: str, *argv: str, container: str = "c", seconds: float = 0.0) -> tuple[int, str]:
        """Run a command in a container, give it some time; exit code and output."""
        session = self.cluster.runtime.exec("default", name, container, list(argv), stdin=False, tty=False)
        assert session is not None, "the container does not run"
        self.advance(seconds)
        output = b"".join(data for _, data in session.output()).decode()
        status = session.exit_status()
        assert status is not None, f"still running: {output}"
        causes = (status.get("details") or {}).get("causes") or [{}]
        code = (
            0
            if status["status"] == "Success"
            else int(causes[0].get("message") or 0)
            if causes[0].get("reason")
            else -1
        )
        return code, output if code >= 0 else str(status.get("message", ""))

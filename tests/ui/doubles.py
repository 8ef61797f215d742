"""Stand-ins for the cluster, grading and the shell, which these tests are not about."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutor.clusters import ClockControl, Cluster, Levers, Snapshots
from tutor.clusters.history import ChangeLog, History
from tutor.course import load_pack
from tutor.course.model import Exercise
from tutor.grading import CheckResult, Report, Verdict
from tutor.progress import Progress, open_progress
from tutor.shell import Completion
from tutor.shell.story.requests import SentRequest
from tutor.ui.live.state import ClusterState
from tutor.ui.live.timeline import Timeline
from tutor.ui.live.watched import WatchedHistory
from tutor.ui.ports import SessionPort, ShellPort, Tell
from tutor.ui.services import Services

PACK = Path(__file__).parent / "pack"


@dataclass
class FakeClock:
    """A clock that only remembers what it was told."""

    rate: float = 1.0
    paused: bool = False
    advanced: float = 0.0

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False

    def set_rate(self, rate: float) -> None:
        self.rate = rate

    def advance(self, seconds: float) -> None:
        self.advanced += seconds

    def settle(self, limit: float = 600.0) -> bool:
        raise NotImplementedError


@dataclass
class FakeSnapshots:
    """Remembers labels; undo drops the last."""

    labels: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)

    def take(self, label: str, *, beginning: bool = False) -> str:
        self.labels.append(label)
        return label

    def restore(self, snapshot: str) -> None:
        self.restored.append(snapshot)

    def undo(self) -> str:
        self.undone.append(self.labels.pop())
        return self.undone[-1]


@dataclass
class FakeCluster:
    """A cluster that is ready at once, or fails when told to."""

    name: str = "simulated"
    capabilities: frozenset[str] = frozenset()
    fake_clock: FakeClock | None = field(default_factory=FakeClock)
    fake_snapshots: FakeSnapshots | None = field(default_factory=FakeSnapshots)
    levers: Levers | None = None
    fake_history: ChangeLog | None = None
    fails_with: Exception | None = None
    stopped: bool = False

    @property
    def clock(self) -> ClockControl | None:
        return self.fake_clock

    @property
    def snapshots(self) -> Snapshots | None:
        return self.fake_snapshots

    @property
    def history(self) -> History | None:
        return self.fake_history

    def load_images(self, images: Sequence[str], report: Tell = lambda text: None) -> None:
        raise NotImplementedError

    def start(self, report: Tell = lambda text: None) -> None:
        report("Starting the cluster")
        if self.fails_with is not None:
            raise self.fails_with

    def stop(self) -> None:
        self.stopped = True

    def kubeconfig(self) -> Path:
        return Path("/nonexistent/kubeconfig")


@dataclass
class FakeSession:
    """A session whose checks stand as the test says."""

    exercise: Exercise
    resets: int = 0
    closed: bool | None = None
    ready_replicas: int = 1
    callback: Callable[[Report], None] = lambda report: None

    def resume(self) -> bool:
        return False

    def start(self, report: Tell = lambda text: None) -> None:
        report("Setting the exercise up")

    def observe(self, callback: Callable[[Report], None]) -> None:
        self.callback = callback
        callback(self.check())

    def check(self) -> Report:
        done = self.ready_replicas == 3
        exists, ready = self.exercise.checks
        results = [
            CheckResult(exists.id, exists.text, Verdict.PASSED),
            CheckResult(
                ready.id,
                ready.text,
                Verdict.PASSED if done else Verdict.NOT_YET,
                is_=f"{self.ready_replicas} ready",
                wanted="3 ready",
                why=ready.why,
                mistake="You scaled the wrong thing.",
                see="lesson:first-steps#pod",
            ),
        ]
        return Report(self.exercise.id, Verdict.PASSED if done else Verdict.NOT_YET, tuple(results))

    def scale(self, replicas: int) -> None:
        """Change the state and tell the observer, as a real session does from its thread."""
        self.ready_replicas = replicas
        self.callback(self.check())

    def reset(self, report: Tell = lambda text: None) -> None:
        self.resets += 1
        self.ready_replicas = 1

    def solution(self) -> str:
        return self.exercise.solution

    def hint(self, number: int) -> str | None:
        return self.exercise.hints[number] if number < len(self.exercise.hints) else None

    def close(self, cleanup: bool = False) -> None:
        self.closed = cleanup


class FakeShell:
    """Echoes what it is given; `sleep` keeps running until it is interrupted."""

    def __init__(
        self,
        output: Callable[[str, str], None],
        editor: Callable[[str, str], str | None],
        session: Callable[[], FakeSession],
        before_line: Callable[[str], None],
    ) -> None:
        self._before_line = before_line
        self._output = output
        self._editor = editor
        self.width = 80
        self.edited: str | None = None
        self._session = session
        self.history: list[str] = []
        self.running = False
        self.stopped = False
        self.prompt = "production $ "
        self.folder = ""
        self.requests: list[SentRequest] = []
        self.fed: list[str] = []
        self.closed = False

    def start_line(self, line: str) -> None:
        self.history.append(line)
        self._before_line(line)
        if line == "sleep":
            self.running = True
        elif line == "sh":
            self.running = True
            self._output("stdout", "/ # ")
        elif line.startswith("kubectl scale"):
            self._output("stdout", "deployment.apps/web-app scaled\n")
            self._session().scale(int(line.rpartition("=")[2]))
        elif line == "edit":
            threading.Thread(target=self._edit, daemon=True).start()
        elif line.startswith("seq "):
            for number in range(int(line.removeprefix("seq "))):
                self._output("stdout", f"{number}\n")
        else:
            self._output("stderr", f"{line}: command not found\n")

    def _edit(self) -> None:
        self.edited = self._editor("deployment.yaml", "replicas: 1\n")
        self._output("end", "")

    def end_input(self) -> None:
        self.running = False

    def interrupt(self) -> None:
        self.running, self.stopped = False, True

    def feed_input(self, text: str) -> None:
        self.fed.append(text)

    def complete(self, line: str, cursor: int) -> Completion:
        start = line.rfind(" ", 0, cursor) + 1
        words = ["kubectl", "get", "pods", "pods.metrics.k8s.io", "production"]
        return Completion(start, [word for word in words if word.startswith(line[start:cursor])])

    def close(self) -> None:
        self.closed = True


class FakeWatcher:
    """Puts a few objects into the state once, and then nothing."""

    def __init__(self, state: ClusterState, timeline: Timeline, changed: Callable[[], None]) -> None:
        self.state, self.timeline, self._changed = state, timeline, changed
        self.stopped = False
        self.history: WatchedHistory | None = None

    def start(self) -> None:
        for kind, obj in objects():
            self.state.apply(kind, "ADDED", obj)
        self.timeline.event(event("Scaled up replica set web-app-6f9c to 1", "deployment-controller"))
        self._changed()

    def stop(self) -> None:
        self.stopped = True


def event(message: str, component: str, kind: str = "Normal") -> dict[str, Any]:
    """An event about the Deployment web-app."""
    return {
        "metadata": {"name": message, "uid": message},
        "involvedObject": {"kind": "Deployment", "name": "web-app"},
        "message": message,
        "source": {"component": component},
        "type": kind,
    }


def owned(name: str, uid: str, owner: str) -> dict[str, Any]:
    """The metadata of an object with a controller."""
    return {"name": name, "uid": uid, "ownerReferences": [{"uid": owner, "controller": True}]}


def pod(name: str, owner: str, node: str, *, ready: bool = True, waiting: str = "") -> dict[str, Any]:
    """A Pod of a ReplicaSet."""
    state: dict[str, Any] = {"waiting": {"reason": waiting}} if waiting else {"running": {}}
    return {
        "metadata": owned(name, name, owner),
        "spec": {"nodeName": node},
        "status": {
            "phase": "Pending" if waiting else "Running",
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
            "containerStatuses": [{"restartCount": 0, "state": state}],
        },
    }


def objects() -> list[tuple[str, dict[str, Any]]]:
    """A Deployment with one ready Pod, a Service that reaches it, and a node."""
    template = {"spec": {"containers": [{"image": "web-app:v2.1.0"}]}}
    status = {"readyReplicas": 1, "updatedReplicas": 1, "replicas": 1}
    revision = {"deployment.kubernetes.io/revision": "1"}
    replica_set = {**owned("web-app-6f9c", "rs", "deploy"), "annotations": revision}
    ready_node = {"conditions": [{"type": "Ready", "status": "True"}]}
    endpoints = {"labels": {"kubernetes.io/service-name": "web"}, "name": "web-x"}
    return [
        ("Deployment", {"metadata": {"name": "web-app", "uid": "deploy"}, "spec": {"replicas": 1}, "status": status}),
        ("ReplicaSet", {"metadata": replica_set, "spec": {"replicas": 1, "template": template}, "status": status}),
        ("Pod", pod("web-app-6f9c-x2x4p", "rs", "node-1")),
        ("Service", {"metadata": {"name": "web"}, "spec": {"selector": {"app": "web-app"}}}),
        ("EndpointSlice", {"metadata": endpoints, "endpoints": [{"conditions": {"ready": True}}]}),
        ("Node", {"metadata": {"name": "node-1"}, "status": ready_node}),
    ]


OPENED: list[Progress] = []
"""Progress that tests opened and that nobody may have closed."""


class FakeServices(Services):
    """The real course loader, quiz and progress; everything that needs a cluster replaced.

    A second one in the same folder is what a learner finds who comes back later.
    """

    def __init__(self, folder: Path, progress: Progress | None = None, cluster: FakeCluster | None = None) -> None:
        kept = progress or open_progress(folder / "progress.db")
        OPENED.append(kept)
        super().__init__("simulated", pack=load_pack(PACK), progress=kept)
        self.folder = folder
        self.fake_cluster = cluster or FakeCluster()
        self.session: FakeSession | None = None
        self.shell: FakeShell | None = None
        self.frozen = False

    def freeze_time(self) -> None:
        """Let everything on the timeline happen at once."""
        self.frozen = True

    @property
    def lesson_workspace(self) -> Path:
        return self.folder / "lessons"

    def new_seed(self) -> int:
        return 7

    def make_cluster(self, spec: str) -> Cluster:
        return self.fake_cluster

    def playground(self) -> Cluster:
        return self.fake_cluster

    def exercise_session(self, exercise: Exercise, cluster: Cluster) -> SessionPort:
        self.session = FakeSession(exercise)
        return self.session

    def workspace(self, exercise: Exercise) -> Path:
        folder = self.folder / exercise.id
        folder.mkdir(parents=True, exist_ok=True)
        manifest = folder / "deployment.yaml"
        if not manifest.exists():
            manifest.write_text(exercise.read("deployment.yaml"), encoding="utf-8")
        return folder

    def practice_shell(
        self,
        cluster: Cluster,
        workspace: Path,
        output: Callable[[str, str], None],
        editor: Callable[[str, str], str | None],
        before_line: Callable[[str], None] = lambda line: None,
    ) -> ShellPort:
        self.shell = FakeShell(output, editor, lambda: self.the_session, before_line)
        return self.shell

    @property
    def the_session(self) -> FakeSession:
        """The session, which must have been made."""
        assert self.session is not None
        return self.session

    @property
    def the_shell(self) -> FakeShell:
        """The shell, which must have been made."""
        assert self.shell is not None
        return self.shell

    def watcher(
        self, cluster: Cluster, namespace: str, state: ClusterState, timeline: Timeline, changed: Callable[[], None]
    ) -> Any:
        if self.frozen:
            timeline.clock = lambda: 0.0
            timeline.restart()
        return FakeWatcher(state, timeline, changed)

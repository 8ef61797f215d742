"""An exercise on disk, a cluster that is a World, and a session that plays one on the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tests.grading.world import NAMESPACE, World
from tutor.clusters import ClockControl, Levers, Snapshots
from tutor.course.model import (
    ApplyStep,
    Assertion,
    Check,
    Condition,
    Exercise,
    Expectation,
    Fact,
    Selector,
    Start,
    StartStep,
    WaitStep,
)
from tutor.grading.session import ExerciseSession

SERVICE = Selector("Service", "v1", NAMESPACE, "web")
MANIFEST = f"""\
apiVersion: v1
kind: ConfigMap
metadata: {{name: settings, namespace: {NAMESPACE}}}
data: {{LOG_LEVEL: info}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: more}}
"""
WORKSPACE_FILE = "apiVersion: v1\nkind: Service\n"


class FakeClock:
    """Counts the time that has been let go by, and does something at each step."""

    rate = 1.0
    paused = False

    def __init__(self, step: Callable[[float], object] = lambda passed: None) -> None:
        self.passed = 0.0
        self._step = step

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def set_rate(self, rate: float) -> None: ...

    def advance(self, seconds: float) -> None:
        self.passed += seconds
        self._step(self.passed)

    def settle(self, limit: float = 600.0) -> bool:
        self.advance(limit)
        return True


class FakeSnapshots:
    """Keeps copies of a World's objects."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.taken: dict[str, dict[str, dict[str, object]]] = {}

    def take(self, label: str, *, beginning: bool = False) -> str:
        self.taken[label] = dict(self._world.objects)
        return label

    def restore(self, snapshot: str) -> None:
        self._world.objects = dict(self.taken[snapshot])

    def undo(self) -> str:
        raise NotImplementedError


class FakeCluster:
    """A cluster to set exercises up on."""

    def __init__(self, folder: Path, *, name: str = "context:test") -> None:
        self.name = name
        self.capabilities: frozenset[str] = frozenset({"multi-node"})
        self.clock: ClockControl | None = None
        self.snapshots: Snapshots | None = None
        self.levers: Levers | None = None
        self.history = None
        self.loaded: list[str] = []
        self._kubeconfig = folder / "kubeconfig"
        contexts = "contexts: [{name: c, context: {cluster: c, user: u}}]"
        self._kubeconfig.write_text(f"apiVersion: v1\nkind: Config\n{contexts}\ncurrent-context: c\n", encoding="utf-8")

    def start(self, report: Callable[[str], None] = lambda _: None) -> None: ...

    def stop(self) -> None: ...

    def kubeconfig(self) -> Path:
        return self._kubeconfig

    def load_images(self, images: Sequence[str], report: Callable[[str], None] = lambda _: None) -> None:
        self.loaded += images


def make_exercise(
    folder: Path, *, steps: tuple[StartStep, ...] | None = None, requires: tuple[str, ...] = ()
) -> Exercise:
    """An exercise that starts with two ConfigMaps and wants a Service called web."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "start.yaml").write_text(MANIFEST, encoding="utf-8")
    (folder / "service.yaml").write_text(WORKSPACE_FILE, encoding="utf-8")
    there = Assertion(None, Expectation("exists", True))
    fact = Fact("level", Selector("ConfigMap", "v1", NAMESPACE, "settings"), "data.LOG_LEVEL")
    return Exercise(
        id="make-a-service",
        version=1,
        title="Make a Service",
        sections=(4,),
        minutes=5,
        level=1,
        namespace=NAMESPACE,
        task="Make it.",
        checks=(Check("service", "There is a Service.", SERVICE, (there,), "Clients need it."),),
        hints=("Look.", "Think."),
        solution="Like this.",
        debrief="So it was.",
        lesson="services",
        folder=folder,
        start=Start(("service.yaml",), (ApplyStep("start.yaml"),) if steps is None else steps, (fact,)),
        images=("web-app:v2.1.0",),
        requires=requires,
    )


def wait_for(of: Selector, within: int = 5) -> WaitStep:
    """A step that waits until an object is there."""
    return WaitStep(Condition(of, None, Expectation("exists", True)), within)


def make_session(exercise: Exercise, cluster: FakeCluster, workspace: Path, world: World) -> ExerciseSession:
    """A session whose API is the World."""
    return ExerciseSession(exercise, cluster, workspace, connect=lambda _: world)

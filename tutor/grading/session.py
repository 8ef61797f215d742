"""An exercise being played on a cluster: set up, looked at, begun again, left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from tutor.clusters import CAPABILITIES, Cluster, ClusterError
from tutor.clusters.outages import end_outages, outage_of
from tutor.course.model import Exercise
from tutor.grading import state as states
from tutor.grading.api import Api, ApiSource, Unreachable
from tutor.grading.evaluation import evaluate
from tutor.grading.footprint import footprint
from tutor.grading.namespaces import Namespaces
from tutor.grading.observing import Observer
from tutor.grading.pace import Pace
from tutor.grading.paths import collection
from tutor.grading.reader import Reader
from tutor.grading.setting_up import Setup
from tutor.grading.troubles import LOAD_REMEDY, image_message, missing_image
from tutor.grading.verdicts import Report, Verdict
from tutor.grading.workspace import Workspace

Tell = Callable[[str], None]
"""Told, in words, what is being waited for."""

_WATCHED = (("v1", "Pod"), ("v1", "Service"), ("apps/v1", "Deployment"), ("apps/v1", "ReplicaSet"))
"""What to watch besides the kinds an exercise looks at: whether a check is converging depends on these."""
_CHECK_CLUSTER = "Check that the cluster runs, then try again"


def _nobody(_: str) -> None:
    """Hears nothing."""


class ExerciseSession:
    """One exercise on one cluster, with the learner's files in `workspace`.

    Methods block; call them from a worker thread. All but `check` raise ClusterError with the remedy when the cluster
    does not play along, and OSError when files cannot be written.
    """

    def __init__(
        self, exercise: Exercise, cluster: Cluster, workspace: Path, *, connect: Callable[[Path], Api] = ApiSource
    ) -> None:
        self.exercise = exercise
        self.cluster = cluster
        self.workspace = workspace
        self._folder = states.exercise_folder(exercise.id)
        self._files = Workspace(workspace, exercise, self._folder / "backup")
        self._state: states.State | None = None
        self._touched = False
        self._connect = connect
        self._api: Api | None = None
        self._observer: Observer | None = None
        self._lock = threading.RLock()

    # Setting up ------------------------------------------------------------------------------------------------------

    def start(self, report: Tell = _nobody) -> None:
        """Set the exercise up, or go on with it when it is set up on this cluster already. Files that are there stay."""
        with self._lock, _Guard(self.cluster):
            self._require()
            end_outages(self.cluster)
            if self.resume():
                report("going on where you left off")
                return
            earlier = states.load(self._folder)
            if earlier is not None and earlier.version != self.exercise.version:
                self._files.restore()
            self._set_up(report)

    def resume(self) -> bool:
        """Go on with the exercise as it was left on this cluster; False when it is not set up there."""
        with self._lock, _Guard(self.cluster):
            state = states.load(self._folder)
            if state is None or (state.version, state.cluster) != (self.exercise.version, self.cluster.name):
                return False
            if self._namespaces().attempt(self.exercise.namespace) != state.attempt:
                return False
            self._files.complete()
            self._use_namespace(unless_chosen=True)
            self._state, self._touched = state, False
            return True

    def reset(self, report: Tell = _nobody) -> None:
        """Begin again. Files that the learner changed are kept in a backup folder."""
        with self._lock, _Guard(self.cluster):
            self._require()
            end_outages(self.cluster)
            self._files.restore()
            self._use_namespace()
            if not self._restore_snapshot():
                self._set_up(report)

    def _restore_snapshot(self) -> bool:
        """Go back to the start at once where the cluster can; says whether that worked."""
        snapshots, state = self.cluster.snapshots, self._state
        if snapshots is None or state is None or state.snapshot is None:
            return False
        try:
            snapshots.restore(state.snapshot)
        except KeyError:
            return False
        self._touched = False
        return self._namespaces().attempt(self.exercise.namespace) == state.attempt

    def _set_up(self, report: Tell) -> None:
        self._state = None
        states.forget(self._folder)
        self._files.complete()
        self._use_namespace()
        setup = Setup(self.exercise, self.cluster, self._source(), self._pace(), report)
        self._state, self._touched = setup.run(self._namespaces()), False
        states.save(self._folder, self._state)

    def _use_namespace(self, *, unless_chosen: bool = False) -> None:
        """Let kubectl play in the exercise's namespace without being told, unless the learner has chosen another one."""
        from tutor.kubectl import KubeConfig

        config = KubeConfig.load(self.cluster.kubeconfig())
        if not unless_chosen or config.namespace() == "default":
            config.set_namespace(self.exercise.namespace)

    def _require(self) -> None:
        missing = self._missing()
        if missing:
            raise ClusterError(missing, "Play it on a cluster that has it")

    def _missing(self) -> str | None:
        """Why this exercise is not available on this cluster; None when it is."""
        lacking = [CAPABILITIES[name] for name in self.exercise.requires if name not in self.cluster.capabilities]
        if not lacking:
            return None
        return f"the exercise needs {' and '.join(lacking)}, which the {self.cluster.name} cluster does not have"

    def _source(self) -> Api:
        self._api = self._api or self._connect(self.cluster.kubeconfig())
        return self._api

    def _pace(self) -> Pace:
        return Pace(self.cluster.clock)

    def _namespaces(self) -> Namespaces:
        # A cluster with a clock of ours is the tutor's from end to end.
        return Namespaces(self._source(), self._pace(), all_ours=self.cluster.clock is not None)

    # Looking ---------------------------------------------------------------------------------------------------------

    def check(self) -> Report:
        """How the exercise stands now. Never raises for the state of the cluster: that is a verdict too."""
        missing = self._missing()
        if missing:
            return Report(self.exercise.id, Verdict.NOT_AVAILABLE, note=f"{missing[:1].upper()}{missing[1:]}.")
        with self._lock:
            try:
                return self._look()
            except (Unreachable, ClusterError) as problem:
                return self._fault(outage_of(self.cluster) or f"{problem}. {_CHECK_CLUSTER}")
            except Exception as problem:
                # Whatever the grader stumbles over is not the learner's mistake and must not look like one.
                return self._fault(f"the checks could not be made, which is a fault of the tutor: {problem!r}")

    def _fault(self, note: str, report: Report | None = None) -> Report:
        report = report or Report(self.exercise.id, Verdict.ENVIRONMENT_FAULT)
        return replace(report, verdict=Verdict.ENVIRONMENT_FAULT, note=f"{note[:1].upper()}{note[1:]}.")

    def _look(self) -> Report:
        state = self._state
        if state is None:
            return self._fault("the exercise is not set up on this cluster. Start it first")
        reader, namespace = Reader(self._source()), self.exercise.namespace
        report = evaluate(self.exercise, reader, state.facts, untouched=self._untouched(reader, state))
        if report.verdict is Verdict.PASSED:
            return report
        image = missing_image(reader, namespace, self.exercise.images)
        if image:
            return self._fault(f"{image_message(image)}. {LOAD_REMEDY}", report)
        if reader.get(f"/api/v1/namespaces/{namespace}") is None:
            return replace(report, note=f"The namespace {namespace} is gone. Reset the exercise to get it back.")
        return report

    def _untouched(self, reader: Reader, state: states.State) -> bool:
        """Whether nothing has been done yet; once something has, that stays so until the next reset."""
        if not self._touched:
            self._touched = self._files.changed() or footprint(reader, self.exercise.namespace) != state.footprint
        return not self._touched

    def observe(self, callback: Callable[[Report], None]) -> None:
        """Call back from another thread, at once and then whenever the exercise stands differently, until `close`."""
        self.stop_observing()
        source = self._source()
        self._observer = Observer(self.check, self._watched_paths(source), source.watch, callback)
        self._observer.start()

    def stop_observing(self) -> None:
        """Call back no more. Does not block."""
        if self._observer is not None:
            self._observer.stop()
            self._observer = None

    def _watched_paths(self, source: Api) -> Iterator[str]:
        looks = [(check.of.api_version, check.of.kind, check.of.namespace) for check in self.exercise.checks]
        conditions = [condition for mistake in self.exercise.mistakes for condition in mistake.when]
        looks += [(c.of.api_version, c.of.kind, c.of.namespace) for c in conditions]
        looks += [(version, kind, self.exercise.namespace) for version, kind in _WATCHED]
        for look in looks:
            with _Guard(self.cluster):
                path = collection(source.get, *look)
            if path:
                yield path

    # Helping and leaving ---------------------------------------------------------------------------------------------

    def hint(self, number: int) -> str | None:
        """A hint, counted from 0, as Markdown; None when there are no more."""
        return self.exercise.hints[number] if 0 <= number < len(self.exercise.hints) else None

    def solution(self) -> str:
        """The solution, as Markdown."""
        return self.exercise.solution

    def close(self, cleanup: bool = False) -> None:
        """Leave. With `cleanup` the namespace is removed, which the cluster finishes by itself; files are kept."""
        self.stop_observing()
        with self._lock, _Guard(self.cluster):
            if cleanup and self._state is not None:
                self._namespaces().begin_removal(self.exercise.namespace)
                states.forget(self._folder)
                self._state = None
            if self._api is not None:
                self._api.close()
                self._api = None


class _Guard:
    """Turns an API that does not answer into a ClusterError."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, problem: BaseException | None, __: object) -> None:
        if isinstance(problem, Unreachable):
            raise ClusterError(outage_of(self._cluster) or str(problem), _CHECK_CLUSTER) from None

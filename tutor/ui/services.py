"""Everything the screens use that is not a screen: the course, the learner's progress, the cluster, exercises.

One object is handed to the app, so that tests can put others in its place. Each part is loaded when it is first used:
the home screen needs neither a cluster nor the libraries that talk to one.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.course import load_pack
from tutor.progress import LessonContents, Progress, contents_of, data_folder, open_progress
from tutor.ui.settings import UiSettings

if TYPE_CHECKING:
    from tutor.clusters import Cluster
    from tutor.clusters.consent import ContextInfo
    from tutor.course.model import Exercise
    from tutor.course.pack import Pack
    from tutor.manifests.schemas import ClusterSchemas
    from tutor.quiz import QuestionBank
    from tutor.ui.exercise_run import ExerciseRun
    from tutor.ui.live.state import ClusterState
    from tutor.ui.live.timeline import Timeline
    from tutor.ui.live.watcher import Watcher
    from tutor.ui.ports import SessionPort, ShellPort, Tell


class Services:
    """The tutor below the screens. Safe to use from the screens' worker threads."""

    def __init__(
        self, cluster_spec: str | None = None, *, pack: Pack | None = None, progress: Progress | None = None
    ) -> None:
        self._given_pack = pack
        self._given_progress = progress
        self._cluster_spec = cluster_spec
        self._cluster: Cluster | None = None
        self._run: ExerciseRun | None = None
        self._lock = threading.RLock()

    @cached_property
    def pack(self) -> Pack:
        """The course. PackError when its files cannot be read."""
        return self._given_pack or load_pack()

    def check(self) -> None:
        """Load the course. PackError when its files cannot be read."""
        _ = self.pack

    @cached_property
    def progress(self) -> Progress:
        """What the learner did; kept in memory with a warning when its file cannot be used."""
        return self._given_progress or open_progress()

    @property
    def progress_warning(self) -> str | None:
        """Why progress is only kept in memory, None while all is well."""
        return self.progress.warning

    @cached_property
    def settings(self) -> UiSettings:
        """What the learner chose."""
        return UiSettings(self.progress.settings)

    @cached_property
    def bank(self) -> QuestionBank:
        """Every question of the course."""
        from tutor.quiz import QuestionBank

        return QuestionBank(self.pack.quizzes.values())

    @cached_property
    def contents(self) -> tuple[LessonContents, ...]:
        """What there is to do in each lesson, for summaries of progress."""
        return tuple(contents_of(self.pack.lessons, self.pack.quizzes, self.pack.exercises))

    def new_seed(self) -> int:
        """What decides the order of a new quiz."""
        return random.SystemRandom().randrange(2**32)

    @property
    def lesson_workspace(self) -> Path:
        """The folder for manifests saved from lessons."""
        return data_folder() / "workspace" / "lessons"

    @property
    def cluster_spec(self) -> str:
        """Which cluster exercises are played on: `simulated`, `kind` or `context:NAME`."""
        return self._cluster_spec or self.settings.cluster

    def choose_cluster(self, spec: str) -> None:
        """Use another cluster from now on, and next time. The one in use is let go."""
        with self._lock:
            self._close_cluster()
            self._cluster_spec = spec
            self.settings.cluster = spec

    @property
    def open_cluster(self) -> Cluster | None:
        """The cluster if it has been started."""
        return self._cluster

    def cluster(self, report: Tell) -> Cluster:
        """The running cluster, started if need be; `report` is told what is being waited for. Blocks.

        ClusterError, with its remedy, when it cannot be started.
        """
        with self._lock:
            cluster = self._cluster or self.make_cluster(self.cluster_spec)
            cluster.start(report)
            self._cluster = cluster
            return cluster

    def make_cluster(self, spec: str) -> Cluster:
        """A cluster that is not started yet. ClusterError for a spec that names none."""
        from tutor.clusters import open_cluster

        return open_cluster(spec, keep=True)

    def is_beside_another(self, cluster: Cluster) -> bool:
        """Whether another running k8s-tutor has the learner's cluster, so that this one is another and is not kept."""
        from tutor.clusters.simulated import Simulated

        return isinstance(cluster, Simulated) and cluster.is_beside_another

    def playground(self) -> Cluster:
        """A simulated cluster that nobody else uses and nothing keeps, not started yet."""
        from tutor.clusters import open_cluster

        return open_cluster("simulated")

    def contexts(self) -> list[ContextInfo]:
        """The contexts of the learner's kubeconfig. ClusterError when it cannot be read."""
        from tutor.clusters.context import contexts

        return contexts()

    def has_agreed(self, info: ContextInfo) -> bool:
        """Whether the learner has agreed to the use of exactly this server as this user."""
        from tutor.clusters.consent import has_consent

        return has_consent(info)

    def agree(self, info: ContextInfo) -> None:
        """Remember that the learner has agreed to it. OSError when that cannot be kept."""
        from tutor.clusters.consent import give_consent

        give_consent(info)

    def preload(self) -> None:
        """Get ready for starting a cluster. For a worker thread."""
        if self.cluster_spec == "simulated":
            from tutor.clusters import preload

            preload()

    def run_of(self, exercise: Exercise) -> ExerciseRun:
        """The run of an exercise: the one that is open if it is of the same exercise, else a new one. May block.

        Exercises share namespaces, so only one is open at a time.
        """
        from tutor.ui.exercise_run import ExerciseRun

        with self._lock:
            if self._run is not None and self._run.exercise.id != exercise.id:
                self._run.close(cleanup=True)
                self._run = None
            self._run = self._run or ExerciseRun(self, exercise)
            return self._run

    def exercise_session(self, exercise: Exercise, cluster: Cluster) -> SessionPort:
        """A session of one exercise, not started yet."""
        from tutor.grading import ExerciseSession

        return ExerciseSession(exercise, cluster, self.workspace(exercise))

    def workspace(self, exercise: Exercise) -> Path:
        """The folder with the learner's files for one exercise."""
        from tutor.grading import workspace_for

        return workspace_for(exercise.id)

    def practice_shell(
        self,
        cluster: Cluster,
        workspace: Path,
        output: Callable[[str, str], None],
        editor: Callable[[str, str], str | None],
        before_line: Callable[[str], None] = lambda line: None,
    ) -> ShellPort:
        """A shell in that folder whose kubectl talks to that cluster. `editor` is what `kubectl edit` opens; `before_line` is
        called in the shell's thread with each line that is about to be run."""
        from tutor.shell import PracticeShell

        return PracticeShell(cluster.kubeconfig(), workspace, output=output, editor=editor, before_line=before_line)

    def schemas(self, cluster: Cluster) -> ClusterSchemas:
        """What that cluster knows about manifests. Nothing is asked yet."""
        from tutor.manifests.schemas import ClusterSchemas

        return ClusterSchemas(cluster.kubeconfig())

    def watcher(
        self,
        cluster: Cluster,
        namespace: str,
        state: ClusterState,
        timeline: Timeline,
        changed: Callable[[], None],
    ) -> Watcher:
        """What keeps the live view of a namespace up to date, not started yet."""
        from tutor.ui.live.watcher import Watcher

        return Watcher(cluster.kubeconfig(), namespace, state, timeline, changed)

    def close(self) -> None:
        """Let go of the cluster and of the progress file. Safe to call twice."""
        with self._lock:
            self._close_cluster()
            if "progress" in self.__dict__:
                self.progress.close()

    def _close_cluster(self) -> None:
        if self._run is not None:
            self._run.close()
            self._run = None
        if self._cluster is not None:
            self._cluster.stop()
            self._cluster = None

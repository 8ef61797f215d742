"""An exercise being played: its cluster, its session, its shell, and what of it is recorded as progress.

It belongs to the app, not to the screen: leaving the screen and coming back finds everything as it was.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.progress import Attempt, CheckRecord
from tutor.ui.live.state import ClusterState
from tutor.ui.live.timeline import Timeline
from tutor.ui.live.watched import WatchedHistory
from tutor.ui.ports import SessionPort, ShellPort, Tell

if TYPE_CHECKING:
    from tutor.clusters import Cluster
    from tutor.clusters.history import History
    from tutor.course.model import Exercise
    from tutor.grading import Report
    from tutor.manifests.schemas import ClusterSchemas
    from tutor.shell.story.telling import Story
    from tutor.ui.live.watcher import Watcher
    from tutor.ui.services import Services

MAX_OUTPUT = 4000
"""Lines of shell output that are kept."""
PASSED = "passed"


@dataclass
class ShellLog:
    """What the shell printed and what was typed: kept here so that it outlives the screen. Safe to use from any thread."""

    lines: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=MAX_OUTPUT))
    """Pairs of stream (`input`, `stdout`, `stderr`) and text, without line ends."""
    partial: tuple[str, str] | None = None
    """A last line that has not been ended yet, for example a question that waits for an answer."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, stream: str, text: str) -> None:
        """Take in a piece of output, which may hold any number of lines or a part of one.

        The stream `clear` empties the log, and `end` ends a line that was left open.
        """
        with self._lock:
            self._add(stream, text)

    def _add(self, stream: str, text: str) -> None:
        if stream == "clear":
            self.lines.clear()
            self.partial = None
            return
        if stream == "end":
            text = "\n" if self.partial else ""
            stream = self.partial[0] if self.partial else stream
        # What is typed stands after the prompt that asked for it, as in a terminal.
        joins = self.partial is not None and stream in ("input", self.partial[0])
        before = self.partial[1] if self.partial and joins else ""
        if self.partial and not joins:
            self.lines.append(self.partial)
        *whole, rest = (before + text).replace("\r\n", "\n").split("\n")
        self.lines.extend((stream, line) for line in whole)
        self.partial = (stream, rest) if rest else None

    def everything(self, *, unended: bool = True) -> list[tuple[str, str]]:
        """All lines; the unended one, if wanted, last."""
        with self._lock:
            return [*self.lines, *([self.partial] if self.partial and unended else [])]


class ExerciseRun:
    """One exercise on one cluster. Methods marked as blocking belong into a worker thread."""

    def __init__(self, services: Services, exercise: Exercise) -> None:
        self.exercise = exercise
        self.log = ShellLog()
        self.state = ClusterState()
        self.timeline = Timeline()
        self.report: Report | None = None
        self.hints_shown = 0
        self.set_up_anew = False
        """Whether an attempt goes on whose cluster is gone, so that only the files are as they were left."""
        self.beside_another = False
        """Whether it has been set up on a cluster that is not kept, as another k8s-tutor is using the one that is."""
        self.broken: tuple[str, ...] | None = None
        """The faults put into the cluster on purpose, as last looked for; None where there can be none."""
        self.cluster: Cluster | None = None
        self.shell: ShellPort | None = None
        self.schemas: ClusterSchemas | None = None
        """What the cluster knows about manifests."""
        self._services = services
        self._session: SessionPort | None = None
        self._attempt: Attempt | None = None
        self._watcher: Watcher | None = None
        self._history: History | None = None
        self._next: str | None = None
        self._told: tuple[str, int] | None = None
        """The last line run, and the number of the last change before it."""
        self._lock = threading.RLock()
        self.on_report: Callable[[Report], None] = lambda report: None
        self.on_cluster: Callable[[], None] = lambda: None
        self.on_output: Callable[[], None] = lambda: None
        self.on_edit: Callable[[str, str], str | None] = lambda name, text: None

    @property
    def namespace(self) -> str:
        """Where it is played."""
        return self.exercise.namespace

    @property
    def ready(self) -> bool:
        """Whether it has been set up."""
        return self._session is not None

    @property
    def attempt(self) -> Attempt | None:
        """What has been recorded of it."""
        return self._attempt

    @property
    def workspace(self) -> Path:
        """The folder with the learner's files."""
        return self._services.workspace(self.exercise)

    def open(self, report: Tell) -> None:
        """Start the cluster and set the exercise up. Blocks; errors carry their remedy."""
        with self._lock:
            if self.ready:
                return
            cluster = self._services.cluster(report)
            session = self._services.exercise_session(self.exercise, cluster)
            resumed = session.resume()
            if not resumed:
                session.start(report)
            self.cluster = cluster
            self.shell = self._services.practice_shell(
                cluster, self.workspace, self._take_output, self._edit, self._before_line
            )
            self.schemas = self._services.schemas(cluster)
            self._session = session
            self._record_start(cluster.name, resumed)
            self.timeline.restart()
            session.observe(self._take_report)
            self._watch(cluster)

    def _record_start(self, cluster_name: str, resumed: bool) -> None:
        exercises = self._services.progress.exercises
        unfinished = exercises.unfinished(self.exercise.id)
        self.set_up_anew = unfinished is not None and not resumed
        self.beside_another = self.cluster is not None and self._services.is_beside_another(self.cluster)
        self._attempt = unfinished or exercises.start(self.exercise.id, self.exercise.version, cluster_name)
        self.hints_shown = self._attempt.hints

    def _watch(self, cluster: Cluster) -> None:
        self._watcher = self._services.watcher(
            cluster, self.exercise.namespace, self.state, self.timeline, self._changed
        )
        if cluster.history is None:
            self._watcher.history = WatchedHistory()
        self._history = cluster.history or self._watcher.history
        self._watcher.start()

    def _changed(self) -> None:
        self.on_cluster()

    def _take_output(self, stream: str, text: str) -> None:
        self.log.add(stream, text)
        self.on_output()

    def _edit(self, name: str, text: str) -> str | None:
        """Let the learner edit a text, for a command that waits for it in a thread of its own."""
        return self.on_edit(name, text)

    def _take_report(self, report: Report) -> None:
        with self._lock:
            self.report = report
            self._record(report)
        self.on_report(report)

    def _record(self, report: Report) -> None:
        if self._attempt is None:
            return
        exercises = self._services.progress.exercises
        records = [CheckRecord(result.check_id, str(result.verdict), result.is_) for result in report.results]
        exercises.note_checks(self._attempt.id, records)
        if str(report.verdict) == PASSED and not self._attempt.passed:
            exercises.passed(self._attempt.id)
            self._attempt = exercises.attempt(self._attempt.id)
            self.timeline.note("tutor", "every check has passed")

    def check(self) -> None:
        """Look at the checks now. Blocks."""
        if self._session is not None:
            self._take_report(self._session.check())

    def run_line(self, line: str) -> None:
        """Run a line in the shell, or give it to the command that is running there."""
        if self.shell is None:
            return
        if self.shell.running:
            self.log.add("input", f"{line}\n")
            self.shell.feed_input(f"{line}\n")
            return
        self.log.add("input", f"{self.shell.prompt}{line}\n")
        if line.strip():
            self.shell.start_line(line)

    def run_next(self, line: str) -> None:
        """Have a line run as soon as the running command has ended."""
        self._next = line

    def go_on(self) -> None:
        """Run the line that waits for the end of a command, if it has ended."""
        if self._next is not None and self.shell is not None and not self.shell.running:
            line, self._next = self._next, None
            self.run_line(line)

    def story(self) -> Story | None:
        """What has come of the last line so far; None before one was run."""
        from tutor.shell.story.telling import tell

        if self._told is None or self._history is None or self.shell is None:
            return None
        line, before = self._told
        changes = self._history.since(before)
        namespace = self.exercise.namespace
        return tell(line, self.shell.requests, changes, namespace=namespace, exact=self._history.complete)

    def _before_line(self, line: str) -> None:
        """Remember the cluster as it was before a line. Runs in the shell's thread: a cluster at work makes it wait."""
        snapshots = self.cluster.snapshots if self.cluster else None
        if snapshots is not None:
            snapshots.take(line)
        self._told = (line.strip(), self._history.last if self._history else 0)
        self.timeline.note("you", line.strip())

    def undo(self) -> str:
        """Take the cluster back to before the last command that changed something. Blocks. Says what has been done; errors say
        why it cannot be."""
        if self.cluster is None or self.cluster.snapshots is None:
            return ""
        line = " ".join(self.cluster.snapshots.undo().split())
        self._told = None
        self.timeline.note("you", f"took back: {line}")
        return f"Taken back: {line}"

    def look_for_faults(self) -> None:
        """Find out what is broken on purpose. Blocks."""
        levers = self.cluster.levers if self.cluster else None
        self.broken = None if levers is None else tuple(lever.name for lever in levers.faults() if lever.on)

    def next_hint(self) -> str | None:
        """The next hint, recorded as used; None when there are no more."""
        if self._session is None or self.hints_shown >= len(self.exercise.hints):
            return None
        hint = self._session.hint(self.hints_shown)
        if hint is not None and self._attempt is not None:
            self.hints_shown += 1
            self._services.progress.exercises.note_hint(self._attempt.id)
        return hint

    def hints_seen(self) -> list[str]:
        """The hints shown so far, in this run or before the program was ended."""
        session = self._session
        found = [session.hint(number) for number in range(self.hints_shown)] if session is not None else []
        return [hint for hint in found if hint is not None]

    def solution(self) -> str:
        """The solution, recorded as shown."""
        if self._session is None or self._attempt is None:
            return ""
        self._services.progress.exercises.note_solution(self._attempt.id)
        self._attempt = self._services.progress.exercises.attempt(self._attempt.id)
        return self._session.solution()

    def reset(self) -> None:
        """Set the exercise up anew; the files of the learner that the start brings are put back. Blocks."""
        with self._lock:
            if self._session is None or self._attempt is None:
                return
            self._services.progress.exercises.note_reset(self._attempt.id)
            self._session.reset()
            self._told = None
            self.timeline.restart()
            self.timeline.note("you", "started the exercise again")

    def close(self, *, cleanup: bool = False) -> None:
        """Stop watching and let the shell go. With `cleanup` the exercise's objects are removed too. Blocks."""
        with self._lock:
            if self._watcher is not None:
                self._watcher.stop()
            if self.shell is not None:
                self.shell.close()
            if self._session is not None:
                self._session.close(cleanup)
            if self.schemas is not None:
                self.schemas.close()
            self._watcher = self.shell = self._session = self.schemas = None

"""Plays the answers to exercises on several clusters and shows how each came out on each, side by side.

usage: python -m tests.tools.answer_table [--kind-image IMAGE] [--exercise ID]... CLUSTER...

A CLUSTER is named as for the tutor's --cluster: simulated, kind, or a context that has been agreed to. A kind cluster
that is not there is made and deleted afterwards. What the tutor keeps goes into K8S_TUTOR_HOME, as ever.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tutor.clusters import Cluster, ClusterError, KindOptions, open_cluster
from tutor.clusters.kind import CLUSTER_NAME, KindCluster
from tutor.clusters.programs import run
from tutor.course import load_pack
from tutor.course.loading.exercises import read_answers
from tutor.course.model import CorrectAnswer, Exercise, WrongAnswer
from tutor.grading import ExerciseSession, Report, Verdict, workspace_for
from tutor.grading.answers import play, shell_runner

Answer = CorrectAnswer | WrongAnswer


@dataclass(frozen=True, slots=True)
class Played:
    """How one answer came out on one cluster."""

    verdict: str
    """The verdict on the exercise, or that it could not be played."""
    details: str
    """What has not passed and how it was, in words."""
    problem: str
    """What differs from the answer's record; empty when nothing does."""
    seconds: float
    """How long the exercise's start and the answer took together."""


def answers_to(exercise: Exercise) -> list[Answer]:
    """Right answers, then wrong ones. Empty when the exercise has none that can be read."""
    answers = read_answers(exercise.folder, [])
    return [*answers.correct, *answers.wrong] if answers is not None else []


def play_answer(exercise: Exercise, answer: Answer, cluster: Cluster) -> Played:
    """Play an answer from the start of its exercise, and remove what is left. Raises ClusterError, OSError."""
    began = time.monotonic()
    session = ExerciseSession(exercise, cluster, workspace_for(exercise.id))
    try:
        session.reset()
        at_start = session.check()
        with shell_runner(session) as run:
            outcome = play(session, answer, run)
    finally:
        session.close(cleanup=True)
    problem = outcome.problem
    if at_start.verdict is not Verdict.NOT_STARTED:
        problem = f"before anything is done: {at_start.verdict}. {problem}".strip()
    return Played(str(outcome.report.verdict), details(outcome.report), problem, time.monotonic() - began)


def details(report: Report) -> str:
    """What has not passed, how it was, and the report's note."""
    failed = [f"{r.check_id} {r.verdict} ({r.is_})" for r in report.results if r.verdict is not Verdict.PASSED]
    return ", ".join([*failed, *([report.note] if report.note else [])])


@contextmanager
def started(spec: str, kind: KindOptions) -> Iterator[Cluster]:
    """A started cluster. One of kind's that was not there is deleted at the end. Raises ClusterError."""
    cluster = open_cluster(spec, kind=kind)
    ours = isinstance(cluster, KindCluster) and CLUSTER_NAME not in run(["kind", "get", "clusters"]).split()
    try:
        cluster.start(_progress)
        yield cluster
    finally:
        if ours and isinstance(cluster, KindCluster):
            cluster.delete()
        else:
            cluster.stop()


def _progress(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _play(exercise: Exercise, answer: Answer, cluster: Cluster) -> Played:
    try:
        return play_answer(exercise, answer, cluster)
    except ClusterError as error:
        return Played("not played", "", str(error), 0.0)


def _rows(exercise: Exercise, answer: Answer, cells: dict[str, Played]) -> Iterator[str]:
    agree = len({(cell.verdict, cell.details) for cell in cells.values()}) == 1
    yield f"{exercise.id}: {answer.name}{'' if agree else '  (not the same)'}"
    for name, cell in cells.items():
        mark = "BAD" if cell.problem else "ok "
        yield f"    {name:<12} {cell.seconds:5.1f} s  {mark}  {cell.verdict}  {cell.details}".rstrip()
        if cell.problem:
            yield f"    {'':<12} {cell.problem}"


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 1 when an answer came out otherwise than recorded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clusters", nargs="+", metavar="CLUSTER")
    parser.add_argument("--kind-image", help="node image of a kind cluster that has to be made")
    parser.add_argument("--exercise", action="append", help="play this one only; may be given more than once")
    given = parser.parse_args(argv)
    exercises = [e for e in load_pack().exercises.values() if not given.exercise or e.id in given.exercise]
    problems = 0
    with ExitStack() as stack:
        options = KindOptions(image=given.kind_image)
        clusters = {spec: stack.enter_context(started(spec, options)) for spec in given.clusters}
        for exercise in exercises:
            for answer in answers_to(exercise):
                cells = {spec: _play(exercise, answer, cluster) for spec, cluster in clusters.items()}
                sys.stdout.write("".join(f"{row}\n" for row in _rows(exercise, answer, cells)))
                sys.stdout.flush()
                problems += any(cell.problem for cell in cells.values())
    return int(problems > 0)


if __name__ == "__main__":
    sys.exit(main())

"""`exercise`: list, start, check, hint, reset, solution and leave, each a command of its own.

The cluster lives on between the commands: the simulated one runs in the background until `cluster stop`.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tutor.cli.clusters import cluster_there, opened_cluster, program
from tutor.cli.output import (
    CONVERGING,
    ENVIRONMENT,
    FAILED,
    OK,
    USAGE,
    CommandError,
    built_in_pack,
    json_option,
    label,
    markdown,
    opened_progress,
    say,
    say_json,
    unknown,
    warn,
)
from tutor.own_shell import EXERCISE

if TYPE_CHECKING:
    from tutor.clusters import Cluster
    from tutor.course.model import Exercise
    from tutor.grading import ExerciseSession, Report

MARKS = {"passed": "passed", "not_yet": "not yet", "converging": "converging", "not_started": "not started"}
CODES = {"passed": OK, "not_yet": FAILED, "not_started": FAILED, "converging": CONVERGING}


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    exercise = commands.add_parser("exercise", help="hands-on exercises")
    verbs = exercise.add_subparsers(title="verbs", metavar="VERB", required=True)
    listing = verbs.add_parser("list", help="list the exercises")
    json_option(listing)
    listing.set_defaults(handler=list_exercises)
    for name, handler, text in (
        ("start", start, "set an exercise up and print its task"),
        ("check", check, "look how it stands"),
        ("hint", hint, "print the next hint"),
        ("reset", reset, "set it up anew; files you changed are kept in a backup folder"),
        ("solution", solution, "print the solution (this is recorded)"),
        ("leave", leave, "remove what the exercise made in the cluster"),
    ):
        verb = verbs.add_parser(name, help=text)
        verb.add_argument(
            "exercise",
            nargs="?",
            default=os.environ.get(EXERCISE),
            help="id of the exercise; in its own shell not needed",
        )
        if name == "check":
            json_option(verb)
        verb.set_defaults(handler=handler)


def find_exercise(wanted: str | None) -> Exercise:
    """An exercise by its id. CommandError when there is none."""
    exercises = built_in_pack().exercises
    if wanted is None:
        raise CommandError(f"say which exercise: {', '.join(exercises)}", USAGE)
    found = exercises.get(wanted)
    if found is None:
        raise unknown("exercise", wanted, exercises)
    return found


def list_exercises(arguments: argparse.Namespace) -> int:
    """Print the exercises and which are solved."""
    exercises = list(built_in_pack().exercises.values())
    with opened_progress() as progress:
        solved = {e.id: any(a.passed for a in progress.exercises.history(e.id)) for e in exercises}
    if arguments.json:
        say_json(
            [
                {
                    "id": e.id,
                    "title": e.title,
                    "lesson": e.lesson,
                    "level": e.level,
                    "minutes": e.minutes,
                    "passed": solved[e.id],
                }
                for e in exercises
            ]
        )
        return OK
    for e in exercises:
        say(f"{e.id:<24}  {e.title:<44}  {e.minutes:>2} min  {'passed' if solved[e.id] else ''}".rstrip())
    return OK


def _session(arguments: argparse.Namespace) -> ExerciseSession:
    """A session of the exercise on the chosen cluster, not set up yet."""
    from tutor.grading import ExerciseSession, workspace_for

    exercise = find_exercise(arguments.exercise)
    return ExerciseSession(exercise, opened_cluster(arguments.cluster), workspace_for(exercise.id))


def _resumed(arguments: argparse.Namespace) -> ExerciseSession:
    """A session that has been started before. No cluster is made for it: there could be nothing in it."""
    name = find_exercise(arguments.exercise).id
    begin = f"Start it with: {program(arguments)} exercise start {name}"
    if not cluster_there(arguments.cluster):
        raise CommandError(f"{name} has not been started: its cluster is not there. {begin}")
    session = _session(arguments)
    if not session.resume():
        raise CommandError(f"{name} has not been started on this cluster. {begin}")
    return session


def _guard(action: Any) -> Any:
    """Do something with a cluster; its failure is the environment's, not the learner's."""
    from tutor.clusters import ClusterError

    try:
        return action()
    except ClusterError as error:
        raise CommandError(str(error), ENVIRONMENT) from None


def begin(
    exercise: Exercise, cluster: Cluster, report: Callable[[str], None], *, anew: bool = False
) -> ExerciseSession:
    """A session of an exercise that is set up; one that is set up already goes on, unless `anew`."""
    from tutor.grading import ExerciseSession, workspace_for

    session = ExerciseSession(exercise, cluster, workspace_for(exercise.id))
    if anew or not _guard(session.resume):
        _guard(lambda: session.start(report))
    with opened_progress() as progress:
        if progress.exercises.unfinished(exercise.id) is None:
            progress.exercises.start(exercise.id, exercise.version, cluster.name)
    return session


def start(arguments: argparse.Namespace) -> int:
    """Set up, print the task and where the files are."""
    exercise = find_exercise(arguments.exercise)
    session = begin(exercise, opened_cluster(arguments.cluster), warn, anew=True)
    say([exercise.title, "=" * len(exercise.title), "", *markdown(exercise.task), ""])
    tutor = program(arguments)
    say([f"Your files:  {session.workspace}", f"kubectl:     {tutor} kubectl ...   (namespace {exercise.namespace})"])
    say(f"Your own:    export KUBECONFIG={session.cluster.kubeconfig()}")
    say(f"Then:        {tutor} exercise check {exercise.id}")
    return OK


def check(arguments: argparse.Namespace) -> int:
    """Print each criterion and say by the exit code how it stands."""
    session = _resumed(arguments)
    report: Report = _guard(session.check)
    _record(session.exercise, report)
    if arguments.json:
        say_json(
            {
                "exercise": report.exercise_id,
                "verdict": str(report.verdict),
                "passed": report.passed,
                "total": report.total,
            }
            | {"note": report.note, "checks": [_as_data(result) for result in report.results]}
        )
    else:
        _print(report)
        if str(report.verdict) == "passed":
            say(["", *markdown(session.exercise.debrief)])
    return CODES.get(str(report.verdict), ENVIRONMENT)


def _as_data(result: Any) -> dict[str, Any]:
    return {
        "id": result.check_id,
        "text": result.text,
        "verdict": str(result.verdict),
        "is": result.is_,
        "wanted": result.wanted,
        "why": result.why,
        "mistake": result.mistake,
        "see": result.see,
    }


def _print(report: Report) -> None:
    for result in report.results:
        verdict = str(result.verdict)
        say(f"[{MARKS.get(verdict, verdict)}] {result.text}")
        if verdict != "passed":
            rows = (
                ("is", result.is_),
                ("wanted", result.wanted),
                ("why", result.why),
                ("note", result.mistake),
                ("read", result.see),
            )
            say(line for name, value in rows if value for line in label(name, value))
    if report.note:
        say(report.note)
    say(f"{report.passed} of {report.total} passed.")


def _record(exercise: Exercise, report: Report) -> None:
    from tutor.progress import CheckRecord

    with opened_progress() as progress:
        attempt = progress.exercises.unfinished(exercise.id)
        if attempt is None:
            return
        records = [CheckRecord(r.check_id, str(r.verdict), r.is_) for r in report.results]
        progress.exercises.note_checks(attempt.id, records)
        if str(report.verdict) == "passed":
            progress.exercises.passed(attempt.id)


def hint(arguments: argparse.Namespace) -> int:
    """Print the next hint that has not been shown in this attempt."""
    exercise = find_exercise(arguments.exercise)
    with opened_progress() as progress:
        attempt = progress.exercises.unfinished(exercise.id)
        shown = attempt.hints if attempt else 0
        if shown >= len(exercise.hints):
            say(f"There are no more hints. The solution: k8s-tutor exercise solution {exercise.id}")
            return OK
        if attempt is not None:
            progress.exercises.note_hint(attempt.id)
    say([f"Hint {shown + 1} of {len(exercise.hints)}:", *markdown(exercise.hints[shown])])
    return OK


def reset(arguments: argparse.Namespace) -> int:
    """Set the exercise up anew."""
    session = _resumed(arguments)
    _guard(session.reset)
    with opened_progress() as progress:
        attempt = progress.exercises.unfinished(session.exercise.id)
        if attempt is not None:
            progress.exercises.note_reset(attempt.id)
    say(f"{session.exercise.title} is as it was at the start.")
    return OK


def solution(arguments: argparse.Namespace) -> int:
    """Print the solution and record that it was shown."""
    exercise = find_exercise(arguments.exercise)
    with opened_progress() as progress:
        attempt = progress.exercises.unfinished(exercise.id)
        if attempt is not None:
            progress.exercises.note_solution(attempt.id)
    say(markdown(exercise.solution))
    return OK


def leave(arguments: argparse.Namespace) -> int:
    """Remove what the exercise made."""
    session = _resumed(arguments)
    _guard(lambda: session.close(cleanup=True))
    with opened_progress() as progress:
        attempt = progress.exercises.unfinished(session.exercise.id)
        if attempt is not None:
            progress.exercises.ended(attempt.id)
    say("What the exercise made in the cluster is gone; your files are kept.")
    return OK

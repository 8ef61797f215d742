"""`shell`: the learner's own shell on the tutor's cluster, in the folder of an exercise."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from tutor.cli.clusters import opened_cluster
from tutor.cli.output import ENVIRONMENT, USAGE, CommandError, markdown, say, warn

if TYPE_CHECKING:
    from tutor.course.model import Exercise
    from tutor.own_shell import Place


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    shell = commands.add_parser(
        "shell", help="your own shell ($SHELL) with KUBECONFIG and the folder of an exercise set, on this computer"
    )
    shell.add_argument("exercise", nargs="?", help="id of an exercise, which is set up unless it is already")
    shell.set_defaults(handler=open_shell)


def open_shell(arguments: argparse.Namespace) -> int:
    """Open it and come back with its exit status."""
    from tutor.own_shell import banner, is_inside, prepare, run

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CommandError(
            "your own shell needs a terminal. Without one use: k8s-tutor kubectl, k8s-tutor exercise", USAGE
        )
    if is_inside():
        raise CommandError("this is such a shell already. Leave it with exit before opening another one", USAGE)
    exercise = _exercise(arguments)
    place = _place(arguments, exercise)
    try:
        command = prepare(place)
        if exercise is not None:
            say([exercise.title, "=" * len(exercise.title), "", *markdown(exercise.task), ""])
        status = run(command, banner(place, command, exercise.title if exercise else ""))
    except OSError as problem:
        what = problem.filename or "your shell"
        why = f"{what} cannot be used: {problem.strerror}. SHELL names the program that is started"
        raise CommandError(why, ENVIRONMENT) from None
    say("You have left the shell. The cluster goes on; k8s-tutor cluster stop ends the simulated one.")
    return status


def _exercise(arguments: argparse.Namespace) -> Exercise | None:
    from tutor.cli.exercises import find_exercise

    return find_exercise(arguments.exercise) if arguments.exercise else None


def _place(arguments: argparse.Namespace, exercise: Exercise | None) -> Place:
    from tutor.cli.exercises import begin
    from tutor.own_shell import Place
    from tutor.progress import data_folder

    cluster = opened_cluster(arguments.cluster)
    if exercise is None:
        workspace = data_folder() / "workspace" / "lessons"
        return Place(cluster.kubeconfig(), cluster.name, cluster.capabilities, workspace)
    session = begin(exercise, cluster, warn)
    return Place(
        cluster.kubeconfig(), cluster.name, cluster.capabilities, session.workspace, exercise.id, exercise.namespace
    )

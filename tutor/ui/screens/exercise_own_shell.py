"""The learner's own shell, opened from the exercise: the screens stand aside until it is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import App, SuspendNotSupported

if TYPE_CHECKING:
    from tutor.clusters import Cluster
    from tutor.ui.exercise_run import ExerciseRun


def open_own_shell(app: App[Any], run: ExerciseRun, cluster: Cluster) -> str:
    """Open it and wait until it is left. Returns why that could not be done, empty when it could."""
    from tutor import own_shell

    if own_shell.is_inside():
        return "The tutor was started from such a shell: leave the tutor to go back to it."
    exercise = run.exercise
    place = own_shell.Place(
        cluster.kubeconfig(), cluster.name, cluster.capabilities, run.workspace, exercise.id, exercise.namespace
    )
    try:
        command = own_shell.prepare(place)
        with app.suspend():
            own_shell.run(command, own_shell.banner(place, command, exercise.title))
    except SuspendNotSupported:
        return "Your own shell needs a terminal of this computer. In your own terminal type: k8s-tutor shell"
    except OSError as problem:
        return f"{problem.filename or 'Your shell'} cannot be used: {problem.strerror}. SHELL names the program."
    run.timeline.note("you", "used a shell of your own")
    return ""

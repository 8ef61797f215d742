"""Editing a text for a command of the practice shell that waits for it: in the tutor's editor, or in the learner's own."""

from __future__ import annotations

import shlex
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.app import App, SuspendNotSupported

if TYPE_CHECKING:
    from tutor.ui.exercise_run import ExerciseRun
    from tutor.ui.settings import UiSettings

POLL_SECONDS = 0.5
"""How often a command that waits for an editor looks whether the app is still there."""
_OF_KUBECTL = ("kubectl-edit-", "kubectl-create-")
"""What the names of texts begin with that kubectl sends to the cluster itself."""


@dataclass(frozen=True)
class Edited:
    """What came of it: the saved text, or None when nothing was saved."""

    text: str | None


def edit_in_own(app: App[Any], settings: UiSettings, name: str, text: str) -> Edited | None:
    """Edit a text in the learner's own editor; None when the tutor's is to be used."""
    from tutor import own_editor

    editor = own_editor.own_editor() if settings.own_editor and not app.is_web else ()
    if not editor:
        return None
    try:
        with app.suspend():
            return Edited(own_editor.edit(editor, name, text))
    except (SuspendNotSupported, OSError) as problem:
        app.notify(f"{editor[0]} cannot be used here, so this is the tutor's editor. {problem}", severity="warning")
        return None


def edit_text(app: App[Any], settings: UiSettings, run: ExerciseRun, name: str, text: str) -> str | None:
    """Let the learner edit a text and wait for it; the saved text, or None. For a thread of the command's own."""
    from tutor.ui.screens.edit import EditScreen

    closed = threading.Event()
    saved: list[str | None] = [None]

    def take(result: str | None) -> None:
        saved[0] = result
        closed.set()

    def show() -> None:
        edited = edit_in_own(app, settings, name, text)
        if edited is not None:
            take(edited.text)
            return
        screen = EditScreen(name, text, run.schemas, can_apply=not name.startswith(_OF_KUBECTL))

        def take_and_apply(result: str | None) -> None:
            if result is not None and screen.is_to_be_applied:
                run.run_next(f"kubectl apply -f {shlex.quote(name)}")
            take(result)

        app.push_screen(screen, take_and_apply)

    app.call_from_thread(show)
    while not closed.wait(POLL_SECONDS):
        if not app.is_running:
            return None
    return saved[0]


def apply_in_shell(run: ExerciseRun | None, name: str) -> str:
    """Run kubectl apply with a file of the workspace in the shell; why that cannot be done, empty when it is."""
    if run is None or run.shell is None:
        return "The exercise is still being set up."
    if run.shell.running:
        return "A command is still running in the shell. Stop it there with ctrl+c first."
    run.run_line(f"kubectl apply -f {'~/' if run.shell.folder else ''}{shlex.quote(name)}")
    return ""

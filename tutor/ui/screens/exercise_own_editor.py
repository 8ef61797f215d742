"""Editing in the learner's own editor, where they have asked for it and it can have the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.app import App, SuspendNotSupported

if TYPE_CHECKING:
    from tutor.ui.settings import UiSettings


@dataclass(frozen=True)
class Edited:
    """What came of it: the saved text, or None when nothing was saved."""

    text: str | None


def edit_in_own(app: App[Any], settings: UiSettings, name: str, text: str) -> Edited | None:
    """Edit a text there; None when the tutor's own editor is to be used."""
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

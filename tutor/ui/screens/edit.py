"""Editing a text that a command waits for, as `kubectl edit` does."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from tutor.ui.keys import bind
from tutor.ui.screens.base import TutorScreen
from tutor.ui.widgets.editor.manifest_editor import ManifestEditor
from tutor.ui.widgets.editor.yaml_area import LEAVE, SAVE, YamlArea

if TYPE_CHECKING:
    from tutor.manifests.schemas import ClusterSchemas


class EditScreen(TutorScreen[str]):
    """An editor over the whole screen. Its result is the saved text, or None when nothing was saved."""

    CSS = "EditScreen ManifestEditor { padding: 0 1; }"
    TITLE_TEXT = "Editor"
    HELP_TEXT = (
        "Change the text; ctrl+s saves it and goes back to the command that asked for it. Escape goes back without saving, "
        "and asks first when there is something to lose. Tab writes what is proposed, ctrl+z takes back what was typed. "
        "It is no vi, but :wq and :q! with enter do what you mean."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("ctrl+s,ctrl+o", "save", "Save", "Save the text and close the editor.", name="save-text"),
        bind("escape", "close", "Cancel", "Go back without saving.", name="discard"),
        bind("ctrl+g", "apply", "Apply", "Save the text, go back and run kubectl apply with it."),
        bind("f1", "explain", "Explain", "Explain the field at the cursor.", show=False, name="explain-field"),
    ]

    def __init__(self, name: str, text: str, schemas: ClusterSchemas | None = None, *, can_apply: bool = False) -> None:
        super().__init__()
        self.is_to_be_applied = False
        """Whether the learner wants what they saved to be applied."""
        self._can_apply = can_apply
        self._subject, self._text, self._schemas = name, text, schemas
        self._asked = False

    def compose_body(self) -> ComposeResult:
        yield ManifestEditor(self._text, name=self._subject, is_object=not self._can_apply)

    @property
    def editor(self) -> ManifestEditor:
        """The editor."""
        return self.query_one(ManifestEditor)

    def on_mount(self) -> None:
        """Begin at once."""
        self.title_bar.show(f"Editing {self._subject}")
        self.editor.schemas = self._schemas
        self.editor.area.focus()
        self.editor.look()

    def action_save(self) -> None:
        """Save and go back."""
        self.dismiss(self.editor.text)

    @on(YamlArea.ViCommand)
    def obey(self, event: YamlArea.ViCommand) -> None:
        """Do what somebody means who types as in vi."""
        if event.meaning == SAVE:
            self.action_save()
        elif event.meaning == LEAVE:
            self.action_close()
        else:
            self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a file of the workspace can be applied; kubectl edit does it by itself."""
        return self._can_apply if action == "apply" else True

    def action_apply(self) -> None:
        """Save, go back and have the file applied."""
        self.is_to_be_applied = True
        self.action_save()

    def action_explain(self) -> None:
        """Explain the field at the cursor."""
        self.editor.action_explain()

    def action_close(self) -> None:
        """Go back without saving; when something has been changed, only if asked twice."""
        if self.editor.text != self._text and not self._asked:
            self._asked = True
            self.editor.say("Your changes are not saved. ctrl+s saves them; escape again throws them away.")
            self.set_timer(5, self._forget)
        else:
            self.dismiss(None)

    def _forget(self) -> None:
        self._asked = False

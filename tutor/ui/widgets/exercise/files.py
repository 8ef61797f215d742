"""The learner's files, with an editor that says on which line a manifest is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea
from textual.widgets.option_list import Option

from tutor.ui.keys import bind
from tutor.ui.widgets.editor.manifest_editor import TYPING_PAUSE, ManifestEditor
from tutor.ui.widgets.editor.yaml_area import YamlArea
from tutor.ui.widgets.frame.menu import Menu

MAX_FILES = 200
MENU_WIDTH = 24
"""The widest the list of files gets, in cells."""
MAX_BYTES = 200_000
"""Files larger than this are not opened in the editor."""


class FilesPane(Horizontal):
    """A list of files and an editor. What is edited is saved when the editor is left, and with ctrl+s."""

    DEFAULT_CSS = """
    FilesPane { padding: 0 1; }
    FilesPane Menu { width: 12; height: 100%; border-right: solid $border-blurred; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("ctrl+s,ctrl+o", "save", "Save", "Save the file.", show=False, name="save-file"),
        bind(
            "ctrl+g", "apply", "Apply", "Save the file and run kubectl apply with it in the shell.", name="apply-file"
        ),
    ]

    class ApplyWanted(Message):
        """A file is saved and is to be applied. `name` is its path within the workspace."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self) -> None:
        super().__init__(id="files")
        self.folder: Path | None = None
        self.path: Path | None = None
        self._saved = ""
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Menu()
        yield ManifestEditor()

    @property
    def manifest(self) -> ManifestEditor:
        """The editor with what it knows about manifests."""
        return self.query_one(ManifestEditor)

    @property
    def editor(self) -> TextArea:
        """The text being edited."""
        return self.manifest.area

    @property
    def is_changed(self) -> bool:
        """Whether there is something to save."""
        return self.path is not None and self.editor.text != self._saved

    def open_folder(self, folder: Path) -> None:
        """List a folder and open its first file."""
        self.folder = folder
        self.refresh_files()

    def refresh_files(self) -> None:
        """List the files anew and take in what has changed on disk, unless it is being edited here."""
        if self.folder is None:
            return
        files = list_files(self.folder)
        menu = self.query_one(Menu)
        names = [path.relative_to(self.folder).as_posix() for path in files]
        if [option.id for option in menu.options] != names:
            menu.set_options([Option(Content(name), id=name) for name in names])
            menu.styles.width = min(MENU_WIDTH, max(map(len, names), default=0) + 3)
        if self.path is None and files:
            self.open_file(files[0])
        elif self.path is not None and self.path.exists() and not self.is_changed:
            text = _read(self.path)
            if text is not None and text != self._saved:
                self.open_file(self.path)

    def open_file(self, path: Path) -> None:
        """Show a file in the editor; the one before it is saved first."""
        self.action_save(quiet=True)
        text = _read(path)
        if text is None:
            self.manifest.say(f"{path.name} cannot be shown: it is too large or not text.")
            return
        self.path, self._saved = path, text
        self.manifest.load(path.name, text)

    @on(Menu.OptionSelected)
    def choose(self, event: Menu.OptionSelected) -> None:
        """Open the chosen file and start editing."""
        event.stop()
        if self.folder is not None and event.option.id:
            self.open_file(self.folder / event.option.id)
            self.editor.focus()

    @on(YamlArea.ViCommand)
    def obey(self) -> None:
        """Somebody types as in vi to save and leave; here there is nothing to leave, as what was typed is saved anyway."""
        self.action_save()

    @on(TextArea.Changed)
    def save_soon(self) -> None:
        """Save a moment after typing."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(TYPING_PAUSE, self.save_now)

    def save_now(self) -> None:
        """Save what has been typed so far."""
        self.action_save(quiet=True)

    def on_descendant_blur(self) -> None:
        """Save when the editor is left, so that a command run next finds what was typed."""
        self.action_save(quiet=True)

    def action_save(self, quiet: bool = False) -> None:
        """Save the file."""
        if self.path is None or not self.is_changed:
            if not quiet and self.path is not None:
                self.notify(f"{self.path.name} is saved.", timeout=2)
            return
        try:
            self.path.write_text(self.editor.text, encoding="utf-8")
        except OSError as error:
            self.notify(f"{self.path.name} could not be saved: {error}.", severity="error", timeout=8)
            return
        self._saved = self.editor.text
        if not quiet:
            self.notify(f"Saved {self.path.name}.", timeout=2)

    def action_apply(self) -> None:
        """Save the file and have it applied."""
        self.action_save(quiet=True)
        if self.path is not None and self.folder is not None and not self.is_changed:
            self.post_message(self.ApplyWanted(self.path.relative_to(self.folder).as_posix()))


def list_files(folder: Path) -> list[Path]:
    """The files below a folder, without hidden ones, by name."""
    if not folder.is_dir():
        return []
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    visible = [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    return visible[:MAX_FILES]


def _read(path: Path) -> str | None:
    """The file's text, None when it cannot be edited."""
    try:
        data = path.read_bytes()
        return data.decode() if len(data) <= MAX_BYTES else None
    except (OSError, UnicodeDecodeError):
        return None

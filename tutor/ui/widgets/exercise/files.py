"""The learner's files, with an editor that says on which line a manifest is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static, TextArea
from textual.widgets.option_list import Option

from tutor.ui.keys import bind
from tutor.ui.widgets.exercise.yaml_area import YamlArea
from tutor.ui.widgets.frame.menu import Menu

TYPING_PAUSE = 0.3
"""Seconds after a keystroke before a file is saved and checked."""
MAX_FILES = 200
MAX_BYTES = 200_000
"""Files larger than this are not opened in the editor."""


class FilesPane(Horizontal):
    """A list of files and an editor. What is edited is saved when the editor is left, and with ctrl+s."""

    DEFAULT_CSS = """
    FilesPane { padding: 0 1; }
    FilesPane Menu { width: 24; height: 100%; border-right: solid $border-blurred; }
    FilesPane YamlArea { height: 1fr; border: none; padding: 0; background: $background; &:focus { border: none; } }
    FilesPane #problem { height: auto; max-height: 3; color: $text-warning; }
    FilesPane #problem.-good { color: $text-success; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("ctrl+s,ctrl+o", "save", "Save", "Save the file.", name="save-file"),
    ]

    def __init__(self) -> None:
        super().__init__(id="files")
        self.folder: Path | None = None
        self.path: Path | None = None
        self._saved = ""

    def compose(self) -> ComposeResult:
        yield Menu()
        with Vertical():
            yield YamlArea("", show_line_numbers=True, soft_wrap=False, tab_behavior="focus", compact=True, id="editor")
            yield Static("", id="problem")

    @property
    def editor(self) -> TextArea:
        """The editor."""
        return self.query_one(TextArea)

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
            self._say(f"{path.name} cannot be shown: it is too large or not text.")
            return
        self.path, self._saved = path, text
        self.editor.load_text(text)
        self.editor.border_title = path.name
        self._check(text)

    @on(Menu.OptionSelected)
    def choose(self, event: Menu.OptionSelected) -> None:
        """Open the chosen file and start editing."""
        event.stop()
        if self.folder is not None and event.option.id:
            self.open_file(self.folder / event.option.id)
            self.editor.focus()

    @on(TextArea.Changed)
    def check_soon(self) -> None:
        """Save and look for mistakes a moment after typing."""
        self.set_timer(TYPING_PAUSE, self.check_now)

    def check_now(self) -> None:
        """Save what has been typed so far and look for mistakes in it."""
        self.action_save(quiet=True)
        self._check(self.editor.text)

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

    @work(thread=True, exclusive=True, group="check-file", exit_on_error=False)
    def _check(self, text: str) -> None:
        """Find what is wrong in a manifest; loading the schema takes a moment, so it is done beside."""
        if self.path is None or self.path.suffix not in (".yaml", ".yml"):
            self.app.call_from_thread(self._say, "", False)
            return
        from tutor.manifests.text import check_text

        problems = check_text(text)
        message = f"line {problems[0].line}: {problems[0]}" if problems else "✓ valid manifest"
        if len(problems) > 1:
            message += f"  (and {len(problems) - 1} more)"
        self.app.call_from_thread(self._say, message, not problems)

    def _say(self, text: str, good: bool = False) -> None:
        line = self.query_one("#problem", Static)
        line.update(Content(text))
        line.set_class(good, "-good")


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

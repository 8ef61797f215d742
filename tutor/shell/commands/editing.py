"""vi, nano and the like: they open the tutor's own editor."""

from __future__ import annotations

from collections.abc import Callable

from tutor.shell.calls import Surroundings
from tutor.shell.commands.kubectl import Editor

NAMES = ("edit", "vi", "vim", "nvim", "view", "nano", "pico", "emacs", "ed", "code", "micro")


def editing(editor: Editor | None) -> Callable[[Surroundings], int]:
    """The command, which opens files in this editor."""

    def edit(surroundings: Surroundings) -> int:
        names = [word for word in surroundings.argv[1:] if not word.startswith(("-", "+"))]
        if len(names) != 1:
            surroundings.err(f"usage: {surroundings.argv[0]} FILE\n")
            return 2
        if editor is None:
            surroundings.err(f"{surroundings.argv[0]}: open {names[0]} in the Files pane\n")
            return 1
        return _edit_file(surroundings, editor, names[0])

    return edit


def _edit_file(surroundings: Surroundings, editor: Editor, name: str) -> int:
    try:
        saved = editor(name, _content(surroundings, name))
        if saved is not None:
            surroundings.files.write(name, saved.encode())
    except UnicodeDecodeError:
        surroundings.err(f"{surroundings.argv[0]}: {name}: not a text file\n")
        return 1
    except OSError as problem:
        surroundings.err(f"{surroundings.argv[0]}: {name}: {problem.strerror}\n")
        return 1
    return 0


def _content(surroundings: Surroundings, name: str) -> str:
    """The text to edit: nothing for a file that is not there yet."""
    try:
        return surroundings.files.read_bytes(name).decode("utf-8")
    except FileNotFoundError:
        return ""

"""The learner's own editor, for those who want it in place of the tutor's: the program VISUAL or EDITOR names."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tutor.own_shell import leaving_interrupts_to_the_program


def own_editor(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The program and its arguments; nothing when none is named or it is not there."""
    try:
        words = shlex.split(environment.get("VISUAL") or environment.get("EDITOR") or "")
    except ValueError:
        return ()
    return tuple(words) if words and shutil.which(words[0], path=environment.get("PATH")) else ()


def edit(editor: tuple[str, ...], name: str, text: str) -> str | None:
    """Have a text edited in a file of this name; the saved text, or None when the editor failed. For the main thread.

    OSError when the editor cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="k8s-tutor-") as folder:
        file = Path(folder) / Path(name).name
        file.write_text(text, encoding="utf-8")
        with leaving_interrupts_to_the_program():
            status = subprocess.call([*editor, str(file)])
        try:
            return file.read_text(encoding="utf-8") if status == 0 else None
        except (FileNotFoundError, UnicodeDecodeError):
            return None

"""Redirections: expanding their targets, opening them, and putting the descriptors back afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.posix.errors import FileError
from tutor.posix.fields import text_of
from tutor.posix.frames.base import Frame
from tutor.posix.frames.words import WordFrame
from tutor.posix.process import Outcome, Process, spare_descriptor
from tutor.posix.streams import Data, Stream
from tutor.posix.syntax import Redirect
from tutor.posix.text import encode

if TYPE_CHECKING:
    from tutor.posix.shell import Shell

Target = tuple[Redirect, str]
_MODES = {"<": "r", ">": "w", ">|": "w", ">>": "a", "<>": "+", ">&": "w"}


class RedirectsFrame(Frame):
    """Expand the targets; the result is in `shell.targets`."""

    def __init__(self, redirects: tuple[Redirect, ...]) -> None:
        self.redirects = redirects
        self.targets: list[Target] = []
        self.waiting = False

    def step(self, shell: Shell) -> Outcome:
        if self.waiting:
            self.targets.append((self.redirects[len(self.targets)], text_of(shell.take_pieces())))
        self.waiting = len(self.targets) < len(self.redirects)
        if self.waiting:
            redirect = self.redirects[len(self.targets)]
            shell.push(WordFrame(redirect.target, tilde=redirect.operator != "<<"))
        else:
            shell.targets = self.targets
            shell.pop()
        return None


class SavedStreams:
    """What descriptors pointed to before they were redirected, kept in descriptors from 10 up as real shells do."""

    def __init__(self) -> None:
        self.spares: dict[int, int | None] = {}

    def redirect(self, shell: Shell, targets: list[Target]) -> bool:
        """Apply redirections in order; on failure complain and return False (what was changed stays for `restore`)."""
        for redirect, target in targets:
            try:
                self._apply(shell, redirect, target)
            except FileError as error:
                creating = redirect.operator in (">", ">>", ">|", "<>")
                if redirect.operator in ("<&", ">&"):
                    shell.complain(f"{target}: {error.reason}")
                else:
                    shell.complain(shell.dialect.cannot_open(target, error.reason, creating=creating))
                return False
        return True

    def _apply(self, shell: Shell, redirect: Redirect, target: str) -> None:
        process, fd = shell.process, redirect.fd
        duplicates = redirect.operator in ("<&", ">&") and (target == "-" or target.isdecimal())
        if redirect.operator in ("<<", "<<<"):
            stream: Stream | None = Data(encode(target + ("\n" if redirect.operator == "<<<" else "")))
        elif duplicates:
            stream = None if target == "-" else process.stream(int(target[:6]))
        elif redirect.operator == "<&":
            raise FileError("EBADF", target)
        else:
            if redirect.operator == ">" and "C" in shell.options and self._is_file(process, target):
                raise FileError("EEXIST", target)
            stream = process.open(target, _MODES[redirect.operator])
        self._save(process, fd)
        self._set(process, fd, stream)
        if redirect.operator == ">&" and not duplicates:
            self._save(process, 2)
            self._set(process, 2, stream)

    @staticmethod
    def _is_file(process: Process, target: str) -> bool:
        info = process.files.lookup(process.path(target))
        return info is not None and info.kind == "file"

    def _save(self, process: Process, fd: int) -> None:
        if fd in self.spares:
            return
        self.spares[fd] = None
        if fd in process.streams:
            spare = spare_descriptor(process)
            process.attach(spare, process.streams[fd])
            self.spares[fd] = spare

    @staticmethod
    def _set(process: Process, fd: int, stream: Stream | None) -> None:
        if stream is None:
            process.close(fd)
        else:
            process.attach(fd, stream)

    def restore(self, process: Process) -> None:
        """Put everything back."""
        for fd, spare in self.spares.items():
            self._set(process, fd, None if spare is None else process.streams[spare])
        self.keep(process)

    def keep(self, process: Process) -> None:
        """Forget what was before, so that the redirections stay (`exec >file`)."""
        for spare in self.spares.values():
            if spare is not None:
                process.close(spare)
        self.spares.clear()

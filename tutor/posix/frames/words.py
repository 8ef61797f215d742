"""Expanding words. Commands in them run as children, so an expansion is a frame that can be left and resumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.posix import limits, parameters
from tutor.posix.braces import expand_braces
from tutor.posix.errors import ShellError
from tutor.posix.fields import Piece, Pieces, expand_paths, split, text_of
from tutor.posix.frames.base import Frame
from tutor.posix.process import Outcome
from tutor.posix.simple_parser import as_assignment
from tutor.posix.syntax import Arithmetic, Literal, Parameter, Part, Substitution, Word
from tutor.posix.text import decode
from tutor.posix.users import home_of

if TYPE_CHECKING:
    from tutor.posix.shell import Shell

_SPECIAL = frozenset("~*?[{")


class WordFrame(Frame):
    """Expand one word into pieces, found in `shell.pieces`. `tilde` expands `~`, `assignment` also after colons."""

    def __init__(self, word: Word, *, tilde: bool = False, assignment: bool = False) -> None:
        self.word = word
        self.tilde = tilde or assignment
        self.assignment = assignment
        self.index = 0
        self.pieces: Pieces = []
        self.waiting = ""
        self.todo: tuple[Word, ...] = ()
        self.operands: list[Pieces] = []

    def step(self, shell: Shell) -> Outcome:
        if self.waiting:
            self._resume(shell)
        while not self.waiting and self.index < len(self.word.parts):
            self._start(shell, self.word.parts[self.index])
        if not self.waiting:
            self._check_size()
            shell.pieces = self.pieces
            shell.pop()
        return None

    def _start(self, shell: Shell, part: Part) -> None:
        if isinstance(part, Literal):
            self.pieces += self._literal(shell, part)
            self.index += 1
        elif isinstance(part, Substitution):
            self.waiting = "output"
            shell.capture(part.body)
        elif isinstance(part, Arithmetic):
            self.waiting = "expression"
            shell.push(WordFrame(part.expression))
        else:
            self.todo = parameters.needed_words(shell, part)
            self.operands = []
            self._continue_parameter(shell, part)

    def _resume(self, shell: Shell) -> None:
        part, self.waiting = self.word.parts[self.index], ""
        if isinstance(part, Substitution):
            self._add(shell.take_text(), part.quoted)
        elif isinstance(part, Arithmetic):
            self._add(str(shell.evaluate(text_of(shell.take_pieces()))), part.quoted)
        elif isinstance(part, Parameter):
            self.operands.append(shell.take_pieces())
            self._continue_parameter(shell, part)

    def _continue_parameter(self, shell: Shell, part: Parameter) -> None:
        if len(self.operands) < len(self.todo):
            self.waiting = "operand"
            shell.push(WordFrame(self.todo[len(self.operands)], tilde=True))
            return
        self.pieces += parameters.result(shell, part, self.operands)
        self.index += 1

    def _add(self, text: str, quoted: bool) -> None:
        self.pieces.append(Piece(text, quoted, split=not quoted))
        self.index += 1

    def _literal(self, shell: Shell, part: Literal) -> Pieces:
        if part.quoted or not self.tilde or "~" not in part.text:
            return [Piece(part.text, part.quoted)]
        pieces: Pieces = []
        for number, section in enumerate(part.text.split(":") if self.assignment else [part.text]):
            pieces += [Piece(":")] if number else []
            first = number > 0 or self.index == 0
            pieces += self._tilde(shell, section) if first and section.startswith("~") else [Piece(section)]
        return pieces

    def _tilde(self, shell: Shell, text: str) -> Pieces:
        name, slash, rest = text[1:].partition("/")
        if not slash and self.index + 1 < len(self.word.parts):
            return [Piece(text)]
        home = home_of(shell.process.files, name) if name else shell.variables.get("HOME")
        return [Piece(text)] if home is None else [Piece(home, quoted=True), Piece(slash + rest)]

    def _check_size(self) -> None:
        if sum(len(piece.text) for piece in self.pieces) > limits.EXPANSION_SIZE:
            raise ShellError("argument list too long", 1)


class FieldsFrame(Frame):
    """Expand words into the arguments of a command, found in `shell.fields`.

    `declares`: words that look like assignments are not split (`export`, `local`, `readonly`).
    """

    def __init__(self, words: tuple[Word, ...], *, declares: bool = False) -> None:
        self.words = words
        self.declares = declares
        self.index = 0
        self.fields: list[str] = []
        self.waiting = False
        self.size = 0
        self.braces = True

    def step(self, shell: Shell) -> Outcome:
        if self.braces:
            self.braces = False
            if shell.dialect.kind == "bash":
                self.words = expand_braces(self.words)
        if self.waiting:
            self.waiting = False
            self._add(self._fields_of(shell, shell.take_pieces()))
        while self.index < len(self.words):
            word = self.words[self.index]
            self.index += 1
            plain = word.plain()
            if plain is None or _SPECIAL.intersection(plain):
                self.waiting = True
                assigns = self.declares and as_assignment(word) is not None
                shell.push(WordFrame(word, tilde=True, assignment=assigns))
                return None
            self._add([plain])
        shell.fields = self.fields
        shell.pop()
        return None

    def _fields_of(self, shell: Shell, pieces: Pieces) -> list[str]:
        if self.declares and as_assignment(self.words[self.index - 1]) is not None:
            return [text_of(pieces)]
        separators = shell.variables.get("IFS")
        fields = split(pieces, " \t\n" if separators is None else separators)
        if "f" in shell.options:
            return [text_of(field) for field in fields]
        return [path for field in fields for path in expand_paths(shell.process, field)]

    def _add(self, fields: list[str]) -> None:
        self.fields += fields
        self.size += sum(map(len, fields))
        if len(self.fields) > limits.FIELDS or self.size > limits.EXPANSION_SIZE:
            raise ShellError("argument list too long", 1)


class CaptureFrame(Frame):
    """Collect the output of a command substitution; `shell.text` gets it without its last newlines."""

    def __init__(self, fd: int, pid: int) -> None:
        self.fd = fd
        self.pid = pid
        self.data = bytearray()

    def step(self, shell: Shell) -> Outcome:
        process = shell.process
        if self.fd in process.streams:
            piece = process.read(self.fd)
            if piece is None:
                return shell.readable(self.fd)
            self.data += piece
            if len(self.data) > limits.EXPANSION_SIZE:
                raise ShellError("command substitution: output too large", 1)
            if not piece:
                process.close(self.fd)
            return None
        if process.children.get(self.pid, 0) is None:
            return shell.child(self.pid)
        shell.status = shell.substituted = process.reap(self.pid) if self.pid in process.children else 0
        shell.text = decode(bytes(self.data).replace(b"\0", b"")).rstrip("\n")
        shell.pop()
        return None

    def close(self, shell: Shell) -> None:
        shell.process.close(self.fd)

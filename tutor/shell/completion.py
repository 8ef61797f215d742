"""What can stand at the cursor: commands, their arguments as kubectl knows them, files and variables."""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.posix import FileError
from tutor.posix.builtins.table import BUILTINS
from tutor.posix.tree import join
from tutor.shell.callfiles import CallFiles
from tutor.shell.calls import Stopped
from tutor.shell.commands.kubectl import NAMES as KUBECTL
from tutor.shell.typed import TypedCommand, typed_command
from tutor.shell.world import HOME

if TYPE_CHECKING:
    from tutor.shell.commands.kubectl import ClusterAccess
    from tutor.shell.engine import Engine

BUDGET = 0.045
"""Seconds an answer may take; what is not known by then is remembered for the next try."""
REMEMBERED = 3.0
"""Seconds kubectl's answer for the same words is used again."""
_RUNNERS = frozenset({"watch", "xargs", "nohup", "timeout", "command", "env"})
"""Commands whose arguments are another command."""
_ONLY_FOLDERS = frozenset({"cd", "rmdir"})
_SPECIAL = re.compile(r"([\s\\'\"$`&|;()<>*?\[\]#!{}~])")
_HERE = ("[", ":", ".")


@dataclass(frozen=True)
class Completion:
    """`candidates` are what the line can have from `start` up to the cursor."""

    start: int
    candidates: Sequence[str] = ()


class Completer:
    """Proposes words for one shell."""

    def __init__(self, engine: Engine, access: ClusterAccess) -> None:
        self._engine = engine
        self._access = access
        self._answers: dict[tuple[str, ...], tuple[float, list[str]]] = {}
        self._commands: list[str] = []

    def warm_up(self) -> None:
        """Let the first answer be as quick as the others: load kubectl and what it knows of the cluster."""
        threading.Thread(target=self._ask_kubectl, args=(("get", ""),), daemon=True).start()

    def complete(self, line: str, cursor: int) -> Completion:
        """See `PracticeShell.complete`."""
        typed = typed_command(line[:cursor])
        if typed.mixed:
            return Completion(cursor)
        try:
            found = self._candidates(typed)
        except (Stopped, FileError):
            found = []
        return Completion(typed.start, found if typed.quote else [_escaped(word) for word in found])

    def _candidates(self, typed: TypedCommand) -> list[str]:
        current = typed.current
        if current.startswith("$") and typed.quote != "'":
            return self._variables(current)
        if typed.after:
            return self._files(current)
        words = self._expanded(typed.words)
        if len(words) == 1:
            return self._files(current) if "/" in current else self._command_names(current)
        if words[0] in KUBECTL:
            return self._kubectl(tuple(words[1:]))
        return self._files(current, folders=words[0] in _ONLY_FOLDERS)

    def _expanded(self, words: list[str]) -> list[str]:
        """The words with an alias in place, from the command that a `watch` or `xargs` would run."""
        aliases = self._engine.ask(lambda: dict(self._engine.shell.aliases), timeout=BUDGET)
        if len(words) > 1 and words[0] in aliases and words[0] not in KUBECTL:
            words = [*aliases[words[0]].split(), *words[1:]]
        if words[0] in _RUNNERS:
            inner = next((index for index, word in enumerate(words[:-1]) if word in KUBECTL), 0)
            words = words[inner:]
        return words

    def _command_names(self, prefix: str) -> list[str]:
        if not prefix:
            return []
        if not self._commands:
            tools = self._engine.ask(lambda: self._engine.machine.files.list("/bin"), timeout=BUDGET)
            self._commands = sorted({*tools, *BUILTINS} - set(_HERE))
        own = self._engine.ask(lambda: [*self._engine.shell.aliases, *self._engine.shell.functions], timeout=BUDGET)
        return _starting({*self._commands, *own}, prefix)

    def _variables(self, word: str) -> list[str]:
        names = self._engine.ask(lambda: list(self._engine.shell.variables.table), timeout=BUDGET)
        brace = "${" if word.startswith("${") else "$"
        return [f"{brace}{name}{'}' if brace == '${' else ''}" for name in _starting(names, word.removeprefix(brace))]

    def _files(self, word: str, *, folders: bool = False) -> list[str]:
        return self._engine.ask(lambda: self._list(word, folders=folders), timeout=BUDGET)

    def _list(self, word: str, *, folders: bool) -> list[str]:
        """Files that start so; folders end in a slash. Runs in the worker."""
        folder, slash, prefix = word.rpartition("/")
        shown = folder + slash
        at = HOME + shown[1:] if shown.startswith("~/") else shown
        files, place = self._engine.machine.files, join(self._engine.shell.process.cwd, at or ".")
        names = [name for name in files.list(place) if name.startswith(prefix) and (prefix or name[0] != ".")]
        marked = [f"{shown}{name}{'/' if files.is_directory(join(place, name)) else ''}" for name in names]
        return [name for name in marked if name.endswith("/") or not folders]

    def _kubectl(self, words: tuple[str, ...]) -> list[str]:
        """What kubectl proposes, if it says so in time."""
        asked, answer = self._answers.get(words, (0.0, []))
        if time.monotonic() - asked < REMEMBERED:
            return answer
        result: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
        threading.Thread(target=lambda: result.put(self._ask_kubectl(words)), daemon=True).start()
        try:
            return result.get(timeout=BUDGET)
        except queue.Empty:
            return []

    def _ask_kubectl(self, words: tuple[str, ...]) -> list[str]:
        from tutor.kubectl import KubectlIO, complete
        from tutor.kubectl.errors import KubectlError

        try:
            shell = self._engine.shell
            files = CallFiles(self._engine.machine.files, shell.process.cwd, self._engine.ask)
            io = KubectlIO(stdout=lambda text: None, stderr=lambda text: None, files=files)
            found = complete(words, io, self._access.config)
        except (KubectlError, OSError, Stopped):
            return []
        self._answers = dict(list(self._answers.items())[-20:])
        self._answers[words] = (time.monotonic(), found)
        return found


def _starting(names: Iterable[str], prefix: str) -> list[str]:
    return sorted(name for name in names if name.startswith(prefix))


def _escaped(word: str) -> str:
    """A word as it has to be typed; a leading `$` or `~` stays special."""
    head = word[:1] if word[:1] in "$~" else ""
    return word if head == "$" else head + _SPECIAL.sub(r"\\\1", word[len(head) :])

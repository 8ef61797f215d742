"""kubectl in the practice shell: the built-in one, with the shell's pipes, files and ctrl+c."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.kubectl.local_ports import LocalPorts
from tutor.shell.calls import Surroundings
from tutor.shell.kubefile import FOLDER
from tutor.shell.looking import KubectlLook
from tutor.shell.tips import Failure, image_slip, tip_for
from tutor.shell.world import HOME

if TYPE_CHECKING:
    from tutor.kubectl import KubeConfig, KubectlIO

NAMES = ("kubectl", "k")
Editor = Callable[[str, str], str | None]
"""Lets the learner edit a text: called with a file name and its content, gives the saved text or None."""
_MAX_NOTED = 8192
"""Characters of a command's errors that a tip may look at."""
_TERMINAL_COMMANDS = frozenset({"exec", "attach", "run", "debug"})


class ClusterAccess:
    """The kubeconfig and the connections made from it, kept for as long as the shell lives."""

    def __init__(self, kubeconfig: Path) -> None:
        self.on_request: Callable[[str, str, int], object] = lambda method, path, code: None
        """Told of every request that the learner's own commands send."""
        self._path = kubeconfig
        self.ports = LocalPorts()
        """Ports of this computer that commands of the shell listen on."""
        self._config: KubeConfig | None = None
        self._read_at: int | None = None

    @property
    def config(self) -> KubeConfig:
        """The configuration as it is in the file now; connections survive a change of the file."""
        from tutor.kubectl import KubeConfig

        changed = self._changed_at()
        if self._config is None:
            self._config = KubeConfig.load(self._path)
            self._config.shown_path = f"{HOME}/{FOLDER}/config"
        elif changed != self._read_at:
            self._config.data = KubeConfig.load(self._path).data
        self._read_at = changed
        return self._config

    def _changed_at(self) -> int | None:
        try:
            return self._path.stat().st_mtime_ns
        except OSError:
            return None

    @property
    def namespace(self) -> str:
        """The namespace commands use when they name none; `default` while the kubeconfig cannot be read."""
        from tutor.kubectl.errors import KubectlError

        try:
            return self.config.namespace()
        except KubectlError:
            return "default"

    def view(self) -> str:
        """The configuration as text, without credentials; "" when it cannot be read."""
        from tutor.kubectl.errors import KubectlError

        try:
            return captured(["config", "view"], self.config, threading.Event())
        except KubectlError:
            return ""

    def close(self) -> None:
        """Close the connections."""
        if self._config is not None:
            self._config.close()


class Kubectl:
    """The command."""

    def __init__(self, access: ClusterAccess, editor: Editor | None, width: Callable[[], int]) -> None:
        self._access = access
        self._editor = editor
        self._width = width

    def __call__(self, surroundings: Surroundings) -> int:
        """Run it. Returns kubectl's exit status."""
        from tutor.kubectl import run
        from tutor.kubectl.errors import KubectlError, describe_error

        try:
            config = self._access.config
        except KubectlError as problem:
            surroundings.err(describe_error(problem))
            return 1
        errors: list[str] = []
        status = run(surroundings.argv[1:], self._io(surroundings, errors), config)
        if surroundings.for_learner and not surroundings.cancelled.is_set():
            slip = image_slip(surroundings.argv[1:]) if status == 0 else ""
            surroundings.call.tip = slip or (self._tip(surroundings, "".join(errors), config) if errors else "")
        return status

    def _io(self, surroundings: Surroundings, errors: list[str]) -> KubectlIO:
        """The command's streams and files as kubectl wants them; what goes to standard error is noted, too."""
        from tutor.kubectl import KubectlIO

        def err(text: str) -> None:
            if sum(map(len, errors)) < _MAX_NOTED:
                errors.append(text)
            surroundings.err(text)

        return KubectlIO(
            stdout=surroundings.out,
            stderr=err,
            stdin=surroundings.call,
            is_tty=surroundings.is_tty,
            width=self._width(),
            cancelled=surroundings.cancelled,
            files=surroundings.files,
            editor=self._editor,
            environment=surroundings.environment,
            on_request=self._access.on_request,
            ports=self._access.ports,
        )

    def _tip(self, surroundings: Surroundings, output: str, config: KubeConfig) -> str:
        """What may help after this; a tip that cannot be found is none."""
        words = surroundings.argv[1:]

        def ask(arguments: Sequence[str]) -> str:
            return captured(arguments, config, surroundings.cancelled)

        look = KubectlLook(words, config.namespace(), ask, lambda: surroundings.files.list("."))
        try:
            return tip_for(Failure(tuple(words), output), look)
        except OSError:
            return ""


def captured(arguments: Sequence[str], config: KubeConfig, cancelled: threading.Event) -> str:
    """What a kubectl command prints to standard output; "" when it fails."""
    from tutor.kubectl import KubectlIO, run

    printed: list[str] = []
    io = KubectlIO(stdout=printed.append, stderr=lambda text: None, cancelled=cancelled)
    return "".join(printed) if run(list(arguments), io, config) == 0 else ""


def wants_keys(words: list[str]) -> bool:
    """Whether a kubectl command line connects the terminal to a container (`exec -it`), so that ctrl+c belongs there."""
    own = words[: words.index("--")] if "--" in words else words
    verb = next((word for word in own if word in _TERMINAL_COMMANDS), None)
    return verb is not None and any(_is_tty_flag(word) for word in own)


def _is_tty_flag(word: str) -> bool:
    if word.startswith("--"):
        return word in ("--tty", "--tty=true")
    return word in ("-t", "-it", "-ti", "-itq", "-tiq")

"""The learner's own shell, with the tutor's cluster and an exercise's folder: for those who want their own tools.

Nothing here is for the practice shell, which never starts a program of this computer. This does, because the learner
asked for it: it starts the program SHELL names, as the learner, with everything the learner can do.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tutor.folders import private_folder, write_private

MARKER = "K8S_TUTOR_SHELL"
"""Set in such a shell; its value is the exercise's id, or `open` without one."""
EXERCISE = "K8S_TUTOR_EXERCISE"
WORKSPACE = "K8S_TUTOR_WORKSPACE"
NAMESPACE = "K8S_TUTOR_NAMESPACE"
KUBECONFIG = "K8S_TUTOR_KUBECONFIG"
"""The file that leads to the shell's cluster: the tutor's own commands use it there."""
CLUSTER = "K8S_TUTOR_CLUSTER"
"""What that cluster is called."""
CAPABILITIES = "K8S_TUTOR_CAPABILITIES"
"""What it can do, separated by commas."""
DEFAULT_SHELL = "/bin/sh"
FOLDER = "own-shell"

_BASH = """\
[ -f ~/.bashrc ] && . ~/.bashrc
PS1={mark}"$PS1"
"""
_ZSH = """\
ZDOTDIR="$K8S_TUTOR_ZDOTDIR"
[ -f "${ZDOTDIR:-$HOME}/.zshrc" ] && . "${ZDOTDIR:-$HOME}/.zshrc"
PROMPT={mark}"$PROMPT"
"""


@dataclass(frozen=True)
class Place:
    """Where the shell is opened: in which folder, on which cluster, for which exercise if any."""

    kubeconfig: Path
    cluster: str
    capabilities: frozenset[str]
    workspace: Path
    exercise: str = ""
    namespace: str = ""

    @property
    def mark(self) -> str:
        """What the prompt begins with."""
        return f"(k8s-tutor{':' + self.exercise if self.exercise else ''}) "


@dataclass(frozen=True)
class Command:
    """What is started, and what it finds around it."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    has_kubectl: bool
    """Whether a kubectl of the learner's own is used; otherwise the built-in one stands in its place."""


def is_inside(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this process was started from such a shell."""
    return bool(environment.get(MARKER))


def prepare(place: Place, environment: Mapping[str, str] = os.environ) -> Command:
    """What to start for a place. Writes a few small files into the tutor's own folder; OSError when it cannot."""
    folder = private_folder(FOLDER)
    place.workspace.mkdir(parents=True, exist_ok=True)
    wanted = {
        MARKER: place.exercise or "open",
        EXERCISE: place.exercise,
        WORKSPACE: str(place.workspace),
        NAMESPACE: place.namespace,
        KUBECONFIG: str(place.kubeconfig),
        "KUBECONFIG": str(place.kubeconfig),
        CLUSTER: place.cluster,
        CAPABILITIES: ",".join(sorted(place.capabilities)),
    }
    found = {**environment, **{name: value for name, value in wanted.items() if value}}
    has_kubectl = shutil.which("kubectl", path=environment.get("PATH")) is not None
    found["PATH"] = os.pathsep.join(
        filter(None, [str(_programs(folder, environment, has_kubectl)), environment.get("PATH")])
    )
    shell = environment.get("SHELL") or DEFAULT_SHELL
    arguments, more = _prompt(folder, Path(shell).name, place.mark, environment)
    return Command((shell, *arguments), {**found, **more}, place.workspace, has_kubectl)


def _programs(folder: Path, environment: Mapping[str, str], has_kubectl: bool) -> Path:
    """A folder with a k8s-tutor that is this one, and a kubectl if the learner has none."""
    programs = folder / ("bin" if has_kubectl else "bin-with-kubectl")
    programs.mkdir(mode=0o700, exist_ok=True)
    _script(programs / "k8s-tutor", "")
    if not has_kubectl:
        _script(programs / "kubectl", " kubectl")
        if shutil.which("k", path=environment.get("PATH")) is None:
            _script(programs / "k", " kubectl")
    return programs


def _script(path: Path, words: str) -> None:
    source = str(Path(__file__).resolve().parents[1])
    call = f"exec {shlex.quote(sys.executable)} -m tutor{words}"
    write_private(path, f'#!/bin/sh\nPYTHONPATH={shlex.quote(source)}"${{PYTHONPATH:+:$PYTHONPATH}}" {call} "$@"\n')
    path.chmod(0o700)


def _prompt(
    folder: Path, shell: str, mark: str, environment: Mapping[str, str]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """How to have a shell read the learner's own settings and then mark its prompt: arguments and variables."""
    quoted = shlex.quote(mark)
    if shell == "bash":
        write_private(folder / "bashrc", _BASH.replace("{mark}", quoted))
        return ("--rcfile", str(folder / "bashrc")), {}
    if shell == "zsh":
        settings = folder / "zsh"
        settings.mkdir(mode=0o700, exist_ok=True)
        write_private(settings / ".zshrc", _ZSH.replace("{mark}", quoted))
        return (), {"ZDOTDIR": str(settings), "K8S_TUTOR_ZDOTDIR": environment.get("ZDOTDIR", "")}
    if shell == "fish":
        function = (
            f"functions -c fish_prompt k8s_tutor_prompt; function fish_prompt; echo -n {quoted}; k8s_tutor_prompt; end"
        )
        return ("--init-command", function), {}
    return (), {"PS1": f"{mark}$ "}


def banner(place: Place, command: Command, title: str = "") -> list[str]:
    """What is said before the shell starts: at most a screen of 80 by 24."""
    name = f" for {title}" if title else ""
    kubectl = "your own" if command.has_kubectl else "the tutor's built-in one, as none is installed"
    lines = [
        f"Your own shell{name}. It is {command.argv[0]}, and it can do everything you can do on this computer.",
        "",
        f"  cluster    {place.cluster}",
        *([f"  namespace  {place.namespace}"] if place.namespace else []),
        f"  folder     {place.workspace}",
        f"  kubectl    {kubectl}",
        "",
    ]
    if place.exercise:
        lines += ["  k8s-tutor exercise check   how the exercise stands", "  k8s-tutor exercise hint    the next hint"]
    return [*lines, "  exit                       leave this shell", ""]


def run(command: Command, lines: Sequence[str]) -> int:
    """Print these lines and run the shell until it is left; its exit status. For the main thread.

    OSError when it cannot be started.
    """
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    import subprocess  # not needed by the commands that only look at the names of variables

    with leaving_interrupts_to_the_program():
        return subprocess.call(command.argv, env=dict(command.environment), cwd=command.folder)


@contextmanager
def leaving_interrupts_to_the_program() -> Iterator[None]:
    """What ctrl+c does while a program has the terminal is that program's own affair."""
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

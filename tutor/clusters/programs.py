"""Runs the programs of the learner's machine that a kind cluster needs: kind itself and a container engine."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

from tutor.clusters.base import ClusterError

COMMAND_SECONDS = 60.0
ENGINES = ("docker", "podman", "nerdctl")
_START_ENGINE = "Start Docker (or Podman, or nerdctl), or use the simulated cluster"


def run(arguments: Sequence[str], *, timeout: float = COMMAND_SECONDS) -> str:
    """Run a program to its end and return what it printed. Raises ClusterError with its last words when it fails."""
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=timeout, check=False)
    except FileNotFoundError:
        raise ClusterError(f"the program {arguments[0]!r} is not installed") from None
    except subprocess.TimeoutExpired:
        raise ClusterError(f"`{' '.join(arguments[:3])}` has not finished in {timeout:.0f} s") from None
    if done.returncode != 0:
        last = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise ClusterError(f"`{' '.join(arguments[:3])}` failed: {' '.join(last) or f'exit code {done.returncode}'}")
    return done.stdout


def container_engine() -> str:
    """The container engine that answers. Raises ClusterError when none does."""
    installed = [name for name in ENGINES if shutil.which(name)]
    if not installed:
        raise ClusterError("kind needs a container engine and none is installed", _START_ENGINE)
    for name in installed:
        try:
            run([name, "version"], timeout=15)
        except ClusterError:
            continue
        return name
    raise ClusterError(f"{installed[0]} is installed but its engine does not answer", _START_ENGINE)

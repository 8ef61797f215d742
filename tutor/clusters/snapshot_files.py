"""A simulated cluster as a file: kept between runs, saved by the learner, or got from somebody else.

What is read is data only. A file that names anything but the simulator's own kinds of data is refused, so that reading one
from somebody else never runs their code.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor import __version__
from tutor.clusters.base import ClusterError

if TYPE_CHECKING:
    from tutor.simulator.cluster import ClusterState

PACKAGES = ("tutor.simulator.", "tutor.posix.")
PLAIN = frozenset(
    {("collections", "deque"), ("collections", "OrderedDict"), ("builtins", "set"), ("builtins", "frozenset")}
)
MAX_BYTES = 512 * 2**20
"""A file that unpacks to more is refused."""


class _Reader(pickle.Unpickler):
    """Makes objects of the simulator's own classes and plain containers, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """The class of that name. UnpicklingError for anything else than a class of ours."""
        if (module, name) in PLAIN:
            return super().find_class(module, name)
        if module.startswith(PACKAGES) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} does not belong in a snapshot")


def to_bytes(state: ClusterState) -> bytes:
    """The state as the content of a file."""
    data = pickle.dumps({"version": __version__, "state": state}, pickle.HIGHEST_PROTOCOL)
    return gzip.compress(data, compresslevel=1)


def from_bytes(content: bytes) -> ClusterState:
    """The state in the content of a file. ClusterError when there is none of this version in it."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ValueError("too large")
        found: Any = _Reader(io.BytesIO(data)).load()
        version, state = found["version"], found["state"]
        if type(state).__name__ != "ClusterState":
            raise ValueError("no cluster in it")
    except Exception as error:  # damaged or foreign data can fail in any way at all
        raise ClusterError(f"this is no snapshot of a simulated cluster ({error})") from None
    if version != __version__:
        raise ClusterError(f"the snapshot was made by version {version} of the tutor, and this is {__version__}")
    result: ClusterState = state
    return result


def write(path: Path, state: ClusterState) -> None:
    """Write a file that only the learner can read, in one step. OSError when it cannot be written."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(to_bytes(state))
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def read(path: Path) -> ClusterState:
    """The state in a file. OSError when it cannot be read, ClusterError when it holds none."""
    return from_bytes(path.read_bytes())

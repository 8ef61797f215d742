"""kubectl, built in: speaks HTTP to whichever cluster a kubeconfig names and prints what the real program prints.

Entry points: `run(argv, io, config)` runs one command line, `complete(words, io, config)` proposes how to go on.
`KubectlIO` carries the streams, files, clock and editor of a command; `KubeConfig` the cluster, user and namespace, and
the connections kept between commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.kubectl.completion import complete
    from tutor.kubectl.io import FolderFiles, HostFiles, KubectlIO, NoFiles
    from tutor.kubectl.kubeconfig import KubeConfig
    from tutor.kubectl.main import run

__all__ = ["FolderFiles", "HostFiles", "KubeConfig", "KubectlIO", "NoFiles", "complete", "run"]

_HOMES = {
    "FolderFiles": "io",
    "HostFiles": "io",
    "KubectlIO": "io",
    "NoFiles": "io",
    "KubeConfig": "kubeconfig",
    "complete": "completion",
    "run": "main",
}


def __getattr__(name: str) -> Any:
    """Loads a part when it is first used, so that importing the package costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)

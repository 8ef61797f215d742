"""Files of nodes, as hostPath and local volumes show them: all volumes of a node see the same tree.

Source: pkg/volume/hostpath/host_path.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from tutor.simulator.images.volumes import VolumeStore
from tutor.simulator.kubelet.payloads import MountError

if TYPE_CHECKING:
    from tutor.posix import MemoryTree

DIRECTORIES: tuple[str, ...] = (
    "bin",
    "dev",
    "etc/kubernetes/manifests",
    "home",
    "lib",
    "mnt",
    "opt",
    "proc",
    "root",
    "run",
)
DIRECTORIES += ("sbin", "srv", "sys", "tmp", "usr/bin", "usr/lib", "var/lib/kubelet", "var/log/pods", "var/run")
"""What there is on every node."""
HOSTS = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
"""A node's own /etc/hosts."""
_FILES = {
    "/etc/hosts": HOSTS,
    "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\n",
    "/etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
    "/etc/resolv.conf": "nameserver 1.1.1.1\n",
}
_EXPECTED = {
    "Directory": "directory",
    "File": "file",
    "Socket": "socket file",
    "CharDevice": "character device",
    "BlockDevice": "block device",
}
_FOUND = {"directory": "Directory", "file": "File", "device": "CharDevice"}
"""How messages call what is there in place of it."""

PREFIX = "host/"


def volume_of(node: str) -> str:
    """What the content of a node's files is kept under."""
    return f"{PREFIX}{node}"


@cache
def _new_node() -> MemoryTree:
    from tutor.posix import Stamp
    from tutor.posix.memory import make_directories, tree_of

    tree = tree_of(_FILES)
    tree.change("/", mode=0o755)
    for path in DIRECTORIES:
        make_directories(tree, f"/{path}", Stamp(0.0, mode=0o755))
    tree.change("/tmp", mode=0o1777)
    return tree


def prepare(store: VolumeStore, volume: str, source: Mapping[str, Any], now: float, mode: int) -> None:
    """Check that a node has what a hostPath says, or make it, a directory with a mode. Raises MountError."""
    path, kind = source["path"].rstrip("/") or "/", source.get("type") or ""
    store.put_tree(volume, _new_node().copy())
    found = store.kind(volume, path)
    if found is None and kind == "FileOrCreate":
        if store.kind(volume, path.rpartition("/")[0] or "/") != "directory":
            raise MountError(f"open {path}: no such file or directory")
        store.make_file(volume, path, now)
    elif found is None and kind in ("", "DirectoryOrCreate"):
        store.make_directory(volume, path, now, mode)
    elif kind:
        _check(path, _EXPECTED[kind.removesuffix("OrCreate")], found)


def _check(path: str, expected: str, found: str | None) -> None:
    if found is None:
        raise MountError(
            f"hostPath type check failed, {path} is not a {expected}, unable to determine its type: "
            f'path "{path}" does not exist'
        )
    if found != expected and not (found == "device" and expected == "character device"):
        raise MountError(f"hostPath type check failed: {path} is not a {expected}, it's a {_FOUND.get(found, found)}")

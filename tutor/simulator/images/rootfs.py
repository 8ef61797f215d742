"""The files a container begins with: those of its image, what kubelet and runtime add, and its volumes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tutor.posix import (
    CommandTable,
    HostCommand,
    MemoryTree,
    Mount,
    Namespace,
    Stamp,
    User,
    install,
    standard_commands,
    userland,
)
from tutor.posix.commands import MAGIC
from tutor.posix.memory import make_directories
from tutor.simulator.images import users
from tutor.simulator.images.kernel_files import CONTROL_GROUP, control_group, parameters
from tutor.simulator.images.programs import PROGRAMS

if TYPE_CHECKING:
    from tutor.simulator.images.container import ContainerConfig
    from tutor.simulator.images.model import Image
    from tutor.simulator.images.world import World

CATCHABLE = frozenset(("TERM", "INT", "QUIT", "HUP", "USR1", "USR2", "WINCH"))
MAY_CHOWN = 1
"""The bit of CAP_CHOWN."""
_TREES: dict[str, MemoryTree] = {}


@cache
def commands() -> CommandTable:
    """What can be run in containers: the tools of the shell, servers and network clients."""
    caught = {name: getattr(maker, "catches", CATCHABLE) for name, maker in PROGRAMS.items()}
    return standard_commands().having({name: HostCommand(signals) for name, signals in caught.items()})


def image_tree(image: Image) -> MemoryTree:
    """The files of an image; the same for all its containers until they change something."""
    tree = _TREES.get(image.id)
    if tree is None:
        if image.shell:
            tree = userland({**users.FILES, **image.files}, commands=standard_commands())
        else:
            tree = MemoryTree()
            for path, text in image.files.items():
                _write(tree, path, text.encode())
        install(tree, [name for name in image.programs if name in PROGRAMS], "/usr/local/bin")
        for name in image.main_names():
            path = name if name.startswith("/") else f"/usr/local/bin/{name}"
            _write(tree, path, MAGIC + image.program.encode(), mode=0o755)
        for path, program in image.aliases.items():
            _write(tree, path, MAGIC + program.encode(), mode=0o755)
        _TREES[image.id] = tree
    return tree.copy()


def _write(tree: MemoryTree, path: str, data: bytes, mode: int = 0o644) -> None:
    make_directories(tree, path.rsplit("/", 1)[0] or "/", Stamp(0.0, mode=0o755))
    tree.write(path, data, Stamp(0.0, mode=mode))


def container_files(config: ContainerConfig, world: World, now: float) -> Namespace:
    """Image, volumes, and the files that name the pod and its DNS server."""
    mounts = [
        Mount(m.path, world.volumes.part(m.volume, m.inner, now), f"/{m.inner}" if m.inner else "/", m.read_only)
        for m in config.mounts
    ]
    if config.message_path:
        note = MemoryTree()
        note.write("/message", b"", Stamp(now, mode=0o666))
        mounts.append(Mount(config.message_path, note, "/message"))
    mounts += [
        Mount(CONTROL_GROUP, control_group(config.cpu_limit, config.cpu_request, config.memory_limit), read_only=True),
        Mount("/proc/sys", parameters(config.sysctls, config.hostname), read_only=True),
    ]
    tree = image_tree(config.image)
    for path, text in config.node_files().items():
        _write(tree, path, text.encode())
    make_directories(tree, config.directory.rstrip("/") or "/", Stamp(now, mode=0o755))
    user = User(config.user, config.group, config.groups, may_give=bool(config.capabilities & MAY_CHOWN))
    return Namespace.of(tree, mounts, user=user, read_only=config.read_only)

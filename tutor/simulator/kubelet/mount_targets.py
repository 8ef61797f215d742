"""Whether what is mounted fits on what the image has at that place: a directory does not go onto a file, nor a file onto a directory.

The runtime finds out when it starts the container. The words are those that runc has for it, as seen with containerd 2.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tutor.simulator.images.container import ContainerConfig, MountPoint
from tutor.simulator.kubelet.look import Look
from tutor.simulator.objects import namespace_of, uid_of

if TYPE_CHECKING:
    from tutor.posix import MemoryTree

PODS = "/var/lib/kubelet/pods"
_DIRECTORIES = {
    "configMap": "kubernetes.io~configmap",
    "secret": "kubernetes.io~secret",
    "emptyDir": "kubernetes.io~empty-dir",
    "projected": "kubernetes.io~projected",
    "downwardAPI": "kubernetes.io~downward-api",
}
"""Below a pod's `volumes`, by what the volume is (the plugins' names in pkg/volume)."""
_NOT_A_DIRECTORY = "not a directory"


def refusal(look: Look, container: Mapping[str, Any], config: ContainerConfig) -> str:
    """Why the runtime cannot mount the volumes of a container; nothing when it can. Of those that the runtime mounts on top of
    each other only the outermost is looked at."""
    from tutor.simulator.images.rootfs import image_tree

    own = [place for place in enumerate(config.mounts) if not _is_below_another(place[1], config)]
    if all(mount.path.startswith("/var/run/secrets/") for _, mount in own):
        return ""
    tree = image_tree(config.image)
    for index, mount in own:
        why = _clash(look, tree, mount)
        if why:
            source = _source(look, container, index)
            return f'error mounting "{source}" to rootfs at "{mount.path}": ' + why.format(source=source)
    return ""


def _is_below_another(mount: MountPoint, config: ContainerConfig) -> bool:
    return any(mount.path.startswith(f"{other.path.rstrip('/')}/") for other in config.mounts if other is not mount)


def _clash(look: Look, tree: MemoryTree, mount: MountPoint) -> str:
    """What goes wrong, with `{source}` for what is to be mounted."""
    there = _kind(tree, mount.path)
    if there is None:
        parts = mount.path.strip("/").split("/")
        above = ("/" + "/".join(parts[:count]) for count in range(1, len(parts)))
        if all(_kind(tree, path) != "file" for path in above):
            return ""
        return (
            f"create mountpoint for {mount.path} mount: lookup mountpoint target: "
            f"securejoin.OpenInRoot {mount.path}: openat2 {mount.path}: {_NOT_A_DIRECTORY}"
        )
    brought = "file" if _is_file(look, mount) else "directory"
    if there == "link" or there == brought:
        return ""
    flags = "MS_RDONLY|MS_BIND|MS_REC" if mount.read_only else "MS_BIND|MS_REC"
    return f"mount src={{source}}, dst={mount.path}, dstFd=/proc/thread-self/fd/16, flags={flags}: {_NOT_A_DIRECTORY}"


def _is_file(look: Look, mount: MountPoint) -> bool:
    return bool(mount.inner) and look.services.world.volumes.file(mount.volume, mount.inner) is not None


def _kind(tree: MemoryTree, path: str) -> str | None:
    from tutor.posix import FileError

    try:
        return tree.info(path).kind
    except FileError:
        return None


def _source(look: Look, container: Mapping[str, Any], index: int) -> str:
    """The place on the node that is mounted (GetPodVolumeDir, and doBindSubPath for a part of a volume)."""
    mount = container["volumeMounts"][index]
    own = f"{PODS}/{uid_of(look.pod)}"
    if mount.get("subPath") or mount.get("subPathExpr"):
        return f"{own}/volume-subpaths/{_name(look, mount['name'])}/{container['name']}/{index}"
    volume = next(v for v in look.pod["spec"]["volumes"] if v["name"] == mount["name"])
    if volume.get("hostPath"):
        return str(volume["hostPath"].get("path"))
    kind = next((kind for kind in _DIRECTORIES if kind in volume), "")
    if kind:
        return f"{own}/volumes/{_DIRECTORIES[kind]}/{mount['name']}"
    return f"{own}/volumes/kubernetes.io~local-volume/{_name(look, mount['name'])}"


def _name(look: Look, volume: str) -> str:
    """What a volume goes by on the node: a claimed one by the name of the PersistentVolume."""
    spec = next(v for v in look.pod["spec"]["volumes"] if v["name"] == volume)
    claim = (spec.get("persistentVolumeClaim") or {}).get("claimName", "")
    found = look.services.client.get("persistentvolumeclaims", namespace_of(look.pod), claim) if claim else None
    return str((found or {}).get("spec", {}).get("volumeName") or volume)

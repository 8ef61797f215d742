"""Volumes of pods: what they are kept under, where containers see them, and making them ready (pkg/kubelet/volumemanager)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.simulator import quantity
from tutor.simulator.client import Client
from tutor.simulator.images import catalogue, reference
from tutor.simulator.images.container import MountPoint
from tutor.simulator.images.volumes import Projected, VolumeStore
from tutor.simulator.kubelet import host_files
from tutor.simulator.kubelet.environment import ConfigError, expand, references
from tutor.simulator.kubelet.payloads import FILLED, IssueToken, MountError, contents
from tutor.simulator.objects import name_of, namespace_of, uid_of
from tutor.simulator.store import Obj

READ_ONLY = (*FILLED, "image")
"""The kinds of volumes that containers can only read."""
STICKY = 0o1000
"""What a new tmpfs has, and the kubelet leaves as it is (pkg/volume/emptydir/empty_dir.go: it looks at the permissions only)."""


def volume_id(client: Client, pod: Obj, volume: Mapping[str, Any]) -> str:
    """What a volume's content is kept under: its own for the pod, or the PersistentVolume's or the node's when it is shared."""
    return place_of(client, pod, volume)[0]


def place_of(client: Client, pod: Obj, volume: Mapping[str, Any]) -> tuple[str, str]:
    """What a volume's content is kept under, and which path in that the volume is: a node has one tree for all its files."""
    if volume.get("persistentVolumeClaim"):
        return _claimed(client, pod, volume["persistentVolumeClaim"]["claimName"])
    if volume.get("ephemeral"):
        return _claimed(client, pod, f"{name_of(pod)}-{volume['name']}")
    if volume.get("hostPath"):
        return _on_host(pod, volume["hostPath"]["path"])
    if volume.get("image"):
        return f"image/{volume['image'].get('reference', '')}", ""
    return f"pod/{uid_of(pod)}/{volume['name']}", ""


def _claimed(client: Client, pod: Obj, name: str) -> tuple[str, str]:
    """Data belongs to the volume that a claim is bound to: another claim of the same name gets another volume."""
    claim = client.get("persistentvolumeclaims", namespace_of(pod), name)
    bound = claim["spec"].get("volumeName") if claim else None
    volume = client.get("persistentvolumes", "", bound) if bound else None
    if volume is None:
        return f"claim/{namespace_of(pod)}/{name}", ""
    directory = volume["spec"].get("hostPath") or volume["spec"].get("local")
    return _on_host(pod, directory["path"]) if directory else (f"volume/{uid_of(volume)}", "")


def _on_host(pod: Obj, path: str) -> tuple[str, str]:
    return host_files.volume_of(pod["spec"].get("nodeName", "")), path.strip("/")


def mount_points(
    client: Client, pod: Obj, container: Mapping[str, Any], environment: Mapping[str, str]
) -> tuple[MountPoint, ...]:
    """Where a container sees which volumes. Raises ConfigError."""
    volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes") or ()}
    found = []
    for mount in container.get("volumeMounts") or ():
        volume = volumes[mount["name"]]
        kept, directory = place_of(client, pod, volume)
        inner = sub_path(mount, environment).strip("/")
        claim_read_only = (volume.get("persistentVolumeClaim") or {}).get("readOnly")
        read_only = bool(mount.get("readOnly") or claim_read_only) or any(volume.get(kind) for kind in READ_ONLY)
        found.append(
            MountPoint(
                mount["mountPath"].rstrip("/") or "/",
                kept,
                "/".join(part for part in (directory, inner) if part),
                read_only,
                _is_in_memory(volume),
                _is_tmpfs(volume),
            )
        )
    return tuple(found)


def sub_path(mount: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """The part of a volume that is mounted (pkg/kubelet/kubelet_pods.go makeMounts). Raises ConfigError."""
    inner = str(mount.get("subPath") or "")
    if mount.get("subPathExpr"):
        for missing in references(mount["subPathExpr"]):
            if missing not in environment:
                raise ConfigError(f"missing value for {missing}")
        inner = expand(mount["subPathExpr"], environment)
    if inner.startswith("/"):
        raise ConfigError(f"error SubPath `{inner}` must not be an absolute path")
    if ".." in inner.split("/"):
        raise ConfigError(f"unable to provision SubPath `{inner}`: must not contain '..'")
    return inner


def _is_in_memory(volume: Mapping[str, Any]) -> bool:
    return (volume.get("emptyDir") or {}).get("medium") == "Memory"


def _is_tmpfs(volume: Mapping[str, Any]) -> bool:
    """Whether the kubelet mounts a file system in memory for it (pkg/volume/secret, downwardapi, projected, emptydir)."""
    return _is_in_memory(volume) or any(volume.get(kind) for kind in ("secret", "downwardAPI", "projected"))


def _most(volume: Mapping[str, Any]) -> int | None:
    """How much a directory in memory holds; for others the kubelet only looks from time to time."""
    limit = (volume.get("emptyDir") or {}).get("sizeLimit") if _is_in_memory(volume) else None
    return None if limit is None else int(quantity.parse(limit))


class Mounter:
    """Fills volumes with what the API has."""

    def __init__(self, client: Client, store: VolumeStore, token: IssueToken) -> None:
        self._client = client
        self._token = token
        self.store = store

    def mount(self, pod: Obj, volume: Mapping[str, Any], node: Obj | None) -> None:
        """Make a volume ready. Raises MountError."""
        content = contents(self._client, pod, volume, node, self._token)
        if content is not None:
            group = (pod["spec"].get("securityContext") or {}).get("fsGroup")
            shown = Projected(*content, self._client.now, _is_tmpfs(volume), group)
            self.store.put_files(volume_id(self._client, pod, volume), shown)
            return
        if volume.get("image") is not None:
            self._show_image(volume_id(self._client, pod, volume), volume["image"].get("reference", ""))
            return
        claim = volume.get("persistentVolumeClaim")
        if claim and self._client.get("persistentvolumeclaims", namespace_of(pod), claim["claimName"]) is None:
            raise MountError(f'persistentvolumeclaim "{claim["claimName"]}" not found')
        group = (pod["spec"].get("securityContext") or {}).get("fsGroup")
        kept, directory = place_of(self._client, pod, volume)
        if kept.startswith(host_files.PREFIX):
            source = volume.get("hostPath") or {"path": f"/{directory}"}
            mode = 0o755 if volume.get("hostPath") else 0o777
            host_files.prepare(self.store, kept, source, self._client.now, mode)
            return
        of_group = group is not None and "emptyDir" in volume
        sticky = STICKY if _is_tmpfs(volume) else 0
        mode = sticky | (0o2777 if of_group else 0o777)
        owner = int(group or 0) if of_group else 0
        self.store.make(kept, mode, owner, self._client.now, _most(volume))

    def _show_image(self, volume: str, image: str) -> None:
        """Make a volume show the files of an image; of one that does not exist there is nothing to show."""
        from tutor.simulator.images.rootfs import image_tree

        try:
            found = catalogue.find(reference.parse(image))
        except reference.InvalidReference:
            return
        if found is not None:
            self.store.put_tree(volume, image_tree(found))

    def refresh(self, pod: Obj, node: Obj | None) -> list[str]:
        """Bring the content up to date after a change; what has gone missing leaves the old content. Returns what is wrong, in the
        words of an event."""
        problems = []
        for volume in pod["spec"].get("volumes") or ():
            try:
                self.mount(pod, volume, node)
            except MountError as error:
                problems.append(f'MountVolume.SetUp failed for volume "{volume["name"]}" : {error}')
        return problems

    def drop(self, pod: Obj) -> None:
        """The pod is gone, and its own volumes with it."""
        for volume in pod["spec"].get("volumes") or ():
            found = volume_id(self._client, pod, volume)
            if found.startswith("pod/"):
                self.store.drop(found)


def referenced(pod: Obj) -> set[str]:
    """The ConfigMaps and Secrets a pod's volumes are filled from, as "configmaps/NAME" and "secrets/NAME"."""
    found = set()
    for volume in pod["spec"].get("volumes") or ():
        sources = [volume, *((volume.get("projected") or {}).get("sources") or ())]
        for source in sources:
            if source.get("configMap"):
                found.add(f"configmaps/{source['configMap'].get('name')}")
            if source.get("secret"):
                found.add(f"secrets/{source['secret'].get('secretName') or source['secret'].get('name')}")
    return found

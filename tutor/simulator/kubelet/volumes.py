"""Volumes of pods: finding what they are made of, and filling them (pkg/volume/configmap, secret, projected, downwardapi)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tutor.simulator.client import Client
from tutor.simulator.images.container import MountPoint
from tutor.simulator.images.volumes import VolumeStore
from tutor.simulator.kubelet.environment import data_of, expand, field_value, resource_value
from tutor.simulator.objects import name_of, namespace_of, uid_of
from tutor.simulator.store import Obj

Files = dict[str, bytes]
TOKEN = "eyJhbGciOiJSUzI1NiJ9.c2ltdWxhdGVk.c2lnbmF0dXJl"
"""What stands in the place of a service account's token in files: a pod has no way to use it against the simulated API."""
FILLED = ("configMap", "secret", "downwardAPI", "projected")


class MountError(Exception):
    """A volume cannot be set up now."""


def volume_id(pod: Obj, volume: Mapping[str, Any]) -> str:
    """What a volume's content is kept under: its own for the pod, or the claim's or the node's when it is shared."""
    if volume.get("persistentVolumeClaim"):
        return f"claim/{namespace_of(pod)}/{volume['persistentVolumeClaim']['claimName']}"
    if volume.get("ephemeral"):
        return f"claim/{namespace_of(pod)}/{name_of(pod)}-{volume['name']}"
    if volume.get("hostPath"):
        return f"host/{pod['spec'].get('nodeName', '')}{volume['hostPath']['path']}"
    return f"pod/{uid_of(pod)}/{volume['name']}"


def mount_points(pod: Obj, container: Mapping[str, Any], environment: Mapping[str, str]) -> tuple[MountPoint, ...]:
    """Where a container sees which volumes."""
    volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes") or ()}
    found = []
    for mount in container.get("volumeMounts") or ():
        volume = volumes[mount["name"]]
        inner = mount.get("subPath") or expand(mount.get("subPathExpr") or "", environment)
        read_only = bool(mount.get("readOnly")) or any(volume.get(kind) for kind in FILLED)
        found.append(
            MountPoint(mount["mountPath"].rstrip("/") or "/", volume_id(pod, volume), inner.strip("/"), read_only)
        )
    return tuple(found)


class Mounter:
    """Fills volumes with what the API has."""

    def __init__(self, client: Client, store: VolumeStore) -> None:
        self._client = client
        self.store = store

    def mount(self, pod: Obj, volume: Mapping[str, Any], node: Obj | None) -> None:
        """Make a volume ready. Raises MountError."""
        for kind in FILLED:
            if volume.get(kind) is not None:
                source = {kind: volume[kind]} if kind != "projected" else None
                sources = volume["projected"].get("sources") or () if source is None else [source]
                self.store.put_files(volume_id(pod, volume), self._files(pod, sources, node))
        claim = volume.get("persistentVolumeClaim")
        if claim and self._client.get("persistentvolumeclaims", namespace_of(pod), claim["claimName"]) is None:
            raise MountError(f'persistentvolumeclaim "{claim["claimName"]}" not found')

    def refresh(self, pod: Obj, node: Obj | None) -> None:
        """Bring the content up to date after a change; what has gone missing leaves the old content."""
        for volume in pod["spec"].get("volumes") or ():
            try:
                self.mount(pod, volume, node)
            except MountError:
                continue

    def drop(self, pod: Obj) -> None:
        """The pod is gone, and its own volumes with it."""
        for volume in pod["spec"].get("volumes") or ():
            found = volume_id(pod, volume)
            if found.startswith("pod/"):
                self.store.drop(found)

    def _files(self, pod: Obj, sources: Iterable[Mapping[str, Any]], node: Obj | None) -> Files:
        files: Files = {}
        for source in sources:
            if source.get("configMap") is not None:
                files |= self._from_object(pod, source["configMap"], "configmaps", "configmap")
            elif source.get("secret") is not None:
                files |= self._from_object(pod, source["secret"], "secrets", "secret")
            elif source.get("downwardAPI") is not None:
                files |= self._from_pod(pod, source["downwardAPI"].get("items") or (), node)
            elif source.get("serviceAccountToken") is not None:
                files[source["serviceAccountToken"]["path"]] = TOKEN.encode()
        return files

    def _from_object(self, pod: Obj, source: Mapping[str, Any], resource: str, what: str) -> Files:
        name = source.get("name") or source.get("secretName") or ""
        obj = self._client.get(resource, namespace_of(pod), name)
        if obj is None:
            if source.get("optional"):
                return {}
            raise MountError(f'{what} "{name}" not found')
        data = data_of(obj)
        items = source.get("items")
        if not items:
            return data
        files = {}
        for item in items:
            if item["key"] not in data:
                if source.get("optional"):
                    continue
                raise MountError(f"references non-existent {what.replace('configmap', 'config')} key: {item['key']}")
            files[item["path"]] = data[item["key"]]
        return files

    @staticmethod
    def _from_pod(pod: Obj, items: Iterable[Mapping[str, Any]], node: Obj | None) -> Files:
        files = {}
        for item in items:
            if item.get("fieldRef"):
                text = field_value(pod, item["fieldRef"]["fieldPath"], pod.get("status", {}).get("podIP", ""), node)
            else:
                text = resource_value(pod, pod["spec"]["containers"][0], item["resourceFieldRef"], node)
            files[item["path"]] = text.encode()
        return files


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

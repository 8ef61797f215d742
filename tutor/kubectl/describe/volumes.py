"""The volumes of pods and pod templates, one description for each type."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tutor.kubectl.describe.writer import Writer
from tutor.kubectl.objects import Object, get
from tutor.kubectl.quantity import canonical, parse_quantity

Lines = list[tuple[str, object]]

_TYPES = {
    "hostPath": "HostPath (bare host directory volume)",
    "emptyDir": "EmptyDir (a temporary directory that shares a pod's lifetime)",
    "secret": "Secret (a volume populated by a Secret)",
    "configMap": "ConfigMap (a volume populated by a ConfigMap)",
    "nfs": "NFS (an NFS mount that lasts the lifetime of a pod)",
    "persistentVolumeClaim": "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
    "ephemeral": "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)",
    "downwardAPI": "DownwardAPI (a volume populated by information about the pod)",
    "projected": "Projected (a volume that contains injected data from multiple sources)",
    "csi": "CSI (a Container Storage Interface (CSI) volume source)",
    "image": "Image (a container image or OCI artifact)",
    "local": "LocalVolume (a persistent volume backed by local storage on a node)",
}


def describe_volumes(writer: Writer, volumes: Sequence[Object] | None, indent: str) -> None:
    if not volumes:
        writer.write(0, f"{indent}Volumes:\t<none>\n")
        return
    writer.write(0, f"{indent}Volumes:\n")
    for volume in volumes:
        writer.write(1, f"{' ' if indent else ''}{volume['name']}:\n")
        describe_source(writer, volume)


def describe_source(writer: Writer, volume: Object) -> None:
    """The type and settings of the one source a volume has."""
    for key, lines in _SOURCES.items():
        source = volume.get(key)
        if source is not None:
            writer.line(2, "Type", _TYPES[key])
            for label, value in lines(source):
                if label == "*":
                    writer.write(2, str(value))
                else:
                    writer.line(2, label, value)
            return
    writer.write(1, "<unknown>\n")


def _flag(value: object) -> str:
    return "true" if value else "false"


def _host_path(source: Object) -> Lines:
    return [
        ("Path", source.get("path", "")),
        ("HostPathType", "<none>" if source.get("type") is None else source["type"]),
    ]


def _empty_dir(source: Object) -> Lines:
    limit = source.get("sizeLimit")
    shown = canonical(str(limit)) if limit is not None and parse_quantity(str(limit)) > 0 else "<unset>"
    return [("Medium", source.get("medium", "")), ("SizeLimit", shown)]


def _secret(source: Object) -> Lines:
    return [("SecretName", source.get("secretName", "")), ("Optional", _flag(source.get("optional")))]


def _config_map(source: Object) -> Lines:
    return [("Name", source.get("name", "")), ("Optional", _flag(source.get("optional")))]


def _nfs(source: Object) -> Lines:
    return [
        ("Server", source.get("server", "")),
        ("Path", source.get("path", "")),
        ("ReadOnly", _flag(source.get("readOnly"))),
    ]


def _claim(source: Object) -> Lines:
    return [("ClaimName", source.get("claimName", "")), ("ReadOnly", _flag(source.get("readOnly")))]


def _ephemeral(source: Object) -> Lines:
    spec = get(source, "volumeClaimTemplate.spec", {})
    modes = ",".join(spec.get("accessModes") or [])
    return [
        ("StorageClass", spec.get("storageClassName", "")),
        ("Volume", spec.get("volumeName", "")),
        ("Capacity", ""),
        ("Access Modes", modes),
    ]


def _downward(source: Object) -> Lines:
    lines: Lines = [("*", "Items:\n")]
    for item in source.get("items") or []:
        reference = get(item, "fieldRef.fieldPath") or get(item, "resourceFieldRef.resource", "")
        lines.append(("*", f"  {reference} -> {item.get('path', '')}\n"))
    return lines


def _projected(source: Object) -> Lines:
    lines: Lines = []
    for item in source.get("sources") or []:
        if item.get("secret") is not None:
            lines += [
                ("SecretName", item["secret"].get("name", "")),
                ("Optional", _flag(item["secret"].get("optional"))),
            ]
        elif item.get("downwardAPI") is not None:
            lines.append(("DownwardAPI", "true"))
        elif item.get("configMap") is not None:
            lines += [
                ("ConfigMapName", item["configMap"].get("name", "")),
                ("Optional", _flag(item["configMap"].get("optional"))),
            ]
        elif item.get("serviceAccountToken") is not None:
            lines.append(("TokenExpirationSeconds", item["serviceAccountToken"].get("expirationSeconds", 0)))
    return lines


def _csi(source: Object) -> Lines:
    lines: Lines = [("Driver", source.get("driver", "")), ("FSType", source.get("fsType", ""))]
    if "volumeHandle" in source:
        lines.append(("VolumeHandle", source["volumeHandle"]))
    lines.append(("ReadOnly", _flag(source.get("readOnly"))))
    attributes = [f"{key}={value}" for key, value in sorted((source.get("volumeAttributes") or {}).items())]
    lines.append(("VolumeAttributes", attributes[0] if attributes else "<none>"))
    return lines + [("*", f"\t    {text}\n") for text in attributes[1:]]


def _image(source: Object) -> Lines:
    return [("Reference", source.get("reference", "")), ("PullPolicy", source.get("pullPolicy", ""))]


def _local(source: Object) -> Lines:
    return [("Path", source.get("path", ""))]


_SOURCES: dict[str, Callable[[Object], Lines]] = {
    "hostPath": _host_path,
    "emptyDir": _empty_dir,
    "secret": _secret,
    "nfs": _nfs,
    "persistentVolumeClaim": _claim,
    "ephemeral": _ephemeral,
    "downwardAPI": _downward,
    "configMap": _config_map,
    "projected": _projected,
    "csi": _csi,
    "image": _image,
    "local": _local,
}

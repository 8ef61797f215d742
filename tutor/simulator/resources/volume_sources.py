"""What the volumes of a pod may hold (pkg/apis/core/validation/validation.go validateVolumeSource)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.errors import FieldError, forbidden_field, invalid, not_supported, required
from tutor.simulator.quantity import parse

Json = Mapping[str, Any]

_BAD_MODE = "must be a number between 0 and 0777 (octal), both inclusive"
_HIGHEST_MODE = 0o777
_HOST_PATH_TYPES = (
    "",
    "BlockDevice",
    "CharDevice",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
)
_UPWARDS = "must not contain '..'"


def source_problems(volume: Json, path: str) -> Iterator[FieldError]:
    """What is wrong with the source of one volume."""
    for kind in ("configMap", "secret"):
        if volume.get(kind) is not None:
            yield from _keys(volume[kind], f"{path}.{kind}")
    if volume.get("hostPath") is not None:
        yield from _host_path(volume["hostPath"], f"{path}.hostPath")
    if volume.get("emptyDir") is not None:
        limit = volume["emptyDir"].get("sizeLimit")
        if limit is not None and parse(limit) < 0:
            yield forbidden_field(f"{path}.emptyDir.sizeLimit", "SizeLimit field must be a valid resource quantity")
    if volume.get("nfs") is not None:
        yield from _nfs(volume["nfs"], f"{path}.nfs")


def _keys(source: Json, path: str) -> Iterator[FieldError]:
    mode = source.get("defaultMode")
    if mode is not None and not 0 <= mode <= _HIGHEST_MODE:
        yield invalid(f"{path}.defaultMode", mode, _BAD_MODE)
    for i, item in enumerate(source.get("items") or ()):
        where = f"{path}.items[{i}]"
        if not item.get("key"):
            yield required(f"{where}.key")
        if not item.get("path"):
            yield required(f"{where}.path")
        else:
            yield from _below(item["path"], f"{where}.path")
        mode = item.get("mode")
        if mode is not None and not 0 <= mode <= _HIGHEST_MODE:
            yield invalid(f"{where}.mode", mode, _BAD_MODE)


def _below(text: str, path: str) -> Iterator[FieldError]:
    """A path that stays inside of the volume."""
    if text.startswith("/"):
        yield invalid(path, text, "must be a relative path")
    if ".." in text.split("/"):
        yield invalid(path, text, _UPWARDS)
    elif text.startswith(".."):
        yield invalid(path, text, "must not start with '..'")


def _host_path(source: Json, path: str) -> Iterator[FieldError]:
    target, type_ = source.get("path") or "", source.get("type")
    if ".." in target.split("/"):
        yield invalid(f"{path}.path", target, _UPWARDS)
    if type_ is not None and type_ not in _HOST_PATH_TYPES:
        yield not_supported(f"{path}.type", type_, _HOST_PATH_TYPES)


def _nfs(source: Json, path: str) -> Iterator[FieldError]:
    if not source.get("server"):
        yield required(f"{path}.server")
    if not source.get("path"):
        yield required(f"{path}.path")
    elif not source["path"].startswith("/"):
        yield invalid(f"{path}.path", source["path"], "must be an absolute path")

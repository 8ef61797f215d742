"""`kubectl cp`: copies files between the workspace and containers, as tar archives through exec. Follows kubectl `pkg/cmd/cp`."""

from __future__ import annotations

import io
import posixpath
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import boolean, integer, string
from tutor.kubectl.objects import name_of, namespace_of
from tutor.kubectl.pods import choose_container, find_pod, pods_resource
from tutor.kubectl.streams import raise_for_status, start

if TYPE_CHECKING:
    from tutor.kubectl.io import Files


@dataclass(frozen=True)
class _Place:
    """One side of the copy; `pod` is empty for the workspace."""

    path: str
    pod: str = ""
    namespace: str = ""


def run(invocation: Invocation) -> None:
    if len(invocation.args) != 2:
        raise KubectlError("source and destination are required")
    source, target = (_parse(text) for text in invocation.args)
    if source.pod and target.pod:
        raise KubectlError("one of src or dest must be a local file specification")
    if not source.pod and not target.pod:
        raise KubectlError("one of src or dest must be a remote file specification")
    if not source.path or not target.path:
        raise KubectlError("filepath can not be empty")
    if source.pod:
        _download(invocation, source, target.path)
    else:
        _upload(invocation, source.path, target)


def _parse(text: str) -> _Place:
    pod, colon, path = text.partition(":")
    if not colon:
        return _Place(text)
    parts = pod.split("/")
    if len(parts) == 1 and pod:
        return _Place(path, pod)
    if len(parts) == 2:
        return _Place(path, parts[1], parts[0])
    raise KubectlError("filespec must match the canonical format: [[namespace/]pod:]file/path")


def _exec(invocation: Invocation, place: _Place, command: list[str], data: bytes | None = None) -> bytes:
    """Runs a command in the container; returns its output."""
    if place.namespace:
        invocation.namespace = place.namespace
    pod = find_pod(invocation, place.pod)
    container = choose_container(invocation, pod, invocation.options.text("container"))
    parameters = [("command", word) for word in command] + [
        ("container", container),
        ("stderr", "true"),
        ("stdout", "true"),
    ]
    parameters += [("stdin", "true")] if data is not None else []
    path = pods_resource(invocation).path(namespace_of(pod), name_of(pod), "exec")
    remote = start(invocation, path, parameters)
    remote.binary_out = []
    raise_for_status(remote.run(stdin=data is not None, tty=False, data=data))
    return b"".join(remote.binary_out)


def _upload(invocation: Invocation, path: str, target: _Place) -> None:
    files = invocation.io.files
    if not files.exists(path):
        raise KubectlError(f"{path} doesn't exist in local filesystem")
    destination = target.path.rstrip("/") or "/"
    folder, name = posixpath.split(destination)
    if target.path.endswith("/"):
        folder, name = destination, posixpath.basename(path.rstrip("/"))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        _add(archive, files, path, name)
    _exec(invocation, target, ["tar", "-xmf", "-", "-C", folder or "."], buffer.getvalue())


def _add(archive: tarfile.TarFile, files: Files, path: str, name: str) -> None:
    if files.is_dir(path):
        entry = tarfile.TarInfo(name)
        entry.type, entry.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(entry)
        for child in files.list(path):
            _add(archive, files, posixpath.join(path, child), posixpath.join(name, child))
        return
    data = files.read_bytes(path)
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), 0o644
    archive.addfile(entry, io.BytesIO(data))


def _download(invocation: Invocation, source: _Place, target: str) -> None:
    data = _exec(invocation, source, ["tar", "cf", "-", source.path])
    files = invocation.io.files
    prefix = source.path.strip("/")
    if files.is_dir(target):
        target = posixpath.join(target, posixpath.basename(prefix))
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            _extract(invocation, archive, prefix, target)
    except tarfile.TarError:
        raise KubectlError("tar contents corrupted") from None


def _extract(invocation: Invocation, archive: tarfile.TarFile, prefix: str, target: str) -> None:
    for member in archive:
        name = posixpath.normpath(member.name.lstrip("/"))
        rest = posixpath.relpath(name, prefix) if prefix else name
        if rest.startswith(".."):
            raise KubectlError("tar contents corrupted")
        destination = target if rest == "." else posixpath.join(target, rest)
        if member.issym() or member.islnk():
            invocation.err(f'warning: skipping symlink: "{destination}" -> "{member.linkname}"\n')
        elif member.isfile():
            content = archive.extractfile(member)
            invocation.io.files.write(destination, content.read() if content else b"")


COMMAND = Command(
    name="cp",
    short="Copy files and directories to and from containers",
    usage="cp <file-spec-src> <file-spec-dest>",
    run=run,
    arguments="pods",
    long="The container must have the program tar. Files on this side are the workspace's.",
    examples="""
    # Into a pod
    kubectl cp settings.conf web-1:/etc/app/settings.conf

    # Out of a pod
    kubectl cp web-1:/var/log/app.log app.log
    """,
    flags=(
        string("container", "The container to copy from or to.", "c"),
        boolean("no-preserve", "Accepted for compatibility; owners and modes are not kept."),
        integer("retries", "Accepted for compatibility."),
    ),
)

"""The entries of ConfigMaps and Secrets as flags give them: literals, files and files of variables."""

from __future__ import annotations

import json
import re

from tutor.kubectl.command import Invocation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import array, boolean, strings
from tutor.kubectl.manifests import read_text
from tutor.kubectl.objects import Object

_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_KEY_RULE = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
    "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
)
APPEND_HASH = boolean("append-hash", "Add a hash of the content to the name.")
SOURCES = (
    strings("from-env-file", "File of KEY=value lines to take entries from."),
    strings("from-file", "File, KEY=file or folder to take entries from."),
    array("from-literal", "KEY=value entry; may be repeated."),
    APPEND_HASH,
)


def gather(invocation: Invocation, kind: str, name: str) -> dict[str, bytes]:
    """The entries of --from-literal, --from-file and --from-env-file."""
    options = invocation.options
    if options.many("from-env-file") and (options.many("from-file") or options.many("from-literal")):
        raise KubectlError("from-env-file cannot be combined with from-file or from-literal")
    entries: dict[str, bytes] = {}
    for source in options.many("from-file"):
        for key, data in file_entries(invocation, source):
            _add(entries, key, data, kind, name)
    for literal in options.many("from-literal"):
        key, equals, value = literal.partition("=")
        if not equals or not key:
            raise KubectlError(f"invalid literal source {literal}, expected key=value")
        _add(entries, key, _unquoted(value).encode(), kind, name)
    for path in options.many("from-env-file"):
        try:
            text = read_text(invocation.io.files, path)
        except KubectlError as problem:
            raise KubectlError(f"error reading {path}: {problem.message.removeprefix(f'open {path}: ')}") from None
        for key, value in _env_entries(text):
            _add(entries, key, value.encode(), kind, name)
    return entries


def _unquoted(value: str) -> str:
    """A value in matching quotes loses them (cli-runtime `util.ParseLiteralSource`)."""
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value


def _add(entries: dict[str, bytes], key: str, data: bytes, kind: str, name: str) -> None:
    if not _KEY.fullmatch(key):
        link = "a " if kind == "ConfigMap" else ""
        tail = f"for a {kind}{':' if kind == 'ConfigMap' else ''}"
        raise KubectlError(f'"{key}" is not {link}valid key name {tail} {_KEY_RULE}')
    if key in entries:
        if kind == "ConfigMap":
            raise KubectlError(
                f'cannot add key "{key}", another key by that name already exists in Data for ConfigMap "{name}"'
            )
        raise KubectlError(f"cannot add key {key}, another key by that name already exists")
    entries[key] = data


def file_entries(invocation: Invocation, source: str) -> list[tuple[str, bytes]]:
    """What one --from-file names: a file, KEY=file, or the files of a folder whose names can be keys."""
    key, equals, path = source.rpartition("=")
    files = invocation.io.files
    if "=" in key:
        raise KubectlError("key names or file paths cannot contain '='")
    if equals and not key:
        raise KubectlError(f'key name for file path "{path}" missing')
    if equals and not path:
        raise KubectlError(f"file path for key name {key} missing")
    if not files.exists(path):
        raise KubectlError(f"error reading {path}: no such file or directory")
    if files.is_dir(path):
        if key:
            raise KubectlError("cannot give a key name for a directory path")
        names = [name for name in files.list(path) if not files.is_dir(f"{path}/{name}") and _KEY.fullmatch(name)]
        return [(name, files.read_bytes(f"{path}/{name}")) for name in names]
    return [(key or path.rpartition("/")[2], files.read_bytes(path))]


def _env_entries(text: str) -> list[tuple[str, str]]:
    """`KEY=value` lines; blank lines and comments are skipped, values are taken as they are."""
    entries = []
    for line in text.removeprefix("\ufeff").splitlines():
        stripped = line.lstrip()
        if stripped and not stripped.startswith("#"):
            key, _, value = stripped.partition("=")
            entries.append((key, value))
    return entries


def hashed_name(invocation: Invocation, name: str, content: Object) -> str:
    """`--append-hash`: the name with a short hash of the content (kubectl `pkg/util/hash`)."""
    import hashlib

    if not invocation.options.flag("append-hash"):
        return name
    text = json.dumps({**content, "name": name}, separators=(",", ":"), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return f"{name}-{digest.translate(str.maketrans('013ae', 'ghkmt'))}"

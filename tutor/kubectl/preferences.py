"""The kuberc file: a person's own defaults for flags, and aliases for commands. Follows kubectl `pkg/kuberc/kuberc.go`.

The file is the one of `--kuberc`, else of the variable KUBERC, where `off` means none. There is no default place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tutor.kubectl.commands import find_command
from tutor.kubectl.errors import BareError, KubectlError
from tutor.kubectl.flags import Flag
from tutor.kubectl.globalflags import GLOBAL_FLAGS
from tutor.kubectl.io import KubectlIO
from tutor.kubectl.objects import Object

GROUP = "kubectl.config.k8s.io"
API_VERSION = f"{GROUP}/v1beta1"
_ALIAS = re.compile(r"[a-zA-Z]+")


def kuberc_path(given: str, environment: Mapping[str, str]) -> str:
    """The file that is meant; empty for none."""
    named = environment.get("KUBERC", "")
    if named == "off":
        if given:
            raise KubectlError("disabling kuberc via KUBERC=off and passing kuberc flag are mutually exclusive")
        return ""
    return given or named


def read_preferences(io: KubectlIO, path: str) -> Object:
    """The first Preference of a file, nothing of an empty one.

    FileNotFoundError when there is no file, KubectlError when it holds something else.
    """
    from tutor.kubectl.manifests import parse_documents

    text = io.files.read_bytes(path).decode("utf-8", "replace")
    documents = [document for document in parse_documents(text, path) if document is not None]
    if not documents:
        return {}
    for document in documents:
        if not isinstance(document, dict) or document.get("kind") != "Preference":
            continue
        if str(document.get("apiVersion", "")).partition("/")[0] == GROUP:
            return document
    raise KubectlError(f"no valid preferences found in {path}, use --v=5 to see details")


def prepared(argv: list[str], io: KubectlIO) -> list[str]:
    """The command line as the kuberc file wants it: an alias replaced, defaults added. BareError when it cannot be used."""
    if io.environment.get("KUBECTL_KUBERC") == "false":
        return argv
    try:
        preferences = _preferences(argv, io)
        if preferences is None:
            return argv
        _check(preferences)
        replaced = _with_alias(argv, preferences)
        return replaced if replaced is not None else _with_defaults(argv, preferences, io)
    except KubectlError as problem:
        raise BareError(f"error occurred while applying preferences {problem.message}") from None


def _preferences(argv: list[str], io: KubectlIO) -> Object | None:
    given = _explicit(argv)
    try:
        path = kuberc_path(given, io.environment)
    except KubectlError as problem:
        raise KubectlError(f"kuberc error {problem.message}") from None
    try:
        return read_preferences(io, path) if path else None
    except OSError as problem:
        words = (problem.strerror or "no such file or directory").lower()
        raise KubectlError(f"kuberc error kuberc: open {path}: {words}") from None
    except KubectlError as problem:
        raise KubectlError(f"kuberc error kuberc: {problem.message}") from None


def _explicit(argv: list[str]) -> str:
    for position, word in enumerate(argv):
        if word == "--":
            break
        if word == "--kuberc" or word.startswith("--kuberc="):
            value = word.partition("=")[2] or "".join(argv[position + 1 : position + 2] if "=" not in word else [])
            if not value:
                raise KubectlError("kuberc file is not found")
            return value
    return ""


def _check(preferences: Object) -> None:
    names: set[str] = set()
    for alias in preferences.get("aliases") or []:
        name = str(alias.get("name", ""))
        if not _ALIAS.fullmatch(name):
            raise KubectlError("invalid alias name, can only include alphabetical characters")
        if name in names:
            raise KubectlError(f"duplicate alias name {name}")
        names.add(name)
    for entry in [*(preferences.get("aliases") or []), *(preferences.get("defaults") or [])]:
        for option in entry.get("options") or []:
            if str(option.get("name", "")).startswith("-"):
                raise KubectlError(f"flag name {option['name']} should be in long form without dashes")


def _with_alias(argv: list[str], preferences: Object) -> list[str] | None:
    """The line with the alias it names spelled out; None when it names none."""
    place = next((at for at, word in enumerate(argv) if not word.startswith("-")), None)
    if place is None or find_command(argv[place]) is not None:
        return None
    alias = next((one for one in preferences.get("aliases") or [] if one.get("name") == argv[place]), None)
    if alias is None:
        return None
    words = str(alias.get("command", "")).split()
    flags = _flags_of(words)
    if flags is None:
        raise KubectlError(
            f'command "{alias.get("command", "")}" not found to set alias "{alias["name"]}": [{" ".join(words)}]'
        )
    line = [
        *argv[:place],
        *words,
        *_texts(alias.get("prependArgs")),
        *argv[place + 1 :],
        *_texts(alias.get("appendArgs")),
    ]
    return _adding(line, argv, alias, flags, lambda name: f"invalid alias flag {name} in alias kubectl")


def _with_defaults(argv: list[str], preferences: Object, io: KubectlIO) -> list[str]:
    from tutor.kubectl.main import leaf_of

    command = leaf_of(argv)
    line = argv
    for entry in preferences.get("defaults") or []:
        words = str(entry.get("command", "")).split()
        flags = _flags_of(words)
        if flags is None:
            io.stderr(f'Warning: command "{entry.get("command", "")}" not found to set kuberc override\n')
        elif command is not None and leaf_of(words) is command:
            title = entry["command"]
            line = _adding(
                line, argv, entry, flags, lambda name, title=title: f"invalid flag {name} for command {title}"
            )
    return line


def _flags_of(words: list[str]) -> tuple[Flag, ...] | None:
    """The flags of a command; None when there is no such command."""
    from tutor.kubectl.main import leaf_of

    command = leaf_of(words)
    return None if command is None else (*command.flags, *GLOBAL_FLAGS)


def _adding(line: list[str], typed: list[str], entry: Object, flags: Iterable[Flag], wrong: Any) -> list[str]:
    """The line with the flags of an entry that were not typed, before a `--`."""
    known = {flag.name: flag for flag in flags}
    added = []
    for option in entry.get("options") or []:
        name = str(option.get("name", ""))
        if name not in known:
            raise KubectlError(wrong(name))
        if not _is_typed(known[name], known, typed):
            added.append(f"--{name}={_shown(option.get('default', ''))}")
    place = line.index("--") if "--" in line else len(line)
    return [*line[:place], *added, *line[place:]]


def _is_typed(flag: Flag, known: Mapping[str, Flag], typed: list[str]) -> bool:
    letters = {other.short for other in known.values() if other.short}
    for word in typed:
        if word == f"--{flag.name}" or word.startswith(f"--{flag.name}="):
            return True
        if flag.short and word.startswith(f"-{flag.short}"):
            return True
        grouped = re.fullmatch(r"-[a-zA-Z]+", word) is not None and set(word[1:]) <= letters
        if flag.short and grouped and flag.short in word:
            return True
    return False


def _texts(values: Any) -> Iterator[str]:
    return (_shown(value) for value in values or [])


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

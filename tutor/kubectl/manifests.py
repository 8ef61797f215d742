"""Reads manifests: YAML or JSON, one or many documents, from workspace files, folders, kustomizations or standard input."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.kubectl.errors import ApiError, KubectlError
from tutor.kubectl.objects import Object

if TYPE_CHECKING:
    from tutor.kubectl.io import Files, KubectlIO
    from tutor.kubectl.yaml_loader import ManifestLoader

EXTENSIONS = (".json", ".yaml", ".yml")
Check = Callable[[Object, str], None]
"""Refuses an object from a source that does not say what it is."""
_DOCUMENT_START = re.compile(r"^---(?:[ \t].*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Manifest:
    """One object and where it was read: a file's path, or `STDIN`.

    A document that cannot be read is one with a `problem`, so that the others are still worked on.
    """

    obj: Object
    source: str
    problem: KubectlError | None = None


def read_manifests(
    io: KubectlIO, filenames: list[str], *, recursive: bool = False, validating: bool = True
) -> list[Manifest]:
    """All objects of `-f` arguments in order.

    KubectlError for a path that cannot be found, and when there is nothing but one document that cannot be read.
    `validating` commands look at documents as a whole, others as far as they must to know what they are.
    """
    if filenames.count("-") > 1:
        raise KubectlError("standard input cannot be used for multiple arguments")
    manifests = _read_all(io, filenames, recursive, _no_type_to_validate if validating else _no_kind_to_decode)
    if len(manifests) == 1 and manifests[0].problem is not None:
        raise manifests[0].problem
    return manifests


def _read_all(io: KubectlIO, filenames: list[str], recursive: bool, check: Check) -> list[Manifest]:
    manifests: list[Manifest] = []
    for filename in filenames:
        if filename == "-":
            manifests += _parse(read_stdin(io), "STDIN", check)
        elif filename.startswith(("http://", "https://")):
            raise KubectlError(
                f'cannot read "{filename}": the built-in kubectl does not fetch files from the internet. Save '
                f"it in the workspace first."
            )
        else:
            manifests += _read_path(io.files, filename, recursive, check)
    return manifests


def _read_path(files: Files, path: str, recursive: bool, check: Check) -> Iterator[Manifest]:
    if not files.exists(path):
        raise KubectlError(f'the path "{path}" does not exist')
    if not files.is_dir(path):
        yield from _parse(read_text(files, path), path, check)
        return
    found = list(_in_folder(files, path, recursive))
    if not found:
        raise KubectlError(f"error reading [{path}]: recognized file extensions are [{' '.join(EXTENSIONS)}]")
    for name in found:
        yield from _parse(read_text(files, name), name, check)


def _in_folder(files: Files, folder: str, recursive: bool) -> Iterator[str]:
    for name in sorted(files.list(folder)):
        path = posixpath.normpath(f"{folder}/{name}")
        if files.is_dir(path):
            if recursive:
                yield from _in_folder(files, path, recursive)
        elif name.endswith(EXTENSIONS):
            yield path


def read_text(files: Files, path: str) -> str:
    """A workspace file as text; a clear error when it is missing or not text."""
    try:
        return files.read_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        raise KubectlError(f"error reading {path}: the file is not UTF-8 text") from None
    except OSError as problem:
        raise KubectlError(f"open {path}: {(problem.strerror or 'no such file or directory').lower()}") from None


def read_stdin(io: KubectlIO) -> str:
    """All of standard input as text; KubectlError when it is not text.

    A stream may have kept bytes that are no UTF-8 as lone surrogates, which nothing can send on.
    """
    try:
        text = io.stdin.read() if io.stdin else ""
        text.encode("utf-8")
    except UnicodeError:
        raise KubectlError("error reading STDIN: the input is not UTF-8 text") from None
    return text


def _parse(text: str, source: str, check: Check) -> Iterator[Manifest]:
    try:
        for document in parse_documents(text, source):
            if document is not None:
                yield from _readable(document, source, check)
    except KubectlError as problem:
        yield Manifest({}, source, problem)


def _readable(document: Any, source: str, check: Check) -> Iterator[Manifest]:
    """The objects of a document, or its problem: the next document may be a good one (cli-runtime `StreamVisitor`)."""
    try:
        yield from _objects(document, source, check)
    except KubectlError as problem:
        yield Manifest({}, source, problem)


def _objects(document: Any, source: str, check: Check) -> Iterator[Manifest]:
    if not isinstance(document, dict):
        if check is _no_type_to_validate:
            raise _invalid(source, "invalid object to validate")
        shape = "array" if isinstance(document, list) else "string"
        raise KubectlError(
            f"unable to decode {json.dumps(source)}: json: cannot unmarshal {shape} into Go value of type "
            f"unstructured.detector"
        )
    yield from _flatten(document, source, check)


def _flatten(obj: Object, source: str, check: Check) -> Iterator[Manifest]:
    check(obj, source)
    if obj["kind"] == "List" or (str(obj["kind"]).endswith("List") and isinstance(obj.get("items"), list)):
        for item in obj.get("items") or []:
            yield from _flatten(item, source, check)
        return
    yield Manifest(obj, source)


def _no_type_to_validate(obj: Object, source: str) -> None:
    missing = [f"{key} not set" for key in ("apiVersion", "kind") if not obj.get(key)]
    if missing:
        listed = f"[{', '.join(missing)}]" if len(missing) > 1 else missing[0]
        raise _invalid(source, listed)


def _invalid(source: str, reason: str) -> KubectlError:
    return KubectlError(
        f"error validating {json.dumps(source)}: error validating data: {reason}; "
        "if you choose to ignore these errors, turn validation off with --validate=false"
    )


def _no_kind_to_decode(obj: Object, source: str) -> None:
    if not obj.get("kind"):
        from tutor.kubectl.printers.yaml import compact_json

        raise KubectlError(f"unable to decode {json.dumps(source)}: Object 'Kind' is missing in '{compact_json(obj)}'")
    if not obj.get("apiVersion"):
        raise ApiError({"reason": "NotFound", "message": "the server could not find the requested resource"})


def parse_documents(text: str, source: str, loader: type[ManifestLoader] | None = None) -> Iterator[Any]:
    """The documents of a YAML or JSON text, empty ones as None. KubectlError at the first that cannot be read."""
    if text.lstrip().startswith("{"):
        with suppress(ValueError):  # what only looks like JSON is a flow mapping in YAML
            yield from _json_documents(text)
            return
    for part in _DOCUMENT_START.split(text):
        if part.strip():
            yield load_yaml(part, source, loader)


def _json_documents(text: str) -> list[Any]:
    """JSON values one after the other. ValueError when there is anything else."""
    documents: list[Any] = []
    decoder, at = json.JSONDecoder(), 0
    while rest := text[at:].lstrip():
        at = len(text) - len(rest)
        document, at = decoder.raw_decode(text, at)
        documents.append(document)
    return documents


def load_yaml(text: str, source: str, loader: type[ManifestLoader] | None = None) -> Any:
    """One YAML document with the types Go's YAML gives it: no dates, no base-60 numbers. `loader` may read it differently."""
    import yaml

    from tutor.kubectl.yaml_loader import ManifestLoader

    try:
        return yaml.load(text, Loader=loader or ManifestLoader)
    except yaml.YAMLError as problem:
        raise KubectlError(
            f"error parsing {source}: error converting YAML to JSON: {go_yaml_message(problem)}"
        ) from None


def go_yaml_message(problem: Exception) -> str:
    """libyaml's words with go-yaml's line number (decode.go, `fail`): zero-based for parser errors, one-based for scanner errors."""
    import yaml

    if not isinstance(problem, yaml.MarkedYAMLError):
        return f"yaml: {problem}"
    line = problem.problem_mark.line if problem.problem_mark else 0
    if line:
        line += isinstance(problem, yaml.scanner.ScannerError)
    elif problem.context_mark:
        line = problem.context_mark.line
    where = f"line {line}: " if line else ""
    return f"yaml: {where}{problem.problem or problem.context}"

"""Manifests as text: every mistake with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from tutor.manifests.schema import FieldPath, Violation, format_path, is_built_in, violations
from tutor.manifests.yaml_errors import explain_yaml_error

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class ManifestProblem:
    """One mistake. `line` counts from 1 within the text; `field` is empty when it is not about one field."""

    line: int
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


Further = Callable[[dict[str, Any]], Sequence[Violation]]
"""Finds what is wrong with a manifest whose kind Kubernetes does not define itself."""


def check_text(text: str, further: Further = lambda document: ()) -> list[ManifestProblem]:
    """What is wrong with a file of manifests (documents separated by `---`), or nothing."""
    try:
        nodes: list[Any] = list(yaml.compose_all(text, Loader=_LOADER))
        doubles = [problem for node in nodes for problem in _double_keys(node)]
        documents: list[Any] = list(yaml.load_all(text, Loader=_LOADER))
    except yaml.YAMLError as error:
        row, message = explain_yaml_error(text, error)
        return [ManifestProblem(row + 1, "", f"this is not valid YAML: {message}")]
    if all(document is None for document in documents):
        return [ManifestProblem(1, "", "there is no manifest in this file")]
    pairs = ((node, doc) for node, doc in zip(nodes, documents, strict=True) if doc is not None)
    return doubles + [problem for node, doc in pairs for problem in _document(node, doc, further)]


def _document(node: yaml.Node, document: Any, further: Further) -> Iterator[ManifestProblem]:
    if not isinstance(document, dict):
        yield ManifestProblem(
            node.start_mark.line + 1, "", "a manifest is a mapping with apiVersion, kind and metadata"
        )
        return
    for path, message in violations(document) or (further(document) if not is_built_in(document) else ()):
        yield ManifestProblem(_line(node, path), format_path(path), message)


def _line(node: yaml.Node, path: FieldPath) -> int:
    """The line of a field's key, or of the nearest field around it that the text has."""
    line = node.start_mark.line
    for part in path:
        step = _step(node, part)
        if step is None:
            break
        line, node = step
    return line + 1


def _step(node: yaml.Node, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
        return node.value[part].start_mark.line, node.value[part]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == part:
                return key.start_mark.line, value
    return None


def _double_keys(node: yaml.Node | None) -> Iterator[ManifestProblem]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _double_keys(item)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                yield ManifestProblem(key.start_mark.line + 1, key.value, "this key is given twice")
            seen.add(str(key.value))
            yield from _double_keys(value)

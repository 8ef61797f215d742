"""A manifest against the Kubernetes API's schema: unknown fields, missing fields, values of the wrong type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, TypeAlias

from tutor.manifests.kinds import API_VERSIONS, OTHER_API_VERSIONS
from tutor.manifests.models import Model, model
from tutor.manifests.rules import rule_violations

FieldPath: TypeAlias = tuple[str | int, ...]
Violation: TypeAlias = tuple[FieldPath, str]

_GENERIC = re.compile(r"(?P<outer>List|Dict)\[(?:str, )?(?P<inner>.*)\]")
_QUANTITY = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?")
_QUANTITY_FIELDS = frozenset(
    ("limits", "requests", "hard", "capacity", "allocatable", "overhead", "max", "min", "default", "defaultRequest")
)
_SINGLE_QUANTITY_FIELDS = frozenset(("sizeLimit", "averageValue", "divisor", "storageCapacity"))
_TYPES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "str": (lambda value: isinstance(value, str), "a text"),
    "bytes": (lambda value: isinstance(value, str), "a base64 text"),
    "datetime": (lambda value: isinstance(value, str), "a time such as 2026-01-31T12:00:00Z"),
    "bool": (lambda value: isinstance(value, bool), "true or false"),
    "int": (lambda value: isinstance(value, int) and not isinstance(value, bool), "a whole number"),
    "float": (lambda value: isinstance(value, int | float) and not isinstance(value, bool), "a number"),
}


def validate_manifest(doc: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the API server would refuse in a manifest, as (field path, message), for example
    ("spec.template.spec.containers[0].imagee", "unknown field; did you mean image?").

    Kinds that Kubernetes does not define itself are not checked beyond `apiVersion`, `kind` and `metadata`.
    """
    return [(format_path(path), message) for path, message in violations(doc)]


def violations(doc: Mapping[str, Any]) -> list[Violation]:
    """The same with the field path in parts."""
    api_version, kind = doc.get("apiVersion"), doc.get("kind")
    if not isinstance(api_version, str) or not isinstance(kind, str):
        return [
            ((), f"a manifest needs a text `{field}`") for field in ("apiVersion", "kind") if not doc.get(field)
        ] or [((), "`apiVersion` and `kind` must be texts")]
    if kind == "List" and api_version == "v1":
        return _members(doc)
    known = API_VERSIONS.get(kind)
    versions = {known, *OTHER_API_VERSIONS.get(kind, ())} - {None}
    if versions and api_version not in versions and _is_kubernetes(api_version):
        return [
            (("apiVersion",), f"{kind} is not in {api_version}; it is in {' and '.join(sorted(map(str, versions)))}")
        ]
    known_model = _model(api_version, kind)
    if known_model is None:
        if _is_kubernetes(api_version):
            return [(("kind",), f"Kubernetes has no kind {kind} in {api_version}")]
        return _metadata_only(doc)
    found = list(_object(doc, known_model, ()))
    return found or list(rule_violations(doc))


def _members(doc: Mapping[str, Any]) -> list[Violation]:
    """A v1 List is not an API object but kubectl's way to keep several in one document."""
    items = doc.get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return [(("items",), "a List holds manifests under items")]
    return [(("items", index, *path), text) for index, item in enumerate(items) for path, text in violations(item)]


def format_path(path: FieldPath) -> str:
    """A field path as Kubernetes writes it: spec.containers[0].image."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def is_built_in(doc: Mapping[str, Any]) -> bool:
    """Whether Kubernetes itself defines the kind of a manifest."""
    return _is_kubernetes(str(doc.get("apiVersion")))


def _is_kubernetes(api_version: str) -> bool:
    group = api_version.rpartition("/")[0]
    return "." not in group or (group.endswith(".k8s.io") and group.count(".") == 2)


def _model(api_version: str, kind: str) -> Model | None:
    if api_version == "v1" and kind == "Event":
        return model("CoreV1Event")
    version = api_version.rpartition("/")[2]
    return model(f"{version[:1].upper()}{version[1:]}{kind}") if _is_kubernetes(api_version) else None


def _metadata_only(doc: Mapping[str, Any]) -> list[Violation]:
    metadata = doc.get("metadata")
    if not isinstance(metadata, dict):
        return [((), "a manifest needs `metadata`")]
    return list(_object(metadata, model("V1ObjectMeta"), ("metadata",)))


def _object(value: Any, kind: Model | None, path: FieldPath) -> Iterator[Violation]:
    if not isinstance(value, dict):
        yield path, f"this must hold fields, it is {_describe(value)}"
        return
    if kind is None:
        return
    for name in kind.required:
        if value.get(name) is None:
            yield path, f"the required field {name} is missing"
    for key, item in value.items():
        if key not in kind.fields:
            close = get_close_matches(str(key), kind.fields, 1)
            yield (*path, str(key)), "unknown field" + (f"; did you mean {close[0]}?" if close else "")
        elif item is not None:
            yield from _field(item, kind.fields[key], (*path, str(key)))


def _field(value: Any, type_name: str, path: FieldPath) -> Iterator[Violation]:
    generic = _GENERIC.fullmatch(type_name)
    if type_name == "object":
        yield from _int_or_text(value, path)
    elif generic and generic["outer"] == "List":
        yield from _list(value, generic["inner"], path)
    elif generic:
        yield from _map(value, generic["inner"], path)
    elif type_name in _TYPES:
        yield from _scalar(value, type_name, path)
    else:
        yield from _object(value, model(type_name), path)


def _list(value: Any, inner: str, path: FieldPath) -> Iterator[Violation]:
    if not isinstance(value, list):
        yield path, f"this must be a list, it is {_describe(value)}"
        return
    for index, item in enumerate(value):
        yield from _field(item, inner, (*path, index))


def _map(value: Any, inner: str, path: FieldPath) -> Iterator[Violation]:
    if not isinstance(value, dict):
        yield path, f"this must hold names with values, it is {_describe(value)}"
        return
    for key, item in value.items():
        if inner == "str" and path[-1] in _QUANTITY_FIELDS:
            yield from _quantity(item, (*path, str(key)))
        else:
            yield from _field(item, inner, (*path, str(key)))


def _scalar(value: Any, type_name: str, path: FieldPath) -> Iterator[Violation]:
    fits, expected = _TYPES[type_name]
    if type_name == "str" and path[-1] in _SINGLE_QUANTITY_FIELDS:
        yield from _quantity(value, path)
    elif not fits(value):
        advice = "; put it in quotes" if expected == "a text" and isinstance(value, bool | int | float) else ""
        yield path, f"this must be {expected}, it is {_describe(value)}{advice}"


def _quantity(value: Any, path: FieldPath) -> Iterator[Violation]:
    """A Kubernetes quantity; apimachinery's pkg/api/resource/quantity.go gives the grammar."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number and not (isinstance(value, str) and _QUANTITY.fullmatch(value)):
        yield path, f"this must be a quantity such as 250m, 1, 256Mi, it is {_describe(value)}"


def _int_or_text(value: Any, path: FieldPath) -> Iterator[Violation]:
    """Fields the models leave open: ports and percentages, which are a number or a text, and free-form data."""
    if isinstance(value, bool) or (
        isinstance(value, float) and str(path[-1]).endswith(("ort", "Surge", "Unavailable"))
    ):
        yield path, f"this must be a whole number or a text, it is {_describe(value)}"


def _describe(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    return f"the number {value}" if isinstance(value, int | float) else f"the text {value!r}"

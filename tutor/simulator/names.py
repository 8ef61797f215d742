"""Rules for names, labels and other metadata. Source: apimachinery, pkg/util/validation and pkg/api/validation/objectmeta.go."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.errors import FieldError, forbidden_field, invalid, required, too_long
from tutor.simulator.resources.base import Resource
from tutor.simulator.store import Obj

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_DNS1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE = f"({_QUALIFIED})?"

SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end "
    f"with an alphanumeric character (e.g. 'example.com', regex used for validation is '{_SUBDOMAIN}')"
)
LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
    f"alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '{_LABEL}')"
)
DNS1035_RULE = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end "
    f"with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '{_DNS1035}')"
)
QUALIFIED_RULE = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
    f"(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{_QUALIFIED}')"
)
LABEL_VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with "
    f"an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '{_LABEL_VALUE}')"
)
_RULES = {
    "subdomain": (re.compile(_SUBDOMAIN), 253, SUBDOMAIN_RULE),
    "label": (re.compile(_LABEL), 63, LABEL_RULE),
    "dns1035": (re.compile(_DNS1035), 63, DNS1035_RULE),
}
_QUALIFIED_RE = re.compile(_QUALIFIED)
_LABEL_VALUE_RE = re.compile(_LABEL_VALUE)
STANDARD_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")
"""Names without a prefix that are allowed (pkg/apis/core/helper IsStandardFinalizerName)."""
ANNOTATIONS_LIMIT = 256 * 1024
"""Bytes of all keys and values together."""


def name_problems(value: str, rule: str) -> list[str]:
    """What is wrong with a name under a rule: "subdomain", "label", "dns1035", "path-segment" or "any"."""
    if rule == "path-segment":
        problems = [f"may not be '{value}'"] if value in (".", "..") else []
        return problems + [f"may not contain '{character}'" for character in "/%" if character in value]
    if rule == "any":
        return []
    pattern, limit, text = _RULES[rule]
    problems = [f"must be no more than {limit} characters"] if len(value) > limit else []
    if pattern.fullmatch(value):
        return problems
    dotted = rule == "label" and _RULES["subdomain"][0].fullmatch(value)
    return [*problems, "must not contain dots" if dotted else text]


def check_name(resource: Resource, metadata: Mapping[str, Any]) -> Iterator[FieldError]:
    """The rule of a new object's name."""
    name = metadata.get("name", "")
    if not name:
        yield required("metadata.name", "name or generateName is required")
        return
    for problem in (
        name_problems(metadata.get("generateName", "").rstrip("-"), resource.name_rule)
        if metadata.get("generateName")
        else ()
    ):
        yield invalid("metadata.generateName", metadata["generateName"], problem)
    for problem in name_problems(name, resource.name_rule):
        yield invalid("metadata.name", name, problem)


def check_metadata(resource: Resource, obj: Obj, old: Obj | None = None) -> Iterator[FieldError]:
    """Labels, annotations, finalizers and owner references of an object that is created or updated."""
    metadata = obj["metadata"]
    yield from check_labels(metadata.get("labels"), "metadata.labels")
    yield from _check_annotations(metadata.get("annotations"))
    for i, reference in enumerate(metadata.get("ownerReferences") or ()):
        yield from _check_owner(reference, f"metadata.ownerReferences[{i}]")
    controllers = [r for r in metadata.get("ownerReferences") or () if r.get("controller")]
    if len(controllers) > 1:
        why = 'Only one reference can have Controller set to true. Found "true" in references for '
        yield invalid(
            "metadata.ownerReferences", metadata["ownerReferences"], why + " and ".join(_owner(r) for r in controllers)
        )
    for i, finalizer in enumerate(metadata.get("finalizers") or ()):
        problems = qualified_name_problems(finalizer)
        if not problems and "/" not in finalizer and finalizer not in STANDARD_FINALIZERS:
            problems = ["name is neither a standard finalizer name nor is it fully qualified"]
        for problem in problems:
            yield invalid(f"metadata.finalizers[{i}]", finalizer, problem)
    if old is not None and "deletionTimestamp" in old["metadata"]:
        added = [f for f in metadata.get("finalizers") or () if f not in (old["metadata"].get("finalizers") or ())]
        if added:
            found = ", ".join(f'"{name}"' for name in added)
            why = f"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{found}}}"
            yield forbidden_field("metadata.finalizers", why)


def _owner(reference: Mapping[str, Any]) -> str:
    return f"{reference.get('kind', '')}/{reference.get('name', '')}"


def _check_owner(reference: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    for field in ("apiVersion", "kind", "name", "uid"):
        if not reference.get(field):
            yield required(f"{path}.{field}", "must not be empty")


def check_labels(labels: Mapping[str, Any] | None, path: str) -> Iterator[FieldError]:
    """The syntax of label keys and values."""
    for key, value in (labels or {}).items():
        for problem in qualified_name_problems(key):
            yield invalid(path, key, problem)
        for problem in label_value_problems(value):
            yield invalid(path, value, problem)


def _check_annotations(annotations: Mapping[str, str] | None) -> Iterator[FieldError]:
    size = 0
    for key, value in (annotations or {}).items():
        for problem in qualified_name_problems(key.lower()):
            yield invalid("metadata.annotations", key, problem)
        size += len(key.encode()) + len(value.encode())
    if size > ANNOTATIONS_LIMIT:
        yield too_long("metadata.annotations", ANNOTATIONS_LIMIT)


def qualified_name_problems(value: str) -> list[str]:
    """What is wrong with a label or annotation key: an optional DNS prefix, "/", and a name."""
    parts = value.split("/")
    if len(parts) > 2:
        return [
            "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
            f"alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{_QUALIFIED}') "
            "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        ]
    problems: list[str] = []
    name = parts[-1]
    if len(parts) == 2:
        if not parts[0]:
            problems.append("prefix part must be non-empty")
        else:
            problems.extend(f"prefix part {problem}" for problem in name_problems(parts[0], "subdomain"))
    if not name:
        problems.append("name part must be non-empty")
    elif len(name) > 63:
        problems.append("name part must be no more than 63 bytes")
    if not _QUALIFIED_RE.fullmatch(name):
        problems.append(QUALIFIED_RULE)
    return problems


def label_value_problems(value: str) -> list[str]:
    """What is wrong with a label's value."""
    problems = ["must be no more than 63 bytes"] if len(value) > 63 else []
    return problems if _LABEL_VALUE_RE.fullmatch(value) else [*problems, LABEL_VALUE_RULE]

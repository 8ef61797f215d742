"""What `kubectl label` and `kubectl annotate` share: reading `KEY=value` and `KEY-` words and patching metadata."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tutor.kubectl.change_cause import CHANGE_CAUSE, change_cause
from tutor.kubectl.client import MERGE_PATCH
from tutor.kubectl.command import Invocation
from tutor.kubectl.errors import KubectlError, raise_all
from tutor.kubectl.mutate import typed, write_query
from tutor.kubectl.objects import Object, get
from tutor.kubectl.printers.report import Reporter, dry_run_mode
from tutor.kubectl.resources import Info
from tutor.kubectl.targets import builder_for, live_infos


@dataclass
class Changes:
    """What to set and what to remove."""

    values: dict[str, str] = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Flavour:
    """How labels and annotations differ."""

    field: str  # labels or annotations
    overwrite_error: Callable[[dict[str, str], Changes], list[str]]
    operation: Callable[[int, int], str]
    tells_missing: bool = False  # whether it says that what it should remove is not there


def edit_metadata(invocation: Invocation, resources: list[str], changes: Changes, flavour: Flavour) -> None:
    """Applies the changes to every chosen object and prints what happened to each."""
    mode = dry_run_mode(invocation)
    builder = builder_for(invocation, resources)
    reporter = Reporter(invocation, "", dry_run=mode)
    errors: list[KubectlError] = []
    local = invocation.options.flag("local")
    infos = list(builder.manifest_infos() if local else live_infos(builder, errors))
    for info in infos:
        if invocation.options.flag("list") and len(infos) > 1:
            invocation.out(f"Listing {flavour.field} for {info.resource.kind}.{info.resource.group}/{info.name}:\n")
        if flavour.field == "labels":  # a printer for each object, as in kubectl `pkg/cmd/label/label.go`
            reporter = Reporter(invocation, "", dry_run=mode)
        try:
            _edit_one(invocation, info, changes, flavour, reporter, mode)
        except KubectlError as problem:
            errors.append(problem)
    raise_all(errors)


def _edit_one(
    invocation: Invocation, info: Info, changes: Changes, flavour: Flavour, reporter: Reporter, mode: str
) -> None:
    current: dict[str, str] = dict(get(info.obj, f"metadata.{flavour.field}", {}))
    if not invocation.options.flag("overwrite"):
        problems = flavour.overwrite_error(current, changes)
        if problems:
            raise_all([KubectlError(problem) for problem in problems])
    told = mode != "client" and not invocation.options.flag("local") and not invocation.options.flag("list")
    for key in changes.remove:
        if key not in current and told and flavour.tells_missing:
            invocation.out(f'label "{key}" not found.\n')
    patch: dict[str, str | None] = {key: value for key, value in changes.values.items() if current.get(key) != value}
    added = len(patch)
    patch |= {key: None for key in changes.remove if key in current}
    obj = _patched(invocation, info, patch, flavour, mode)
    if invocation.options.flag("list"):
        indent = " " if not invocation.options.args[:1] or invocation.options.flag("all") else ""
        for key, value in get(obj, f"metadata.{flavour.field}", {}).items():
            invocation.out(f"{indent}{key}={value}\n")
        return
    reporter.report(obj, flavour.operation(added, len(patch) - added))


def _patched(invocation: Invocation, info: Info, patch: dict[str, str | None], flavour: Flavour, mode: str) -> Object:
    options = invocation.options
    if mode == "client" or options.flag("local") or not patch:
        values = dict(get(info.obj, f"metadata.{flavour.field}", {})) | patch
        kept = {key: value for key, value in values.items() if value is not None}
        return {**info.obj, "metadata": {**info.obj["metadata"], flavour.field: kept}}
    body: Object = {"metadata": {flavour.field: patch}}
    cause = change_cause(invocation)
    if cause:
        body["metadata"].setdefault("annotations", {})[CHANGE_CAUSE] = cause
    if options.text("resource-version"):
        body["metadata"]["resourceVersion"] = options.text("resource-version")
    query = write_query(options.text("field-manager"), mode)
    return typed(invocation.api.patch(info.path, body, MERGE_PATCH, query), info.resource)


_LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")


def label_value_problem(value: str) -> str:
    """Why a label value is not valid, in apimachinery's words; empty when it is."""
    if len(value) > 63:
        return "must be no more than 63 bytes"
    if not _LABEL_VALUE.fullmatch(value):
        return (
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
            "and must start and end with an "
            "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
            "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
        )
    return ""


_NAME_PART = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")


def qualified_name_problem(text: str) -> str:
    """Why the name part of a key is not valid, in apimachinery's words (`pkg/util/validation`, IsQualifiedName); empty when it is."""
    name = text.rpartition("/")[2]
    problems = []
    if not name:
        problems.append("name part must be non-empty")
    elif len(name) > 63:
        problems.append("name part must be no more than 63 bytes")
    if not _NAME_PART.fullmatch(name):
        problems.append(
            "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
            "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
            "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
        )
    return "; ".join(problems)

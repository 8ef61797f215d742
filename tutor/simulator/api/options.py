"""The options of writes: CreateOptions, UpdateOptions, PatchOptions and DeleteOptions (apimachinery, pkg/apis/meta/v1/validation)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tutor.simulator.api.bodies import FieldValidation, read_options
from tutor.simulator.api.http import Request
from tutor.simulator.deletion import DeleteOptions
from tutor.simulator.errors import FieldError, forbidden_field, invalid, invalid_object, required

MAX_MANAGER = 128
"""Characters of a field manager's name."""


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """What a write asks for besides its object."""

    dry_run: bool
    manager: str
    validation: FieldValidation
    force: bool = False


def write_options(request: Request, kind: str, *, apply: bool = False) -> WriteOptions:
    """The options in a query; `kind` is the one that errors name. Raises ApiError 422."""
    problems = [*_dry_run_problems(request.query.get("dryRun") or ())]
    manager = request.param("fieldManager")
    problems += _manager_problems(manager)
    if apply and not manager:
        problems.append(required("fieldManager", "is required for apply patch"))
    if kind == "PatchOptions" and request.param("force") and not apply:
        problems.append(forbidden_field("force", "may not be specified for non-apply patch"))
    validation = request.param("fieldValidation")
    if validation not in ("", "Ignore", "Warn", "Strict"):
        shown = f'Unsupported value: {json.dumps(validation)}: supported values: "", "Ignore", "Strict", "Warn"'
        problems.append(FieldError("FieldValueNotSupported", "fieldValidation", shown))
    if problems:
        raise invalid_object(kind, "meta.k8s.io", "", problems)
    return WriteOptions(
        dry_run=bool(request.query.get("dryRun")),
        manager=manager or _agent(request),
        validation=validation or "Warn",  # type: ignore[arg-type] # checked above
        force=request.flag("force"),
    )


def _agent(request: Request) -> str:
    """The manager's name when none is given: the first part of the user agent."""
    name = request.headers.get("user-agent", "").partition("/")[0]
    return "".join(c for c in name if c.isprintable())[:MAX_MANAGER] or "unknown"


def _dry_run_problems(values: Any) -> Iterator[FieldError]:
    if any(value != "All" for value in values):
        shown = json.dumps(list(values), separators=(",", ":"))
        yield FieldError("FieldValueNotSupported", "dryRun", f'Unsupported value: {shown}: supported values: "All"')


def _manager_problems(manager: str) -> Iterator[FieldError]:
    if len(manager) > MAX_MANAGER:
        yield FieldError("FieldValueTooLong", "fieldManager", f"Too long: may not be more than {MAX_MANAGER} bytes")
    for i, character in enumerate(manager):
        if not character.isprintable():
            yield invalid("fieldManager", manager, f"invalid character U+{ord(character):04X} (at position {i})")


def delete_options(request: Request) -> tuple[DeleteOptions, bool]:
    """The options of a delete, in its body or its query, and whether it is a dry run. Raises ApiError 400 or 422."""
    data = read_options(request, "DeleteOptions") or _from_query(request)
    _check_delete(data)
    preconditions = data.get("preconditions") or {}
    orphan = data.get("orphanDependents")
    propagation = data.get("propagationPolicy")
    if propagation is None and orphan is not None:
        propagation = "Orphan" if orphan else "Background"
    grace = data.get("gracePeriodSeconds")
    options = DeleteOptions(
        grace_seconds=1 if grace is not None and grace < 0 else grace,
        propagation=propagation,
        uid=preconditions.get("uid"),
        resource_version=preconditions.get("resourceVersion"),
    )
    return options, bool(data.get("dryRun"))


def _from_query(request: Request) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if (grace := request.integer("gracePeriodSeconds")) is not None:
        data["gracePeriodSeconds"] = grace
    if request.param("propagationPolicy"):
        data["propagationPolicy"] = request.param("propagationPolicy")
    if request.param("orphanDependents"):
        data["orphanDependents"] = request.flag("orphanDependents")
    if request.query.get("dryRun"):
        data["dryRun"] = request.query["dryRun"]
    return data


def _check_delete(data: dict[str, Any]) -> None:
    problems = [*_dry_run_problems(data.get("dryRun") or ())]
    propagation = data.get("propagationPolicy")
    if propagation is not None and data.get("orphanDependents") is not None:
        why = "orphanDependents and deletionPropagation cannot be both set"
        problems.append(invalid("propagationPolicy", propagation, why))
    elif propagation not in (None, "Foreground", "Background", "Orphan"):
        known = '"Foreground", "Background", "Orphan", "nil"'
        shown = f"Unsupported value: {json.dumps(propagation)}: supported values: {known}"
        problems.append(FieldError("FieldValueNotSupported", "propagationPolicy", shown))
    if problems:
        raise invalid_object("DeleteOptions", "meta.k8s.io", "", problems)

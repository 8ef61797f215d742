"""FlowSchemas and PriorityLevelConfigurations: kept, but every request of a simulated cluster is answered in turn.

Rules: pkg/apis/flowcontrol/validation/validation.go and v1/defaults.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.simulator.clock import timestamp
from tutor.simulator.errors import FieldError, invalid, not_supported, required
from tutor.simulator.objects import get_condition
from tutor.simulator.resources.base import Column, Context, Resource
from tutor.simulator.resources.printing import AGE, NAME, NONE, at
from tutor.simulator.store import Obj

GROUP = "flowcontrol.apiserver.k8s.io"
LEVELS = f"prioritylevelconfigurations.{GROUP}"
_QUEUES = (("queues", 64), ("handSize", 8), ("queueLengthLimit", 50))
_HIGHEST_PRECEDENCE = 10000
BUILT_IN = "apf.kubernetes.io/autoupdate-spec"
"""The annotation of the objects that the API server makes itself."""


def _not_enforced(obj: Obj) -> tuple[str, ...]:
    if BUILT_IN in (obj["metadata"].get("annotations") or {}):
        return ()
    return ("flow control is stored but not simulated: requests to this cluster are answered in turn",)


def _default_schema(schema: Obj) -> None:
    spec = schema.setdefault("spec", {})
    if not spec.get("matchingPrecedence"):
        spec["matchingPrecedence"] = 1000


def _default_level(level: Obj) -> None:
    spec = level.setdefault("spec", {})
    for name, shares in (("limited", 30), ("exempt", 0)):
        part = spec.get(name)
        if part is None:
            continue
        for field, value in (("nominalConcurrencyShares", shares), ("lendablePercent", 0)):
            if part.get(field) is None:
                part[field] = value
        queuing = (part.get("limitResponse") or {}).get("queuing")
        if queuing is not None:
            queuing.update({field: value for field, value in _QUEUES if not queuing.get(field)})


def _new_schema(context: Context, schema: Obj) -> None:
    """What the API server's own controller says of a new schema (apiserver, pkg/util/flowcontrol/apf_controller.go)."""
    name = (schema["spec"].get("priorityLevelConfiguration") or {}).get("name", "")
    found = context.store.get(LEVELS, "", name) is not None
    text = f'This FlowSchema references the PriorityLevelConfiguration object named "{name}" '
    condition = {
        "type": "Dangling",
        "status": "False" if found else "True",
        "lastTransitionTime": timestamp(context.now),
        "reason": "Found" if found else "NotFound",
        "message": text + ("and it exists" if found else "but there is no such object"),
    }
    schema["status"] = {"conditions": [condition]}


def _new_level(_: Context, level: Obj) -> None:
    level["status"] = {}


def _validate_schema(schema: Obj) -> Iterator[FieldError]:
    spec = schema["spec"]
    precedence = spec["matchingPrecedence"]
    if precedence <= 0:
        yield invalid("spec.matchingPrecedence", precedence, "must be a positive value")
    if precedence > _HIGHEST_PRECEDENCE:
        why = f"must not be greater than {_HIGHEST_PRECEDENCE}"
        yield invalid("spec.matchingPrecedence", precedence, why)
    method = (spec.get("distinguisherMethod") or {}).get("type")
    if spec.get("distinguisherMethod") is not None and method not in ("ByNamespace", "ByUser"):
        yield not_supported("spec.distinguisherMethod", spec["distinguisherMethod"], ("ByNamespace", "ByUser"))
    if not (spec.get("priorityLevelConfiguration") or {}).get("name"):
        yield required("spec.priorityLevelConfiguration.name", "must reference a priority level")
    for i, rule in enumerate(spec.get("rules") or ()):
        if not rule.get("subjects"):
            yield required(f"spec.rules[{i}].subjects", "subjects must contain at least one value")
        if not rule.get("resourceRules") and not rule.get("nonResourceRules"):
            yield required(f"spec.rules[{i}]", "at least one of resourceRules and nonResourceRules has to be non-empty")


def _validate_level(level: Obj) -> Iterator[FieldError]:
    spec = level["spec"]
    kind = spec.get("type") or ""
    if not kind:
        yield required("spec.type")
    elif kind not in ("Exempt", "Limited"):
        yield not_supported("spec.type", kind, ("Exempt", "Limited"))
    elif kind == "Limited" and spec.get("limited") is None:
        yield required("spec.limited", "must not be empty when type is Limited")


def _limited(*path: str) -> Any:
    return at("spec", "limited", *path, default=NONE)


def _queuing(field: str) -> Any:
    return _limited("limitResponse", "queuing", field)


def _missing(schema: Obj, _: float) -> str:
    condition = get_condition(schema.get("status") or {}, "Dangling")
    return str(condition["status"]) if condition else "?"


def _kind(kind: str, columns: tuple[Column, ...], **rules: Any) -> Resource:
    return Resource(
        group=GROUP,
        version="v1",
        kind=kind,
        plural=f"{kind.lower()}s",
        namespaced=False,
        columns=(NAME, *columns),
        has_status=True,
        has_generation=True,
        warnings=_not_enforced,
        **rules,
    )


RESOURCES = (
    _kind(
        "FlowSchema",
        (
            Column("PriorityLevel", at("spec", "priorityLevelConfiguration", "name"), description="Its level."),
            Column("MatchingPrecedence", at("spec", "matchingPrecedence"), description="Lower ones are tried first."),
            Column(
                "DistinguisherMethod",
                at("spec", "distinguisherMethod", "type", default=NONE),
                description="What flows are told apart by.",
            ),
            AGE,
            Column("MissingPL", _missing, description="Whether its level is missing."),
        ),
        table_order=lambda obj: (obj["spec"]["matchingPrecedence"], obj["metadata"]["name"]),
        default=_default_schema,
        prepare_create=_new_schema,
        validate=_validate_schema,
    ),
    _kind(
        "PriorityLevelConfiguration",
        (
            Column("Type", at("spec", "type"), description="Whether it has a limit."),
            Column("NominalConcurrencyShares", _limited("nominalConcurrencyShares"), description="Its share."),
            Column("Queues", _queuing("queues"), description="How many queues it has."),
            Column("HandSize", _queuing("handSize"), description="How many queues a flow may use."),
            Column("QueueLengthLimit", _queuing("queueLengthLimit"), description="How long a queue gets."),
            AGE,
        ),
        default=_default_level,
        prepare_create=_new_level,
        validate=_validate_level,
    ),
)

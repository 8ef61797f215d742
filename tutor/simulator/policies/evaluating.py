"""What a policy says about a request: match conditions, validations with their messages, audit annotations.

Source: apiserver, pkg/admission/plugin/policy/validating/validator.go, pkg/admission/plugin/webhook/matchconditions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tutor.simulator.cel import CelError
from tutor.simulator.policies.environment import Environment

MAX_MESSAGE = 5 * 1024


@dataclass(frozen=True, slots=True)
class Denial:
    """One thing that a policy has against a request."""

    message: str
    reason: str = "Invalid"
    index: int = 0
    """Of the validation."""
    failed: bool = False
    """It could not be evaluated, and the policy fails closed."""


class ConditionError(Exception):
    """The match conditions could not be evaluated, and none of them is false."""


def applies(spec: Mapping[str, Any], environment: Environment) -> bool:
    """Whether all match conditions hold. Raises ConditionError."""
    problems = []
    for condition in spec.get("matchConditions") or ():
        try:
            if environment.run(condition["expression"], "condition") is not True:
                return False
        except CelError as error:
            problems.append(str(error))
    if problems and spec.get("failurePolicy") == "Ignore":
        return False
    if problems:
        raise ConditionError(problems[0] if len(problems) == 1 else f"[{', '.join(problems)}]")
    return True


def denials(spec: Mapping[str, Any], environment: Environment) -> Iterator[Denial]:
    """What the validations say against the request."""
    for index, validation in enumerate(spec.get("validations") or ()):
        try:
            if environment.run(validation["expression"], "validation") is not True:
                yield Denial(_message(validation, environment), validation.get("reason") or "Invalid", index)
        except CelError as error:
            if spec.get("failurePolicy") != "Ignore":
                yield Denial(str(error), index=index, failed=True)


def _message(validation: Mapping[str, Any], environment: Environment) -> str:
    expression = validation.get("messageExpression")
    if expression:
        try:
            text = environment.run(expression, "message")
        except CelError:
            text = ""
        text = text.strip() if isinstance(text, str) else ""
        if text and "\n" not in text and len(text) <= MAX_MESSAGE:
            return str(text)
    return (validation.get("message") or "").strip() or f"failed expression: {validation['expression'].strip()}"


def audit_annotations(spec: Mapping[str, Any], environment: Environment) -> Iterator[tuple[str, str | Denial]]:
    """The audit annotations; a Denial in place of the value of one that could not be worked out."""
    for annotation in spec.get("auditAnnotations") or ():
        try:
            value = environment.run(annotation["valueExpression"], "annotation")
        except CelError as error:
            if spec.get("failurePolicy") != "Ignore":
                yield annotation["key"], Denial(str(error), "", failed=True)
            continue
        if isinstance(value, str) and value.strip():
            yield annotation["key"], value.strip()

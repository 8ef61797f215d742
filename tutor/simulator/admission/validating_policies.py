"""Lets ValidatingAdmissionPolicies decide about writes (plugin ValidatingAdmissionPolicy; apiserver,
pkg/admission/plugin/policy/validating/dispatcher.go)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator import errors
from tutor.simulator.admission import AdmissionRequest
from tutor.simulator.objects import name_of
from tutor.simulator.policies.bindings import Invocation, invocations
from tutor.simulator.policies.evaluating import ConditionError, Denial, applies, audit_annotations, denials
from tutor.simulator.policies.parameters import Misconfigured
from tutor.simulator.store import Obj

ORDER = 85
POLICIES = "validatingadmissionpolicies.admissionregistration.k8s.io"
BINDINGS = "validatingadmissionpolicybindings.admissionregistration.k8s.io"
_CODES: Mapping[str, int] = {"Invalid": 422, "Forbidden": 403, "Unauthorized": 401, "RequestEntityTooLarge": 413}
_FAILURES = "validation.policy.admission.k8s.io/validation_failure"


def validate(request: AdmissionRequest) -> None:
    """Refuses what a policy denies; warns and notes down for the audit log what its bindings ask for. Raises ApiError."""
    if not request.context.store.count(BINDINGS):
        return
    denied: list[tuple[Obj, Obj | None, Denial]] = []
    failures: list[dict[str, Any]] = []
    for found in invocations(request, POLICIES, BINDINGS):
        if isinstance(found.problem, Misconfigured):
            if found.policy["spec"].get("failurePolicy") != "Ignore":
                what = "policy" if found.binding is None else "binding"
                denied.append((found.policy, found.binding, Denial(f"failed to configure {what}: {found.problem}")))
            continue
        denied += _judged(request, found, failures)
    if failures and request.annotations is not None:
        request.annotations[_FAILURES] = json.dumps(failures, separators=(",", ":"))
    if denied:
        raise _refusal(request, *denied[0])


def _judged(
    request: AdmissionRequest, found: Invocation, failures: list[dict[str, Any]]
) -> Iterator[tuple[Obj, Obj | None, Denial]]:
    """What one policy with one parameter has against the request, where its binding says that this denies it."""
    spec, binding = found.policy["spec"], found.binding
    assert binding is not None  # only what is misconfigured has none
    actions = binding["spec"].get("validationActions") or ()
    try:
        if not applies(spec, found.environment):
            return
    except ConditionError as error:
        yield found.policy, binding, Denial(str(error))
        return
    for denial in denials(spec, found.environment):
        if "Deny" in actions:
            yield found.policy, binding, denial
        if "Audit" in actions:
            failures.append(_failure(found.policy, binding, denial))
        if "Warn" in actions and request.warnings is not None:
            where = f"ValidatingAdmissionPolicy '{name_of(found.policy)}' with binding '{name_of(binding)}'"
            request.warnings.append(f"Validation failed for {where}: {denial.message}")
    for key, value in audit_annotations(spec, found.environment):
        if isinstance(value, Denial):
            yield found.policy, binding, value
        elif request.annotations is not None:
            _note(request.annotations, f"{name_of(found.policy)}/{key}", value)


def _note(notes: dict[str, str], key: str, value: str) -> None:
    """Several bindings of a policy may say different things under one key."""
    said = notes[key].split(", ") if key in notes else []
    if value not in said:
        notes[key] = ", ".join([*said, value])


def _failure(policy: Obj, binding: Obj, denial: Denial) -> dict[str, Any]:
    return {
        "message": denial.message,
        "policy": name_of(policy),
        "binding": name_of(binding),
        "expressionIndex": denial.index,
        "validationActions": binding["spec"].get("validationActions"),
    }


def _refusal(request: AdmissionRequest, policy: Obj, binding: Obj | None, denial: Denial) -> errors.ApiError:
    where = f" with binding '{name_of(binding)}'" if binding is not None else ""
    message = f"ValidatingAdmissionPolicy '{name_of(policy)}'{where} denied request: {denial.message}"
    resource = request.resource
    refusal = errors.forbidden(resource.plural, resource.group, request.name, message)
    reason = denial.reason or "Invalid"
    details = {**(refusal.details or {}), "causes": [{"message": message}]}
    return errors.ApiError(_CODES.get(reason, 422), reason, refusal.message, details)

"""Lets MutatingAdmissionPolicies change what is written (plugin MutatingAdmissionPolicy; apiserver,
pkg/admission/plugin/policy/mutating/dispatcher.go and patch/)."""

from __future__ import annotations

from typing import Any

from tutor.simulator import errors
from tutor.simulator.admission import AdmissionRequest
from tutor.simulator.cel import CelError
from tutor.simulator.errors import ApiError
from tutor.simulator.objects import copy_json, name_of
from tutor.simulator.policies.bindings import Invocation, invocations
from tutor.simulator.policies.evaluating import ConditionError, applies
from tutor.simulator.policies.patching import BadMutation, patched
from tutor.simulator.store import Obj

ORDER = 85
POLICIES = "mutatingadmissionpolicies.admissionregistration.k8s.io"
BINDINGS = "mutatingadmissionpolicybindings.admissionregistration.k8s.io"


def mutate(request: AdmissionRequest) -> None:
    """Applies the mutations in turn; once more those that want to see what the others did. Raises ApiError."""
    if request.obj is None or not request.context.store.count(BINDINGS):
        return
    found = list(invocations(request, POLICIES, BINDINGS))
    problems: list[str] = []
    left_as: dict[Any, Obj] = {}
    for invocation in found:
        problems += _invoked(request, invocation)
        if invocation.policy["spec"].get("reinvocationPolicy") == "IfNeeded":
            left_as[invocation.key] = copy_json(request.obj)
    for invocation in found:
        if invocation.key in left_as and left_as[invocation.key] != request.obj:
            problems += _invoked(request, invocation)
    if problems:
        raise _refusal(request, problems)


def _invoked(request: AdmissionRequest, invocation: Invocation) -> list[str]:
    """Carry out the mutations of one policy; what went wrong, if the policy fails closed."""
    problems = []
    spec = invocation.policy["spec"]
    try:
        if invocation.problem is not None:
            raise BadMutation(str(invocation.problem))
        if applies(spec, invocation.environment):
            for mutation in spec.get("mutations") or ():
                _replace(request, patched(request, invocation.environment, mutation))
    except (BadMutation, CelError, ConditionError) as error:
        problems.append(_shown(invocation, str(error)))
    return [] if spec.get("failurePolicy") == "Ignore" else problems


def _replace(request: AdmissionRequest, new: Obj) -> None:
    """Put a changed object where the old one is: others hold on to it and to its metadata."""
    obj = request.obj
    assert obj is not None  # nothing is changed in deletions
    metadata = obj["metadata"]
    changed = new.get("metadata") or {}
    metadata.clear()
    metadata.update(changed)
    obj.clear()
    obj.update({**new, "metadata": metadata})
    request.resource.default(obj)


def _shown(invocation: Invocation, why: str) -> str:
    policy, binding = name_of(invocation.policy), invocation.binding
    where = f"policy '{policy}' with binding '{name_of(binding)}'" if binding is not None else f'policy "{policy}"'
    return f"{where} denied request: {why}"


def _refusal(request: AdmissionRequest, problems: list[str]) -> ApiError:
    resource = request.resource
    refusal = errors.forbidden(resource.plural, resource.group, request.name, "")
    causes = [{"message": problem} for problem in problems]
    return ApiError(403, "Invalid", problems[0], {**(refusal.details or {}), "causes": causes})

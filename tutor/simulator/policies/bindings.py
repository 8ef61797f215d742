"""From a request to what is to be evaluated for it: every policy that is about it, with each of its bindings and parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tutor.simulator.admission import AdmissionRequest
from tutor.simulator.objects import name_of
from tutor.simulator.policies.environment import Environment
from tutor.simulator.policies.matching import matches
from tutor.simulator.policies.parameters import Misconfigured, parameters
from tutor.simulator.store import Obj


@dataclass(frozen=True, slots=True)
class Invocation:
    """One policy for one binding and one parameter, or why there is none."""

    policy: Obj
    binding: Obj | None
    request: AdmissionRequest
    parameter: Obj | None = None
    problem: Misconfigured | None = None

    @property
    def environment(self) -> Environment:
        """What its expressions see of the request as it is now."""
        return Environment(self.request, self.policy["spec"], self.parameter)

    @property
    def key(self) -> tuple[str, str, Any]:
        """What tells it from others."""
        metadata = self.parameter["metadata"] if self.parameter else {}
        return (
            name_of(self.policy),
            name_of(self.binding) if self.binding else "",
            (metadata.get("namespace"), metadata.get("name")),
        )


def invocations(request: AdmissionRequest, policies: str, bindings: str) -> Iterator[Invocation]:
    """Those of a request, by the names of policies and bindings (storage ids are given)."""
    store = request.context.store
    bound = store.list_sorted(bindings)
    for policy in store.list_sorted(policies):
        own = [binding for binding in bound if binding["spec"].get("policyName") == name_of(policy)]
        if not own or not matches(request, policy["spec"].get("matchConstraints") or {}):
            continue
        for binding in own:
            limits = binding["spec"].get("matchResources")
            if limits is None or matches(request, limits):
                yield from _with_parameters(request, policy, binding)


def _with_parameters(request: AdmissionRequest, policy: Obj, binding: Obj) -> Iterator[Invocation]:
    try:
        found = parameters(request, policy["spec"], binding["spec"])
    except Misconfigured as problem:
        yield Invocation(policy, binding, request, problem=problem)
        return
    for parameter in found:
        yield Invocation(policy, binding, request, parameter)

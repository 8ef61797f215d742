"""What the expressions of admission policies see: `object`, `oldObject`, `request`, `params`, `namespaceObject`, `variables` and
`authorizer` (apiserver, pkg/admission/plugin/cel/condition.go)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.simulator.admission import AdmissionRequest
from tutor.simulator.cel import CelError, shown_problems
from tutor.simulator.policies.authorizing import Asker
from tutor.simulator.policies.expressions import compiled, uncovered
from tutor.simulator.policies.matching import namespace_object
from tutor.simulator.store import Obj


class Environment:
    """The values of the names for one request and one parameter."""

    def __init__(self, request: AdmissionRequest, spec: Mapping[str, Any], parameter: Obj | None) -> None:
        self._expressions = {item["name"]: item["expression"] for item in spec.get("variables") or ()}
        self.values: dict[str, Any] = {
            "object": request.obj,
            "oldObject": request.old,
            "request": described(request),
            "params": parameter,
            "namespaceObject": namespace_object(request),
            "authorizer": Asker.of(request),
            "jsonpatch": None,
            "variables": _Variables(self, self._expressions),
        }

    def run(self, text: str, purpose: str) -> Any:
        """The value of an expression. Raises CelError, also for one that cannot be compiled."""
        program = compiled(text, purpose)
        if isinstance(program, list):
            raise CelError(f"compilation error: {shown_problems(text, program)}")
        if program is None:
            raise CelError(f"{uncovered(text, purpose)} is not simulated")
        try:
            return program.run(self.values)
        except CelError as error:
            raise CelError(f"expression '{text}' resulted in error: {error}") from None


class _Variables(dict[str, Any]):
    """`variables`: each is worked out when it is first asked for."""

    def __init__(self, environment: Environment, expressions: Mapping[str, str]) -> None:
        super().__init__()
        self._environment = environment
        self._expressions = expressions

    def __contains__(self, name: object) -> bool:
        return name in self._expressions

    def __getitem__(self, name: str) -> Any:
        if not super().__contains__(name):
            try:
                self[name] = self._environment.run(self._expressions[name], "variable")
            except CelError as error:
                raise CelError(f"composited variable {name!r} fails to evaluate: {error}") from None
        return super().__getitem__(name)


def described(request: AdmissionRequest) -> dict[str, Any]:
    """The request as an AdmissionRequest without its objects (admission/v1)."""
    resource = request.resource
    kind = {"group": resource.group, "version": resource.version, "kind": resource.kind}
    where = {"group": resource.group, "version": resource.version, "resource": resource.plural}
    asker = Asker.of(request)
    shown = {
        "kind": kind,
        "resource": where,
        "requestKind": kind,
        "requestResource": where,
        "name": request.name,
        "operation": request.operation,
        "userInfo": {"username": asker.user.name, "groups": list(asker.user.groups), "uid": "", "extra": {}},
        "dryRun": request.dry_run,
        "options": {},
    }
    if request.namespace:
        shown["namespace"] = request.namespace
    if request.subresource:
        shown |= {"subResource": request.subresource, "requestSubResource": request.subresource}
    return shown

"""The scale subresource of a workload, as the HorizontalPodAutoscaler reads and writes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tutor.simulator.api.selectors import Requirement, parse_labels
from tutor.simulator.client import Client
from tutor.simulator.errors import ApiError, bad_request, group_resource, not_found
from tutor.simulator.objects import copy_json, name_of, namespace_of
from tutor.simulator.resources.base import Resource
from tutor.simulator.store import Obj


class ScaleError(Exception):
    """The target has no scale; the message is the API's."""


@dataclass(frozen=True, slots=True)
class ScaleTarget:
    """A workload that can be scaled: its size as asked for, and the pods it selects."""

    resource: Resource
    obj: Obj
    replicas: int
    selector: Mapping[str, Any] | None
    """As a metav1.LabelSelector."""
    problem: str = ""
    """Why the text that a custom resource has for its selector cannot be read, if it cannot."""

    @property
    def selector_text(self) -> str:
        """The selector as the scale subresource writes it."""
        return _format(self.selector or {})

    def set_replicas(self, client: Client, replicas: int) -> None:
        """Ask for another size. Raises ApiError."""
        current = client.get(self.resource.storage_id, namespace_of(self.obj), name_of(self.obj))
        if current is None:
            raise not_found(self.resource.plural, self.resource.group, name_of(self.obj))
        assert self.resource.scale is not None  # find_target has checked it
        changed = copy_json(current)
        where = changed
        for part in self.resource.scale.spec_replicas[:-1]:
            where = where.setdefault(part, {})
        where[self.resource.scale.spec_replicas[-1]] = replicas
        client.update(self.resource.storage_id, changed)


def find_target(client: Client, hpa: Obj) -> ScaleTarget:
    """The workload that spec.scaleTargetRef names. Raises ScaleError."""
    reference = hpa["spec"]["scaleTargetRef"]
    group = reference.get("apiVersion", "").rpartition("/")[0]
    resource = _kind(client, group, reference["kind"])
    if resource is None:
        text = f'no matches for kind "{reference["kind"]}" in group "{group}"'
        raise ScaleError(text)
    if resource.scale is None:
        raise ScaleError("the server could not find the requested resource")
    obj = client.get(resource.storage_id, namespace_of(hpa), reference["name"])
    if obj is None:
        raise ScaleError(f'{group_resource(resource.plural, resource.group)} "{reference["name"]}" not found')
    replicas = _at(obj, resource.scale.spec_replicas)
    selector = _at(obj, resource.scale.selector) if resource.scale.selector else None
    try:
        return ScaleTarget(resource, obj, int(replicas or 0), _as_selector(selector))
    except ApiError as error:
        return ScaleTarget(resource, obj, int(replicas or 0), None, error.message)


def _kind(client: Client, group: str, kind: str) -> Resource | None:
    found = (r for r in client.registry.scheme if r.group == group and r.kind == kind)
    return next(found, None)


def _at(obj: Obj, path: Iterable[str]) -> Any:
    value: Any = obj
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _as_selector(value: Any) -> Mapping[str, Any] | None:
    """A LabelSelector; the selector of a ReplicationController is a plain map, that of a custom resource is text. Raises
    ApiError."""
    if isinstance(value, str) and value.strip():
        return {"matchExpressions": [_expression(requirement) for requirement in parse_labels(value)]}
    if not isinstance(value, Mapping):
        return None
    if "matchLabels" in value or "matchExpressions" in value:
        return value
    return {"matchLabels": value} if value else None


_OPERATORS = {
    "=": "In",
    "in": "In",
    "!=": "NotIn",
    "notin": "NotIn",
    "exists": "Exists",
    "!": "DoesNotExist",
}
"""Operators of selectors in a text, and of those that are objects. Comparing numbers is known in texts only."""


def _expression(requirement: Requirement) -> dict[str, Any]:
    operator = _OPERATORS.get(requirement.operator)
    if operator is None:
        raise bad_request(
            f"the simulated autoscaler does not know the operator {requirement.operator} of {requirement.key}"
        )
    return {"key": requirement.key, "operator": operator, "values": list(requirement.values)}


def _format(selector: Mapping[str, Any]) -> str:
    parts = [f"{key}={value}" for key, value in sorted((selector.get("matchLabels") or {}).items())]
    for expression in selector.get("matchExpressions") or ():
        key, operator = expression["key"], expression["operator"]
        if operator in ("Exists", "DoesNotExist"):
            parts.append(key if operator == "Exists" else f"!{key}")
        else:
            listed = ",".join(sorted(expression.get("values") or ()))
            parts.append(f"{key} {operator.lower()} ({listed})")
    return ",".join(parts)

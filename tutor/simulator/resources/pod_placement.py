"""What a pod may say about where it runs: affinity and spread (pkg/apis/core/validation/validation.go validateAffinity and others)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.errors import FieldError, duplicate, forbidden_field, invalid, not_supported, required
from tutor.simulator.names import name_problems, qualified_name_problems
from tutor.simulator.resources.label_selectors import validate_selector

Json = Mapping[str, Any]

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_UNSATISFIABLE = ("DoNotSchedule", "ScheduleAnyway")
_NODE_POLICIES = ("Honor", "Ignore")
_FIELDS = ("metadata.name",)
"""The fields of nodes that terms may select by."""


def validate_placement(spec: Json, path: str) -> Iterator[FieldError]:
    """Affinity, anti-affinity and topology spread of a pod spec."""
    affinity = spec.get("affinity") or {}
    if affinity.get("nodeAffinity") is not None:
        yield from _node_affinity(affinity["nodeAffinity"], f"{path}.affinity.nodeAffinity")
    for kind in ("podAffinity", "podAntiAffinity"):
        if affinity.get(kind) is not None:
            yield from _pod_affinity(affinity[kind], f"{path}.affinity.{kind}")
    yield from _spread(spec.get("topologySpreadConstraints") or (), f"{path}.topologySpreadConstraints")


def _node_affinity(affinity: Json, path: str) -> Iterator[FieldError]:
    needed = affinity.get(REQUIRED)
    if needed is not None:
        yield from validate_node_selector(needed, f"{path}.{REQUIRED}")
    for i, term in enumerate(affinity.get(PREFERRED) or ()):
        where = f"{path}.{PREFERRED}[{i}]"
        yield from _weight(term, where)
        yield from _node_term(term.get("preference") or {}, f"{where}.preference")


def validate_node_selector(selector: Json, path: str) -> Iterator[FieldError]:
    """A selector of nodes, of pods and of volumes."""
    terms = selector.get("nodeSelectorTerms") or ()
    if not terms:
        yield required(f"{path}.nodeSelectorTerms", "must have at least one node selector term")
    for i, term in enumerate(terms):
        yield from _node_term(term, f"{path}.nodeSelectorTerms[{i}]")


def _node_term(term: Json, path: str) -> Iterator[FieldError]:
    for i, expression in enumerate(term.get("matchExpressions") or ()):
        yield from _node_expression(expression, f"{path}.matchExpressions[{i}]")
    for i, expression in enumerate(term.get("matchFields") or ()):
        yield from _node_field(expression, f"{path}.matchFields[{i}]")


def _node_expression(expression: Json, path: str) -> Iterator[FieldError]:
    operator, values = expression.get("operator") or "", expression.get("values") or ()
    if operator in ("In", "NotIn"):
        if not values:
            yield required(f"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'")
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            yield forbidden_field(
                f"{path}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            )
    elif operator in ("Gt", "Lt"):
        if len(values) != 1:
            yield required(f"{path}.values", "must be specified single value when `operator` is 'Lt' or 'Gt'")
    else:
        yield invalid(f"{path}.operator", operator, "not a valid selector operator")
    for problem in qualified_name_problems(expression.get("key") or ""):
        yield invalid(f"{path}.key", expression.get("key") or "", problem)


def _node_field(expression: Json, path: str) -> Iterator[FieldError]:
    operator, values = expression.get("operator") or "", expression.get("values") or ()
    if operator in ("In", "NotIn"):
        if len(values) != 1:
            yield required(
                f"{path}.values", "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
            )
    else:
        yield invalid(f"{path}.operator", operator, "not a valid selector operator")
    key = expression.get("key") or ""
    if key not in _FIELDS:
        yield invalid(f"{path}.key", key, "not a valid field selector key")
        return
    for i, value in enumerate(values):
        for problem in name_problems(value, "subdomain"):
            yield invalid(f"{path}.values[{i}]", value, problem)


def _weight(term: Json, path: str) -> Iterator[FieldError]:
    weight = term.get("weight") or 0
    if not 1 <= weight <= 100:
        yield invalid(f"{path}.weight", weight, "must be in the range 1-100")


def _pod_affinity(affinity: Json, path: str) -> Iterator[FieldError]:
    for i, term in enumerate(affinity.get(REQUIRED) or ()):
        yield from _pod_term(term, f"{path}.{REQUIRED}[{i}]")
    for i, term in enumerate(affinity.get(PREFERRED) or ()):
        where = f"{path}.{PREFERRED}[{i}]"
        yield from _weight(term, where)
        yield from _pod_term(term.get("podAffinityTerm") or {}, f"{where}.podAffinityTerm")


def _pod_term(term: Json, path: str) -> Iterator[FieldError]:
    for field in ("labelSelector", "namespaceSelector"):
        if term.get(field) is not None:
            yield from validate_selector(term[field], f"{path}.{field}")
    for name in term.get("namespaces") or ():
        for problem in name_problems(name, "label"):
            yield invalid(f"{path}.namespace", name, problem)
    key = term.get("topologyKey") or ""
    if not key:
        yield required(f"{path}.topologyKey", "can not be empty")
    for problem in qualified_name_problems(key):
        yield invalid(f"{path}.topologyKey", key, problem)


def _spread(constraints: Any, path: str) -> Iterator[FieldError]:
    for i, constraint in enumerate(constraints):
        where = f"{path}[{i}]"
        key, action = constraint.get("topologyKey") or "", constraint.get("whenUnsatisfiable") or ""
        skew, domains = constraint.get("maxSkew") or 0, constraint.get("minDomains")
        if skew <= 0:
            yield invalid(f"{where}.maxSkew", skew, "must be greater than zero")
        if not key:
            yield required(f"{where}.topologyKey", "can not be empty")
        if action not in _UNSATISFIABLE:
            yield not_supported(f"{where}.whenUnsatisfiable", action, _UNSATISFIABLE)
        same = [c for c in constraints[i + 1 :] if (c.get("topologyKey"), c.get("whenUnsatisfiable")) == (key, action)]
        if same:
            yield duplicate(f"{where}.{{topologyKey, whenUnsatisfiable}}", f"{{{key}, {action}}}")
        if domains is not None and domains <= 0:
            yield invalid(f"{where}.minDomains", domains, "must be greater than zero")
        elif domains is not None and action != "DoNotSchedule":
            why = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}"
            yield invalid(f"{where}.minDomains", domains, why)
        for field in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
            if constraint.get(field) is not None and constraint[field] not in _NODE_POLICIES:
                yield not_supported(f"{where}.{field}", constraint[field], _NODE_POLICIES)
        if constraint.get("labelSelector") is not None:
            yield from validate_selector(constraint["labelSelector"], f"{where}.labelSelector")

"""Which requests a policy or its binding is about (apiserver, pkg/admission/plugin/policy/matching/matching.go and
pkg/admission/plugin/webhook/predicates)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tutor.simulator.admission import AdmissionRequest
from tutor.simulator.objects import labels_of, matches_selector
from tutor.simulator.resources.base import Resource
from tutor.simulator.store import Obj

EXEMPT_GROUP = "admissionregistration.k8s.io"
"""Nothing decides about the objects that say what decides (rules.go IsExemptAdmissionConfigurationResource)."""
Rules = Iterable[Mapping[str, Any]]


def namespace_object(request: AdmissionRequest) -> Obj | None:
    """The namespace that a request is in; None for what is in none, and for namespaces themselves."""
    if not request.resource.namespaced:
        return None
    return request.context.store.get("namespaces", "", request.namespace)


def matches(request: AdmissionRequest, constraints: Mapping[str, Any]) -> bool:
    """Whether MatchResources select a request."""
    if request.resource.group == EXEMPT_GROUP or not _selects(request, constraints):
        return False
    exact = constraints.get("matchPolicy") == "Exact"
    if _any_rule(request, constraints.get("excludeResourceRules") or (), exact=exact):
        return False
    rules = constraints.get("resourceRules") or ()
    return not rules or _any_rule(request, rules, exact=exact)


def _selects(request: AdmissionRequest, constraints: Mapping[str, Any]) -> bool:
    in_namespace = constraints.get("namespaceSelector")
    if in_namespace:
        namespace = (request.obj or request.old) if request.resource.id == "namespaces" else namespace_object(request)
        if namespace is not None and not matches_selector(in_namespace, labels_of(namespace)):
            return False
    selector = constraints.get("objectSelector")
    states = [state for state in (request.obj, request.old) if state is not None]
    return not selector or any(matches_selector(selector, labels_of(state)) for state in states)


def _any_rule(request: AdmissionRequest, rules: Rules, *, exact: bool) -> bool:
    return any(_covers(request, rule, exact=exact) for rule in rules)


def _covers(request: AdmissionRequest, rule: Mapping[str, Any], *, exact: bool) -> bool:
    names = rule.get("resourceNames") or ()
    scope = rule.get("scope") or "*"
    return (
        _has(rule.get("operations"), request.operation)
        and (not names or request.name in names)
        and scope in ("*", "Namespaced" if request.resource.namespaced else "Cluster")
        and any(_about(rule, resource, request.subresource) for resource in _equivalents(request, exact=exact))
    )


def _equivalents(request: AdmissionRequest, *, exact: bool) -> Iterable[Resource]:
    """The kind at the version of the request and, unless it must be exactly that, at all others."""
    yield request.resource
    if not exact and request.scheme is not None:
        yield from (found for found in request.scheme if found.storage_id == request.resource.storage_id)


def _about(rule: Mapping[str, Any], resource: Resource, subresource: str) -> bool:
    if not (_has(rule.get("apiGroups"), resource.group) and _has(rule.get("apiVersions"), resource.version)):
        return False
    parts = (wanted.partition("/") for wanted in rule.get("resources") or ())
    return any(kind in ("*", resource.plural) and part in ("*", subresource) for kind, _, part in parts)


def _has(wanted: Iterable[str] | None, value: str) -> bool:
    return any(item in ("*", value) for item in wanted or ())

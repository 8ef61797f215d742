"""The objects that configure a policy, as its binding names them (apiserver, pkg/admission/plugin/policy/generic
/policy_dispatcher.go CollectParams)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.simulator.admission import AdmissionRequest
from tutor.simulator.objects import labels_of, matches_selector
from tutor.simulator.resources.base import Resource
from tutor.simulator.store import Obj


class Misconfigured(Exception):
    """A policy or binding cannot be applied as it is."""


def parameters(request: AdmissionRequest, spec: Mapping[str, Any], binding: Mapping[str, Any]) -> list[Obj | None]:
    """What `params` is, one evaluation each; [None] for a policy without parameters. Raises Misconfigured."""
    kind, reference = spec.get("paramKind"), binding.get("paramRef")
    if not kind or not reference:
        return [None]
    resource = request.scheme.by_kind(kind.get("apiVersion", ""), kind.get("kind", "")) if request.scheme else None
    if resource is None:
        shown = f"&ParamKind{{APIVersion:{kind.get('apiVersion', '')},Kind:{kind.get('kind', '')},}}"
        raise Misconfigured(f"paramKind kind `{shown}` not known")
    found = _found(request, resource, reference)
    if not found and reference.get("parameterNotFoundAction") == "Deny":
        raise Misconfigured("no params found for policy binding with `Deny` parameterNotFoundAction")
    return [resource.read(obj) for obj in found]


def _found(request: AdmissionRequest, resource: Resource, reference: Mapping[str, Any]) -> list[Obj]:
    namespace = _namespace(request, resource, reference)
    store, name = request.context.store, reference.get("name")
    if name:
        obj = store.get(resource.storage_id, namespace, name)
        return [] if obj is None else [obj]
    every = store.list_sorted(resource.storage_id, namespace if resource.namespaced else None)
    return [obj for obj in every if matches_selector(reference.get("selector") or {}, labels_of(obj))]


def _namespace(request: AdmissionRequest, resource: Resource, reference: Mapping[str, Any]) -> str:
    asked = str(reference.get("namespace") or "")
    if not resource.namespaced:
        if asked:
            raise Misconfigured("paramRef.namespace must not be provided for a cluster-scoped `paramKind`")
        return ""
    if not asked and not request.namespace:
        raise Misconfigured("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources")
    return asked or request.namespace

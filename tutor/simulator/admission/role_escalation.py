"""Nobody grants rights that they do not have: the check of the API server before it stores roles and their bindings.

Source: pkg/registry/rbac (escalation_check.go, */policybased/storage.go); component-helpers, auth/rbac/validation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tutor.simulator import errors
from tutor.simulator.admission import AdmissionRequest
from tutor.simulator.api.access.authorization import MASTERS, Action, Authorizer
from tutor.simulator.api.http import User
from tutor.simulator.store import Obj

ORDER = 90
GROUP = "rbac.authorization.k8s.io"
_ROLES = (f"roles.{GROUP}", f"clusterroles.{GROUP}")
_BINDINGS = (f"rolebindings.{GROUP}", f"clusterrolebindings.{GROUP}")
_EVERYTHING = (
    {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
    {"nonResourceURLs": ["*"], "verbs": ["*"]},
)
_FIELDS = (
    ("apiGroups", "APIGroups"),
    ("resources", "Resources"),
    ("nonResourceURLs", "NonResourceURLs"),
    ("resourceNames", "ResourceNames"),
    ("verbs", "Verbs"),
)
Rule = Mapping[str, Any]


def mutate(request: AdmissionRequest) -> None:
    """Refuse a role or binding that grants more than its writer may. Runs before validation, as there."""
    context, resource = request.context, request.resource
    if request.obj is None or request.subresource or resource.id not in _ROLES + _BINDINGS:
        return
    if context.trusted or MASTERS in context.groups or _only_cleaned_up(request.obj, request.old):
        return
    user = User(context.user, context.groups)
    authorizer = Authorizer(context.store)
    if resource.id in _ROLES:
        _check_role(request, request.obj, authorizer, user)
    else:
        _check_binding(request, request.obj, authorizer, user)


def _only_cleaned_up(obj: Obj, old: Obj | None) -> bool:
    """Whether an update changes nothing but what deletion needs."""
    return old is not None and _without_cleanup(obj) == _without_cleanup(old)


def _without_cleanup(obj: Obj) -> Obj:
    ignored = ("ownerReferences", "finalizers", "managedFields", "resourceVersion")
    return {**obj, "metadata": {key: value for key, value in obj["metadata"].items() if key not in ignored}}


def _check_role(request: AdmissionRequest, role: Obj, authorizer: Authorizer, user: User) -> None:
    name = role["metadata"].get("name", "") if request.old is not None else ""
    if authorizer.allows(user, Action("escalate", GROUP, request.resource.plural, "", request.namespace, name)):
        return
    _confirm(request, role.get("rules") or (), authorizer, user)
    if role.get("aggregationRule") or (request.old or {}).get("aggregationRule"):
        own = list(authorizer.rules(user, request.namespace))
        if any(missing_rules(own, _EVERYTHING)):
            raise _forbidden(request, "must have cluster-admin privileges to use the aggregationRule")


def _check_binding(request: AdmissionRequest, binding: Obj, authorizer: Authorizer, user: User) -> None:
    reference = binding.get("roleRef") or {}
    plural = {"ClusterRole": "clusterroles", "Role": "roles"}.get(reference.get("kind", ""))
    if plural is None:
        return
    name = reference.get("name", "")
    if authorizer.allows(user, Action("bind", reference.get("apiGroup", ""), plural, "", request.namespace, name)):
        return
    where = request.namespace if plural == "roles" else ""
    if request.context.store.get(f"{plural}.{GROUP}", where, name) is None:
        raise errors.not_found(request.resource.plural, GROUP, name)
    _confirm(request, authorizer.role_rules(reference, request.namespace), authorizer, user)


def _confirm(request: AdmissionRequest, rules: Iterable[Rule], authorizer: Authorizer, user: User) -> None:
    missing = list(missing_rules(list(authorizer.rules(user, request.namespace)), rules))
    if missing:
        groups = "[" + " ".join(json.dumps(group) for group in user.groups) + "]"
        shown = "\n".join(sorted({shown_rule(rule) for rule in compact(missing)}))
        why = (
            f'user "{user.name}" (groups={groups}) is attempting to grant RBAC permissions not currently held:\n{shown}'
        )
        raise _forbidden(request, why)


def _forbidden(request: AdmissionRequest, why: str) -> errors.ApiError:
    name = request.obj["metadata"].get("name", "") if request.obj is not None else ""
    return errors.forbidden(request.resource.plural, GROUP, name, why)


def missing_rules(own: list[Rule], wanted: Iterable[Rule]) -> Iterator[dict[str, Any]]:
    """The smallest rules of `wanted` that no rule of `own` covers."""
    for rule in wanted:
        for small in _broken_down(rule):
            if not any(_covers(mine, small) for mine in own):
                yield small


def _broken_down(rule: Rule) -> Iterator[dict[str, Any]]:
    """A rule as rules for one verb on one thing each."""
    for group in rule.get("apiGroups") or ():
        for resource in rule.get("resources") or ():
            for verb in rule.get("verbs") or ():
                small = {"apiGroups": [group], "resources": [resource], "verbs": [verb]}
                names = rule.get("resourceNames") or ()
                yield from [{**small, "resourceNames": [name]} for name in names] or [small]
    for url in rule.get("nonResourceURLs") or ():
        for verb in rule.get("verbs") or ():
            yield {"nonResourceURLs": [url], "verbs": [verb]}


def _covers(own: Rule, small: Rule) -> bool:
    names = own.get("resourceNames") or ()
    return (
        _has_all(own.get("verbs"), small["verbs"])
        and _has_all(own.get("apiGroups"), small.get("apiGroups") or ())
        and all(_has_resource(own.get("resources") or (), resource) for resource in small.get("resources") or ())
        and (not names or (bool(small.get("resourceNames")) and set(small["resourceNames"]) <= set(names)))
        and all(_has_url(own.get("nonResourceURLs") or (), url) for url in small.get("nonResourceURLs") or ())
    )


def _has_all(own: Any, wanted: Iterable[str]) -> bool:
    return "*" in (own or ()) or all(value in (own or ()) for value in wanted)


def _has_resource(own: Iterable[str], resource: str) -> bool:
    _, slash, subresource = resource.partition("/")
    return any(mine in ("*", resource) or (slash and mine == f"*/{subresource}") for mine in own)


def _has_url(own: Iterable[str], url: str) -> bool:
    return any(mine == url or (mine.endswith("*") and url.startswith(mine.rstrip("*"))) for mine in own)


def compact(rules: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rules for the same thing put together to one with several verbs (pkg/registry/rbac/validation/policy_compact.go)."""
    found: dict[str, dict[str, Any]] = {}
    for rule in rules:
        if rule.get("nonResourceURLs"):
            key = json.dumps(rule)
        else:
            key = json.dumps([rule["apiGroups"], rule["resources"], rule.get("resourceNames")])
        known = found.setdefault(key, {**rule, "verbs": []})
        known["verbs"] = known["verbs"] + rule["verbs"]
    return list(found.values())


def shown_rule(rule: Rule) -> str:
    """A rule as messages show it (pkg/apis/rbac/v1/helpers.go CompactString)."""
    parts = [
        f"{go}:[" + " ".join(json.dumps(value) for value in rule[name]) + "]" for name, go in _FIELDS if rule.get(name)
    ]
    return "{" + ", ".join(parts) + "}"

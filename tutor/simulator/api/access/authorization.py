"""RBAC: what the roles bound to a user let them do (plugin/pkg/auth/authorizer/rbac/rbac.go, pkg/registry/rbac/validation)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tutor.simulator.api.http import User
from tutor.simulator.api.routing import Route
from tutor.simulator.cluster import SimulatedCluster
from tutor.simulator.errors import ApiError
from tutor.simulator.objects import matches_selector

MASTERS = "system:masters"
Rule = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Action:
    """Something a user wants to do to a resource."""

    verb: str
    group: str
    resource: str
    subresource: str = ""
    namespace: str = ""
    name: str = ""


class Authorizer:
    """Decides from the Role and Binding objects of a cluster."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster = cluster

    def allows(self, user: User, action: Action) -> bool:
        """Whether a user may."""
        return MASTERS in user.groups or any(_covers(rule, action) for rule in self.rules(user, action.namespace))

    def allows_route(self, user: User, route: Route) -> bool:
        """Whether a user may make a request."""
        return self.allows(user, action_of(route))

    def allows_path(self, user: User, method: str, path: str) -> bool:
        """Whether a user may read a path that is no resource."""
        if MASTERS in user.groups:
            return True
        verb = "get" if method in ("GET", "HEAD") else method.lower()
        return any(_covers_path(rule, verb, path) for rule in self.rules(user, ""))

    def require(self, user: User, action: Action) -> None:
        """Raises ApiError 403 when a user may not."""
        if not self.allows(user, action):
            raise _forbidden(user, action)

    def rules(self, user: User, namespace: str) -> Iterator[Rule]:
        """All rules that hold for a user in a namespace ("": cluster-wide ones only)."""
        store = self._cluster.store
        for binding in store.list("clusterrolebindings.rbac.authorization.k8s.io"):
            if _binds(binding, user, ""):
                yield from self._role_rules(binding["roleRef"], "")
        if namespace:
            for binding in store.list("rolebindings.rbac.authorization.k8s.io", namespace):
                if _binds(binding, user, namespace):
                    yield from self._role_rules(binding["roleRef"], namespace)

    def _role_rules(self, reference: Mapping[str, Any], namespace: str) -> Iterator[Rule]:
        store = self._cluster.store
        if reference.get("kind") == "Role":
            role = store.get("roles.rbac.authorization.k8s.io", namespace, reference["name"])
        else:
            role = store.get("clusterroles.rbac.authorization.k8s.io", "", reference["name"])
        if role is None:
            return
        yield from role.get("rules") or ()
        selectors = (role.get("aggregationRule") or {}).get("clusterRoleSelectors") or ()
        for selector in selectors:
            for other in store.list("clusterroles.rbac.authorization.k8s.io"):
                if other is not role and matches_selector(selector, other["metadata"].get("labels") or {}):
                    yield from other.get("rules") or ()


def action_of(route: Route) -> Action:
    """What a route wants to do."""
    resource = route.resource
    return Action(route.verb, resource.group, resource.plural, route.subresource, route.namespace, route.name)


def _binds(binding: Mapping[str, Any], user: User, namespace: str) -> bool:
    for subject in binding.get("subjects") or ():
        kind, name = subject.get("kind"), subject.get("name")
        if kind == "User" and name == user.name:
            return True
        if kind == "Group" and name in user.groups:
            return True
        account = f"system:serviceaccount:{subject.get('namespace') or namespace}:{name}"
        if kind == "ServiceAccount" and account == user.name:
            return True
    return False


def _covers(rule: Rule, action: Action) -> bool:
    names = rule.get("resourceNames") or ()
    return (
        _has(rule.get("verbs"), action.verb)
        and _has(rule.get("apiGroups"), action.group)
        and _has_resource(rule.get("resources"), action)
        and (not names or action.name in names)
    )


def _has(values: Any, wanted: str) -> bool:
    return any(value in ("*", wanted) for value in values or ())


def _has_resource(resources: Any, action: Action) -> bool:
    whole = f"{action.resource}/{action.subresource}" if action.subresource else action.resource
    wanted = {"*", whole, f"*/{action.subresource}"} if action.subresource else {"*", whole}
    return any(resource in wanted for resource in resources or ())


def _covers_path(rule: Rule, verb: str, path: str) -> bool:
    urls = rule.get("nonResourceURLs") or ()
    matches = any(url in ("*", path) or (url.endswith("*") and path.startswith(url[:-1])) for url in urls)
    return matches and _has(rule.get("verbs"), verb)


def forbid(user: User, route: Route) -> ApiError:
    """403 for a request."""
    return _forbidden(user, action_of(route))


def _forbidden(user: User, action: Action) -> ApiError:
    what = f"{action.resource}.{action.group}" if action.group else action.resource
    subject = f'{what} "{action.name}"' if action.name else what
    resource = f"{action.resource}/{action.subresource}" if action.subresource else action.resource
    where = f'in the namespace "{action.namespace}"' if action.namespace else "at the cluster scope"
    message = (
        f'{subject} is forbidden: User "{user.name}" cannot {action.verb} resource "{resource}" '
        f'in API group "{action.group}" {where}'
    )
    details = {"name": action.name, "group": action.group, "kind": action.resource}
    return ApiError(403, "Forbidden", message, {key: value for key, value in details.items() if value})

"""RBAC: what the roles bound to a user let them do (plugin/pkg/auth/authorizer/rbac/rbac.go, pkg/registry/rbac/validation)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tutor.simulator.api.http import User
from tutor.simulator.api.routing import Route
from tutor.simulator.errors import ApiError
from tutor.simulator.store import Store

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


@dataclass(frozen=True, slots=True)
class Grant:
    """A binding and the subject of it that is the user."""

    binding: Mapping[str, Any]
    subject: Mapping[str, Any]

    def reason(self) -> str:
        """As reviews say it (pkg/registry/rbac/validation/rule.go)."""
        metadata, role, subject = self.binding["metadata"], self.binding["roleRef"], self.subject
        namespace = metadata.get("namespace", "")
        kind, name = (
            ("RoleBinding", f"{metadata['name']}/{namespace}")
            if namespace
            else ("ClusterRoleBinding", metadata["name"])
        )
        who = subject.get("name", "")
        if subject.get("kind") == "ServiceAccount":
            who = f"{who}/{subject.get('namespace') or namespace}"
        return f'RBAC: allowed by {kind} "{name}" of {role.get("kind")} "{role.get("name")}" to {subject.get("kind")} "{who}"'


class Authorizer:
    """Decides from the Role and Binding objects in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def allows(self, user: User, action: Action) -> bool:
        """Whether a user may."""
        return self.decide(user, action) is not None

    def decide(self, user: User, action: Action) -> str | None:
        """Why a user may: the binding that lets them, "" for masters, who may do everything; None when they may not."""
        if MASTERS in user.groups:
            return ""
        for rule, grant in self._granted(user, action.namespace):
            if _covers(rule, action):
                return grant.reason()
        return None

    def allows_path(self, user: User, method: str, path: str) -> bool:
        """Whether a user may read a path that is no resource."""
        return self.decide_path(user, "get" if method == "HEAD" else method.lower(), path) is not None

    def decide_path(self, user: User, verb: str, path: str) -> str | None:
        """Like `decide`, for a path that is no resource."""
        if MASTERS in user.groups:
            return ""
        for rule, grant in self._granted(user, ""):
            if _covers_path(rule, verb, path):
                return grant.reason()
        return None

    def require(self, user: User, action: Action) -> None:
        """Raises ApiError 403 when a user may not."""
        if not self.allows(user, action):
            raise _forbidden(user, action)

    def rules(self, user: User, namespace: str) -> Iterator[Rule]:
        """All rules that hold for a user in a namespace ("": cluster-wide ones only)."""
        for rule, _ in self._granted(user, namespace):
            yield rule

    def _granted(self, user: User, namespace: str) -> Iterator[tuple[Rule, Grant]]:
        """The same with the binding that each comes by."""
        store = self._store
        for binding in store.list("clusterrolebindings.rbac.authorization.k8s.io"):
            subject = _bound_subject(binding, user, "")
            if subject is not None:
                for rule in self.role_rules(binding["roleRef"], ""):
                    yield rule, Grant(binding, subject)
        for binding in store.list("rolebindings.rbac.authorization.k8s.io", namespace) if namespace else ():
            subject = _bound_subject(binding, user, namespace)
            if subject is not None:
                for rule in self.role_rules(binding["roleRef"], namespace):
                    yield rule, Grant(binding, subject)

    def role_rules(self, reference: Mapping[str, Any], namespace: str) -> Iterator[Rule]:
        """The rules of the role that a binding names; none when there is no such role."""
        store = self._store
        if reference.get("kind") == "Role":
            role = store.get("roles.rbac.authorization.k8s.io", namespace, reference["name"])
        else:
            role = store.get("clusterroles.rbac.authorization.k8s.io", "", reference["name"])
        if role is None:
            return
        yield from role.get("rules") or ()


def action_of(route: Route) -> Action:
    """What a route wants to do. A namespace is in itself (apiserver, pkg/endpoints/request/requestinfo.go)."""
    resource = route.resource
    namespace = route.name if resource.id == "namespaces" else route.namespace
    return Action(route.verb, resource.group, resource.plural, route.subresource, namespace, route.name)


def _bound_subject(binding: Mapping[str, Any], user: User, namespace: str) -> Mapping[str, Any] | None:
    subjects: Iterable[Mapping[str, Any]] = binding.get("subjects") or ()
    for subject in subjects:
        kind, name = subject.get("kind"), subject.get("name")
        if kind == "User" and name == user.name:
            return subject
        if kind == "Group" and name in user.groups:
            return subject
        account = f"system:serviceaccount:{subject.get('namespace') or namespace}:{name}"
        if kind == "ServiceAccount" and account == user.name:
            return subject
    return None


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

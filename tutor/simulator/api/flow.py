"""Which FlowSchema a request belongs to (apiserver, pkg/util/flowcontrol/rule.go). Every answer names it and its priority level,
although the requests of a simulated cluster wait for nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.simulator.api.audit import AuditEntry
from tutor.simulator.resources.flow_control import GROUP, LEVELS
from tutor.simulator.store import Obj, Store

_SCHEMAS = f"flowschemas.{GROUP}"
_ACCOUNTS = "system:serviceaccount:"


def flow_headers(store: Store, entry: AuditEntry) -> list[tuple[str, str]]:
    """The headers that name the flow of a request; none when no schema takes it (apiserver, pkg/server/filters)."""
    for schema in sorted(store.list(_SCHEMAS), key=_precedence):
        if not any(_takes(rule, entry) for rule in schema["spec"].get("rules") or ()):
            continue
        level = store.get(LEVELS, "", schema["spec"]["priorityLevelConfiguration"]["name"])
        if level is not None:
            return [
                ("X-Kubernetes-Pf-Flowschema-Uid", schema["metadata"]["uid"]),
                ("X-Kubernetes-Pf-Prioritylevel-Uid", level["metadata"]["uid"]),
            ]
    return []


def _precedence(schema: Obj) -> tuple[int, str]:
    return schema["spec"]["matchingPrecedence"], schema["metadata"]["name"]


def _takes(rule: Mapping[str, Any], entry: AuditEntry) -> bool:
    if not any(_is_subject(subject, entry) for subject in rule.get("subjects") or ()):
        return False
    if entry.resource:
        return any(_has_resource(one, entry) for one in rule.get("resourceRules") or ())
    return any(_has_path(one, entry) for one in rule.get("nonResourceRules") or ())


def _is_subject(subject: Mapping[str, Any], entry: AuditEntry) -> bool:
    kind = subject["kind"]
    if kind == "User":
        return subject["user"]["name"] in ("*", entry.user)
    if kind == "Group":
        name = subject["group"]["name"]
        return name == "*" or name in entry.groups
    account = subject["serviceAccount"]
    prefix = f"{_ACCOUNTS}{account['namespace']}:"
    return entry.user.startswith(prefix) and account["name"] in ("*", entry.user.removeprefix(prefix))


def _has_resource(rule: Mapping[str, Any], entry: AuditEntry) -> bool:
    wanted = f"{entry.resource}/{entry.subresource}" if entry.subresource else entry.resource
    if not (_lists(rule["verbs"], entry.verb) and _lists(rule["resources"], wanted)):
        return False
    if not _lists(rule["apiGroups"], entry.group):
        return False
    return _lists(rule.get("namespaces") or (), entry.namespace) if entry.namespace else bool(rule.get("clusterScope"))


def _has_path(rule: Mapping[str, Any], entry: AuditEntry) -> bool:
    if not _lists(rule["verbs"], entry.verb):
        return False
    return any(_leads(pattern, entry.path) for pattern in rule["nonResourceURLs"])


def _leads(pattern: str, path: str) -> bool:
    """Whether a path is one of those that a pattern stands for: the same, or one below it."""
    return pattern in ("*", path) or path.startswith(pattern.removesuffix("*").removesuffix("/") + "/")


def _lists(values: Any, wanted: str) -> bool:
    return "*" in values or wanted in values

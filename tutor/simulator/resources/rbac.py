"""Roles and their bindings. Rules: pkg/apis/rbac/validation/validation.go."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.simulator.errors import FieldError, invalid, not_supported, required
from tutor.simulator.names import name_problems
from tutor.simulator.resources.base import Column, Resource
from tutor.simulator.resources.printing import AGE, CREATED_AT, NAME
from tutor.simulator.store import Obj

GROUP = "rbac.authorization.k8s.io"
SUBJECT_KINDS = ("ServiceAccount", "User", "Group")


def _default_binding(binding: Obj) -> None:
    """pkg/apis/rbac/v1/defaults.go"""
    reference = binding.setdefault("roleRef", {})
    reference["apiGroup"] = reference.get("apiGroup") or GROUP
    for subject in binding.get("subjects") or ():
        if not subject.get("apiGroup") and subject.get("kind") in ("User", "Group"):
            subject["apiGroup"] = GROUP


def _validate_binding(binding: Obj) -> Iterator[FieldError]:
    """What is merely missing comes last: such rules are declared with the types since 1.36 and checked after the others."""
    missing = []
    reference = binding["roleRef"]
    kinds = ("ClusterRole",) if binding["kind"] == "ClusterRoleBinding" else ("Role", "ClusterRole")
    if reference.get("apiGroup") != GROUP:
        yield not_supported("roleRef.apiGroup", reference.get("apiGroup", ""), (GROUP,))
    if reference.get("kind") not in kinds:
        yield not_supported("roleRef.kind", reference.get("kind", ""), kinds)
    if not reference.get("name"):
        missing.append(required("roleRef.name"))
    for i, subject in enumerate(binding.get("subjects") or ()):
        path = f"subjects[{i}]"
        if not subject.get("name"):
            missing.append(required(f"{path}.name"))
        yield from _subject_problems(subject, path, namespaced=binding["kind"] == "RoleBinding")
    yield from missing


def _subject_problems(subject: dict[str, str], path: str, *, namespaced: bool) -> Iterator[FieldError]:
    kind, name, group = subject.get("kind", ""), subject.get("name", ""), subject.get("apiGroup", "")
    if kind not in SUBJECT_KINDS:
        yield not_supported(f"{path}.kind", kind, SUBJECT_KINDS)
    elif kind == "ServiceAccount":
        yield from (invalid(f"{path}.name", name, why) for why in (name_problems(name, "subdomain") if name else ()))
        if group:
            yield not_supported(f"{path}.apiGroup", group, ("",))
        if not namespaced and not subject.get("namespace"):
            yield required(f"{path}.namespace")
    elif group != GROUP:
        yield not_supported(f"{path}.apiGroup", group, (GROUP,))


def _fixed_role(binding: Obj, old: Obj) -> Iterator[FieldError]:
    if binding["roleRef"] != old["roleRef"]:
        reference = binding["roleRef"]
        shown = {
            go: reference.get(name, "") for go, name in (("APIGroup", "apiGroup"), ("Kind", "kind"), ("Name", "name"))
        }
        yield invalid("roleRef", shown, "field is immutable")


def _validate_role(role: Obj) -> Iterator[FieldError]:
    for i, rule in enumerate(role.get("rules") or ()):
        path = f"rules[{i}]"
        if not rule.get("verbs"):
            yield required(f"{path}.verbs")
        if rule.get("nonResourceURLs"):
            if role["kind"] == "Role":
                why = "namespaced rules cannot apply to non-resource URLs"
                yield invalid(f"{path}.nonResourceURLs", rule["nonResourceURLs"], why)
            if rule.get("apiGroups") or rule.get("resources") or rule.get("resourceNames"):
                why = "rules cannot apply to both regular resources and non-resource URLs"
                yield invalid(f"{path}.nonResourceURLs", rule["nonResourceURLs"], why)
            continue
        if rule.get("apiGroups") is None:
            yield required(f"{path}.apiGroups", "resource rules must supply at least one api group")
        if not rule.get("resources"):
            yield required(f"{path}.resources", "resource rules must supply at least one resource")


def _role(binding: Obj, _: float) -> str:
    return f"{binding['roleRef']['kind']}/{binding['roleRef']['name']}"


def _subjects(kind: str, name: str, why: str) -> Column:
    def cell(binding: Obj, _: float) -> str:
        found = []
        for subject in binding.get("subjects") or ():
            if subject.get("kind") == kind:
                namespace = f"{subject['namespace']}/" if kind == "ServiceAccount" and subject.get("namespace") else ""
                found.append(namespace + subject["name"])
        return ", ".join(found)

    return Column(name, cell, priority=1, description=why)


_BINDING_COLUMNS = (
    NAME,
    Column("Role", _role, description="The role it grants."),
    AGE,
    _subjects("User", "Users", "Users it is granted to."),
    _subjects("Group", "Groups", "Groups it is granted to."),
    _subjects("ServiceAccount", "ServiceAccounts", "Service accounts it is granted to."),
)


def _kind(kind: str, *, namespaced: bool) -> Resource:
    binding = kind.endswith("Binding")
    return Resource(
        group=GROUP,
        version="v1",
        kind=kind,
        plural=kind.lower() + "s",
        namespaced=namespaced,
        columns=_BINDING_COLUMNS if binding else (NAME, CREATED_AT),
        name_rule="path-segment",
        default=_default_binding if binding else _default_role,
        validate=_validate_binding if binding else _validate_role,
        validate_update=_fixed_role if binding else _any_update,
        schema=f"io.k8s.api.rbac.v1.{kind}",
    )


def _default_role(role: Obj) -> None:
    role.setdefault("rules", None)


def _any_update(_: Obj, __: Obj) -> Iterator[FieldError]:
    return iter(())


RESOURCES = (
    _kind("Role", namespaced=True),
    _kind("RoleBinding", namespaced=True),
    _kind("ClusterRole", namespaced=False),
    _kind("ClusterRoleBinding", namespaced=False),
)

"""`kubectl describe` for roles and bindings."""

from __future__ import annotations

from itertools import product

from tutor.kubectl.describe.context import Context
from tutor.kubectl.describe.writer import Writer
from tutor.kubectl.objects import Object, get, name_of


def describe_role(context: Context, obj: Object) -> str:
    writer = Writer()
    writer.line(0, "Name", name_of(obj))
    writer.metadata(obj)
    writer.write(0, "PolicyRule:\n")
    writer.table(1, ("Resources", "Non-Resource URLs", "Resource Names", "Verbs"), _rows(obj))
    return writer.aligned()


def _rows(obj: Object) -> list[tuple[str, ...]]:
    """One row per resource or URL; rules about the same thing are joined (kubectl `pkg/util/rbac`)."""
    verbs: dict[tuple[str, str, str], list[str]] = {}
    for rule in obj.get("rules") or []:
        for key in _subjects(rule):
            known = verbs.setdefault(key, [])
            known += [verb for verb in rule.get("verbs") or [] if verb not in known]
    return [(resource, f"[{url}]", f"[{name}]", f"[{' '.join(found)}]") for (resource, url, name), found in sorted(verbs.items(), key=_order)]


def _subjects(rule: Object) -> list[tuple[str, str, str]]:
    names = rule.get("resourceNames") or [""]
    resources = [
        (_combined(resource, group), "", name)
        for group, resource, name in product(rule.get("apiGroups") or [], rule.get("resources") or [], names)
    ]
    return resources + [("", url, "") for url in rule.get("nonResourceURLs") or []]


def _combined(resource: str, group: str) -> str:
    name, slash, subresource = resource.partition("/")
    return (f"{name}.{group}" if group else name) + slash + subresource


def _order(item: tuple[tuple[str, str, str], list[str]]) -> tuple[str, ...]:
    (resource, url, name), _ = item
    return ("0" if resource else "", resource, url, name)


def describe_binding(context: Context, obj: Object) -> str:
    writer = Writer()
    writer.line(0, "Name", name_of(obj))
    writer.metadata(obj)
    writer.write(0, "Role:\n")
    writer.line(1, "Kind", get(obj, "roleRef.kind", ""))
    writer.line(1, "Name", get(obj, "roleRef.name", ""))
    writer.write(0, "Subjects:\n")
    rows = [(item.get("kind", ""), item.get("name", ""), item.get("namespace", "")) for item in obj.get("subjects") or []]
    writer.table(1, ("Kind", "Name", "Namespace"), rows)
    return writer.aligned()

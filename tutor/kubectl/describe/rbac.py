"""`kubectl describe` for roles and bindings."""

from __future__ import annotations

from tutor.kubectl.describe.context import Context
from tutor.kubectl.describe.writer import Writer
from tutor.kubectl.objects import Object, get, name_of
from tutor.kubectl.rbac_rules import rule_rows


def describe_role(context: Context, obj: Object) -> str:
    writer = Writer()
    writer.line(0, "Name", name_of(obj))
    writer.metadata(obj)
    writer.write(0, "PolicyRule:\n")
    writer.table(1, ("Resources", "Non-Resource URLs", "Resource Names", "Verbs"), rule_rows(obj.get("rules") or []))
    return writer.aligned()


def describe_binding(context: Context, obj: Object) -> str:
    writer = Writer()
    writer.line(0, "Name", name_of(obj))
    writer.metadata(obj)
    writer.write(0, "Role:\n")
    writer.line(1, "Kind", get(obj, "roleRef.kind", ""))
    writer.line(1, "Name", get(obj, "roleRef.name", ""))
    writer.write(0, "Subjects:\n")
    rows = [
        (item.get("kind", ""), item.get("name", ""), item.get("namespace", "")) for item in obj.get("subjects") or []
    ]
    writer.table(1, ("Kind", "Name", "Namespace"), rows)
    return writer.aligned()

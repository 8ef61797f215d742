"""What server-side apply does about fields that were applied on the client."""

from __future__ import annotations

from typing import Any

from tutor.kubectl.commands.apply_migration import upgraded


def entry(manager: str, operation: str, fields: dict[str, Any], version: str = "v1") -> dict[str, Any]:
    return {"manager": manager, "operation": operation, "apiVersion": version, "fieldsV1": fields}


def test_the_clients_fields_join_those_of_the_manager() -> None:
    entries = [
        entry("kubectl", "Apply", {"f:data": {"f:a": {}}}),
        entry("kubectl-client-side-apply", "Update", {"f:data": {".": {}, "f:b": {}}}),
        entry("other", "Update", {"f:data": {"f:c": {}}}),
    ]
    assert upgraded(entries, "kubectl-client-side-apply", "kubectl") == [
        entry("kubectl", "Apply", {"f:data": {".": {}, "f:a": {}, "f:b": {}}}),
        entry("other", "Update", {"f:data": {"f:c": {}}}),
    ]


def test_without_a_manager_yet_the_client_becomes_it() -> None:
    entries = [entry("kubectl-client-side-apply", "Update", {"f:data": {}})]
    assert upgraded(entries, "kubectl-client-side-apply", "kubectl") == [entry("kubectl", "Apply", {"f:data": {}})]


def test_fields_of_another_version_are_dropped() -> None:
    entries = [entry("kubectl", "Apply", {"f:a": {}}), entry("client", "Update", {"f:b": {}}, "v1beta1")]
    assert upgraded(entries, "client", "kubectl") == [entry("kubectl", "Apply", {"f:a": {}})]


def test_a_field_itself_is_marked_beside_those_below_it() -> None:
    entries = [entry("kubectl", "Apply", {"f:spec": {}}), entry("client", "Update", {"f:spec": {"f:x": {}}})]
    assert upgraded(entries, "client", "kubectl")[0]["fieldsV1"] == {"f:spec": {".": {}, "f:x": {}}}


def test_nothing_changes_where_the_client_never_applied() -> None:
    entries = [entry("kubectl", "Apply", {"f:a": {}})]
    assert upgraded(entries, "client", "kubectl") == entries

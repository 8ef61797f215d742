"""What `kubectl apply --server-side` does about an object that was applied on the client before: it takes those fields over.

Follows kubectl `pkg/cmd/apply/apply.go` (`saveLastApplyAnnotationIfNecessary`, `migrateToSSAIfNecessary`) and client-go
`util/csaupgrade/upgrade.go`.
"""

from __future__ import annotations

import copy
from typing import Any

from tutor.kubectl.client import APPLY_PATCH, JSON_PATCH
from tutor.kubectl.command import Invocation
from tutor.kubectl.errors import ApiError
from tutor.kubectl.mutate import typed, write_query
from tutor.kubectl.objects import LAST_APPLIED, Object, annotations_of, get
from tutor.kubectl.resources import Info

_ANNOTATION_PATH = ("f:metadata", "f:annotations", f"f:{LAST_APPLIED}")
_ATTEMPTS = 5  # kubectl's own bound for conflicts (patcher.go, `maxPatchRetry`)
_LATER = "This is non-fatal and will be retried next time you apply. Error: "


class Migration:
    """Moves the fields of one applied object from client-side to server-side apply."""

    def __init__(self, invocation: Invocation, info: Info, manager: str, mode: str) -> None:
        self._invocation = invocation
        self._info = info
        self._manager = manager
        self._mode = mode

    def run(self, applied: Object, query: dict[str, str]) -> Object:
        """The object afterwards; what fails is a warning, as the object has been applied already.

        `query` is that of the apply request, which is sent again so that fields the manifest no longer has go away.
        """
        api, info = self._invocation.api, self._info
        try:
            applied = self._save_annotation(applied)
        except ApiError as problem:
            self._warn(f"failed to migrate {LAST_APPLIED} for Server-Side Apply. {_LATER}{problem.message}")
            return applied
        try:
            migrated = self._take_over(applied)
        except ApiError as problem:
            self._warn(f"server rejected managed fields migration to Server-Side Apply. {_LATER}{problem.message}")
            return applied
        if migrated is None:
            return applied
        try:
            return typed(api.patch(info.path, info.obj, APPLY_PATCH, query), info.resource)
        except ApiError as problem:
            self._warn(
                "failed to re-apply configuration after performing Server-Side Apply migration. "
                f"{_LATER}{problem.message}"
            )
            return migrated

    def _warn(self, text: str) -> None:
        self._invocation.err(f"Warning: {text}\n")

    def _save_annotation(self, applied: Object) -> Object:
        """Gives the last-applied annotation an owner of its own, so that it is not dropped with the client's fields."""
        if self._manager != "kubectl" or LAST_APPLIED not in annotations_of(applied):
            return applied
        if _owners(applied, "Apply"):
            return applied
        metadata = {"name": self._info.name, "annotations": {LAST_APPLIED: annotations_of(applied)[LAST_APPLIED]}}
        if self._info.namespace:
            metadata["namespace"] = self._info.namespace
        body = {"apiVersion": applied["apiVersion"], "kind": applied["kind"], "metadata": metadata}
        query = write_query("kubectl-last-applied", self._mode)
        return typed(self._invocation.api.patch(self._info.path, body, APPLY_PATCH, query), self._info.resource)

    def _take_over(self, applied: Object) -> Object | None:
        """The object with the client's fields among the manager's; None when there were none."""
        api, info = self._invocation.api, self._info
        managers = sorted({str(entry.get("manager")) for entry in _owners(applied, "Update")})
        for attempt in range(_ATTEMPTS):
            before = get(applied, "metadata.managedFields", [])
            after = before
            for manager in managers:
                after = upgraded(after, manager, self._manager)
            if after == before:
                return None
            patch = [
                {"op": "replace", "path": "/metadata/managedFields", "value": after},
                {
                    "op": "replace",
                    "path": "/metadata/resourceVersion",
                    "value": get(applied, "metadata.resourceVersion"),
                },
            ]
            try:
                return typed(
                    api.patch(info.path, patch, JSON_PATCH, write_query(self._manager, self._mode)), info.resource
                )
            except ApiError as problem:
                if problem.reason != "Conflict" or attempt == _ATTEMPTS - 1:
                    raise
                applied = typed(api.get(info.path), info.resource)
        return None


def _owners(obj: Object, operation: str) -> list[Object]:
    """The managed fields' entries of an operation that hold the last-applied annotation."""
    return [
        entry
        for entry in get(obj, "metadata.managedFields", [])
        if entry.get("operation") == operation and _holds(entry)
    ]


def _holds(entry: Object) -> bool:
    fields: Any = entry.get("fieldsV1")
    for name in _ANNOTATION_PATH:
        fields = fields.get(name) if isinstance(fields, dict) else None
    return fields is not None


def upgraded(entries: list[Object], client_manager: str, server_manager: str) -> list[Object]:
    """Managed fields in which a client-side manager's fields belong to a server-side one."""
    entries = copy.deepcopy(entries)
    client = [entry for entry in entries if _is(entry, client_manager, "Update")]
    target = next((entry for entry in entries if _is(entry, server_manager, "Apply")), None)
    if target is None:
        if not client:
            return entries
        target = client[0]
        target |= {"manager": server_manager, "operation": "Apply"}
    same = next((entry for entry in client if entry.get("apiVersion") == target.get("apiVersion")), None)
    if same is not None:
        target["fieldsV1"] = _union(target.get("fieldsV1") or {}, same.get("fieldsV1") or {})
    return [entry for entry in entries if not _is(entry, client_manager, "Update")]


def _is(entry: Object, manager: str, operation: str) -> bool:
    return (entry.get("manager"), entry.get("operation"), entry.get("subresource", "")) == (manager, operation, "")


def _union(left: Object, right: Object) -> Object:
    """All fields of two sets; one that is empty in a set is a field itself, which `.` marks beside fields below it."""
    both = left.keys() & right.keys()
    return {**left, **right, **{name: _member(left[name], right[name]) for name in both}}


def _member(left: Object, right: Object) -> Object:
    if bool(left) != bool(right):
        return {**left, **right, ".": {}}
    return _union(left, right)

"""ControllerRevisions: how StatefulSets and DaemonSets remember their templates (pkg/controller/history/controller_history.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from tutor.simulator.client import Client
from tutor.simulator.controllers.adoption import claim
from tutor.simulator.controllers.base import index_owned
from tutor.simulator.controllers.deployment.revisions import template_hash
from tutor.simulator.engine import Retry
from tutor.simulator.errors import ApiError
from tutor.simulator.objects import annotations_of, name_of, namespace_of, owner_reference, uid_of
from tutor.simulator.store import Obj

REVISIONS = "controllerrevisions.apps"
REVISION_LABEL = "controller-revision-hash"
"""Label of a pod: the revision it was made from."""
PREFIX_LENGTH = 223
"""A revision's name has as much of its owner's name at most."""


@dataclass(frozen=True, slots=True)
class History:
    """The revisions of an owner: the one of its template, and all others, oldest first."""

    current: Obj
    others: tuple[Obj, ...]
    collisions: int
    """How often a name was taken by another template."""


class RevisionKeeper:
    """Keeps one revision a template. `label` is where a revision carries its hash."""

    def __init__(self, client: Client, label: str) -> None:
        index_owned(client.store, REVISIONS)
        self._client = client
        self._label = label

    def list(self, owner: Obj) -> list[Obj]:
        """The owner's revisions, oldest first."""
        found = claim(self._client, owner, REVISIONS, owner["spec"]["selector"])
        return sorted(found, key=lambda revision: (revision["revision"], name_of(revision)))

    def note(self, owner: Obj) -> History:
        """The history with a revision of the owner's template as the newest, made or moved up if need be. Raises ApiError."""
        every = self.list(owner)
        data = revision_data(owner["spec"]["template"])
        same = [revision for revision in every if revision["data"] == data]
        collisions = (owner.get("status") or {}).get("collisionCount") or 0
        if not same:
            created, collisions = self._create(owner, data, _next_number(every), collisions)
            return History(created, tuple(every), collisions)
        current = same[-1]
        others = tuple(revision for revision in every if uid_of(revision) != uid_of(current))
        number = _next_number(others)
        if current["revision"] < number:
            current = self._client.update(REVISIONS, {**current, "revision": number})
        return History(current, others, collisions)

    def _create(self, owner: Obj, data: Mapping[str, Any], number: int, collisions: int) -> tuple[Obj, int]:
        while True:
            digest = template_hash(owner["spec"]["template"], collisions or None)
            name = f"{name_of(owner)[:PREFIX_LENGTH]}-{digest}"
            existing = self._client.get(REVISIONS, namespace_of(owner), name)
            if existing is None:
                return self._make(self._body(owner, name, digest, data, number)), collisions
            if existing["data"] == data:
                return existing, collisions
            collisions += 1

    def _make(self, revision: Obj) -> Obj:
        """Create a revision. What is forbidden now (a quota, a namespace that goes) is tried again, as the real controllers do with
        whatever syncDaemonSet and UpdateStatefulSet return."""
        try:
            return self._client.create(REVISIONS, revision)
        except ApiError as error:
            if error.code == HTTPStatus.FORBIDDEN:
                raise Retry(error.message) from error
            raise

    def _body(self, owner: Obj, name: str, digest: str, data: Mapping[str, Any], number: int) -> Obj:
        labels = (owner["spec"]["template"].get("metadata") or {}).get("labels") or {}
        metadata = {
            "name": name,
            "namespace": namespace_of(owner),
            "labels": {**labels, self._label: digest},
            "annotations": dict(annotations_of(owner)),
            "ownerReferences": [owner_reference(owner)],
        }
        if not metadata["annotations"]:
            del metadata["annotations"]
        body = {"apiVersion": "apps/v1", "kind": "ControllerRevision", "metadata": metadata}
        return {**body, "data": data, "revision": number}

    def truncate(self, owner: Obj, idle: Iterable[Obj]) -> None:
        """Delete the oldest of the revisions that nothing uses, beyond the history limit."""
        limit = owner["spec"].get("revisionHistoryLimit")
        unused = list(idle)
        for revision in unused[: max(0, len(unused) - limit)] if limit is not None else ():
            self._client.delete(REVISIONS, namespace_of(revision), name_of(revision))


def revision_data(template: Mapping[str, Any]) -> dict[str, Any]:
    """What a revision stores: the patch that brings the owner back to a template. Names are in alphabetical order, since clients
    compare it byte by byte with the one they make of a template (pkg/controller/daemon/update.go, Match)."""
    data: dict[str, Any] = _in_order({"spec": {"template": {**template, "$patch": "replace"}}})
    return data


def _in_order(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_order(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _in_order(value[name]) for name in sorted(value)}
    return value


def template_of(revision: Obj) -> dict[str, Any]:
    """The pod template a revision stores."""
    stored = revision["data"]["spec"]["template"]
    return {name: value for name, value in stored.items() if name != "$patch"}


def _next_number(revisions: Iterable[Obj]) -> int:
    return 1 + max((revision["revision"] for revision in revisions), default=0)

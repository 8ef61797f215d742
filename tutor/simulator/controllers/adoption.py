"""Which objects belong to a controller: it adopts orphans that its selector matches and releases what no longer matches.

Source: pkg/controller/controller_ref_manager.go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tutor.simulator.client import Client
from tutor.simulator.controllers.base import orphans, owned
from tutor.simulator.objects import (
    deleting,
    labels_of,
    matches_selector,
    namespace_of,
    owner_reference,
    uid_of,
    with_metadata,
)
from tutor.simulator.store import Obj


def claim(
    client: Client,
    owner: Obj,
    resource: str,
    selector: Mapping[str, Any],
    wanted: Callable[[Obj], bool] = lambda _: True,
) -> list[Obj]:
    """The objects of `resource` that are `owner`'s now, after adopting and releasing. Objects that are not `wanted` (pods that
    have ended, say) are neither adopted nor released nor returned."""
    claimed = []
    for obj in owned(client.store, resource, uid_of(owner)):
        if not wanted(obj):
            continue
        if matches_selector(selector, labels_of(obj)):
            claimed.append(obj)
        elif not deleting(owner):
            release(client, resource, obj, owner)
    if deleting(owner):
        return claimed
    for obj in orphans(client.store, resource, namespace_of(owner)):
        if not deleting(obj) and wanted(obj) and matches_selector(selector, labels_of(obj)):
            claimed.append(_adopt(client, resource, obj, owner))
    return claimed


def _adopt(client: Client, resource: str, obj: Obj, owner: Obj) -> Obj:
    references = [*(obj["metadata"].get("ownerReferences") or ()), owner_reference(owner)]
    return client.update(resource, with_metadata(obj, ownerReferences=references))


def release(client: Client, resource: str, obj: Obj, owner: Obj) -> None:
    """Take the owner out of an object's owner references."""
    uid = uid_of(owner)
    left = [reference for reference in obj["metadata"].get("ownerReferences") or () if reference["uid"] != uid]
    client.update(resource, with_metadata(obj, ownerReferences=left or None))


def label_selector(owner: Obj) -> Mapping[str, Any] | None:
    """spec.selector"""
    selector: Mapping[str, Any] | None = owner["spec"].get("selector")
    return selector


def matching_keys(
    client: Client,
    resource: str,
    obj: Obj,
    selector_of: Callable[[Obj], Mapping[str, Any] | None] = label_selector,
) -> list[str]:
    """Keys of the objects of `resource` in an orphan's namespace whose selector matches it, and which may so adopt it."""
    namespace, labels = namespace_of(obj), labels_of(obj)
    return [
        f"{namespace}/{owner['metadata']['name']}"
        for owner in client.list(resource, namespace)
        if matches_selector(selector_of(owner), labels)
    ]

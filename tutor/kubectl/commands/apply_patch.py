"""The patch with which `kubectl apply` makes an object what its manifest says, and which `kubectl diff` shows."""

from __future__ import annotations

import json

from tutor.kubectl.client import MERGE_PATCH, STRATEGIC_MERGE_PATCH
from tutor.kubectl.merge import three_way_json_patch, three_way_patch
from tutor.kubectl.merge_keys import BUILTIN_GROUPS
from tutor.kubectl.mutate import with_last_applied
from tutor.kubectl.objects import LAST_APPLIED, Object, annotations_of
from tutor.kubectl.resources import Info


def make_patch(info: Info, live: Object, *, annotate: bool = True) -> tuple[Object, str]:
    """The patch from the live object to the manifest, and its content type.

    `annotate` keeps the last-applied annotation up to date.
    """
    modified = with_last_applied(info.obj) if annotate else _with_annotations(info.obj)
    original = _original(live)
    if info.resource.group in BUILTIN_GROUPS:
        return three_way_patch(info.resource.kind, original, modified, live), STRATEGIC_MERGE_PATCH
    return three_way_json_patch(original, modified, live), MERGE_PATCH


def _with_annotations(obj: Object) -> Object:
    """An object without annotations gets an empty map, which stands for "none to remove" as it does in the original."""
    metadata = obj.get("metadata") or {}
    return {**obj, "metadata": {**metadata, "annotations": metadata.get("annotations") or {}}}


def _original(live: Object) -> Object:
    text = annotations_of(live).get(LAST_APPLIED)
    try:
        original = json.loads(text) if text else {}
    except ValueError:
        original = {}
    return original if isinstance(original, dict) else {}

"""Keeps the annotation of client-side apply in step with what kubectl applies on the server's side, and lets kubectl go over from
the one to the other.

Source: apimachinery, pkg/util/managedfields/internal (lastappliedupdater.go, lastappliedmanager.go).
"""

from __future__ import annotations

import json

from tutor.simulator.api.ownership.fieldset import FieldSet, difference
from tutor.simulator.api.ownership.typed import Node, compare, to_set
from tutor.simulator.store import Obj

ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration"
MANAGER = "kubectl"
"""Who applies under another name does not want it."""


def follow(manager: str, live: Obj, applied: Obj, config: Obj) -> None:
    """Write the configuration into the annotation of the applied object, if the live one has it."""
    if manager != MANAGER or ANNOTATION not in (live["metadata"].get("annotations") or {}):
        return
    metadata = dict(config.get("metadata") or {})
    annotations = {key: value for key, value in (metadata.pop("annotations", None) or {}).items() if key != ANNOTATION}
    if annotations:
        metadata["annotations"] = annotations
    text = json.dumps({**config, "metadata": metadata}, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    kept = applied["metadata"].get("annotations") or {}
    applied["metadata"] = {**applied["metadata"], "annotations": {**kept, ANNOTATION: text + "\n"}}


def still_kept(manager: str, type_: Node, live: Obj) -> FieldSet:
    """What kubectl may take over although another manager owns it: the fields that it applied on the client's side, and that are as
    it left them."""
    text = (live["metadata"].get("annotations") or {}).get(ANNOTATION)
    if manager != MANAGER or not text:
        return {}
    try:
        last = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(last, dict):
        return {}
    found = compare(type_, last, live)
    kept = to_set(type_, last)
    for others in (found.modified, found.added, found.removed):
        kept = difference(kept, others)
    return kept

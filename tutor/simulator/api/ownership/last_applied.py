"""Keeps the annotation of client-side apply in step with what kubectl applies on the server's side.

Source: apimachinery, pkg/util/managedfields/internal/lastappliedupdater.go.
"""

from __future__ import annotations

import json

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

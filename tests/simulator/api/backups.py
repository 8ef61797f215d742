"""The custom kind of the tests: Backups, with a schema that uses most of what schemas can say."""

from __future__ import annotations

import copy
from typing import Any

from tutor.simulator.api.inprocess import InProcessClient

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
BACKUPS = "/apis/demo.example.com/v1/namespaces/default/backups"
NAME = "backups.demo.example.com"
MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"
SCHEDULE = "1 2 3 4 5"
TARGET = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 5},
        "port": {"type": "integer", "default": 80},
    },
}
SPEC: dict[str, Any] = {
    "type": "object",
    "required": ["schedule"],
    "properties": {
        "schedule": {"type": "string", "pattern": r"^(\S+\s+){4}\S+$", "description": "When."},
        "keep": {"type": "integer", "minimum": 1, "maximum": 10, "default": 3},
        "mode": {"type": "string", "enum": ["Full", "Incremental"], "default": "Full"},
        "size": {"x-kubernetes-int-or-string": True},
        "when": {"type": "string", "format": "date-time"},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "targets": {
            "type": "array",
            "maxItems": 2,
            "items": TARGET,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
        },
        "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
        "replicas": {"type": "integer"},
        "note": {"type": "string", "nullable": True},
    },
}
STATUS = {
    "type": "object",
    "properties": {
        "phase": {"type": "string"},
        "replicas": {"type": "integer"},
        "selector": {"type": "string"},
        "last": {"type": "string", "format": "date-time"},
    },
}


def definition(plural: str = "backups", kind: str = "Backup", **spec: Any) -> dict[str, Any]:
    version: dict[str, Any] = {"name": "v1", "served": True, "storage": True}
    schema = {"type": "object", "required": ["spec"], "properties": {"spec": SPEC, "status": STATUS}}
    version["schema"] = {"openAPIV3Schema": copy.deepcopy(schema)}
    version["subresources"] = {
        "status": {},
        "scale": {
            "specReplicasPath": ".spec.replicas",
            "statusReplicasPath": ".status.replicas",
            "labelSelectorPath": ".status.selector",
        },
    }
    version["selectableFields"] = [{"jsonPath": ".spec.mode"}]
    version["additionalPrinterColumns"] = [
        {"name": "Schedule", "type": "string", "jsonPath": ".spec.schedule"},
        {"name": "Keep", "type": "integer", "jsonPath": ".spec.keep"},
        {"name": "Ports", "type": "string", "jsonPath": ".spec.targets[*].port", "priority": 1},
        {"name": "Last", "type": "date", "jsonPath": ".status.last"},
    ]
    body = {
        "group": "demo.example.com",
        "scope": "Namespaced",
        "names": {"plural": plural, "kind": kind, "shortNames": [plural[:2]], "categories": ["all"]},
        "versions": [version],
        **spec,
    }
    metadata = {"name": f"{plural}.demo.example.com"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": metadata,
        "spec": body,
    }


def backup(name: str = "a", **spec: Any) -> dict[str, Any]:
    body = {"schedule": SCHEDULE, **spec}
    return {"apiVersion": "demo.example.com/v1", "kind": "Backup", "metadata": {"name": name}, "spec": body}


def define(client: InProcessClient, crd: dict[str, Any]) -> dict[str, Any]:
    """Create a definition and let the controllers look at it."""
    client.json("POST", CRDS, crd)
    client.api.cluster.engine.run_ready()
    made: dict[str, Any] = client.get(f"{CRDS}/{crd['metadata']['name']}")
    return made

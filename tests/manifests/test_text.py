"""Manifests are checked against the schema of Kubernetes 1.37, with field path and line."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tutor.manifests.schema import validate_manifest
from tutor.manifests.text import check_text

DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web-app", "namespace": "production", "labels": {"app": "web-app"}},
    "spec": {
        "replicas": 3,
        "selector": {"matchLabels": {"app": "web-app"}},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": "25%"}},
        "template": {
            "metadata": {"labels": {"app": "web-app"}},
            "spec": {
                "containers": [
                    {
                        "name": "web",
                        "image": "web-app:v2.1.0",
                        "ports": [{"containerPort": 3000, "protocol": "TCP"}],
                        "resources": {"requests": {"cpu": "250m", "memory": "256Mi"}, "limits": {"cpu": 1}},
                        "livenessProbe": {"httpGet": {"path": "/health", "port": 3000}, "initialDelaySeconds": 15},
                        "startupProbe": {"exec": {"command": ["true"]}},
                        "env": [{"name": "P", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}],
                    }
                ]
            },
        },
    },
}
CONTAINER = "spec.template.spec.containers[0]"


def changed(path: str, value: object) -> dict[str, Any]:
    """The Deployment with a value set (or, for None, removed) at a path such as spec/template/0/name."""
    manifest = copy.deepcopy(DEPLOYMENT)
    *way, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    target: Any = manifest
    for part in way:
        target = target[part]
    if value is None:
        del target[last]
    else:
        target[last] = value
    return manifest


def test_a_valid_deployment() -> None:
    assert validate_manifest(DEPLOYMENT) == []


@pytest.mark.parametrize(
    ("path", "value", "field", "message"),
    [
        ("spec/template/spec/containers/0/imagee", "x", f"{CONTAINER}.imagee", "unknown field; did you mean image?"),
        ("spec/zzz", 1, "spec.zzz", "unknown field"),
        ("spec/selector", None, "spec", "the required field selector is missing"),
        ("spec/template/spec/containers/0/name", None, CONTAINER, "the required field name is missing"),
        ("spec/replicas", "3", "spec.replicas", "this must be a whole number, it is the text '3'"),
        ("spec/paused", 1, "spec.paused", "this must be true or false, it is the number 1"),
        (
            "metadata/labels/release",
            True,
            "metadata.labels.release",
            "this must be a text, it is the boolean true; put it in quotes",
        ),
        ("spec/template/spec/containers", {}, "spec.template.spec.containers", "this must be a list, it is a mapping"),
        (
            "spec/selector/matchLabels",
            [],
            "spec.selector.matchLabels",
            "this must hold names with values, it is a list",
        ),
        ("spec/template", "x", "spec.template", "this must hold fields, it is the text 'x'"),
        (
            "spec/template/spec/containers/0/resources/requests/memory",
            "256MiB",
            f"{CONTAINER}.resources.requests.memory",
            "this must be a quantity such as 250m, 1, 256Mi, it is the text '256MiB'",
        ),
        (
            "spec/strategy/rollingUpdate/maxSurge",
            0.5,
            "spec.strategy.rollingUpdate.maxSurge",
            "this must be a whole number or a text, it is the number 0.5",
        ),
        ("apiVersion", "extensions/v1beta1", "apiVersion", "Deployment is not in extensions/v1beta1; it is in apps/v1"),
        ("kind", "Deploymnt", "kind", "Kubernetes has no kind Deploymnt in apps/v1"),
        ("kind", None, "", "a manifest needs a text `kind`"),
        ("metadata/name", None, "metadata", "the object has no name"),
        (
            "metadata/name",
            "Web_App",
            "metadata.name",
            "'Web_App' is not a name: use lower-case letters, digits and hyphens",
        ),
        (
            "spec/selector/matchLabels/app",
            "web",
            "spec.selector.matchLabels.app",
            "the Pod template has no label app=web, so the selector would miss its own Pods",
        ),
        (
            "spec/template/spec/containers/0/ports/0/protocol",
            "tcp",
            f"{CONTAINER}.ports[0].protocol",
            "'tcp' is not one of TCP, UDP, SCTP",
        ),
    ],
)
def test_what_the_api_would_refuse(path: str, value: object, field: str, message: str) -> None:
    assert validate_manifest(changed(path, value)) == [(field, message)]


def test_null_fields_are_as_good_as_left_out() -> None:
    assert validate_manifest({**DEPLOYMENT, "status": None}) == []


@pytest.mark.parametrize(
    "manifest",
    [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"password": "eA=="}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"protocol": "http"}},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "system:x"}},
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "web-app"},
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web-app"},
                "maxReplicas": 20,
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
                    }
                ],
            },
        },
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"generateName": "data-"},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
        },
        {
            "apiVersion": "cert-manager.io/v1",
            "kind": "Certificate",
            "metadata": {"name": "a"},
            "spec": {"any": "thing"},
        },
    ],
    ids=lambda manifest: manifest["kind"],
)
def test_other_valid_manifests(manifest: dict[str, Any]) -> None:
    assert validate_manifest(manifest) == []


def test_metadata_of_foreign_kinds_is_checked() -> None:
    manifest = {"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": {"nam": "a"}}
    assert validate_manifest(manifest) == [("metadata.nam", "unknown field; did you mean name?")]


def test_a_list_is_checked_member_by_member() -> None:
    wrong = {"apiVersion": "v1", "kind": "List", "items": [DEPLOYMENT, changed("spec/zzz", 1)]}
    assert validate_manifest(wrong) == [("items[1].spec.zzz", "unknown field")]


def test_problems_in_text_have_their_line() -> None:
    text = """\
# two manifests
apiVersion: v1
kind: Namespace
metadata:
  name: production
---
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: nginx
      imge: nginx
    - image: nginx
"""
    assert [(one.line, str(one)) for one in check_text(text)] == [
        (15, "spec.containers[0].imge: unknown field; did you mean image?"),
        (16, "spec.containers[1]: the required field name is missing"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("apiVersion: v1\nkind: Pod\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}\n", 3, "given twice"),
        ("a: b: c\n", 1, "not valid YAML"),
        ("a:\n\t- b\n", 2, "not valid YAML"),
        ("# nothing\n", 1, "there is no manifest"),
        ("- a\n", 1, "a manifest is a mapping"),
    ],
)
def test_text_that_is_no_manifest(text: str, line: int, message: str) -> None:
    (problem,) = check_text(text)
    assert problem.line == line
    assert message in problem.message

"""Holds pods to the standard that their namespace's labels name (k8s.io/pod-security-admission, admission/admission.go).

`enforce` refuses pods; `warn`, which is as strict as `enforce` unless it says otherwise, warns of them and of their templates.
Who makes `enforce` stricter is warned of the pods that are there already: they stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from tutor.simulator import errors
from tutor.simulator.admission import AdmissionRequest
from tutor.simulator.resources.core_namespaces import LEVELS
from tutor.simulator.resources.pod_security import Level, broken_rules, violations

ORDER = 70
_PREFIX = "pod-security.kubernetes.io/"
_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "podtemplates": ("template", "spec"),
    "replicationcontrollers": ("spec", "template", "spec"),
    "replicasets.apps": ("spec", "template", "spec"),
    "deployments.apps": ("spec", "template", "spec"),
    "statefulsets.apps": ("spec", "template", "spec"),
    "daemonsets.apps": ("spec", "template", "spec"),
    "jobs.batch": ("spec", "template", "spec"),
    "cronjobs.batch": ("spec", "jobTemplate", "spec", "template", "spec"),
}
"""Where kinds with a pod template keep its spec."""


def validate(request: AdmissionRequest) -> None:
    """Refuses or warns of what the namespace does not allow."""
    if request.resource.id == "namespaces":
        _warn_of_existing_pods(request)
        return
    is_pod = request.resource.id == "pods"
    if request.obj is None or not (is_pod or request.resource.id in _TEMPLATES):
        return
    if request.subresource not in ("", "ephemeralcontainers"):
        return
    if request.old is not None and is_pod and request.obj["spec"] == request.old["spec"]:
        return
    namespace = request.context.store.get("namespaces", "", request.namespace)
    labels = (namespace or {"metadata": {}})["metadata"].get("labels") or {}
    enforced, warned = (_level(labels, mode) for mode in ("enforce", "warn"))
    if f"{_PREFIX}warn" not in labels and LEVELS.index(enforced) > LEVELS.index(warned):
        warned = enforced
    spec = request.obj["spec"] if is_pod else _at(request.obj, _TEMPLATES[request.resource.id])
    if is_pod and (text := violations(enforced, spec)):
        why = f'violates PodSecurity "{enforced}:{_version(labels, "enforce")}": {text}'
        raise errors.forbidden("pods", "", request.name, why)
    if request.warnings is not None and (text := violations(warned, spec)):
        mode = "warn" if f"{_PREFIX}warn" in labels or f"{_PREFIX}warn-version" in labels else "enforce"
        request.warnings.append(f'would violate PodSecurity "{warned}:{_version(labels, mode)}": {text}')


def _warn_of_existing_pods(request: AdmissionRequest) -> None:
    """ValidateNamespace and EvaluatePodsInNamespace"""
    if request.obj is None or request.old is None or request.subresource or request.warnings is None:
        return
    before, after = (namespace["metadata"].get("labels") or {} for namespace in (request.old, request.obj))
    level, version = _level(after, "enforce"), _version(after, "enforce")
    stricter = LEVELS.index(level) > LEVELS.index(_level(before, "enforce"))
    if level == "privileged" or (version == _version(before, "enforce") and not stricter):
        return
    found: dict[str, list[str]] = {}
    for pod in request.context.store.list("pods", request.name):
        if text := broken_rules(level, pod["spec"]):
            found.setdefault(text, []).append(pod["metadata"]["name"])
    if found:
        what = f'violate the new PodSecurity enforce level "{level}:{version}"'
        request.warnings.append(f'existing pods in namespace "{request.name}" {what}')
        request.warnings.extend(sorted(f"{_some(names)}: {text}" for text, names in found.items()))


def _some(names: list[str]) -> str:
    """The first of some pods, and how many others there are."""
    others = len(names) - 1
    more = f" (and {others} other pod{'s' if others > 1 else ''})" if others else ""
    return f"{min(names)}{more}"


def _level(labels: Mapping[str, str], mode: str) -> Level:
    level = labels.get(_PREFIX + mode, "privileged")
    return cast("Level", level) if level in LEVELS else "privileged"


def _version(labels: Mapping[str, str], mode: str) -> str:
    return labels.get(f"{_PREFIX}{mode}-version", "latest")


def _at(obj: Mapping[str, Any], path: tuple[str, ...]) -> Mapping[str, Any]:
    for name in path:
        obj = obj.get(name) or {}
    return obj

"""HorizontalPodAutoscalers at autoscaling/v2 and, as a view of the same objects, at autoscaling/v1.

Rules: pkg/apis/autoscaling/{v1,v2}/{defaults,conversion}.go, pkg/apis/autoscaling/validation/validation.go.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.errors import FieldError, forbidden_field, invalid, not_supported, required
from tutor.simulator.objects import copy_json
from tutor.simulator.quantity import canonical
from tutor.simulator.resources.base import Column, Resource
from tutor.simulator.resources.printing import AGE, NAME
from tutor.simulator.store import Obj

DEFAULT_CPU_UTILIZATION = 80
METRICS_ANNOTATION = "autoscaling.alpha.kubernetes.io/metrics"
CURRENT_ANNOTATION = "autoscaling.alpha.kubernetes.io/current-metrics"
CONDITIONS_ANNOTATION = "autoscaling.alpha.kubernetes.io/conditions"
BEHAVIOR_ANNOTATION = "autoscaling.alpha.kubernetes.io/behavior"
METRIC_SOURCES = {
    "ContainerResource": "containerResource",
    "External": "external",
    "Object": "object",
    "Pods": "pods",
    "Resource": "resource",
}
DEFAULT_SCALE_UP: dict[str, Any] = {
    "stabilizationWindowSeconds": 0,
    "selectPolicy": "Max",
    "policies": [
        {"type": "Pods", "value": 4, "periodSeconds": 15},
        {"type": "Percent", "value": 100, "periodSeconds": 15},
    ],
}
DEFAULT_SCALE_DOWN: dict[str, Any] = {
    "selectPolicy": "Max",
    "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
}
DOWNSCALE_STABILIZATION = 300
"""Seconds; the controller's flag, used where an HPA says nothing (podautoscaler/config/v1alpha1/defaults.go)."""


def _default(hpa: Obj) -> None:
    spec = hpa.setdefault("spec", {})
    if spec.get("minReplicas") is None:
        spec["minReplicas"] = 1
    if not spec.get("metrics"):
        target = {"type": "Utilization", "averageUtilization": DEFAULT_CPU_UTILIZATION}
        spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    behavior = spec.get("behavior")
    if behavior is not None:
        behavior["scaleUp"] = {**copy_json(DEFAULT_SCALE_UP), **_given(behavior.get("scaleUp"))}
        behavior["scaleDown"] = {**copy_json(DEFAULT_SCALE_DOWN), **_given(behavior.get("scaleDown"))}


def _given(rules: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in (rules or {}).items() if value is not None}


def _validate(hpa: Obj) -> Iterator[FieldError]:
    spec = hpa["spec"]
    least, most = spec["minReplicas"], spec.get("maxReplicas") or 0
    if least < 0:
        yield invalid("spec.minReplicas", least, "must be greater than or equal to 0")
    if most == 0:
        yield required("spec.maxReplicas", "must be set and greater than 0")
    elif most < 0:
        yield invalid("spec.maxReplicas", most, "must be greater than or equal to 1")
    if most < least:
        yield invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`")
    target = spec.get("scaleTargetRef") or {}
    for field in ("kind", "name"):
        if not target.get(field):
            yield required(f"spec.scaleTargetRef.{field}")
    if not target.get("apiVersion") and target.get("kind") != "ReplicationController":
        yield invalid(
            "spec.scaleTargetRef.apiVersion", target.get("apiVersion") or "", "apiVersion must specify API group"
        )
    for i, metric in enumerate(spec["metrics"]):
        yield from _validate_metric(metric, f"spec.metrics[{i}]")
    if least == 0 and not any(metric.get("type") in ("Object", "External") for metric in spec["metrics"]):
        why = "must specify at least one Object or External metric to support scaling to zero replicas"
        yield forbidden_field("spec.metrics", why)


def _validate_metric(metric: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    kind = metric.get("type")
    if not kind:
        yield required(f"{path}.type", "must specify a metric source type")
        return
    source_name = METRIC_SOURCES.get(kind)
    if source_name is None:
        yield not_supported(f"{path}.type", kind, tuple(METRIC_SOURCES))
        return
    source = metric.get(source_name)
    if source is None:
        yield required(f"{path}.{source_name}", "must populate information for the given metric source")
        return
    target = source.get("target") or {}
    where = f"{path}.{source_name}.target"
    if kind in ("Resource", "ContainerResource"):
        if not source.get("name"):
            yield required(f"{path}.{source_name}.name", "must specify a resource name")
        if target.get("averageUtilization") is None and target.get("averageValue") is None:
            yield required(f"{where}.averageUtilization", "must set either a target raw value or a target utilization")
        utilization = target.get("averageUtilization")
        if utilization is not None and utilization < 1:
            yield invalid(f"{where}.averageUtilization", utilization, "must be greater than 0")
        if utilization is not None and target.get("averageValue") is not None:
            why = "may not set both a target raw value and a target utilization"
            yield invalid(f"{where}.averageValue", target["averageValue"], why)
    if target.get("type") not in ("Utilization", "Value", "AverageValue"):
        yield not_supported(f"{where}.type", target.get("type", ""), ("Utilization", "Value", "AverageValue"))


# -- autoscaling/v1


def _is_cpu(metric: Mapping[str, Any]) -> bool:
    resource = metric.get("resource") or {}
    return (
        metric.get("type") == "Resource"
        and resource.get("name") == "cpu"
        and ("averageUtilization" in (resource.get("target") or resource.get("current") or {}))
    )


def _from_v2(hpa: Obj) -> Obj:
    spec, status = dict(hpa["spec"]), dict(hpa.get("status") or {})
    annotations = dict(hpa["metadata"].get("annotations") or {})
    metrics, behavior = spec.pop("metrics", []), spec.pop("behavior", None)
    current, conditions = status.pop("currentMetrics", None), status.pop("conditions", None)
    cpu = next((m for m in metrics if _is_cpu(m)), None)
    if cpu is not None:
        spec["targetCPUUtilizationPercentage"] = cpu["resource"]["target"]["averageUtilization"]
    others = [m for m in metrics if m is not cpu]
    used = next((m for m in current or () if _is_cpu(m)), None)
    if used is not None:
        status["currentCPUUtilizationPercentage"] = used["resource"]["current"]["averageUtilization"]
    status.setdefault("currentReplicas", 0)
    status.setdefault("desiredReplicas", 0)
    for key, value in (
        (METRICS_ANNOTATION, others),
        (CURRENT_ANNOTATION, current),
        (CONDITIONS_ANNOTATION, conditions),
        (BEHAVIOR_ANNOTATION, behavior),
    ):
        if value:
            annotations[key] = json.dumps(value, separators=(",", ":"))
    metadata = {**hpa["metadata"], "annotations": annotations} if annotations else hpa["metadata"]
    return {"apiVersion": "autoscaling/v1", "kind": hpa["kind"], "metadata": metadata, "spec": spec, "status": status}


def _to_v2(hpa: Obj) -> Obj:
    spec = dict(hpa.get("spec") or {})
    metadata = dict(hpa.get("metadata") or {})
    annotations = dict(metadata.get("annotations") or {})
    cpu = spec.pop("targetCPUUtilizationPercentage", None)
    metrics = json.loads(annotations.pop(METRICS_ANNOTATION, "[]"))
    if cpu is not None:
        target = {"type": "Utilization", "averageUtilization": cpu}
        metrics = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}, *metrics]
    if metrics:
        spec["metrics"] = metrics
    if BEHAVIOR_ANNOTATION in annotations:
        spec["behavior"] = json.loads(annotations.pop(BEHAVIOR_ANNOTATION))
    status = {
        key: value for key, value in (hpa.get("status") or {}).items() if key != "currentCPUUtilizationPercentage"
    }
    for key, field in ((CURRENT_ANNOTATION, "currentMetrics"), (CONDITIONS_ANNOTATION, "conditions")):
        if key in annotations:
            status[field] = json.loads(annotations.pop(key))
    metadata["annotations"] = annotations
    if not annotations:
        del metadata["annotations"]
    return {"apiVersion": "autoscaling/v2", "kind": hpa["kind"], "metadata": metadata, "spec": spec, "status": status}


# -- the table


def _target(metric: Mapping[str, Any], current: Mapping[str, Any]) -> str:
    source = METRIC_SOURCES.get(metric["type"], "")
    target = (metric.get(source) or {}).get("target") or {}
    measured = (current.get(source) or {}).get("current") or {}
    if metric["type"] in ("Resource", "ContainerResource"):
        name = metric[source]["name"]
        if target.get("averageValue") is not None:
            return f"{name}: {_amount(measured.get('averageValue'))}/{_amount(target['averageValue'])}"
        utilization = measured.get("averageUtilization")
        wanted = target.get("averageUtilization")
        return f"{name}: {'<unknown>' if utilization is None else f'{utilization}%'}/{'<auto>' if wanted is None else f'{wanted}%'}"
    if metric["type"] != "Pods" and target.get("averageValue") is None:
        return f"{_amount(measured.get('value'))}/{_amount(target.get('value'))}"
    average = " (avg)" if metric["type"] != "Pods" else ""
    return f"{_amount(measured.get('averageValue'))}/{_amount(target.get('averageValue'))}{average}"


def _amount(value: Any) -> str:
    return "<unknown>" if value is None else canonical(value)


def _targets(hpa: Obj, _: float) -> str:
    metrics, current = hpa["spec"].get("metrics") or (), hpa.get("status", {}).get("currentMetrics") or ()
    shown = [_target(metric, current[i] if i < len(current) else {}) for i, metric in enumerate(metrics)]
    if not shown:
        return "<none>"
    text = ", ".join(shown[:2])
    return f"{text} + {len(shown) - 2} more..." if len(shown) > 2 else text


def _reference(hpa: Obj, _: float) -> str:
    target = hpa["spec"]["scaleTargetRef"]
    return f"{target['kind']}/{target['name']}"


def _min(hpa: Obj, _: float) -> str:
    least = hpa["spec"].get("minReplicas")
    return "<unset>" if least is None else str(least)


COLUMNS = (
    NAME,
    Column("Reference", _reference, description="The workload it scales."),
    Column("Targets", _targets, description="Each metric as it is and as it should be."),
    Column("MinPods", _min, description="It never goes below."),
    Column("MaxPods", lambda hpa, _: hpa["spec"].get("maxReplicas", 0), description="It never goes above."),
    Column("Replicas", lambda hpa, _: hpa.get("status", {}).get("currentReplicas", 0), description="Pods there are."),
    AGE,
)
_ID = "horizontalpodautoscalers.autoscaling"

RESOURCES = (
    Resource(
        group="autoscaling",
        version="v2",
        kind="HorizontalPodAutoscaler",
        plural="horizontalpodautoscalers",
        short_names=("hpa",),
        categories=("all",),
        columns=COLUMNS,
        default=_default,
        prepare_create=lambda _, obj: obj.__setitem__("status", {"currentMetrics": None, "desiredReplicas": 0}),
        validate=_validate,
        has_status=True,
        has_generation=True,
        schema="io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
    ),
    Resource(
        group="autoscaling",
        version="v1",
        kind="HorizontalPodAutoscaler",
        plural="horizontalpodautoscalers",
        short_names=("hpa",),
        categories=("all",),
        columns=COLUMNS,
        default=_default,
        validate=_validate,
        has_status=True,
        has_generation=True,
        storage=_ID,
        to_storage=_to_v2,
        from_storage=_from_v2,
        schema="io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler",
        preferred=False,
    ),
)

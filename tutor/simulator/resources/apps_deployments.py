"""Deployments and the ReplicaSets that they make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.simulator.errors import FieldError, forbidden_field, invalid, not_supported
from tutor.simulator.resources.apps_columns import count_column, ready_pods
from tutor.simulator.resources.base import Column, Context, Resource, Scale
from tutor.simulator.resources.pod_defaults import default_template
from tutor.simulator.resources.pod_warnings import of_template
from tutor.simulator.resources.printing import AGE, NAME, wide_template_columns
from tutor.simulator.resources.workload_validation import (
    SELECTOR_IMMUTABLE,
    not_negative,
    validate_int_or_percent,
    validate_selected_template,
)
from tutor.simulator.store import Obj

DEPLOYMENT_STRATEGIES = ("Recreate", "RollingUpdate")


def _clear_status(_: Context, obj: Obj) -> None:
    obj["status"] = {}


def _default_deployment(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    default_template(spec.setdefault("template", {}))
    for name, value in (("replicas", 1), ("revisionHistoryLimit", 10), ("progressDeadlineSeconds", 600)):
        if spec.get(name) is None:
            spec[name] = value
    strategy = spec["strategy"] = spec.get("strategy") or {}
    if not strategy.get("type"):
        strategy["type"] = "RollingUpdate"
    if strategy["type"] == "RollingUpdate":
        rolling = strategy["rollingUpdate"] = strategy.get("rollingUpdate") or {}
        for name in ("maxUnavailable", "maxSurge"):
            if rolling.get(name) is None:
                rolling[name] = "25%"


def _validate_deployment(obj: Obj) -> Iterator[FieldError]:
    spec = obj["spec"]
    yield from not_negative(spec, "replicas", "spec")
    yield from validate_selected_template(spec, "deployment")
    yield from _validate_strategy(spec["strategy"], "spec.strategy")
    yield from not_negative(spec, "minReadySeconds", "spec")
    yield from not_negative(spec, "revisionHistoryLimit", "spec")
    yield from not_negative(spec, "progressDeadlineSeconds", "spec")
    if spec["progressDeadlineSeconds"] <= spec.get("minReadySeconds", 0):
        yield invalid(
            "spec.progressDeadlineSeconds", spec["progressDeadlineSeconds"], "must be greater than minReadySeconds"
        )


def _validate_strategy(strategy: dict[str, Any], path: str) -> Iterator[FieldError]:
    if strategy["type"] == "Recreate":
        if strategy.get("rollingUpdate") is not None:
            why = "may not be specified when strategy `type` is 'Recreate'"
            yield forbidden_field(f"{path}.rollingUpdate", why)
        return
    if strategy["type"] != "RollingUpdate":
        yield not_supported(path, {"Type": strategy["type"], "RollingUpdate": None}, DEPLOYMENT_STRATEGIES)
        return
    rolling = strategy["rollingUpdate"]
    yield from validate_int_or_percent(rolling["maxUnavailable"], f"{path}.rollingUpdate.maxUnavailable")
    yield from validate_int_or_percent(rolling["maxSurge"], f"{path}.rollingUpdate.maxSurge")
    if _number(rolling["maxUnavailable"]) == 0 and _number(rolling["maxSurge"]) == 0:
        why = "may not be 0 when `maxSurge` is 0"
        yield invalid(f"{path}.rollingUpdate.maxUnavailable", rolling["maxUnavailable"], why)
    if str(rolling["maxUnavailable"]).endswith("%") and _number(rolling["maxUnavailable"]) > 100:
        yield invalid(
            f"{path}.rollingUpdate.maxUnavailable", rolling["maxUnavailable"], "must not be greater than 100%"
        )


def _number(value: Any) -> int:
    text = str(value).removesuffix("%")
    return int(text) if text.lstrip("-").isdigit() else 0


def _default_replica_set(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    default_template(spec.setdefault("template", {}))
    if spec.get("replicas") is None:
        spec["replicas"] = 1


def _validate_replica_set(obj: Obj) -> Iterator[FieldError]:
    spec = obj["spec"]
    yield from not_negative(spec, "replicas", "spec")
    yield from not_negative(spec, "minReadySeconds", "spec")
    yield from validate_selected_template(spec, "ReplicaSet")


DEPLOYMENT = Resource(
    group="apps",
    version="v1",
    kind="Deployment",
    plural="deployments",
    short_names=("deploy",),
    categories=("all",),
    columns=(
        NAME,
        Column("Ready", ready_pods, description="Ready pods of those wanted."),
        count_column("Up-to-date", "updatedReplicas", "Pods made from the current template."),
        count_column("Available", "availableReplicas", "Pods that have been ready for minReadySeconds."),
        AGE,
        *wide_template_columns(),
    ),
    default=_default_deployment,
    prepare_create=_clear_status,
    validate=_validate_deployment,
    validate_update=SELECTOR_IMMUTABLE,
    warnings=of_template("spec", "template"),
    has_status=True,
    has_generation=True,
    annotations_are_generations=True,
    scale=Scale(),
    schema="io.k8s.api.apps.v1.Deployment",
)


REPLICA_SET = Resource(
    group="apps",
    version="v1",
    kind="ReplicaSet",
    plural="replicasets",
    short_names=("rs",),
    categories=("all",),
    columns=(
        NAME,
        count_column("Desired", "replicas", "Pods wanted.", type_="integer", where="spec"),
        count_column("Current", "replicas", "Pods there are.", type_="integer"),
        count_column("Ready", "readyReplicas", "Pods that are ready.", type_="integer"),
        AGE,
        *wide_template_columns(),
    ),
    default=_default_replica_set,
    prepare_create=lambda _, obj: obj.__setitem__("status", {"replicas": 0}),
    validate=_validate_replica_set,
    validate_update=SELECTOR_IMMUTABLE,
    warnings=of_template("spec", "template"),
    has_status=True,
    has_generation=True,
    scale=Scale(),
    fields={"status.replicas": lambda obj: str(obj.get("status", {}).get("replicas", 0))},
    schema="io.k8s.api.apps.v1.ReplicaSet",
)

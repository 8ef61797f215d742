"""DaemonSets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.simulator.errors import FieldError, invalid, not_supported, required
from tutor.simulator.resources.apps_columns import count_column
from tutor.simulator.resources.base import Column, Context, Resource
from tutor.simulator.resources.pod_defaults import default_template
from tutor.simulator.resources.pod_warnings import of_template
from tutor.simulator.resources.printing import AGE, NAME, format_labels, wide_template_columns
from tutor.simulator.resources.workload_validation import (
    SELECTOR_IMMUTABLE,
    UPDATE_STRATEGIES,
    not_negative,
    validate_int_or_percent,
    validate_selected_template,
)
from tutor.simulator.store import Obj

TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"
_DAEMON_COUNTS = ("currentNumberScheduled", "desiredNumberScheduled", "numberMisscheduled", "numberReady")


def _default_daemon_set(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    default_template(spec.setdefault("template", {}))
    if TEMPLATE_GENERATION not in (obj["metadata"].get("annotations") or {}):
        _set_template_generation(obj, 0)  # as the conversion from memory does, which then counts as the writer's
    if spec.get("revisionHistoryLimit") is None:
        spec["revisionHistoryLimit"] = 10
    strategy = spec["updateStrategy"] = spec.get("updateStrategy") or {}
    if not strategy.get("type"):
        strategy["type"] = "RollingUpdate"
    if strategy["type"] == "RollingUpdate":
        rolling = strategy["rollingUpdate"] = strategy.get("rollingUpdate") or {}
        for name, value in (("maxUnavailable", 1), ("maxSurge", 0)):
            if rolling.get(name) is None:
                rolling[name] = value


def _prepare_daemon_set(_: Context, obj: Obj) -> None:
    obj["status"] = dict.fromkeys(_DAEMON_COUNTS, 0)
    _set_template_generation(obj, 1)


def _prepare_daemon_set_update(_: Context, obj: Obj, old: Obj) -> None:
    """Counts changes of the template (pkg/registry/apps/daemonset/strategy.go)."""
    before = int((old["metadata"].get("annotations") or {}).get(TEMPLATE_GENERATION, 0))
    _set_template_generation(obj, before + (obj["spec"]["template"] != old["spec"]["template"]))


def _set_template_generation(obj: Obj, generation: int) -> None:
    obj["metadata"]["annotations"] = {
        **(obj["metadata"].get("annotations") or {}),
        TEMPLATE_GENERATION: str(generation),
    }


def _validate_daemon_set(obj: Obj) -> Iterator[FieldError]:
    spec = obj["spec"]
    yield from validate_selected_template(spec, "daemonset", deadline_of="DaemonSet")
    yield from not_negative(spec, "minReadySeconds", "spec")
    if spec["updateStrategy"]["type"] not in UPDATE_STRATEGIES:
        yield not_supported("spec.updateStrategy.type", spec["updateStrategy"]["type"], UPDATE_STRATEGIES)
    elif spec["updateStrategy"]["type"] == "RollingUpdate":
        yield from _validate_daemon_rolling(spec["updateStrategy"].get("rollingUpdate") or {})


def _validate_daemon_rolling(rolling: dict[str, Any]) -> Iterator[FieldError]:
    """ValidateRollingUpdateDaemonSet: pods are replaced one way or the other, not both."""
    path = "spec.updateStrategy.rollingUpdate"
    amounts = {name: rolling.get(name, 0) for name in ("maxUnavailable", "maxSurge")}
    for name, amount in amounts.items():
        yield from validate_int_or_percent(amount, f"{path}.{name}")
    none = [name for name, amount in amounts.items() if amount in (0, "0%")]
    if len(none) == 2:
        yield required(f"{path}.maxUnavailable", "cannot be 0 when maxSurge is 0")
    elif not none:
        surge = amounts["maxSurge"]
        yield invalid(f"{path}.maxSurge", surge, "may not be set when maxUnavailable is non-zero")


DAEMON_SET = Resource(
    group="apps",
    version="v1",
    kind="DaemonSet",
    plural="daemonsets",
    short_names=("ds",),
    categories=("all",),
    columns=(
        NAME,
        count_column("Desired", "desiredNumberScheduled", "Nodes that should run the pod.", type_="integer"),
        count_column("Current", "currentNumberScheduled", "Nodes that have the pod.", type_="integer"),
        count_column("Ready", "numberReady", "Nodes whose pod is ready.", type_="integer"),
        count_column(
            "Up-to-date", "updatedNumberScheduled", "Nodes with a pod of the current template.", type_="integer"
        ),
        count_column("Available", "numberAvailable", "Nodes whose pod is available.", type_="integer"),
        Column(
            "Node Selector",
            lambda obj, _: format_labels(obj["spec"]["template"]["spec"].get("nodeSelector")),
            description="Labels of the nodes it runs on.",
        ),
        AGE,
        *wide_template_columns(),
    ),
    default=_default_daemon_set,
    prepare_create=_prepare_daemon_set,
    prepare_update=_prepare_daemon_set_update,
    validate=_validate_daemon_set,
    validate_update=SELECTOR_IMMUTABLE,
    warnings=of_template("spec", "template"),
    has_status=True,
    has_generation=True,
    schema="io.k8s.api.apps.v1.DaemonSet",
)

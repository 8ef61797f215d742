"""StatefulSets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.simulator.errors import FieldError, invalid, invalid_shown
from tutor.simulator.resources.apps_columns import ready_pods
from tutor.simulator.resources.base import Column, Resource, Scale
from tutor.simulator.resources.pod_defaults import default_template
from tutor.simulator.resources.pod_warnings import of_template
from tutor.simulator.resources.printing import AGE, NAME, wide_template_columns
from tutor.simulator.resources.workload_validation import (
    SELECTOR_IMMUTABLE,
    UPDATE_STRATEGIES,
    immutable,
    not_negative,
    validate_int_or_percent,
    validate_selected_template,
)
from tutor.simulator.schemas.internal import text_in_memory
from tutor.simulator.store import Obj


def _default_stateful_set(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    default_template(spec.setdefault("template", {}))
    for name, value in (("podManagementPolicy", "OrderedReady"), ("replicas", 1), ("revisionHistoryLimit", 10)):
        if spec.get(name) in (None, ""):
            spec[name] = value
    strategy = spec["updateStrategy"] = spec.get("updateStrategy") or {}
    if not strategy.get("type"):
        strategy["type"] = "RollingUpdate"
        strategy.setdefault("rollingUpdate", {})
    if strategy["type"] == "RollingUpdate" and strategy.get("rollingUpdate") is not None:
        strategy["rollingUpdate"].setdefault("partition", 0)
        strategy["rollingUpdate"].setdefault("maxUnavailable", 1)
    retention = spec["persistentVolumeClaimRetentionPolicy"] = spec.get("persistentVolumeClaimRetentionPolicy") or {}
    retention.setdefault("whenDeleted", "Retain")
    retention.setdefault("whenScaled", "Retain")
    for claim in spec.get("volumeClaimTemplates") or ():
        claim.setdefault("apiVersion", "v1")
        claim.setdefault("kind", "PersistentVolumeClaim")
        claim.setdefault("spec", {}).setdefault("volumeMode", "Filesystem")
        claim.setdefault("status", {}).setdefault("phase", "Pending")


def _with_claims_as_volumes(spec: dict[str, Any]) -> dict[str, Any]:
    """The spec with the volumes that its claim templates stand for, as containers may mount them."""
    claims = [claim["metadata"].get("name", "") for claim in spec.get("volumeClaimTemplates") or ()]
    if not claims:
        return spec
    template = spec["template"]
    volumes = [volume for volume in template["spec"].get("volumes") or () if volume.get("name") not in claims]
    volumes += [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in claims]
    return {**spec, "template": {**template, "spec": {**template["spec"], "volumes": volumes}}}


def _validate_stateful_set(obj: Obj) -> Iterator[FieldError]:
    spec = obj["spec"]
    yield from not_negative(spec, "replicas", "spec")
    yield from validate_selected_template(_with_claims_as_volumes(spec), "statefulset", deadline_of="StatefulSet")
    if spec["podManagementPolicy"] not in ("OrderedReady", "Parallel"):
        why = "must be 'OrderedReady' or 'Parallel'"
        yield invalid("spec.podManagementPolicy", spec["podManagementPolicy"], why)
    strategy = spec["updateStrategy"]
    if strategy["type"] not in UPDATE_STRATEGIES:
        shown = text_in_memory("apps.StatefulSetUpdateStrategy", strategy)
        yield invalid_shown("spec.updateStrategy", shown, "must be 'RollingUpdate' or 'OnDelete'")
    elif strategy["type"] == "RollingUpdate" and strategy.get("rollingUpdate") is not None:
        yield from _validate_stateful_rolling(strategy["rollingUpdate"])
    yield from not_negative(spec, "minReadySeconds", "spec")


def _validate_stateful_rolling(rolling: dict[str, Any]) -> Iterator[FieldError]:
    path = "spec.updateStrategy.rollingUpdate"
    yield from not_negative(rolling, "partition", path)
    most = rolling.get("maxUnavailable")
    if most is not None:
        yield from validate_int_or_percent(most, f"{path}.maxUnavailable")
        if most in (0, "0%"):
            yield invalid(f"{path}.maxUnavailable", most, "cannot be 0")


_STATEFUL_IMMUTABLE = (
    SELECTOR_IMMUTABLE,
    immutable("spec.volumeClaimTemplates", "spec", "volumeClaimTemplates", type_="[]core.PersistentVolumeClaim"),
    immutable("spec.serviceName", "spec", "serviceName"),
    immutable("spec.podManagementPolicy", "spec", "podManagementPolicy"),
)


def _update_stateful_set(obj: Obj, old: Obj) -> Iterator[FieldError]:
    for rule in _STATEFUL_IMMUTABLE:
        yield from rule(obj, old)


STATEFUL_SET = Resource(
    group="apps",
    version="v1",
    kind="StatefulSet",
    plural="statefulsets",
    short_names=("sts",),
    categories=("all",),
    columns=(
        NAME,
        Column("Ready", ready_pods, description="Ready pods of those wanted."),
        AGE,
        *wide_template_columns(selector=False),
    ),
    default=_default_stateful_set,
    prepare_create=lambda _, obj: obj.__setitem__("status", {"availableReplicas": 0, "replicas": 0}),
    validate=_validate_stateful_set,
    validate_update=_update_stateful_set,
    warnings=of_template("spec", "template"),
    has_status=True,
    has_generation=True,
    scale=Scale(),
    schema="io.k8s.api.apps.v1.StatefulSet",
)

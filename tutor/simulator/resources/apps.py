"""Deployments, ReplicaSets, StatefulSets, DaemonSets and ControllerRevisions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.simulator.errors import (
    FieldError,
    forbidden_field,
    invalid,
    invalid_shown,
    not_supported,
    required,
)
from tutor.simulator.resources.base import Column, Context, Resource, Scale
from tutor.simulator.resources.pod_defaults import default_template
from tutor.simulator.resources.pod_warnings import of_template
from tutor.simulator.resources.printing import AGE, NAME, NONE, at, format_labels, wide_template_columns
from tutor.simulator.resources.workload_validation import (
    immutable,
    not_negative,
    validate_int_or_percent,
    validate_selected_template,
)
from tutor.simulator.schemas.internal import text_in_memory
from tutor.simulator.store import Obj

DEPLOYMENT_STRATEGIES = ("Recreate", "RollingUpdate")
TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"
DAEMON_STRATEGIES = ("OnDelete", "RollingUpdate")


def _clear_status(_: Context, obj: Obj) -> None:
    obj["status"] = {}


def _template(obj: Obj) -> None:
    default_template(obj["spec"].setdefault("template", {}))


# -- Deployment


def _default_deployment(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    _template(obj)
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


def _ready(obj: Obj, _: float) -> str:
    return f"{obj.get('status', {}).get('readyReplicas', 0)}/{obj['spec'].get('replicas', 0)}"


def _count(name: str, field: str, why: str, *, type_: str = "string", where: str = "status") -> Column:
    return Column(name, at(where, field, default=0), type=type_, description=why)


# -- ReplicaSet


def _default_replica_set(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    _template(obj)
    if spec.get("replicas") is None:
        spec["replicas"] = 1


def _validate_replica_set(obj: Obj) -> Iterator[FieldError]:
    spec = obj["spec"]
    yield from not_negative(spec, "replicas", "spec")
    yield from not_negative(spec, "minReadySeconds", "spec")
    yield from validate_selected_template(spec, "ReplicaSet")


# -- StatefulSet


def _default_stateful_set(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    _template(obj)
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
    yield from validate_selected_template(_with_claims_as_volumes(spec), "statefulset")
    if spec["podManagementPolicy"] not in ("OrderedReady", "Parallel"):
        why = "must be 'OrderedReady' or 'Parallel'"
        yield invalid("spec.podManagementPolicy", spec["podManagementPolicy"], why)
    strategy = spec["updateStrategy"]
    if strategy["type"] not in DAEMON_STRATEGIES:
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


_SELECTOR_IMMUTABLE = immutable("spec.selector", "spec", "selector", type_="?v1.LabelSelector")
_STATEFUL_IMMUTABLE = (
    _SELECTOR_IMMUTABLE,
    immutable("spec.volumeClaimTemplates", "spec", "volumeClaimTemplates", type_="[]core.PersistentVolumeClaim"),
    immutable("spec.serviceName", "spec", "serviceName"),
    immutable("spec.podManagementPolicy", "spec", "podManagementPolicy"),
)


def _update_stateful_set(obj: Obj, old: Obj) -> Iterator[FieldError]:
    for rule in _STATEFUL_IMMUTABLE:
        yield from rule(obj, old)


# -- DaemonSet


def _default_daemon_set(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    _template(obj)
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
    yield from validate_selected_template(spec, "daemonset")
    yield from not_negative(spec, "minReadySeconds", "spec")
    if spec["updateStrategy"]["type"] not in DAEMON_STRATEGIES:
        yield not_supported("spec.updateStrategy.type", spec["updateStrategy"]["type"], DAEMON_STRATEGIES)
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


def _validate_revision(obj: Obj) -> Iterator[FieldError]:
    if obj.get("data") is None:
        yield required("data", "data is mandatory")


def _revision_owner(obj: Obj, _: float) -> str:
    for reference in obj["metadata"].get("ownerReferences") or ():
        if reference.get("controller"):
            group = reference["apiVersion"].rpartition("/")[0]
            return f"{reference['kind'].lower()}{'.' + group if group else ''}/{reference['name']}"
    return NONE


_DAEMON_COUNTS = ("currentNumberScheduled", "desiredNumberScheduled", "numberMisscheduled", "numberReady")
_SCHEMA = "io.k8s.api.apps.v1."

RESOURCES = (
    Resource(
        group="apps",
        version="v1",
        kind="Deployment",
        plural="deployments",
        short_names=("deploy",),
        categories=("all",),
        columns=(
            NAME,
            Column("Ready", _ready, description="Ready pods of those wanted."),
            _count("Up-to-date", "updatedReplicas", "Pods made from the current template."),
            _count("Available", "availableReplicas", "Pods that have been ready for minReadySeconds."),
            AGE,
            *wide_template_columns(),
        ),
        default=_default_deployment,
        prepare_create=_clear_status,
        validate=_validate_deployment,
        validate_update=_SELECTOR_IMMUTABLE,
        warnings=of_template("spec", "template"),
        has_status=True,
        has_generation=True,
        annotations_are_generations=True,
        scale=Scale(),
        schema=_SCHEMA + "Deployment",
    ),
    Resource(
        group="apps",
        version="v1",
        kind="ReplicaSet",
        plural="replicasets",
        short_names=("rs",),
        categories=("all",),
        columns=(
            NAME,
            _count("Desired", "replicas", "Pods wanted.", type_="integer", where="spec"),
            _count("Current", "replicas", "Pods there are.", type_="integer"),
            _count("Ready", "readyReplicas", "Pods that are ready.", type_="integer"),
            AGE,
            *wide_template_columns(),
        ),
        default=_default_replica_set,
        prepare_create=lambda _, obj: obj.__setitem__("status", {"replicas": 0}),
        validate=_validate_replica_set,
        validate_update=_SELECTOR_IMMUTABLE,
        warnings=of_template("spec", "template"),
        has_status=True,
        has_generation=True,
        scale=Scale(),
        fields={"status.replicas": lambda obj: str(obj.get("status", {}).get("replicas", 0))},
        schema=_SCHEMA + "ReplicaSet",
    ),
    Resource(
        group="apps",
        version="v1",
        kind="StatefulSet",
        plural="statefulsets",
        short_names=("sts",),
        categories=("all",),
        columns=(
            NAME,
            Column("Ready", _ready, description="Ready pods of those wanted."),
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
        schema=_SCHEMA + "StatefulSet",
    ),
    Resource(
        group="apps",
        version="v1",
        kind="DaemonSet",
        plural="daemonsets",
        short_names=("ds",),
        categories=("all",),
        columns=(
            NAME,
            _count("Desired", "desiredNumberScheduled", "Nodes that should run the pod.", type_="integer"),
            _count("Current", "currentNumberScheduled", "Nodes that have the pod.", type_="integer"),
            _count("Ready", "numberReady", "Nodes whose pod is ready.", type_="integer"),
            _count(
                "Up-to-date", "updatedNumberScheduled", "Nodes with a pod of the current template.", type_="integer"
            ),
            _count("Available", "numberAvailable", "Nodes whose pod is available.", type_="integer"),
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
        validate_update=_SELECTOR_IMMUTABLE,
        warnings=of_template("spec", "template"),
        has_status=True,
        has_generation=True,
        schema=_SCHEMA + "DaemonSet",
    ),
    Resource(
        group="apps",
        version="v1",
        kind="ControllerRevision",
        plural="controllerrevisions",
        columns=(
            NAME,
            Column("Controller", _revision_owner, description="The workload it is a revision of."),
            Column("Revision", lambda obj, _: str(obj.get("revision", 0)), description="Number of the revision."),
            AGE,
        ),
        validate=_validate_revision,
        schema=_SCHEMA + "ControllerRevision",
    ),
)

"""ReplicationControllers, the elder form of ReplicaSets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tutor.simulator.errors import FieldError, invalid, required
from tutor.simulator.objects import matches_labels
from tutor.simulator.resources.base import Column, Resource, Scale
from tutor.simulator.resources.pod_defaults import default_template
from tutor.simulator.resources.pod_warnings import of_template
from tutor.simulator.resources.printing import AGE, NAME, at, format_labels, wide_template_columns
from tutor.simulator.resources.workload_validation import not_negative, validate_lasting_template
from tutor.simulator.store import Obj


def _default(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    default_template(spec.setdefault("template", {}))
    if spec.get("replicas") is None:
        spec["replicas"] = 1
    labels = spec["template"]["metadata"].get("labels")
    if labels:
        if not spec.get("selector"):
            spec["selector"] = dict(labels)
        if not obj["metadata"].get("labels"):
            obj["metadata"]["labels"] = dict(labels)


def _validate(obj: Obj) -> Iterator[FieldError]:
    spec = obj["spec"]
    yield from not_negative(spec, "replicas", "spec")
    selector: Mapping[str, str] = spec.get("selector") or {}
    if not selector:
        yield required("spec.selector")
    labels = spec["template"]["metadata"].get("labels")
    if not matches_labels(selector, labels or {}):
        yield invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`")
    yield from validate_lasting_template(spec["template"], "ReplicationController")


RESOURCES = (
    Resource(
        group="",
        version="v1",
        kind="ReplicationController",
        plural="replicationcontrollers",
        short_names=("rc",),
        categories=("all",),
        columns=(
            NAME,
            Column("Desired", at("spec", "replicas", default=0), type="integer", description="Pods wanted."),
            Column("Current", at("status", "replicas", default=0), type="integer", description="Pods there are."),
            Column(
                "Ready", at("status", "readyReplicas", default=0), type="integer", description="Pods that are ready."
            ),
            AGE,
            *wide_template_columns(selector=False),
            Column(
                "Selector",
                lambda obj, _: format_labels(obj["spec"].get("selector")),
                priority=1,
                description="Labels of the pods that belong to the object.",
            ),
        ),
        default=_default,
        prepare_create=lambda _, obj: obj.__setitem__("status", {"replicas": 0}),
        validate=_validate,
        warnings=of_template("spec", "template"),
        has_status=True,
        has_generation=True,
        default_propagation="Orphan",
        scale=Scale(),
        fields={"status.replicas": lambda obj: str(obj.get("status", {}).get("replicas", 0))},
        schema="io.k8s.api.core.v1.ReplicationController",
    ),
)

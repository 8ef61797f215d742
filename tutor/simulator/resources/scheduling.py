"""PriorityClasses."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.simulator.errors import FieldError, forbidden_field, not_supported
from tutor.simulator.resources.base import Column, Context, Resource
from tutor.simulator.resources.printing import AGE, NAME, at
from tutor.simulator.resources.workload_validation import immutable
from tutor.simulator.store import Obj

HIGHEST_USER_PRIORITY = 1_000_000_000
SYSTEM_CLASSES = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}
UNKNOWN_CLASS = "{} is not a known system priority class"
POLICIES = ("Never", "PreemptLowerPriority")


def _default(obj: Obj) -> None:
    if obj.get("preemptionPolicy") is None:
        obj["preemptionPolicy"] = "PreemptLowerPriority"
    obj.setdefault("value", 0)


def _prepare(_: Context, obj: Obj) -> None:
    """The generation is 1 and stays so (pkg/registry/scheduling/priorityclass/strategy.go)."""
    obj["metadata"]["generation"] = 1


def _validate(obj: Obj) -> Iterator[FieldError]:
    name, value = obj["metadata"].get("name", ""), obj["value"]
    if name.startswith("system-") and SYSTEM_CLASSES.get(name) != value:
        why = "priority class names with 'system-' prefix are reserved for system use only. error: "
        what = "value of {} priority class is different than expected" if name in SYSTEM_CLASSES else UNKNOWN_CLASS
        yield forbidden_field("metadata.name", why + what.format(name))
    elif not name.startswith("system-") and value > HIGHEST_USER_PRIORITY:
        yield forbidden_field("value", f"maximum allowed value of a user defined priority is {HIGHEST_USER_PRIORITY}")
    if obj["preemptionPolicy"] not in POLICIES:
        yield not_supported("preemptionPolicy", obj["preemptionPolicy"], ("PreemptLowerPriority", "Never"))


def _validate_update(obj: Obj, old: Obj) -> Iterator[FieldError]:
    if obj["value"] != old["value"]:
        yield forbidden_field("value", "may not be changed in an update.")
    yield from immutable("preemptionPolicy", "preemptionPolicy")(obj, old)


RESOURCES = (
    Resource(
        group="scheduling.k8s.io",
        version="v1",
        kind="PriorityClass",
        plural="priorityclasses",
        namespaced=False,
        short_names=("pc",),
        columns=(
            NAME,
            Column("Value", at("value", default=0), type="integer", description="Its priority."),
            Column(
                "Global-Default",
                lambda o, _: bool(o.get("globalDefault")),
                type="boolean",
                description="Whether pods without a class get it.",
            ),
            AGE,
            Column("PreemptionPolicy", at("preemptionPolicy"), description="Whether its pods push others out."),
        ),
        default=_default,
        prepare_create=_prepare,
        validate=_validate,
        validate_update=_validate_update,
        schema="io.k8s.api.scheduling.v1.PriorityClass",
    ),
)

"""What of a Job's pod template may change: nothing while it runs, but where and how large its pods are while it is suspended.

Source: pkg/apis/batch/validation/validation.go validatePodTemplateUpdate, pkg/registry/batch/job/strategy.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.simulator.errors import FieldError
from tutor.simulator.objects import condition_is, copy_json
from tutor.simulator.resources.workload_validation import immutable
from tutor.simulator.store import Obj

_DIRECTIVES = ("nodeSelector", "tolerations", "schedulingGates")
"""Fields of the pod that say where it may run, beside its node affinity."""
_WHOLE = immutable("spec.template", "spec", "template", type_="core.PodTemplateSpec")
_POD = immutable("spec.template.spec", "spec", "template", "spec", type_="core.PodSpec")


def validate_template_update(job: Obj, old: Obj) -> Iterator[FieldError]:
    """The template but for what may change now."""
    if not _is_at_rest(old):
        yield from _WHOLE(job, old)
        return
    new = job["spec"]["template"]
    template = copy_json(old["spec"]["template"])
    _take(template["metadata"], new["metadata"], ("labels", "annotations"))
    _take(template["spec"], new["spec"], _DIRECTIVES)
    _take_node_affinity(template["spec"], new["spec"])
    for field in ("containers", "initContainers"):
        _take_resources(template["spec"].get(field) or [], new["spec"].get(field) or [])
    yield from _POD(job, {"spec": {"template": template}})


def _is_at_rest(job: Obj) -> bool:
    """Whether the Job is suspended and has no pods that run (shouldAllowMutablePodTemplate)."""
    status: dict[str, Any] = job.get("status") or {}
    stopped = "startTime" not in status or condition_is(status, "Suspended")
    return bool(job["spec"].get("suspend")) and stopped and not status.get("active")


def _take(target: dict[str, Any], source: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        target.pop(name, None)
        if name in source:
            target[name] = source[name]


def _take_node_affinity(target: dict[str, Any], source: dict[str, Any]) -> None:
    before, after = target.get("affinity"), source.get("affinity")
    if before is None and after is None:
        return
    merged = dict(before or {})
    _take(merged, after or {}, ("nodeAffinity",))
    if merged or after is not None:
        target["affinity"] = merged
    else:
        target.pop("affinity", None)


def _take_resources(target: list[dict[str, Any]], source: list[dict[str, Any]]) -> None:
    if len(target) != len(source):
        return
    for before, after in zip(target, source, strict=True):
        if before["name"] == after["name"]:
            _take(before, after, ("resources",))

"""Which fields of a running pod may change. Source: pkg/apis/core/validation/validation.go ValidatePodUpdate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.errors import FieldError, forbidden_field, invalid
from tutor.simulator.schemas import internal
from tutor.simulator.store import Obj

Spec = Mapping[str, Any]

_UPDATABLE = (
    "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
    "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)
_HIGHEST = 2**31 - 1


def pod_update_errors(new: Obj, old: Obj) -> Iterator[FieldError]:
    """What an update of a pod may not do."""
    after, before = new["spec"], old["spec"]
    for kind in ("containers", "initContainers"):
        if len(after.get(kind) or ()) != len(before.get(kind) or ()):
            yield forbidden_field(f"spec.{kind}", "pod updates may not add or remove containers")
            return
    deadline, previous = after.get("activeDeadlineSeconds"), before.get("activeDeadlineSeconds")
    if deadline is not None and not 0 <= deadline <= _HIGHEST:
        why = f"must be between 0 and {_HIGHEST}, inclusive"
        yield invalid("spec.activeDeadlineSeconds", deadline, why)
        return
    if previous is not None and deadline is not None and deadline > previous:
        yield invalid("spec.activeDeadlineSeconds", deadline, "must be less than or equal to previous value")
        return
    if previous is not None and deadline is None:
        yield invalid("spec.activeDeadlineSeconds", None, "must not update from a positive integer to nil value")
    yield from _kept_tolerations(after, before)
    yield from _only_fewer_gates(after, before)
    munged = _munged(after, before)
    if before.get("schedulingGates"):
        yield from _narrowed(munged, before)
    if munged != before:
        found = internal.difference("core.PodSpec", before, munged)
        yield forbidden_field("spec", f"pod updates may not change fields other than {_UPDATABLE}\n{found}")


def _kept_tolerations(after: Spec, before: Spec) -> Iterator[FieldError]:
    def timeless(toleration: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in toleration.items() if name != "tolerationSeconds"}

    there = [timeless(toleration) for toleration in after.get("tolerations") or ()]
    if any(timeless(toleration) not in there for toleration in before.get("tolerations") or ()):
        why = "existing toleration can not be modified except its tolerationSeconds"
        yield forbidden_field("spec.tolerations", why)


def _only_fewer_gates(after: Spec, before: Spec) -> Iterator[FieldError]:
    known = {gate["name"] for gate in before.get("schedulingGates") or ()}
    for i, gate in enumerate(after.get("schedulingGates") or ()):
        if gate["name"] not in known:
            why = f"only deletion is allowed, but found new scheduling gate '{gate['name']}'"
            yield forbidden_field(f"spec.schedulingGates[{i}].name", why)


def _munged(after: Spec, before: Spec) -> dict[str, Any]:
    """The new spec with the fields that may change as they were."""
    munged = dict(after)
    for kind in ("containers", "initContainers"):
        if kind in munged:
            pairs = zip(munged[kind], before[kind], strict=True)
            munged[kind] = [_with(container, "image", old) for container, old in pairs]
    for field in ("activeDeadlineSeconds", "schedulingGates", "tolerations"):
        munged = _with(munged, field, before)
    if (before.get("terminationGracePeriodSeconds") or 0) < 0 and munged.get("terminationGracePeriodSeconds") == 1:
        munged = _with(munged, "terminationGracePeriodSeconds", before)
    return munged


def _with(obj: Spec, field: str, source: Spec) -> dict[str, Any]:
    """A copy with a field as another object has it, in the place it has there."""
    result = {name: value for name, value in obj.items() if name != field}
    if field in source:
        result[field] = source[field]
    return result


def _narrowed(munged: dict[str, Any], before: Spec) -> Iterator[FieldError]:
    """A pod that waits behind a gate may be bound to fewer nodes. Takes out of `munged` what it has judged."""
    selector, old = munged.get("nodeSelector") or {}, before.get("nodeSelector") or {}
    changed = [key for key, value in old.items() if selector.get(key) != value]
    if changed:
        why = "only additions to spec.nodeSelector are allowed (no mutations or deletions)"
        yield invalid("spec.nodeSelector", selector, why)
    munged.pop("nodeSelector", None)
    if "nodeSelector" in before:
        munged["nodeSelector"] = before["nodeSelector"]

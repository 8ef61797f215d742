"""Which fields of a running pod may change. Source: pkg/apis/core/validation/validation.go ValidatePodUpdate."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.errors import FieldError, forbidden_field, invalid
from tutor.simulator.store import Obj

_UPDATABLE = (
    "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
    "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def pod_update_errors(new: Obj, old: Obj) -> Iterator[FieldError]:
    """What an update of a pod may not do."""
    after, before = new["spec"], old["spec"]
    for kind in ("containers", "initContainers"):
        if len(after.get(kind) or ()) != len(before.get(kind) or ()):
            yield forbidden_field(f"spec.{kind}", "pod updates may not add or remove containers")
            return
    deadline, previous = after.get("activeDeadlineSeconds"), before.get("activeDeadlineSeconds")
    if previous is not None and deadline is None:
        yield invalid("spec.activeDeadlineSeconds", None, "must not update from a positive integer to nil value")
    elif previous is not None and deadline is not None and deadline > previous:
        yield invalid("spec.activeDeadlineSeconds", deadline, "must be less than or equal to previous value")
        return
    kept = [t for t in before.get("tolerations") or () if t in (after.get("tolerations") or ())]
    if len(kept) != len(before.get("tolerations") or ()):
        yield forbidden_field(
            "spec.tolerations", "existing toleration can not be modified except its tolerationSeconds"
        )
    if _fixed(after) != _fixed(before):
        yield forbidden_field(
            "spec", f"pod updates may not change fields other than {_UPDATABLE}\n{_difference(before, after)}"
        )


def _fixed(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The spec without the fields that may change."""
    free = ("activeDeadlineSeconds", "tolerations", "schedulingGates", "ephemeralContainers")
    rest = {name: value for name, value in spec.items() if name not in free}
    for kind in ("containers", "initContainers"):
        if kind in rest:
            rest[kind] = [{name: value for name, value in c.items() if name != "image"} for c in rest[kind]]
    return rest


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The fields that differ, one a line with its old and new value."""
    old, new = _fixed(before), _fixed(after)
    lines = []
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            lines.append(f"-  {name}: {json.dumps(old.get(name), sort_keys=True)}")
            lines.append(f"+  {name}: {json.dumps(new.get(name), sort_keys=True)}")
    return "\n".join(lines)

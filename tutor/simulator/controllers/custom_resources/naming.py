"""Says of every definition whether its names are free in its group (apiextensions-apiserver, pkg/controller/status)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tutor.simulator.clock import timestamp
from tutor.simulator.controllers.base import Controller
from tutor.simulator.engine import DONE, Result
from tutor.simulator.objects import get_condition, key_of, set_condition
from tutor.simulator.resources.custom import CRDS
from tutor.simulator.store import Change, Obj

Names = dict[str, Any]
Verdict = tuple[str, str]
"""Reason and message."""

_FREE: Verdict = ("NoConflicts", "no conflicts found")
_REASONS = {
    "plural": "PluralConflict",
    "singular": "SingularConflict",
    "shortNames": "ShortNamesConflict",
    "kind": "KindConflict",
    "listKind": "ListKindConflict",
}


class NamingController(Controller):
    """Keeps the conditions NamesAccepted and Established, and the names that are in use."""

    name = "crd-naming-controller"
    primary = CRDS

    def observe(self, change: Change) -> Iterable[str]:
        """All definitions of the group: a name that one gives up another may have."""
        group = change.obj["spec"]["group"]
        return [*self._keys(group), key_of(change.obj)] if change.type == "DELETED" else self._keys(group)

    def _keys(self, group: str) -> list[str]:
        return [key_of(crd) for crd in self.store.list_sorted(CRDS) if crd["spec"]["group"] == group]

    def sync(self, obj: Obj) -> Result:
        """Look for names that others have."""
        accepted, verdict = self._judge(obj)
        status = obj.get("status") or {}
        conditions = status.get("conditions") or ()
        free = verdict == _FREE
        conditions = set_condition(conditions, self._condition("NamesAccepted", free, verdict))
        if free:
            named = ("InitialNamesAccepted", "the initial names have been accepted")
            conditions = set_condition(conditions, self._condition("Established", True, named))
        elif get_condition(status, "Established") is None:
            refused = ("NotAccepted", "not all names are accepted")
            conditions = set_condition(conditions, self._condition("Established", False, refused))
        self.client.update_status(CRDS, obj, {**status, "conditions": conditions, "acceptedNames": accepted})
        return DONE

    def _condition(self, kind: str, value: bool, verdict: Verdict) -> dict[str, str]:
        since = timestamp(self.now)
        reason, message = verdict
        return {
            "type": kind,
            "status": str(value),
            "lastTransitionTime": since,
            "reason": reason,
            "message": message,
        }

    def _judge(self, crd: Obj) -> tuple[Names, Verdict]:
        """The names that a definition may have, and what is wrong with the others."""
        wanted, before = crd["spec"]["names"], (crd.get("status") or {}).get("acceptedNames") or {}
        resources, kinds = self._taken(crd)
        accepted: Names = {"plural": before.get("plural", ""), "kind": before.get("kind", "")}
        verdict = _FREE
        for field, reason in _REASONS.items():
            names = wanted.get(field) or []
            asked = names if isinstance(names, list) else [names]
            used = [name for name in asked if name in (kinds if field in ("kind", "listKind") else resources)]
            if used:
                messages = [f'"{name}" is already in use' for name in used]
                verdict = (reason, messages[0] if len(messages) == 1 else f"[{', '.join(messages)}]")
            elif names:
                accepted[field] = names
        if wanted.get("categories"):
            accepted["categories"] = wanted["categories"]
        return accepted, verdict

    def _taken(self, crd: Obj) -> tuple[set[str], set[str]]:
        """The names of resources and of kinds that other definitions of the group have."""
        resources: set[str] = set()
        kinds: set[str] = set()
        for names in self._others(crd):
            resources |= {names.get("plural", ""), names.get("singular", ""), *(names.get("shortNames") or ())}
            kinds |= {names.get("kind", ""), names.get("listKind", "")}
        return resources - {""}, kinds - {""}

    def _others(self, crd: Obj) -> Iterator[Names]:
        for other in self.store.list(CRDS):
            if other["spec"]["group"] == crd["spec"]["group"] and key_of(other) != key_of(crd):
                yield (other.get("status") or {}).get("acceptedNames") or {}

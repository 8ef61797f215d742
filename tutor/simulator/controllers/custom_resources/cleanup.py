"""Deletes the objects of a definition that is going away, then lets it go (apiextensions-apiserver, pkg/controller/finalizer)."""

from __future__ import annotations

from tutor.simulator.clock import timestamp
from tutor.simulator.controllers.base import Controller
from tutor.simulator.engine import DONE, Result
from tutor.simulator.objects import deleting, get_condition, name_of, namespace_of, set_condition, with_metadata
from tutor.simulator.resources.apiextensions import CLEANUP_FINALIZER
from tutor.simulator.resources.custom import CRDS
from tutor.simulator.store import Obj

POLL_SECONDS = 5.0
"""How often objects that are held by finalizers are looked for again."""


class CleanupController(Controller):
    """Removes the finalizer of definitions without objects."""

    name = "crd-finalizer"
    primary = CRDS

    def sync(self, obj: Obj) -> Result:
        """Delete what is left; come back while something is."""
        if not deleting(obj) or CLEANUP_FINALIZER not in (obj["metadata"].get("finalizers") or ()):
            return DONE
        if self._delete_instances(name_of(obj)):
            self._tell(obj)
            return Result(POLL_SECONDS, housekeeping=True)
        left = [item for item in obj["metadata"]["finalizers"] if item != CLEANUP_FINALIZER]
        self.client.update(CRDS, with_metadata(obj, finalizers=left or None))
        return DONE

    def _delete_instances(self, resource: str) -> bool:
        """Delete all objects of a kind; says whether some remain."""
        if self.client.registry.scheme.stored(resource) is None:
            return False
        for instance in self.store.list_sorted(resource):
            if not deleting(instance):
                self.client.delete(resource, namespace_of(instance), name_of(instance))
        return self.store.count(resource) > 0

    def _tell(self, obj: Obj) -> None:
        current = get_condition(obj["status"], "Terminating") or {}
        condition = {
            "type": "Terminating",
            "status": "True",
            "lastTransitionTime": current.get("lastTransitionTime", timestamp(self.now)),
            "reason": "InstanceDeletionInProgress",
            "message": "CustomResource deletion is in progress",
        }
        conditions = set_condition(obj["status"].get("conditions") or (), condition)
        self.client.update_status(CRDS, obj, {**obj["status"], "conditions": conditions})

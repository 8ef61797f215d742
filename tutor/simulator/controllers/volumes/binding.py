"""The writes that bind a volume and a claim to each other (pkg/controller/volume/persistentvolume/pv_controller.go, bind)."""

from __future__ import annotations

from typing import Any

from tutor.simulator.client import Client
from tutor.simulator.clock import timestamp
from tutor.simulator.controllers.volumes.matching import (
    BIND_COMPLETED,
    BOUND_BY_CONTROLLER,
    CLAIMS,
    VOLUMES,
    is_for,
)
from tutor.simulator.events import reference
from tutor.simulator.objects import annotations_of, name_of, uid_of, with_annotations, with_spec
from tutor.simulator.store import Obj


class Binder:
    """Writes volumes and claims."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def bind(self, volume: Obj, claim: Obj) -> None:
        """Bind both, in the order that leaves no claim bound to a volume that does not know of it."""
        volume = self.set_phase(self._point_volume(volume, claim), "Bound")
        claim = self._point_claim(claim, volume)
        status = {**(claim.get("status") or {}), "phase": "Bound"}
        status["accessModes"] = list(volume["spec"]["accessModes"])
        if (claim.get("status") or {}).get("phase") != "Bound":
            status["capacity"] = dict(volume["spec"]["capacity"])
        self._client.update_status(CLAIMS, claim, status)

    def _point_volume(self, volume: Obj, claim: Obj) -> Obj:
        known = volume["spec"].get("claimRef") or {}
        if known.get("uid") == uid_of(claim):
            return volume
        if not is_for(volume, claim):
            volume = with_annotations(volume, {BOUND_BY_CONTROLLER: "yes"})
        return self._client.update(VOLUMES, with_spec(volume, claimRef=reference(claim)))

    def _point_claim(self, claim: Obj, volume: Obj) -> Obj:
        changed, marks = claim, {BIND_COMPLETED: "yes"}
        if claim["spec"].get("volumeName") != name_of(volume):
            changed = with_spec(changed, volumeName=name_of(volume))
            marks[BOUND_BY_CONTROLLER] = "yes"
        if changed is claim and BIND_COMPLETED in annotations_of(claim):
            return claim
        return self._client.update(CLAIMS, with_annotations(changed, marks))

    def set_phase(self, volume: Obj, phase: str, message: str = "") -> Obj:
        """Set a volume's phase; returns it as it is then."""
        status: dict[str, Any] = dict(volume.get("status") or {})
        if status.get("phase") == phase and status.get("message", "") == message:
            return volume
        if status.get("phase") != phase:
            status["lastPhaseTransitionTime"] = timestamp(self._client.now)
        status["phase"] = phase
        status.pop("message", None)
        if message:
            status["message"] = message
        return self._client.update_status(VOLUMES, volume, status)

    def unbind(self, volume: Obj) -> None:
        """Give a volume free that its claim does not want."""
        if BOUND_BY_CONTROLLER in annotations_of(volume):
            free = with_annotations(with_spec(volume, claimRef=None), {BOUND_BY_CONTROLLER: None})
        else:
            kept = {key: value for key, value in volume["spec"]["claimRef"].items() if key != "uid"}
            free = with_spec(volume, claimRef=kept)
        self.set_phase(self._client.update(VOLUMES, free), "Available")

    def set_claim_phase(self, claim: Obj, phase: str) -> Obj:
        """Set the phase of a claim that has no volume."""
        kept = {key: value for key, value in claim["status"].items() if key not in ("accessModes", "capacity")}
        return self._client.update_status(CLAIMS, claim, {**kept, "phase": phase})

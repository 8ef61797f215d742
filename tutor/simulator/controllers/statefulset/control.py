"""Creating and deleting a StatefulSet's pods and their claims, and telling of it (stateful_pod_control.go)."""

from __future__ import annotations

from typing import Any

from tutor.simulator.client import Client
from tutor.simulator.controllers.statefulset.pods import (
    POD_INDEX,
    POD_NAME,
    claim_name,
    identity_matches,
    in_range,
    ordinal_of,
)
from tutor.simulator.errors import ApiError, bad_request
from tutor.simulator.events import EventRecorder
from tutor.simulator.objects import (
    copy_json,
    deleting,
    labels_of,
    name_of,
    namespace_of,
    owner_reference,
    uid_of,
    with_metadata,
)
from tutor.simulator.store import Obj

CLAIMS = "persistentvolumeclaims"


class StatefulPodControl:
    """Writes pods and claims for the controller. All methods raise ApiError after telling of it."""

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self._client = client
        self._events = events

    def create(self, owner: Obj, pod: Obj) -> None:
        """Create a pod, and before it what it needs to be stored. Nothing is told of a name that is taken: another pod may be
        in the way for long (CreateStatefulPod)."""
        name = name_of(pod)
        try:
            self.create_claims(owner, pod)
            created = self._client.create("pods", copy_json(pod))
            self.keep_claims(owner, created)
        except ApiError as error:
            if error.reason != "AlreadyExists":
                self._failed("create", owner, name, error)
            raise
        self._done("create", owner, name)

    def delete(self, owner: Obj, pod: Obj) -> None:
        """Delete a pod."""
        try:
            self._client.delete("pods", namespace_of(pod), name_of(pod))
        except ApiError as error:
            self._failed("delete", owner, name_of(pod), error)
            raise
        self._done("delete", owner, name_of(pod))

    def update(self, owner: Obj, pod: Obj) -> None:
        """Give a pod the labels of its ordinal back, and let its claims be owned as they should be; a change of the claims
        counts as one of the pod (UpdateStatefulPod)."""
        labels = {**labels_of(pod), POD_NAME: name_of(pod), POD_INDEX: str(ordinal_of(pod))}
        try:
            fits = identity_matches(owner, pod)
            if not fits:
                self.create_claims(owner, pod)
            if not self.keep_claims(owner, pod) and fits:
                return
            self._client.update("pods", with_metadata(pod, labels=labels))
        except ApiError as error:
            self._failed("update", owner, name_of(pod), error)
            raise
        self._done("update", owner, name_of(pod))

    def _done(self, verb: str, owner: Obj, pod: str) -> None:
        text = f"{verb.title()} Pod {pod} in StatefulSet {name_of(owner)} successful"
        self._events.normal(owner, f"Successful{verb.title()}", text)

    def _failed(self, verb: str, owner: Obj, pod: str, error: ApiError) -> None:
        text = f"{verb.title()} Pod {pod} in StatefulSet {name_of(owner)} failed error: {error.message}"
        self._events.warning(owner, f"Failed{verb.title()}", text)

    # -- claims

    def create_claims(self, owner: Obj, pod: Obj) -> None:
        """Create the claims a pod needs that are not there."""
        for template in owner["spec"].get("volumeClaimTemplates") or ():
            name = claim_name(owner, template, ordinal_of(pod))
            existing = self._client.get(CLAIMS, namespace_of(owner), name)
            if existing is None:
                self._create_claim(owner, pod, template, name)
            elif deleting(existing):
                raise bad_request(f"pvc {name} is being deleted")

    def _create_claim(self, owner: Obj, pod: Obj, template: dict[str, Any], name: str) -> None:
        given = template["metadata"]
        labels = {**(given.get("labels") or {}), **(owner["spec"]["selector"].get("matchLabels") or {})}
        metadata = {"name": name, "namespace": namespace_of(owner), "labels": labels}
        if given.get("annotations"):
            metadata["annotations"] = dict(given["annotations"])
        body = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata}
        where = f"Pod {name_of(pod)} in StatefulSet {name_of(owner)}"
        try:
            self._client.create(CLAIMS, {**body, "spec": copy_json(template["spec"])})
        except ApiError as error:
            text = f"Create Claim {name} for {where} failed error: {error.message}"
            self._events.warning(owner, "FailedCreate", text)
            raise
        self._events.normal(owner, "SuccessfulCreate", f"Create Claim {name} {where} success")

    def keep_claims(self, owner: Obj, pod: Obj) -> bool:
        """Let claims be owned as spec.persistentVolumeClaimRetentionPolicy asks, so that the garbage collector deletes them.
        Says whether one was not."""
        policy = owner["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
        scaled_down = not in_range(owner, ordinal_of(pod))
        owners = []
        if policy.get("whenDeleted") == "Delete" and not (policy.get("whenScaled") == "Delete" and scaled_down):
            owners.append(owner)
        if policy.get("whenScaled") == "Delete" and scaled_down:
            owners.append(pod)
        changed = False
        for template in owner["spec"].get("volumeClaimTemplates") or ():
            name = claim_name(owner, template, ordinal_of(pod))
            claim = self._client.get(CLAIMS, namespace_of(owner), name)
            if claim is not None:
                changed = self._set_owners(claim, owners, {uid_of(owner), uid_of(pod)}) or changed
        return changed

    def _set_owners(self, claim: Obj, owners: list[Obj], ours: set[str]) -> bool:
        before = claim["metadata"].get("ownerReferences") or []
        others = [reference for reference in before if reference["uid"] not in ours]
        if any(reference.get("controller") for reference in others):
            return False
        wanted = [*others, *(owner_reference(owner) for owner in owners)]
        if wanted == before:
            return False
        self._client.update(CLAIMS, with_metadata(claim, ownerReferences=wanted or None))
        return True

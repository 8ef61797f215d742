"""The pods of a StatefulSet: their ordinals, what they are made from, and the states that count (stateful_set_utils.go)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tutor.simulator.controllers.pods import available_in, is_ready, phase, pod_from_template
from tutor.simulator.controllers.revisions import REVISION_LABEL
from tutor.simulator.objects import deleting, labels_of, name_of
from tutor.simulator.store import Obj

POD_NAME = "statefulset.kubernetes.io/pod-name"
POD_INDEX = "apps.kubernetes.io/pod-index"
_NAME = re.compile(r"(.*)-([0-9]+)$")


def ordinal_of(pod: Obj) -> int:
    """The number at the end of a pod's name; -1 when there is none."""
    match = _NAME.match(name_of(pod))
    return int(match.group(2)) if match else -1


def is_member(owner: Obj, pod: Obj) -> bool:
    """Whether a pod's name is that of one of the StatefulSet's pods."""
    match = _NAME.match(name_of(pod))
    return match is not None and match.group(1) == name_of(owner)


def first_ordinal(owner: Obj) -> int:
    """The number of the first pod."""
    start: int = (owner["spec"].get("ordinals") or {}).get("start", 0)
    return start


def in_range(owner: Obj, ordinal: int) -> bool:
    """Whether there should be a pod of this number."""
    start = first_ordinal(owner)
    return start <= ordinal < start + int(owner["spec"]["replicas"])


def partition(owner: Obj) -> int:
    """Pods with a lower number (counted from the first) are not updated."""
    found: int = (owner["spec"]["updateStrategy"].get("rollingUpdate") or {}).get("partition") or 0
    return found


def revision_of(pod: Obj) -> str:
    """Name of the revision a pod was made from."""
    return labels_of(pod).get(REVISION_LABEL, "")


def is_running_and_ready(pod: Obj) -> bool:
    """Whether a pod runs and is ready."""
    return phase(pod) == "Running" and is_ready(pod)


def is_available(owner: Obj, pod: Obj, now: float) -> bool:
    """Whether a pod has been ready for long enough."""
    return available_in(pod, owner["spec"].get("minReadySeconds", 0), now) == 0


def is_unavailable(owner: Obj, pod: Obj, now: float) -> bool:
    """Whether a pod does not serve, or will soon stop to."""
    return deleting(pod) or not is_available(owner, pod, now)


def claim_name(owner: Obj, template: Mapping[str, Any], ordinal: int) -> str:
    """The name of the claim that a pod has of a claim template."""
    return f"{template['metadata']['name']}-{name_of(owner)}-{ordinal}"


def new_pod(owner: Obj, template: Mapping[str, Any], revision: str, ordinal: int) -> Obj:
    """A pod of one ordinal, as it is before it is created."""
    name = f"{name_of(owner)}-{ordinal}"
    pod = pod_from_template(template, owner, name)
    own = {POD_NAME: name, POD_INDEX: str(ordinal), REVISION_LABEL: revision}
    pod["metadata"]["generateName"] = f"{name_of(owner)}-"
    pod["metadata"]["labels"] = {**labels_of(pod), **own}
    pod["spec"]["hostname"] = name
    if owner["spec"].get("serviceName"):
        pod["spec"]["subdomain"] = owner["spec"]["serviceName"]
    volumes = _volumes(owner, pod["spec"].get("volumes") or [], ordinal)
    if volumes:
        pod["spec"]["volumes"] = volumes
    return pod


def _volumes(owner: Obj, given: list[dict[str, Any]], ordinal: int) -> list[dict[str, Any]]:
    templates = owner["spec"].get("volumeClaimTemplates") or ()
    claims = {template["metadata"]["name"]: claim_name(owner, template, ordinal) for template in templates}
    own = [{"name": name, "persistentVolumeClaim": {"claimName": claim}} for name, claim in claims.items()]
    return [*own, *(volume for volume in given if volume["name"] not in claims)]


def identity_matches(owner: Obj, pod: Obj) -> bool:
    """Whether a pod has the labels and volumes that belong to its ordinal."""
    volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes") or ()}
    for template in owner["spec"].get("volumeClaimTemplates") or ():
        volume = volumes.get(template["metadata"]["name"]) or {}
        source = volume.get("persistentVolumeClaim") or {}
        if source.get("claimName") != claim_name(owner, template, ordinal_of(pod)):
            return False
    return labels_of(pod).get(POD_NAME) == name_of(pod)

"""Which containers a kubelet starts again (pkg/kubelet/container/helpers.go, pkg/api/v1/pod/util.go)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.simulator.kubelet.state import EPHEMERAL, ContainerRecord
from tutor.simulator.store import Obj


def is_sidecar(container: Mapping[str, Any]) -> bool:
    """Whether an init container stays beside the others."""
    return container.get("restartPolicy") == "Always"


def init_containers(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """spec.initContainers"""
    return spec.get("initContainers") or []


def matching_action(container: Mapping[str, Any], code: int) -> str:
    """What the first of a container's rules that is about an exit code has the kubelet do; nothing when none is."""
    for rule in container.get("restartPolicyRules") or ():
        codes = rule.get("exitCodes") or {}
        if (code in codes.get("values", ())) == (codes.get("operator") == "In"):
            return str(rule.get("action", ""))
    return ""


def restarts_after(spec: Mapping[str, Any], container: Mapping[str, Any], code: int) -> bool:
    """Whether a container that ended with an exit code is started again: its own rules, its own policy, the pod's policy."""
    if matching_action(container, code) in ("Restart", "RestartAllContainers"):
        return True
    policy = container.get("restartPolicy") or spec.get("restartPolicy", "Always")
    return policy == "Always" or (policy == "OnFailure" and code != 0)


def should_restart(pod: Obj, container: Mapping[str, Any], record: ContainerRecord) -> bool:
    """Whether a container that is not running is to be started; an ephemeral one is only once."""
    if record.kind == EPHEMERAL and record.current is not None and record.current.ended is not None:
        return False
    return waits_to_restart(pod, container, record)


def waits_to_restart(pod: Obj, container: Mapping[str, Any], record: ContainerRecord) -> bool:
    """Whether the status shows a container that is not running as one that waits, if there is a reason to show: that goes by
    policy alone, so an ephemeral container that could not start waits for ever (ShouldContainerBeRestarted)."""
    if "deletionTimestamp" in pod["metadata"]:
        return False
    run = record.current
    if run is None or (run.started is None and run.ended is None):
        return True
    if run.ended is None:
        return False
    if record.kind == "init" and run.ended.code == 0:
        return False
    return restarts_after(pod["spec"], container, run.ended.code)

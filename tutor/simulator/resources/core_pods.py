"""Pods and pod templates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tutor.simulator.errors import FieldError
from tutor.simulator.resources.base import Column, Context, Resource
from tutor.simulator.resources.pod_defaults import default_pod, default_template
from tutor.simulator.resources.pod_qos import qos_class
from tutor.simulator.resources.pod_update import pod_update_errors
from tutor.simulator.resources.pod_validation import validate_pod, validate_template
from tutor.simulator.resources.pod_warnings import of_template, pod_warnings
from tutor.simulator.resources.printing import (
    AGE,
    NAME,
    NONE,
    at,
    container_images,
    container_names,
    format_labels,
    since,
)
from tutor.simulator.store import Obj

_GATED: Obj = {
    "type": "PodScheduled",
    "status": "False",
    "lastProbeTime": None,
    "lastTransitionTime": None,
    "reason": "SchedulingGated",
    "message": "Scheduling is blocked due to non-empty scheduling gates",
}


def _prepare_create(_: Context, pod: Obj) -> None:
    """registry/core/pod/strategy.go PrepareForCreate"""
    pod["metadata"]["generation"] = 1
    pod["status"] = {"phase": "Pending", "qosClass": qos_class(pod["spec"])}
    if pod["spec"].get("schedulingGates"):
        pod["status"]["conditions"] = [dict(_GATED)]


def _prepare_update(_: Context, pod: Obj, old: Obj) -> None:
    changed = pod["spec"] != old["spec"]
    pod["metadata"]["generation"] = old["metadata"].get("generation", 1) + changed


def _grace(_: Context, pod: Obj, asked: int | None) -> int:
    """registry/core/pod/strategy.go CheckGracefulDelete"""
    period = asked if asked is not None else pod["spec"].get("terminationGracePeriodSeconds", 30)
    if not pod["spec"].get("nodeName") or pod.get("status", {}).get("phase") in ("Failed", "Succeeded"):
        return 0
    return max(1, int(period)) if period < 0 else int(period)


# -- the table


def restartable(container: Mapping[str, Any]) -> bool:
    """Whether an init container is a sidecar."""
    return container.get("restartPolicy") == "Always"


def _last_termination(statuses: Iterable[Mapping[str, Any]]) -> str:
    return max((s.get("lastState", {}).get("terminated", {}).get("finishedAt") or "" for s in statuses), default="")


def _terminated_reason(state: Mapping[str, Any]) -> str:
    if state.get("reason"):
        return str(state["reason"])
    return f"Signal:{state['signal']}" if state.get("signal") else f"ExitCode:{state.get('exitCode', 0)}"


def _init_problem(index: int, status: Mapping[str, Any], spec: Mapping[str, Any], total: int) -> str | None:
    """What STATUS says of one init container, or None when it is not in the way."""
    state = status.get("state") or {}
    terminated, waiting = state.get("terminated"), state.get("waiting")
    if terminated is not None and terminated.get("exitCode") == 0:
        return None
    if restartable(spec) and status.get("started"):
        return None
    if terminated is not None:
        return "Init:" + _terminated_reason(terminated)
    if waiting is not None and waiting.get("reason") and waiting["reason"] != "PodInitializing":
        return f"Init:{waiting['reason']}"
    return f"Init:{index}/{total}"


def _conditions(pod: Obj) -> dict[str, Mapping[str, Any]]:
    return {c["type"]: c for c in pod.get("status", {}).get("conditions") or ()}


def _init_reason(pod: Obj) -> str | None:
    specs = {c["name"]: c for c in pod["spec"].get("initContainers") or ()}
    for i, status in enumerate(pod.get("status", {}).get("initContainerStatuses") or ()):
        problem = _init_problem(i, status, specs.get(status["name"], {}), len(specs))
        if problem is not None:
            return problem
    return None


def _containers_reason(pod: Obj, reason: str) -> str:
    running, error = False, ""
    for status in reversed(pod.get("status", {}).get("containerStatuses") or ()):
        state = status.get("state") or {}
        if (state.get("waiting") or {}).get("reason"):
            reason = state["waiting"]["reason"]
        elif state.get("terminated") is not None:
            reason = _terminated_reason(state["terminated"])
            if state["terminated"].get("exitCode"):
                error = reason
        elif status.get("ready") and state.get("running") is not None:
            running = True
    if reason != "Completed":
        return reason
    if running and _conditions(pod).get("Ready", {}).get("status") == "True":
        return "Running"
    return error or ("NotReady" if running else reason)


def pod_status(pod: Obj) -> str:
    """The STATUS column: the phase, or what stands in its way (printers.go printPod)."""
    status = pod.get("status", {})
    conditions = _conditions(pod)
    reason = status.get("reason") or status.get("phase", "")
    if conditions.get("PodScheduled", {}).get("reason") == "SchedulingGated":
        reason = "SchedulingGated"
    init = _init_reason(pod)
    if init is not None:
        reason = init
    if init is None or conditions.get("Initialized", {}).get("status") == "True":
        reason = _containers_reason(pod, reason)
    if "deletionTimestamp" in pod["metadata"]:
        if status.get("reason") == "NodeLost":
            return "Unknown"
        if status.get("phase") not in ("Failed", "Succeeded"):
            return "Terminating"
    return str(reason)


def _sidecars(pod: Obj) -> set[str]:
    return {c["name"] for c in pod["spec"].get("initContainers") or () if restartable(c)}


def _ready(pod: Obj, _: float) -> str:
    status, sidecars = pod.get("status", {}), _sidecars(pod)
    total = len(pod["spec"]["containers"]) + len(sidecars)
    ready = sum(
        1
        for s in status.get("initContainerStatuses") or ()
        if s["name"] in sidecars and s.get("started") and s.get("ready")
    )
    if _init_reason(pod) is None or _conditions(pod).get("Initialized", {}).get("status") == "True":
        ready += sum(
            1 for s in status.get("containerStatuses") or () if s.get("ready") and (s.get("state") or {}).get("running")
        )
    return f"{ready}/{total}"


def _restarts(pod: Obj, now: float) -> str:
    status, sidecars = pod.get("status", {}), _sidecars(pod)
    init = list(status.get("initContainerStatuses") or ())
    if _init_reason(pod) is None or _conditions(pod).get("Initialized", {}).get("status") == "True":
        counted = [s for s in init if s["name"] in sidecars] + list(status.get("containerStatuses") or ())
    else:
        counted = init
    restarts = sum(s.get("restartCount", 0) for s in counted)
    last = _last_termination(counted)
    return f"{restarts} ({since(last, now)} ago)" if restarts and last else str(restarts)


def _gates(pod: Obj, _: float) -> str:
    gates = pod["spec"].get("readinessGates") or ()
    if not gates:
        return NONE
    conditions = _conditions(pod)
    met = sum(1 for gate in gates if conditions.get(gate["conditionType"], {}).get("status") == "True")
    return f"{met}/{len(gates)}"


def _ip(pod: Obj, _: float) -> str:
    ips = pod.get("status", {}).get("podIPs") or ()
    return ips[0]["ip"] if ips else NONE


def _validate_pod_template(obj: Obj) -> Iterator[FieldError]:
    yield from validate_template(obj.get("template") or {}, "template")


RESOURCES = (
    Resource(
        group="",
        version="v1",
        kind="Pod",
        plural="pods",
        short_names=("po",),
        categories=("all",),
        columns=(
            NAME,
            Column("Ready", _ready, description="How many of the pod's containers are ready."),
            Column("Status", lambda pod, _: pod_status(pod), description="The phase, or what stands in its way."),
            Column("Restarts", _restarts, description="How often containers were restarted, and when last."),
            AGE,
            Column("IP", _ip, priority=1, description="Address of the pod."),
            Column("Node", at("spec", "nodeName", default=NONE), priority=1, description="Node that runs the pod."),
            Column(
                "Nominated Node",
                at("status", "nominatedNodeName", default=NONE),
                priority=1,
                description="Node on which pods of lower priority make room.",
            ),
            Column("Readiness Gates", _gates, priority=1, description="How many readiness gates are met."),
        ),
        default=default_pod,
        prepare_create=_prepare_create,
        prepare_update=_prepare_update,
        validate=validate_pod,
        validate_update=pod_update_errors,
        warnings=pod_warnings,
        has_status=True,
        grace=_grace,
        delete_returns_object=True,
        subresources={
            "attach": ("create", "get"),
            "binding": ("create",),
            "ephemeralcontainers": ("get", "patch", "update"),
            "eviction": ("create",),
            "exec": ("create", "get"),
            "log": ("get",),
            "portforward": ("create", "get"),
            "proxy": ("create", "delete", "get", "patch", "update"),
            "resize": ("get", "patch", "update"),
        },
        fields={
            "spec.nodeName": lambda pod: str(pod["spec"].get("nodeName", "")),
            "spec.restartPolicy": lambda pod: str(pod["spec"].get("restartPolicy", "")),
            "spec.schedulerName": lambda pod: str(pod["spec"].get("schedulerName", "")),
            "spec.serviceAccountName": lambda pod: str(pod["spec"].get("serviceAccountName", "")),
            "spec.hostNetwork": lambda pod: str(bool(pod["spec"].get("hostNetwork"))).lower(),
            "status.phase": lambda pod: str(pod.get("status", {}).get("phase", "")),
            "status.podIP": lambda pod: str(pod.get("status", {}).get("podIP", "")),
            "status.nominatedNodeName": lambda pod: str(pod.get("status", {}).get("nominatedNodeName", "")),
        },
        schema="io.k8s.api.core.v1.Pod",
    ),
    Resource(
        group="",
        version="v1",
        kind="PodTemplate",
        plural="podtemplates",
        columns=(
            NAME,
            Column(
                "Containers", container_names(("template", "spec")), description="Names of the template's containers."
            ),
            Column(
                "Images", container_images(("template", "spec")), description="Images of the template's containers."
            ),
            Column(
                "Pod Labels",
                lambda obj, _: format_labels(obj["template"].get("metadata", {}).get("labels")),
                description="Labels of pods made from the template.",
            ),
        ),
        default=lambda obj: default_template(obj.setdefault("template", {})),
        validate=_validate_pod_template,
        warnings=of_template("template"),
        has_generation=True,
        delete_returns_object=True,
        schema="io.k8s.api.core.v1.PodTemplate",
    ),
)

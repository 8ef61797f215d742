"""The status of a pod as its kubelet reports it.

Source: pkg/kubelet/kubelet_pods.go (convertToAPIContainerStatuses, getPhase), pkg/kubelet/status/generate.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tutor.simulator.clock import timestamp
from tutor.simulator.kubelet import lost, resize_messages, restart_all
from tutor.simulator.kubelet.allocated import RESIZABLE
from tutor.simulator.kubelet.conditions import disruption, merge_conditions, pod_conditions
from tutor.simulator.kubelet.resources import pod_resources
from tutor.simulator.kubelet.restarts import init_containers, is_sidecar, restarts_after, waits_to_restart
from tutor.simulator.kubelet.state import INIT, ContainerRecord, PodRecord, Run
from tutor.simulator.objects import set_condition
from tutor.simulator.store import Obj

Status = dict[str, Any]


# -- containers


def _terminated(run: Run) -> Status:
    assert run.ended is not None
    state: Status = {"exitCode": run.ended.code, "reason": run.ended.reason, "containerID": f"containerd://{run.id}"}
    state["startedAt"] = timestamp(run.started or 0.0)  # the runtime says 0 of one that never started
    state["finishedAt"] = timestamp(run.ended.at)
    if run.ended.message:
        state["message"] = run.ended.message
    return {"terminated": state}


def _state_of(run: Run) -> Status:
    if run.ended is not None:
        return _terminated(run)
    if run.started is not None:
        return {"running": {"startedAt": timestamp(run.started)}}
    return {"waiting": {"reason": "ContainerCreating"}}


def _mounts(container: Mapping[str, Any]) -> list[Status]:
    found = []
    for mount in container.get("volumeMounts") or ():
        entry = {"mountPath": mount["mountPath"], "name": mount["name"]}
        if mount.get("readOnly"):
            entry |= {"readOnly": True, "recursiveReadOnly": "Disabled"}
        found.append(entry)
    return found


def _user(run: Run) -> Status:
    config = run.container.config if run.container is not None else None
    uid, gid, groups = (config.user, config.group, config.groups) if config else (0, 0, (0,))
    return {"linux": {"uid": uid, "gid": gid, "supplementalGroups": sorted(groups)}}


def container_status(
    pod: Obj, container: Mapping[str, Any], record: ContainerRecord | None, default: str, reset: str = ""
) -> Status:
    """One entry of containerStatuses. `default` is the waiting reason of a container that was not tried yet, `reset` how far all
    containers' beginning anew has come."""
    name = container["name"]
    status: Status = {
        "name": name,
        "image": container["image"],
        "imageID": "",
        "lastState": {},
        "ready": False,
        "restartCount": 0,
        "started": False,
        "state": {"waiting": {"reason": default}},
    }
    if container.get("volumeMounts"):
        status["volumeMounts"] = _mounts(container)
    if record is None:
        return status
    if record.current is not None:
        _describe(status, container, record, record.current)
        if record.previous is not None:
            status["lastState"] = _terminated(record.previous)
    if record.removed:
        restart_all.show_removed(status, reset, record.removed)
    if record.failure is not None and waits_to_restart(pod, container, record):
        if "terminated" in status["state"]:
            status["lastState"] = status["state"]
        waiting = {"reason": record.failure.reason}
        if record.failure.message:
            waiting["message"] = record.failure.message
        status["state"] = {"waiting": waiting}
    return status


def _in_use(container: Mapping[str, Any], record: ContainerRecord | None) -> Mapping[str, Any]:
    """The requests and limits a container runs with; those it will be started with when it does not run."""
    run = record.current if record is not None else None
    return run.resources if run is not None and run.is_running else container.get("resources") or {}


def _describe(status: Status, container: Mapping[str, Any], record: ContainerRecord, run: Run) -> None:
    resources = container.get("resources") or {}
    status["state"] = _state_of(run)
    status["restartCount"] = run.number
    status["image"], status["imageID"] = run.image, run.image_id
    status["containerID"] = f"containerd://{run.id}"
    status["resources"] = _in_use(container, record)
    if resources.get("requests"):
        status["allocatedResources"] = resources["requests"]
    status["user"] = _user(run)


def set_readiness(status: Status, container: Mapping[str, Any], record: ContainerRecord | None) -> None:
    """Fill in `started` and `ready` from what the probes found (prober_manager.go UpdatePodStatus)."""
    running = "running" in status["state"]
    startup = record.probes.get("startup") if record else None
    has_startup = bool(container.get("startupProbe"))
    started = running and (not has_startup or bool(startup and startup.result))
    status["started"] = started
    if record is not None and record.kind == INIT:
        status["ready"] = (status["state"].get("terminated") or {}).get("exitCode") == 0
        return
    readiness = record.probes.get("readiness") if record else None
    status["ready"] = started and (not container.get("readinessProbe") or bool(readiness and readiness.result))


# -- the phase


def phase(pod: Obj, init: list[Status], main: list[Status], *, ended: bool) -> str:
    """getPhase. `ended`: the pod's containers will not be started again."""
    spec = pod["spec"]
    policy = spec.get("restartPolicy", "Always")
    pending, failed_for_good = _initialization(spec, init, policy)
    if failed_for_good:
        return "Failed"
    waiting, running, stopped, succeeded = _count(spec, init, main)
    started = any("running" in s["state"] or s["lastState"] or "terminated" in s["state"] for s in main)
    if (pending and not started) or waiting:
        return "Failed" if ended else "Pending"
    if running:
        return "Running"
    if not stopped:
        return "Pending"
    if ended:
        return "Succeeded" if stopped == succeeded else "Failed"
    if policy == "Always" or any(_is_restartable(container, s) for container, s in _paired(spec, main)):
        return "Running"
    if stopped == succeeded:
        return "Succeeded"
    return "Failed" if policy == "Never" else "Running"


def _initialization(spec: Mapping[str, Any], statuses: list[Status], policy: str) -> tuple[int, bool]:
    pending, for_good = 0, False
    for container, status in zip(init_containers(spec), statuses, strict=False):
        if is_sidecar(container):
            pending += not status["started"] and not status["lastState"]
            continue
        state, last = status["state"], status["lastState"].get("terminated")
        ended = state.get("terminated") or (last if "waiting" in state else None)
        if ended is None or "running" in state:
            pending += 1
        elif ended["exitCode"] != 0:
            pending += 1
            for_good = for_good or (policy == "Never" and not _is_restartable(container, status))
    return pending, for_good


def _paired(spec: Mapping[str, Any], statuses: list[Status]) -> Iterable[tuple[Mapping[str, Any], Status]]:
    return zip(_by_name(spec["containers"]), statuses, strict=False)


def _is_restartable(container: Mapping[str, Any], status: Status) -> bool:
    """Whether a container's own rules or policy have it started again, or it was only removed to begin anew."""
    ended = status["state"].get("terminated") or status["lastState"].get("terminated")
    if ended is None or "running" in status["state"]:
        return False
    own = container.get("restartPolicy") is not None and restarts_after(
        {"restartPolicy": "Never"}, container, ended["exitCode"]
    )
    return own or restart_all.was_removed(ended)


def _count(spec: Mapping[str, Any], init: list[Status], main: list[Status]) -> tuple[int, int, int, int]:
    waiting = running = stopped = succeeded = 0
    for container, status in zip(init_containers(spec), init, strict=False):
        running += is_sidecar(container) and "running" in status["state"]
    for status in main:
        state = status["state"]
        if "running" in state:
            running += 1
        elif "terminated" in state:
            stopped += 1
            succeeded += state["terminated"]["exitCode"] == 0
        elif status["lastState"]:
            stopped += 1
        else:
            waiting += 1
    return waiting, running, stopped, succeeded


# -- all of it


def generate(pod: Obj, record: PodRecord, node_ip: str, now: float, *, over: bool) -> Status:
    """The status of a pod. `over`: nothing of it runs any more, and its containers will not be started again."""
    spec, old = pod["spec"], pod.get("status") or {}
    generation = pod["metadata"].get("generation", 1)
    default = "PodInitializing" if spec.get("initContainers") else "ContainerCreating"
    init = _statuses(pod, record, spec.get("initContainers") or (), default)
    main = _statuses(pod, record, _by_name(spec["containers"]), default)
    found = "Failed" if record.final else phase(pod, init, main, ended=over)
    conditions = pod_conditions(pod, record, init, main, found)
    if (restarting := restart_all.condition(spec, record, found)) is not None:
        conditions.append(restarting)
    status = {key: value for key, value in old.items() if key not in _REWRITTEN}
    terminal = found in ("Succeeded", "Failed")
    status["phase"] = old.get("phase", "Pending") if terminal and not over else found
    if record.final and over:
        status["reason"], status["message"] = record.final.reason, record.final.message
    status["observedGeneration"] = generation
    known = old.get("conditions") or ()
    if record.final and record.final.disrupted and over:
        known = set_condition(known, disruption(record.final.message, generation, now))
    known = resize_messages.with_conditions(known, record, over=over)
    status["conditions"] = merge_conditions(known, conditions, generation, now)
    status["startTime"] = timestamp(record.added)
    status["hostIP"], status["hostIPs"] = node_ip, [{"ip": node_ip}]
    ip = node_ip if spec.get("hostNetwork") else record.ip
    if ip and (record.containers or old.get("podIP")):
        status["podIP"], status["podIPs"] = ip, [{"ip": ip}]
    if over:
        main, init = lost.settle(pod, main, init), lost.settle_init(init)
    if init:
        status["initContainerStatuses"] = init
    status["containerStatuses"] = main
    ephemeral = _statuses(pod, record, _by_name(spec.get("ephemeralContainers") or ()), "ContainerCreating")
    if ephemeral:
        status["ephemeralContainerStatuses"] = [_unprobed(entry) for entry in ephemeral]
    status.update(pod_resources(spec))
    in_use = {
        field: [{**c, "resources": _in_use(c, record.containers.get(c["name"]))} for c in spec.get(field) or ()]
        for field in RESIZABLE
    }
    status["resources"] = pod_resources({**spec, **in_use})["resources"]
    return status


_REWRITTEN = ("reason", "message", "nominatedNodeName")


def _by_name(containers: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(containers, key=lambda container: str(container["name"]))


def _statuses(pod: Obj, record: PodRecord, containers: Iterable[Mapping[str, Any]], default: str) -> list[Status]:
    found = []
    for container in containers:
        own = record.containers.get(container["name"])
        status = container_status(pod, container, own, default, record.reset)
        set_readiness(status, container, own)
        found.append(status)
    return found


def _unprobed(status: Status) -> Status:
    """Ephemeral containers are neither started nor ready, as far as statuses go."""
    return {**{name: value for name, value in status.items() if name != "started"}, "ready": False}

"""The kubelet's sync of one pod: notice what has happened, tell the API, do what is missing.

Source: pkg/kubelet/kubelet.go (SyncPod), kuberuntime_manager.go (computePodActions, SyncPod), pod_workers.go (completeWork).
"""

from __future__ import annotations

import zlib

from tutor.simulator.kubelet import actions, deadlines, evicting, probing, resizing, restart_all, starting, stopping
from tutor.simulator.kubelet import status as statuses
from tutor.simulator.kubelet.conditions import merge_conditions, sandbox_condition
from tutor.simulator.kubelet.ends import notice_ends
from tutor.simulator.kubelet.look import Look, next_relist, on_grid
from tutor.simulator.kubelet.payloads import MountError
from tutor.simulator.kubelet.restarts import init_containers, is_sidecar, restarts_after, should_restart
from tutor.simulator.kubelet.state import ContainerRecord, MountTrouble, Operation, PodRecord
from tutor.simulator.objects import deleting, namespace_of, uid_of

SANDBOX_SECONDS = 0.4
"""From the sync that begins it to a pod's sandbox with its network, on average."""
SANDBOX_SPREAD = 0.4
"""How much longer it takes for one pod than for another: pods that begin together are not ready together."""
OBSERVE_SECONDS = 0.1
"""From a container's start to the sync that shows it."""
SYNC_SECONDS = 0.5
"""How long a sync takes that has nothing to do: it looks every 300 ms whether volumes are as they should be, and they have to be
brought up to date first (pkg/kubelet/volumemanager, podAttachAndMountRetryInterval); as seen on a genuine node."""
BACKOFF_SECONDS = 10.0
RESYNC_SECONDS = 60.0
JITTER = 0.5
"""A retry comes after its delay and up to half of it again."""
FIRST_MOUNT_RETRY, LAST_MOUNT_RETRY = 0.5, 122.0


def advance(look: Look) -> None:
    """Do everything that is due for the pod now. A sync under way is brought to its end even if the pod is deleted meanwhile:
    SyncPod takes no notice of being cancelled."""
    record = look.record
    notice_ends(look)
    ending = deleting(look.pod)
    if record.stage == "running" and not (ending and record.operation is None):
        _advance_running(look)
    if ending and record.stage == "running" and record.operation is None:
        stopping.begin_pod_stop(look, float(look.pod["metadata"].get("deletionGracePeriodSeconds") or 0))
    if record.stage == "stopping":
        stopping.continue_pod_stop(look)
        if record.finish_at is not None and look.now >= record.finish_at - 1e-6:
            stopping.finish_pod(look)
    if record.stage == "stopped" and ending:
        stopping.remove_pod(look)


def _advance_running(look: Look) -> None:
    record = look.record
    if deadlines.enforce(look):
        stopping.begin_pod_stop(look, _grace(look))
        return
    evicting.evict_if_over(look)
    if record.stage != "running":
        return
    for own in record.containers.values():
        stopping.advance_stop(look, own)
    notice_ends(look)
    if probing.run_due(look):
        if any(probing.calls_for_sync(own) for own in record.containers.values()):
            record.want_sync(look.now)
        look.write_status()
        probing.trigger(look)
    notice_ends(look)
    if _operation_is_over(record, look.now):
        _continue_operation(look)
    due = record.sync_at is not None and look.now >= record.sync_at - 1e-6
    if due and record.operation is None and record.stage == "running" and not deleting(look.pod):
        _sync(look)


def _operation_is_over(record: PodRecord, now: float) -> bool:
    """Whether what the sync waits for has come about: its time, or the end of containers that are being stopped."""
    operation = record.operation
    if operation is None:
        return False
    stopping_one = operation.what == "kill" or operation.detail.startswith("failed ")
    if stopping_one and not any(own.stop is not None for own in record.running()):
        return True
    return now >= operation.until - 1e-6


# -- the sync


def _sandbox_seconds(look: Look) -> float:
    """How long the sandbox takes to be made: another time for each pod, but always the same for the same pod."""
    place = zlib.crc32(uid_of(look.pod).encode()) / 2**32
    return SANDBOX_SECONDS + SANDBOX_SPREAD * (place - 0.5)


def _sync(look: Look) -> None:
    record = look.record
    record.sync_at, record.waiting = None, False
    late_end, record.late_end = record.late_end, None
    if restart_all.is_due(look):
        restart_all.begin_anew(look)
        return
    _show(look)
    if _has_come_to_its_end(look):
        stopping.begin_pod_stop(look, _grace(look))
        return
    if probing.run_due(look):
        look.write_status()
    if not _mount_volumes(look):
        return
    if record.sandbox != "ready":
        record.operation = Operation("sandbox", "", on_grid(look.now + _sandbox_seconds(look)))
        return
    doomed = actions.to_stop(look)
    if doomed and not actions.keeps_any(look, doomed):
        stopping.begin_pod_stop(look, _grace(look))
    elif doomed:
        _stop(look, doomed)
    else:
        _begin_starts(look)
    if late_end is not None and record.stage == "running" and record.operation is None:
        record.want_sync(next_relist(look.now))


def _grace(look: Look) -> float:
    return float(look.pod["spec"].get("terminationGracePeriodSeconds", 30))


def _stop(look: Look, doomed: list[actions.Doomed]) -> None:
    """Stop containers that may not run on; the sync waits for that."""
    for own, message, grace, _ in doomed:
        stopping.begin_stop(look, own, grace, message)
    record = look.record
    record.killed = tuple(entry.own.name for entry in doomed if entry.restarts)
    until = max(own.stop.kill_at if own.stop else look.now for own, *_ in doomed)
    record.operation = Operation("kill", "", until)


def _show(look: Look) -> None:
    """Write the status, and how far a resize has come; from now on containers that run count as seen, and their probes begin."""
    resizing.track(look)
    look.write_status()
    for own in look.record.running():
        if not own.observed:
            own.observed = True
            if probing.begin(look, own):
                look.record.want_sync(on_grid(look.now + SYNC_SECONDS))
    for own in look.record.containers.values():
        own.still_started = own.still_started and own.current is not None and own.current.is_running
        own.observed = own.observed or _never_started(own)
    probing.trigger(look)


def _never_started(own: ContainerRecord) -> bool:
    """Whether the runtime could not start a container that it had made."""
    return own.current is not None and own.current.ended is not None and own.current.started is None


def _has_come_to_its_end(look: Look) -> bool:
    """Whether all containers have ended and none is to be started again."""
    pod, record = look.pod, look.record
    for container in init_containers(pod["spec"]):
        own = record.containers.get(container["name"])
        if own is None or is_sidecar(container):
            continue
        ended = own.current.ended if own.current else None
        if ended is not None and ended.code != 0 and not restarts_after(pod["spec"], container, ended.code):
            return True
    for container in pod["spec"]["containers"]:
        own = record.containers.get(container["name"])
        if own is None or own.current is None or own.current.is_running or should_restart(pod, container, own):
            return False
    return True


def _mount_volumes(look: Look) -> bool:
    """Set up volumes that are not yet; False while one cannot be."""
    record = look.record
    if record.mounted:
        return True
    for volume in look.pod["spec"].get("volumes") or ():
        name = volume["name"]
        trouble = record.mount_trouble.get(name)
        if trouble is not None and look.now < trouble.retry_at - 1e-6:
            continue
        try:
            look.services.mounter.mount(look.pod, volume, look.node)
            record.mount_trouble.pop(name, None)
        except MountError as error:
            look.event("Warning", "FailedMount", f'MountVolume.SetUp failed for volume "{name}" : {error}')
            delay = min(trouble.delay * 2, LAST_MOUNT_RETRY) if trouble else FIRST_MOUNT_RETRY
            record.mount_trouble[name] = MountTrouble(delay, on_grid(look.now + delay))
    if record.mount_trouble:
        record.want_sync(min(trouble.retry_at for trouble in record.mount_trouble.values()))
        record.waiting = True
        return False
    record.mounted = True
    return True


def _begin_starts(look: Look) -> None:
    record = look.record
    record.failed, record.retry_at = False, None
    resizing.apply(look)
    record.todo = tuple(actions.to_start(look))
    starting.start_next(look)
    if record.operation is None:
        _end_sync(look)


def _continue_operation(look: Look) -> None:
    """What the sync waited for is over; go on with it."""
    record = look.record
    operation = record.operation
    assert operation is not None
    if operation.what == "sandbox":
        _sandbox_ready(look)
        return
    if operation.what == "kill":
        for own in record.containers.values():
            stopping.advance_stop(look, own)
        notice_ends(look)
        if any(own.stop is not None for own in record.running()):
            return
        record.operation = None
        for name in record.killed:
            probing.carry_over(look.own(name))
        _begin_starts(look)
        record.killed = ()
        return
    starting.continue_start(look)
    starting.start_next(look)
    if record.operation is None:
        _end_sync(look)


def _sandbox_ready(look: Look) -> None:
    record = look.record
    record.operation, record.sandbox, record.sandbox_id = None, "ready", record.uid
    if not look.pod["spec"].get("hostNetwork"):
        record.ip = look.services.take_ip(record.node)
    else:
        record.ip = look.node_ip
    _show_sandbox(look)
    record.want_sync(next_relist(look.now))
    _begin_starts(look)


def _show_sandbox(look: Look) -> None:
    """The condition PodReadyToStartContainers is told of at once, before anything else of the sandbox."""
    status = dict(look.pod["status"])
    generation = look.pod["metadata"].get("generation", 1)
    ready = sandbox_condition(look.record)
    merged = merge_conditions(status.get("conditions") or (), [ready], generation, look.now)
    status["conditions"] = merged
    look.put_status(status)


def _end_sync(look: Look) -> None:
    """All was tried: plan when to look again (completeWork)."""
    record = look.record
    if record.late_end is not None and record.late_end < look.now:
        record.late_end = None
    if any(own.current and own.current.is_running and not own.observed for own in record.containers.values()):
        record.want_sync(on_grid(look.now + OBSERVE_SECONDS))
    if any(_never_started(own) and not own.observed for own in record.containers.values()):
        record.want_sync(on_grid(look.now + OBSERVE_SECONDS) if not record.failed else next_relist(look.now))
    if record.pull_failed:
        record.pull_failed = False
        _tell_of_missing_secrets(look)
    if not record.failed:
        return
    delay = BACKOFF_SECONDS if record.retry_at is None else min(max(0.0, record.retry_at - look.now), RESYNC_SECONDS)
    delay *= 1 + JITTER * look.services.ids.fraction()
    at = on_grid(look.now + delay)
    shown = {s["name"]: (s["state"].get("waiting") or {}).get("reason") for s in _shown(look)}
    settled = all(
        own.failure is None or own.failure.reason == shown.get(own.name) for own in record.containers.values()
    )
    if record.sync_at is None or at < record.sync_at:
        record.want_sync(at)
        record.waiting = settled


def _tell_of_missing_secrets(look: Look) -> None:
    """A pull that failed may have wanted a secret that is not there (pkg/kubelet/kubelet.go, SyncPod)."""
    names = [secret.get("name", "") for secret in look.pod["spec"].get("imagePullSecrets") or ()]
    namespace = namespace_of(look.pod)
    missing = [name for name in names if look.services.client.get("secrets", namespace, name) is None]
    if missing:
        text = f"Unable to retrieve some image pull secrets ({', '.join(missing)}); attempting to pull the image may not succeed."
        look.event("Warning", "FailedToRetrieveImagePullSecret", text)


def _shown(look: Look) -> list[statuses.Status]:
    status = look.pod.get("status") or {}
    return [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]

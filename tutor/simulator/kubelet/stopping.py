"""Stopping containers and pods: pre-stop hook, SIGTERM, and SIGKILL when the grace period is over.

Source: pkg/kubelet/kuberuntime/kuberuntime_container.go (killContainer), pkg/kubelet/kubelet.go (SyncTerminatingPod).
"""

from __future__ import annotations

from tutor.simulator.deletion import DeleteOptions
from tutor.simulator.errors import ApiError
from tutor.simulator.kubelet import deadlines, hooks
from tutor.simulator.kubelet.look import Look, on_grid
from tutor.simulator.kubelet.state import SIDECAR, ContainerRecord, Stop
from tutor.simulator.objects import name_of, namespace_of, uid_of

LEAST_GRACE = 2.0
"""Seconds a container has to react to SIGTERM even if its hook has used up the grace period."""
TEARDOWN_SECONDS = 0.2
"""From the end of the last container to the pod's final status ..."""
REMOVAL_SECONDS = 0.1
"""... and from there to the removal of its object: others see how a deleted pod has ended before it is gone."""


def begin_stop(look: Look, own: ContainerRecord, grace: float, message: str, *, turn: bool = True) -> None:
    """Begin to stop a container; `message` is what the event says. The hook runs at once, whosever turn it is."""
    run = own.current
    if own.stop is not None or run is None or run.container is None or not run.is_running:
        return
    look.event("Normal", "Killing", message, own.name)
    own.stop = Stop(kill_at=look.now + grace, turn=turn)
    hook = (look.spec(own.name).get("lifecycle") or {}).get("preStop") if grace > 0 else None
    if not hook:
        pass
    elif hook.get("sleep"):
        own.stop.hook_until = look.now + float(hook["sleep"].get("seconds", 0))
    elif hook.get("exec"):
        begun = hooks.start_command(look, run.container, list(hook["exec"].get("command") or ()))
        if isinstance(begun, int):
            own.stop.hook_pid = begun
        else:
            look.event("Warning", "FailedPreStopHook", "PreStopHook failed", own.name)
    elif hook.get("httpGet") and hooks.http_hook(look, hook["httpGet"], look.spec(own.name)):
        look.event("Warning", "FailedPreStopHook", "PreStopHook failed", own.name)
    advance_stop(look, own)


def _terminate(look: Look, own: ContainerRecord) -> None:
    """Send SIGTERM."""
    assert own.stop is not None
    assert own.current is not None
    own.stop.signalled = True
    own.stop.kill_at = max(own.stop.kill_at, look.now + LEAST_GRACE)
    if own.current.container is not None:
        own.current.container.signal(look.services.world, "TERM")


def advance_stop(look: Look, own: ContainerRecord) -> None:
    """Go on stopping a container: its hook may be over, or its time."""
    stop, run = own.stop, own.current
    if stop is None or run is None or run.container is None or not run.is_running:
        return
    may_end = _hook_is_over(look, own, stop) and stop.turn
    if not stop.signalled and (may_end or look.now >= stop.kill_at - 1e-6):
        _terminate(look, own)
    if look.now >= stop.kill_at - 1e-6 and run.container.exit_code is None:
        run.container.kill(look.now)
    if run.container.exit_code is not None and stop.hook_pid is not None and not stop.hook_over:
        look.event("Warning", "FailedPreStopHook", "PreStopHook failed", own.name)  # it ended with its container
        stop.hook_over = True


def _hook_is_over(look: Look, own: ContainerRecord, stop: Stop) -> bool:
    """Whether the pre-stop hook, if there is one, is over."""
    if stop.hook_until is not None:
        return look.now >= stop.hook_until - 1e-6
    if stop.hook_pid is None or stop.hook_over:
        return True
    assert own.current is not None
    assert own.current.container is not None
    result = hooks.command_result(own.current.container, stop.hook_pid)
    if result is None:
        return False
    stop.hook_over = True
    if result.code != 0:
        look.event("Warning", "FailedPreStopHook", "PreStopHook failed", own.name)
    return True


def stop_wakes(look: Look, own: ContainerRecord) -> float | None:
    """When a container that is being stopped has to be looked at again."""
    stop = own.stop
    if stop is None or own.current is None or not own.current.is_running:
        return None
    if stop.hook_until is not None and not stop.signalled:
        return min(max(stop.hook_until, look.now), stop.kill_at)
    if stop.hook_pid is not None and not stop.hook_over and not stop.signalled:
        return min(look.now + hooks.POLL_SECONDS, stop.kill_at)
    return stop.kill_at


# -- the whole pod


def begin_pod_stop(look: Look, grace: float) -> None:
    """The pod is to end: nothing is started any more. A stop runs its course with the time it was begun with: who deletes the
    pod once more, with less, changes nothing (SyncTerminatingPod and SyncPod take no notice of being cancelled)."""
    record = look.record
    record.stage, record.deadline = "stopping", look.now + grace
    record.todo, record.operation = (), None
    record.sync_at = None
    deadlines.enforce(look)
    look.write_status()
    continue_pod_stop(look)


def continue_pod_stop(look: Look) -> None:
    """Stop the containers; then tear the pod down."""
    record = look.record
    assert record.deadline is not None
    running = record.running()
    for own in sorted(running, key=lambda own: own.kind != SIDECAR):
        if own.stop is None:
            grace = max(0.0, record.deadline - look.now)
            begin_stop(look, own, grace, f"Stopping container {own.name}", turn=own.kind != SIDECAR)
    last = _next_sidecar(look, running)
    for own in running:
        if own.stop is not None:
            own.stop.turn = own.kind != SIDECAR or own.name == last
            advance_stop(look, own)
    if not running and record.finish_at is None:
        deadlines.enforce(look)
        record.finish_at = on_grid(look.now + TEARDOWN_SECONDS)


def _next_sidecar(look: Look, running: list[ContainerRecord]) -> str:
    """The sidecar whose turn it is to end: they end one by one, the last one first, when all other containers have
    (pkg/kubelet/kuberuntime/kuberuntime_termination_order.go)."""
    if any(own.kind != SIDECAR for own in running):
        return ""
    names = {own.name for own in running}
    return next((c["name"] for c in reversed(look.pod["spec"].get("initContainers") or ()) if c["name"] in names), "")


def finish_pod(look: Look) -> None:
    """All containers have ended: the sandbox goes, and the status is final."""
    record = look.record
    record.stage, record.finish_at = "stopped", None
    record.sandbox = "stopped" if record.sandbox_id else "none"
    deadlines.enforce(look)
    look.write_status(over=True)


def remove_pod(look: Look) -> None:
    """The object of a pod that is over and deleted goes, a moment after its status was final. One that has no time left is held by
    its finalizers alone, for which nothing is left to do here."""
    record, pod = look.record, look.pod
    if pod["metadata"].get("deletionGracePeriodSeconds") == 0:
        return
    if record.finish_at is None:
        record.finish_at = on_grid(look.now + REMOVAL_SECONDS)
    if look.now < record.finish_at - 1e-6:
        return
    record.finish_at = None
    options = DeleteOptions(grace_seconds=0, uid=uid_of(pod))
    try:
        look.services.client.delete("pods", namespace_of(pod), name_of(pod), options)
    except ApiError as error:
        if error.code != 409:
            raise

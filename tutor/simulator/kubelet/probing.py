"""Probes: when to ask containers whether they have started, live and are ready, and what answers lead to (pkg/kubelet/prober)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.simulator.kubelet import hooks
from tutor.simulator.kubelet.asking import Finding, ask_server
from tutor.simulator.kubelet.environment import expand
from tutor.simulator.kubelet.look import Look, on_grid
from tutor.simulator.kubelet.state import INIT, SIDECAR, ContainerRecord, ProbeState

KINDS = ("startup", "readiness", "liveness")
_TITLES = {"startup": "Startup", "readiness": "Readiness", "liveness": "Liveness"}


def probe_spec(container: Mapping[str, Any], kind: str) -> dict[str, Any] | None:
    """A probe of a container's spec."""
    found: dict[str, Any] | None = container.get(f"{kind}Probe")
    return found


def is_started(container: Mapping[str, Any], own: ContainerRecord) -> bool:
    """Whether the startup probe, if there is one, has succeeded."""
    state = own.probes.get("startup")
    return not probe_spec(container, "startup") or bool(state and state.result)


def run_due(look: Look) -> bool:
    """Run the probes that are due; says whether a container's readiness or health has changed."""
    changed = False
    for container in look.containers():
        own = look.record.containers.get(container["name"])
        if own is None or own.kind == INIT or own.current is None:
            continue
        started = is_started(container, own)  # what a startup probe finds reaches the others with the next status only
        for kind in KINDS:
            spec = probe_spec(container, kind)
            if spec is not None and own.current is not None and own.current.is_running:
                changed = _tick(look, container, own, kind, spec, started=started) or changed
    return changed


def carry_over(own: ContainerRecord) -> None:
    """The kubelet has stopped a container to start it again at once: the pod's status goes on to call it started."""
    state = own.probes.get("startup")
    own.still_started = bool(state and state.result)


def begin(look: Look, own: ContainerRecord) -> bool:
    """A container runs and has been shown to: its probes tick, counted from the moment the pod came to the node. Says whether
    there are any whose first result, that there is none yet, asks for another sync after the one under way."""
    for kind in KINDS:
        spec = probe_spec(look.spec(own.name), kind)
        if spec is None:
            continue
        state = own.probes[kind] if kind == "startup" and own.still_started else _state(look, own, kind)
        period = float(spec.get("periodSeconds", 10))
        passed = int((look.now - look.record.added) / period)
        state.next_at = on_grid(look.record.added + (passed + 1) * period)
    return any(probe_spec(look.spec(own.name), kind) for kind in ("startup", "readiness"))


def trigger(look: Look) -> None:
    """Let readiness probes of containers that are not ready run at once, as each sync does, and so each change of what probes
    have found (prober_manager.go, UpdatePodStatus)."""
    for container in look.containers():
        own = look.record.containers.get(container["name"])
        if own is None or not probe_spec(container, "readiness") or own.current is None or not own.current.is_running:
            continue
        state = _state(look, own, "readiness")
        if not state.result and is_started(container, own):
            state.next_at = look.now


def _state(look: Look, own: ContainerRecord, kind: str) -> ProbeState:
    """Where a probe stands, starting anew with each run of the container."""
    assert own.current is not None
    state = own.probes.get(kind)
    if state is None:
        state = own.probes[kind] = ProbeState(next_at=look.now)
    if state.run != own.current.id:
        state.run, state.on_hold = own.current.id, False
        state.result = True if kind == "liveness" else None if kind == "startup" else False
        state.command = None
    return state


def _tick(
    look: Look, container: Mapping[str, Any], own: ContainerRecord, kind: str, spec: Mapping[str, Any], *, started: bool
) -> bool:
    if kind == "startup" and own.still_started:
        return _meets_new_run(look, own, spec)
    state = _state(look, own, kind)
    assert own.current is not None
    assert own.current.started is not None
    if state.command is not None:
        return _finish_command(look, container, own, kind, spec, state)
    if look.now < state.next_at - 1e-6 or not own.observed:
        return False
    period = float(spec.get("periodSeconds", 10))
    state.next_at = on_grid(look.now + period)
    if state.on_hold or look.now - int(own.current.started) < spec.get("initialDelaySeconds", 0):
        return False
    if kind != "readiness" and look.record.stage != "running":
        return False
    if started == (kind == "startup"):
        return False
    finding = _ask(look, container, own, spec, state)
    return finding is not None and _judge(look, own, kind, spec, state, finding)


def _meets_new_run(look: Look, own: ContainerRecord, spec: Mapping[str, Any]) -> bool:
    """The startup probe's turn comes for a run that has counted as started so far: it does not any more, and is asked next time."""
    if look.now < own.probes["startup"].next_at - 1e-6 or not own.observed:
        return False
    own.still_started = False
    _state(look, own, "startup").next_at = on_grid(look.now + float(spec.get("periodSeconds", 10)))
    return True


def _ask(
    look: Look, container: Mapping[str, Any], own: ContainerRecord, spec: Mapping[str, Any], state: ProbeState
) -> Finding | None:
    """Run the probe; None when the answer comes later."""
    if spec.get("exec"):
        assert own.current is not None
        assert own.current.container is not None
        begun = hooks.start_command(look, own.current.container, _command(container, spec))
        if isinstance(begun, hooks.NotStarted):
            return Finding(False, begun.why, error=True)
        state.command, state.deadline = begun, look.now + float(spec.get("timeoutSeconds", 1))
        result = hooks.command_result(own.current.container, begun)
        if result is None:
            return None
        state.command = None
        return Finding(result.code == 0, result.output)
    return ask_server(look, container, spec)


def _command(container: Mapping[str, Any], spec: Mapping[str, Any]) -> list[str]:
    """The command of a probe; variables in it stand for what the spec itself gives (container/helpers.go)."""
    plain = {variable["name"]: str(variable.get("value") or "") for variable in container.get("env") or ()}
    return [expand(word, plain) for word in spec["exec"].get("command") or ()]


def _finish_command(
    look: Look,
    container: Mapping[str, Any],
    own: ContainerRecord,
    kind: str,
    spec: Mapping[str, Any],
    state: ProbeState,
) -> bool:
    assert own.current is not None
    assert own.current.container is not None
    assert state.command is not None
    result = hooks.command_result(own.current.container, state.command)
    if result is None and look.now < state.deadline - 1e-6:
        return False
    if result is None and own.current.container.inside is not None:
        own.current.container.inside.machine.signal(state.command, "KILL", from_host=True)
        own.current.container.inside.forget(state.command)
    state.command = None
    command = " ".join(_command(container, spec))
    late = f'command timed out: "{command}" timed out after {int(spec.get("timeoutSeconds", 1))}s'
    finding = Finding(result.code == 0, result.output) if result is not None else Finding(False, late)
    return _judge(look, own, kind, spec, state, finding)


def _judge(
    look: Look, own: ContainerRecord, kind: str, spec: Mapping[str, Any], state: ProbeState, finding: Finding
) -> bool:
    """Count an answer; says whether it changes the result."""
    if finding.error:
        text = f"{_TITLES[kind]} probe errored and resulted in unknown state: {finding.output}"
        look.event("Warning", "Unhealthy", text, own.name)
        return False
    if finding.warning:
        look.event("Warning", "ProbeWarning", f"{_TITLES[kind]} probe warning: {finding.output}", own.name)
    if not finding.success:
        look.event("Warning", "Unhealthy", f"{_TITLES[kind]} probe failed: {finding.output}", own.name)
    state.streak = state.streak + 1 if state.last == finding.success else 1
    state.last = finding.success
    needed = int(spec.get("successThreshold" if finding.success else "failureThreshold", 1 if finding.success else 3))
    if state.streak < needed:
        return False
    before, state.result = state.result, finding.success
    if kind == "startup" or (kind == "liveness" and not finding.success):
        state.on_hold, state.streak = True, 0
    return before != state.result


def calls_for_sync(own: ContainerRecord) -> bool:
    """Whether a change of a container's probes asks for another look at the pod: a container to restart, or a sidecar that
    others wait for."""
    return bool(failed_for_good(own)) or (own.kind == SIDECAR and "startup" in own.probes)


def failed_for_good(own: ContainerRecord) -> str:
    """The probe for which a running container has to be restarted, or nothing."""
    for kind in ("liveness", "startup"):
        state = own.probes.get(kind)
        current = own.current is not None and state is not None and state.run == own.current.id
        if current and state is not None and state.result is False:
            return kind
    return ""


def wake_at(look: Look) -> tuple[float | None, bool]:
    """When the next probe is due, and whether something may change then: a probe that has settled is mere routine."""
    earliest: float | None = None
    work = False
    for container in look.containers():
        own = look.record.containers.get(container["name"])
        if own is None or own.kind == INIT or own.current is None or not own.current.is_running or not own.observed:
            continue
        for kind in KINDS:
            spec = probe_spec(container, kind)
            state = own.probes.get(kind)
            if spec is None or state is None or not _ticks(container, own, kind, state):
                continue
            at = min(look.now + hooks.POLL_SECONDS, state.deadline) if state.command is not None else state.next_at
            earliest = at if earliest is None else min(earliest, at)
            work = work or _is_undecided(kind, spec, state)
    return earliest, work


def _ticks(container: Mapping[str, Any], own: ContainerRecord, kind: str, state: ProbeState) -> bool:
    """Whether a probe of the current run has something to do when its turn comes."""
    if kind == "startup" and own.still_started:
        return True
    if own.current is None or state.run != own.current.id or state.on_hold:
        return False
    return state.command is not None or is_started(container, own) != (kind == "startup")


def _is_undecided(kind: str, spec: Mapping[str, Any], state: ProbeState) -> bool:
    return state.command is not None or kind == "startup" or state.last is None or state.last != state.result

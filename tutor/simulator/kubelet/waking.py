"""When a pod has to be looked at again, and whether something may change then or it is mere routine."""

from __future__ import annotations

from tutor.simulator.kubelet import deadlines, evicting, probing, stopping
from tutor.simulator.kubelet.look import GRID, Look, on_grid
from tutor.simulator.kubelet.state import SIDECAR, ContainerRecord

STARTUP_SECONDS = 30.0
"""What a container that is to run for ever does by itself after this long is routine."""


def wakes(look: Look) -> tuple[float | None, bool]:
    """When something is due for the pod, and whether that may change something."""
    record = look.record
    times: list[tuple[float, bool]] = []
    if record.stage == "stopped":
        return record.finish_at, record.finish_at is not None
    for own in record.containers.values():
        times.extend(_container_wakes(look, own))
    if record.operation is not None:
        times.append((record.operation.until, True))
    elif record.sync_at is not None and record.stage == "running":
        times.append((record.sync_at, not record.waiting))
    if record.finish_at is not None:
        times.append((record.finish_at, True))
    if record.stage == "running":
        at, work = probing.wake_at(look)
        if at is not None:
            times.append((at, work))
        deadline = deadlines.ends_at(look)
        if deadline is not None:
            times.append((deadline, True))
        if evicting.is_limited(look):
            times.append((evicting.next_check(look.now), bool(evicting.exceeded(look))))
    if not times:
        return None, False
    return min(at for at, _ in times), any(work for _, work in times)


def _container_wakes(look: Look, own: ContainerRecord) -> list[tuple[float, bool]]:
    run = own.current
    if run is None or run.container is None or not run.is_running:
        return []
    if run.container.exit_code is not None:
        return [(on_grid(look.now + GRID), True)]
    found = []
    at = run.container.wake_at()
    if at is not None:
        endless = look.pod["spec"].get("restartPolicy", "Always") == "Always" and own.kind in ("main", SIDECAR)
        young = run.started is None or look.now < run.started + STARTUP_SECONDS
        found.append((at, young or not endless or run.container.program is not None))
    stop_at = stopping.stop_wakes(look, own)
    if stop_at is not None:
        found.append((stop_at, True))
    return found

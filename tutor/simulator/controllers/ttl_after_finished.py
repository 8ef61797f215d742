"""Deletes finished Jobs when their time is over (pkg/controller/ttlafterfinished/ttlafterfinished_controller.go)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor.simulator.clock import parse_timestamp
from tutor.simulator.controllers.base import Controller
from tutor.simulator.controllers.job.verdict import is_finished
from tutor.simulator.deletion import DeleteOptions
from tutor.simulator.engine import DONE, Result
from tutor.simulator.objects import deleting, get_condition, name_of, namespace_of, uid_of
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster


class TTLAfterFinishedController(Controller):
    """Looks at Jobs with spec.ttlSecondsAfterFinished."""

    name = "ttl-after-finished-controller"
    primary = "jobs.batch"

    def affected(self, change: Change) -> Iterable[str]:
        """Nothing but Jobs is watched."""
        return ()

    def sync(self, job: Obj) -> Result:
        """Delete the Job, pods first, or come back when its time is over."""
        ttl = job["spec"].get("ttlSecondsAfterFinished")
        if ttl is None or deleting(job) or not is_finished(job):
            return DONE
        left = _finished_at(job) + ttl - self.now
        if left > 0:
            return Result(left, housekeeping=True)
        options = DeleteOptions(propagation="Foreground", uid=uid_of(job))
        self.client.delete(self.primary, namespace_of(job), name_of(job), options)
        return DONE


def _finished_at(job: Obj) -> float:
    condition = get_condition(job["status"], "Complete") or get_condition(job["status"], "Failed")
    assert condition is not None  # asked for finished Jobs only
    return parse_timestamp(condition["lastTransitionTime"])


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (TTLAfterFinishedController(cluster),)

"""activeDeadlineSeconds of a pod: how long it may be on its node (pkg/kubelet/active_deadline.go)."""

from __future__ import annotations

from tutor.simulator.kubelet.look import Look
from tutor.simulator.kubelet.state import Final

REASON = "DeadlineExceeded"
MESSAGE = "Pod was active on the node longer than the specified deadline"


def ends_at(look: Look) -> float | None:
    """When the pod will have been there for too long."""
    limit = look.pod["spec"].get("activeDeadlineSeconds")
    return None if limit is None else look.record.added + float(limit)


def enforce(look: Look) -> bool:
    """Whether the pod has been there for too long, which fails it. Each look of the kubelet at the pod's status says so anew: the
    sync that finds out, then at the beginning and at the end of stopping it, and when it is over."""
    end = ends_at(look)
    if end is None or look.now < end - 1e-6:
        return False
    look.event("Normal", REASON, MESSAGE)
    look.record.final = look.record.final or Final(REASON, MESSAGE)
    return True

"""How many pods a rolling update adds and removes (pkg/controller/deployment/util/deployment_util.go)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

from tutor.simulator.objects import annotations_of
from tutor.simulator.store import Obj

REVISION = "deployment.kubernetes.io/revision"
REVISION_HISTORY = "deployment.kubernetes.io/revision-history"
DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas"
MAX_REPLICAS = "deployment.kubernetes.io/max-replicas"


def replicas(obj: Obj) -> int:
    """spec.replicas"""
    count: int = obj["spec"].get("replicas", 1)
    return count


def counted(obj: Obj, field: str) -> int:
    """A count in the status, 0 when it is left out."""
    count: int = (obj.get("status") or {}).get(field) or 0
    return count


def asked(sets: Iterable[Obj]) -> int:
    """How many pods ReplicaSets are to have together."""
    return sum(replicas(rs) for rs in sets)


def total(sets: Iterable[Obj], field: str) -> int:
    """The sum of a count in the statuses of ReplicaSets."""
    return sum(counted(rs, field) for rs in sets)


def active(sets: Iterable[Obj]) -> list[Obj]:
    """The ReplicaSets that are to have pods."""
    return [rs for rs in sets if replicas(rs) > 0]


def is_rolling(deployment: Obj) -> bool:
    """Whether the strategy is RollingUpdate."""
    return bool(deployment["spec"]["strategy"].get("type") == "RollingUpdate")


def scaled_value(value: int | str, whole: int, *, up: bool) -> int:
    """A number, or a percentage of `whole` rounded up or down."""
    if isinstance(value, int):
        return value
    part = int(value.rstrip("%")) * whole
    return math.ceil(part / 100) if up else part // 100


def fenceposts(deployment: Obj) -> tuple[int, int]:
    """How many pods there may be too many and too few. Both 0 after rounding would stand still, so then one may be missing."""
    if not is_rolling(deployment):
        return 0, 0
    update: dict[str, Any] = deployment["spec"]["strategy"].get("rollingUpdate") or {}
    surge = scaled_value(update.get("maxSurge", 0), replicas(deployment), up=True)
    unavailable = scaled_value(update.get("maxUnavailable", 0), replicas(deployment), up=False)
    if surge == 0 and unavailable == 0:
        unavailable = 1
    return surge, unavailable


def max_surge(deployment: Obj) -> int:
    """How many pods more than asked for there may be."""
    return fenceposts(deployment)[0]


def max_unavailable(deployment: Obj) -> int:
    """How many of the pods asked for may be unavailable."""
    return min(fenceposts(deployment)[1], replicas(deployment))


def new_set_size(deployment: Obj, every: Iterable[Obj], new_size: int) -> int:
    """How large the new ReplicaSet, now of `new_size`, may be beside all others."""
    if not is_rolling(deployment):
        return replicas(deployment)
    update = deployment["spec"]["strategy"].get("rollingUpdate") or {}
    surge = scaled_value(update.get("maxSurge", 0), replicas(deployment), up=True)
    room = replicas(deployment) + surge - asked(every)
    if room <= 0:
        return new_size
    return new_size + min(room, replicas(deployment) - new_size)


def number_annotation(obj: Obj, name: str) -> int | None:
    """A count kept in an annotation; None when there is none or it is no count."""
    text = annotations_of(obj).get(name, "")
    return int(text) if text.isascii() and text.isdigit() and int(text) < 2**31 else None


def revision_number(text: str) -> int | None:
    """What an annotation says about a revision: a number of 64 bits; None for anything else (strconv.ParseInt in `Revision`)."""
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None


def revision(rs: Obj) -> int:
    """The revision a ReplicaSet is of, 0 when it does not say."""
    return revision_number(annotations_of(rs).get(REVISION, "")) or 0


def _round(value: float) -> int:
    """To the nearest whole number, halves away from zero."""
    return int(value + 0.5) if value >= 0 else int(value - 0.5)


def proportion(rs: Obj, deployment: Obj, to_add: int, added: int) -> int:
    """A ReplicaSet's share when a Deployment is scaled in the middle of a rollout; negative to shrink."""
    if replicas(rs) == 0 or to_add in (0, added):
        return 0
    share = _fraction(rs, deployment)
    return min(share, to_add - added) if to_add > 0 else max(share, to_add - added)


def _fraction(rs: Obj, deployment: Obj) -> int:
    if replicas(deployment) == 0:
        return -replicas(rs)
    before = number_annotation(rs, MAX_REPLICAS) or counted(deployment, "replicas")
    if not before:
        return 0
    size = replicas(rs) * (replicas(deployment) + max_surge(deployment)) / before
    return _round(size) - replicas(rs)


def by_age(sets: Iterable[Obj]) -> list[Obj]:
    """Oldest first."""
    return sorted(sets, key=lambda rs: (rs["metadata"]["creationTimestamp"], rs["metadata"]["name"]))


def is_saturated(deployment: Obj, rs: Obj | None) -> bool:
    """Whether a ReplicaSet has all the pods the Deployment asks for, available."""
    if rs is None:
        return False
    wanted = replicas(deployment)
    return (
        replicas(rs) == wanted
        and number_annotation(rs, DESIRED_REPLICAS) == wanted
        and counted(rs, "availableReplicas") == wanted
    )

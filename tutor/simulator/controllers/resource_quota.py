"""Counts what is in use of each ResourceQuota (pkg/controller/resourcequota).

Requests are booked when they are admitted; this controller corrects the books when something ends, shrinks or is deleted, and when a
quota changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tutor.simulator.controllers.base import Controller
from tutor.simulator.controllers.pods import ENDED, phase
from tutor.simulator.engine import DONE, Result
from tutor.simulator.objects import key_of, namespace_of
from tutor.simulator.quantity import canonical
from tutor.simulator.store import Change, Obj
from tutor.simulator.usage import COUNTED, OF_CLASS, format_usage, in_scope, usage_of

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

FULL_RESYNC = 300.0
"""Seconds after which a quota is counted anew in any case."""
_UNCOUNTED = ("events", "resourcequotas", "leases.coordination.k8s.io")
_OF_PODS = ("cpu", "memory", "ephemeral-storage", "pods", "requests.", "limits.", "hugepages-")


class ResourceQuotaController(Controller):
    """Syncs ResourceQuotas."""

    name = "resourcequota-controller"
    primary = "resourcequotas"

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        countable = (r.id for r in cluster.scheme if r.namespaced and not r.storage and r.id not in _UNCOUNTED)
        self.secondary = tuple(countable)

    def observe(self, change: Change) -> Iterable[str]:
        """The quota, but for its own status; all quotas of a namespace in which something takes less than before."""
        if change.resource == self.primary:
            old = change.old
            return (
                () if change.type == "MODIFIED" and old and old["spec"] == change.obj["spec"] else (key_of(change.obj),)
            )
        namespace = namespace_of(change.obj)
        if not self.store.count(self.primary, namespace) or not _takes_less(change):
            return ()
        return [key_of(quota) for quota in self.store.list(self.primary, namespace)]

    def sync(self, quota: Obj) -> Result:
        """Count, and write the numbers."""
        hard = quota["spec"].get("hard") or {}
        used = dict.fromkeys(hard, Decimal(0))
        for resource in self._counted(hard):
            for obj in self.store.list(resource, namespace_of(quota)):
                if in_scope(quota, resource, obj):
                    _add(used, usage_of(resource, obj))
        status: dict[str, Any] = {
            "hard": {name: canonical(amount) for name, amount in hard.items()},
            "used": {name: format_usage(name, amount) for name, amount in used.items()},
        }
        self.client.update_status(self.primary, quota, status)
        return Result(FULL_RESYNC, housekeeping=True) if hard else DONE

    def _counted(self, hard: dict[str, Any]) -> list[str]:
        """Ids of the resources that a quota's names are about."""
        found = []
        for name in hard:
            if name.startswith("count/"):
                found.append(name.removeprefix("count/"))
            elif name.startswith("services"):
                found.append("services")
            elif name in ("requests.storage", "persistentvolumeclaims") or OF_CLASS in name:
                found.append("persistentvolumeclaims")
            elif name.startswith(_OF_PODS):
                found.append("pods")
            elif name in COUNTED:
                found.append(name)
        return [name for name in dict.fromkeys(found) if self.cluster.scheme.stored(name) is not None]


def _add(used: dict[str, Decimal], usage: dict[str, Decimal]) -> None:
    for name, amount in usage.items():
        if name in used:
            used[name] += amount


def _takes_less(change: Change) -> bool:
    """Whether a change may free something: a deletion, a pod's end, another Service type or other requests."""
    if change.type != "MODIFIED" or change.old is None:
        return change.type == "DELETED"
    if change.resource == "pods" and phase(change.obj) in ENDED and phase(change.old) not in ENDED:
        return True
    if change.resource not in ("pods", "services", "persistentvolumeclaims"):
        return False
    return change.old["spec"] is not change.obj["spec"] and change.old["spec"] != change.obj["spec"]


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (ResourceQuotaController(cluster),)

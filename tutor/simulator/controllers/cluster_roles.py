"""Gathers the rules of ClusterRoles with an aggregationRule from the roles that it selects.

Source: pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor.simulator.api.access.policy import CLUSTER_ROLES, gathered_rules
from tutor.simulator.controllers.base import Controller
from tutor.simulator.engine import DONE, Result
from tutor.simulator.objects import name_of
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

GATHERING = "gathering"
"""Index: the roles that gather rules from others."""


def _gathers(role: Obj) -> Iterable[str]:
    return ("",) if role.get("aggregationRule") else ()


class ClusterRolesController(Controller):
    """Looks at every role that gathers, whenever any role changes."""

    name = "clusterrole-aggregation-controller"
    primary = CLUSTER_ROLES

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        self.store.add_index(CLUSTER_ROLES, GATHERING, _gathers)

    def observe(self, change: Change) -> Iterable[str]:
        """All roles that gather: what a change means for which of them is cheap to find out later."""
        return self.resync()

    def resync(self) -> Iterable[str]:
        """The same."""
        return [name_of(role) for role in self.store.by_index(CLUSTER_ROLES, GATHERING, "")]

    def sync(self, obj: Obj) -> Result:
        """Write the rules if they differ."""
        if not obj.get("aggregationRule"):
            return DONE
        rules = gathered_rules(obj, self.store.list(CLUSTER_ROLES))
        if rules != (obj.get("rules") or []):
            self.client.update(CLUSTER_ROLES, {**obj, "rules": rules})
        return DONE


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (ClusterRolesController(cluster),)

"""Groups that are served only while something in the cluster says so: metrics.k8s.io comes and goes with its APIService."""

from __future__ import annotations

from tutor.simulator.api.virtual import metrics
from tutor.simulator.cluster import SimulatedCluster
from tutor.simulator.store import Change

API_SERVICES = "apiservices.apiregistration.k8s.io"


class Extensions:
    """Adds kinds to the scheme and takes them away as APIServices come and go."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster = cluster
        cluster.store.subscribe(self._on_change)
        cluster.store.on_reset(self._sync)
        self._sync()

    def _on_change(self, change: Change) -> None:
        if change.resource == API_SERVICES:
            self._sync()

    def _sync(self) -> None:
        registered = self._cluster.store.get(API_SERVICES, "", metrics.API_SERVICE) is not None
        scheme = self._cluster.scheme
        for resource in metrics.RESOURCES:
            served = scheme.lookup(resource.group, resource.version, resource.plural) is not None
            if registered and not served:
                scheme.add(resource)
            elif served and not registered:
                scheme.remove(resource)

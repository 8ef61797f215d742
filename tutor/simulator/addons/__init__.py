"""What a cluster can have beside its control plane: add-ons are nothing but objects that are applied and deleted again.

What they do once they are there, controllers and container images do: see controllers.metrics_server, controllers.ingress_nginx and
controllers.volumes.local_path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tutor.simulator.addons import ingress_nginx, metrics_server, storage_class
from tutor.simulator.objects import copy_json, name_of, namespace_of
from tutor.simulator.resources.base import Resource
from tutor.simulator.store import Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

ADDONS: Mapping[str, Callable[[], list[Obj]]] = {
    "metrics-server": metrics_server.objects,
    "ingress-nginx": ingress_nginx.objects,
    "default-storage-class": storage_class.objects,
}
"""The objects of each add-on, by its name."""
ACTOR = "addons"


class UnknownAddon(ValueError):
    """There is no add-on of this name; the message lists those there are."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no add-on {name!r}: choose from {', '.join(sorted(ADDONS))}")


def _objects(name: str) -> list[Obj]:
    try:
        return ADDONS[name]()
    except KeyError:
        raise UnknownAddon(name) from None


def _resource(cluster: SimulatedCluster, obj: Obj) -> Resource:
    found = cluster.scheme.by_kind(obj["apiVersion"], obj["kind"])
    assert found is not None, f"the simulator does not know {obj['apiVersion']} {obj['kind']}"
    return found


def install(cluster: SimulatedCluster, name: str) -> None:
    """Apply an add-on's objects; what is there stays as it is. It works when its pods are ready. Raises UnknownAddon."""
    client = cluster.client(ACTOR)
    with cluster.lock:
        for obj in _objects(name):
            resource = _resource(cluster, obj)
            if client.get(resource.storage_id, namespace_of(obj), name_of(obj)) is None:
                client.create(resource.storage_id, copy_json(obj))
        cluster.engine.run_ready()


def remove(cluster: SimulatedCluster, name: str) -> None:
    """Delete an add-on's objects, the last one first. Raises UnknownAddon."""
    client = cluster.client(ACTOR)
    with cluster.lock:
        for obj in reversed(_objects(name)):
            client.delete(_resource(cluster, obj).storage_id, namespace_of(obj), name_of(obj))
        cluster.engine.run_ready()


def installed(cluster: SimulatedCluster) -> frozenset[str]:
    """The add-ons of which all objects are there."""
    with cluster.lock:
        return frozenset(
            name
            for name, objects in ADDONS.items()
            if all(
                cluster.store.get(_resource(cluster, obj).storage_id, namespace_of(obj), name_of(obj)) is not None
                for obj in objects()
            )
        )


def works(cluster: SimulatedCluster, name: str) -> bool:
    """Whether all of an add-on's objects are there and its programs are ready. Raises UnknownAddon."""
    with cluster.lock:
        found = [
            cluster.store.get(_resource(cluster, obj).storage_id, namespace_of(obj), name_of(obj))
            for obj in _objects(name)
        ]
    return all(obj is not None and (obj["kind"] != "Deployment" or obj["status"].get("readyReplicas")) for obj in found)

"""What the add-on ingress-nginx does to Ingresses of its class: it takes them over and tells where they can be reached.

Source: kubernetes/ingress-nginx, internal/ingress/controller/store and internal/ingress/status.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.simulator.addons.ingress_nginx import CONTROLLER, NAME, NAMESPACE
from tutor.simulator.controllers.base import Controller, index_owned
from tutor.simulator.controllers.pods import is_ready
from tutor.simulator.engine import DONE, Result
from tutor.simulator.events import EventRecorder
from tutor.simulator.objects import annotations_of, controller_of, deleting, name_of, namespace_of, split_key
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

CLASSES = "ingressclasses.networking.k8s.io"
DEFAULT_CLASS = "ingressclass.kubernetes.io/is-default-class"
OLD_CLASS = "kubernetes.io/ingress.class"
STATUS_SECONDS = 10.0
"""How long the status of a new Ingress takes at most (--status-update-interval, 60 s, at the pace of small clusters)."""


class IngressNginx(Controller):
    """Syncs Ingresses while one of its pods is ready."""

    name = "nginx-ingress-controller"
    primary = "ingresses.networking.k8s.io"
    secondary = (CLASSES, "pods")

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        index_owned(self.store, "pods")
        self.events = EventRecorder(self.client, self.name)
        self._synced: dict[str, int] = {}
        """By Ingress: the generation that was last taken over."""

    def affected(self, change: Change) -> Iterable[str]:
        """All Ingresses, when a class changes or a pod of the controller becomes ready."""
        if change.resource == "pods" and (namespace_of(change.obj) != NAMESPACE or not _becomes_ready(change)):
            return ()
        return self.resync()

    def reconcile(self, key: str) -> Result:
        """Look at an Ingress, or forget one that is gone."""
        result = super().reconcile(key)
        if self.client.get(self.primary, *split_key(key)) is None:
            self._synced.pop(key, None)
        return result

    def sync(self, ingress: Obj) -> Result:
        """Take the Ingress over, then publish its address."""
        if deleting(ingress) or not self._is_ours(ingress) or not self._works():
            return DONE
        key, generation = f"{namespace_of(ingress)}/{name_of(ingress)}", ingress["metadata"].get("generation", 1)
        if self._synced.get(key) != generation:
            self._synced[key] = generation
            self.events.normal(ingress, "Sync", "Scheduled for sync")
            if not _addresses(ingress):
                return Result(STATUS_SECONDS)
        if not _addresses(ingress):
            status: dict[str, Any] = {**(ingress.get("status") or {})}
            status["loadBalancer"] = {"ingress": [{"hostname": "localhost"}]}
            self.client.update_status(self.primary, ingress, status)
        return DONE

    def _is_ours(self, ingress: Obj) -> bool:
        """Whether the Ingress's class, or the default one if it has none, is this controller's."""
        name = ingress["spec"].get("ingressClassName") or annotations_of(ingress).get(OLD_CLASS)
        classes = self.store.list(CLASSES)
        if name:
            return any(name_of(c) == name and c["spec"].get("controller") == CONTROLLER for c in classes)
        default = [c for c in classes if annotations_of(c).get(DEFAULT_CLASS) == "true"]
        return any(c["spec"].get("controller") == CONTROLLER for c in default)

    def _works(self) -> bool:
        return any(is_ready(pod) and _is_its_pod(pod) for pod in self.store.list("pods", NAMESPACE))

    def save(self) -> Any:
        """What was taken over."""
        return tuple(self._synced.items())

    def load(self, state: Any) -> None:
        """Go back to what was saved."""
        self._synced = dict(state or ())


def _is_its_pod(pod: Obj) -> bool:
    owner = controller_of(pod)
    return owner is not None and str(owner["name"]).startswith(f"{NAME}-")


def _becomes_ready(change: Change) -> bool:
    return is_ready(change.obj) and (change.old is None or not is_ready(change.old))


def _addresses(ingress: Obj) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ((ingress.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    return found


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The add-on's part that works; it does nothing until the add-on is installed."""
    return (IngressNginx(cluster),)

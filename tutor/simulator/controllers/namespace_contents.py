"""What every namespace gets: the ServiceAccount "default" and the ConfigMap "kube-root-ca.crt".

Source: pkg/controller/serviceaccount/serviceaccounts_controller.go, pkg/controller/certificates/rootcacertpublisher.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor.simulator.controllers.base import Controller
from tutor.simulator.engine import DONE, Result
from tutor.simulator.objects import deleting, name_of, namespace_of
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

ROOT_CA = "kube-root-ca.crt"
_ROOT_CA_NOTE = (
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal "
    "service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters."
)


class _NamespaceContents(Controller):
    """Keeps one object in every namespace that is not going away."""

    primary = "namespaces"
    wanted = ""

    def affected(self, change: Change) -> Iterable[str]:
        """The namespace of the object, when it was deleted or changed."""
        return (namespace_of(change.obj),) if name_of(change.obj) == self.wanted and change.type != "ADDED" else ()

    def active(self, namespace: Obj) -> bool:
        """Whether the namespace is in use (pkg/controller/serviceaccount/serviceaccounts_controller.go looks at its phase)."""
        return not deleting(namespace) and (namespace.get("status") or {}).get("phase") == "Active"


class ServiceAccountsController(_NamespaceContents):
    """The ServiceAccount that pods get when they name none."""

    name = "serviceaccount-controller"
    secondary = ("serviceaccounts",)
    wanted = "default"

    def sync(self, namespace: Obj) -> Result:
        """Create it when it is missing."""
        where = name_of(namespace)
        if self.active(namespace) and self.client.get("serviceaccounts", where, self.wanted) is None:
            metadata = {"name": self.wanted, "namespace": where}
            self.client.create("serviceaccounts", {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
        return DONE


class RootCAPublisher(_NamespaceContents):
    """The certificate authority that pods check the API server with."""

    name = "root-ca-cert-publisher"
    secondary = ("configmaps",)
    wanted = ROOT_CA

    def sync(self, namespace: Obj) -> Result:
        """Create it, or set it right."""
        if not self.active(namespace):
            return DONE
        where = name_of(namespace)
        data = {"ca.crt": self.cluster.root_ca}
        current = self.client.get("configmaps", where, ROOT_CA)
        if current is None:
            annotations = {"kubernetes.io/description": _ROOT_CA_NOTE}
            metadata = {"name": ROOT_CA, "namespace": where, "annotations": annotations}
            body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
            self.client.create("configmaps", body)
        elif current.get("data") != data:
            self.client.update("configmaps", {**current, "data": data})
        return DONE


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """Both controllers."""
    return (ServiceAccountsController(cluster), RootCAPublisher(cluster))

"""Keeps an APIService for every version of every group that definitions serve (pkg/controlplane/controller/crdregistration,
kube-aggregator's pkg/controllers/autoregister)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tutor.simulator.controllers.base import Controller
from tutor.simulator.engine import DONE, Result
from tutor.simulator.objects import labels_of, name_of
from tutor.simulator.resources.custom import CRDS
from tutor.simulator.store import Change, Obj

API_SERVICES = "apiservices.apiregistration.k8s.io"
MANAGED = "kube-aggregator.kubernetes.io/automanaged"
GROUP_PRIORITY, VERSION_PRIORITY = 1000, 100


class RegistrationController(Controller):
    """Its keys are names of APIServices."""

    name = "crd-registration-controller"
    primary = API_SERVICES
    secondary = (CRDS,)

    def affected(self, change: Change) -> Iterable[str]:
        """All versions that a definition's group has or had."""
        group = change.obj["spec"]["group"]
        registered = [name_of(obj) for obj in self.store.list_sorted(API_SERVICES) if obj["spec"].get("group") == group]
        return dict.fromkeys([*registered, *_names(change.obj)])

    def resync(self) -> Iterable[str]:
        """All that there are and all that there should be."""
        wanted = [name for crd in self.store.list_sorted(CRDS) for name in _names(crd)]
        return dict.fromkeys([*super().resync(), *wanted])

    def reconcile(self, key: str) -> Result:
        """Register a version that is served, and take back one that is not."""
        version, _, group = key.partition(".")
        served = any(
            crd["spec"]["group"] == group and any(v["name"] == version and v["served"] for v in crd["spec"]["versions"])
            for crd in self.store.list(CRDS)
        )
        registered = self.client.get(API_SERVICES, "", key)
        if served and registered is None:
            self.client.create(API_SERVICES, _api_service(group, version))
        elif registered is not None and not served and labels_of(registered).get(MANAGED) == "true":
            self.client.delete(API_SERVICES, "", key)
        return DONE


def _names(crd: Obj) -> list[str]:
    return [f"{version['name']}.{crd['spec']['group']}" for version in crd["spec"]["versions"]]


def _api_service(group: str, version: str) -> dict[str, Any]:
    return {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": f"{version}.{group}", "labels": {MANAGED: "true"}},
        "spec": {
            "group": group,
            "version": version,
            "groupPriorityMinimum": GROUP_PRIORITY,
            "versionPriority": VERSION_PRIORITY,
        },
    }

"""The default StorageClass, for claims that name none; its provisioner is always there."""

from __future__ import annotations

from tutor.simulator.addons.objects import obj
from tutor.simulator.controllers.volumes.local_path import DRIVER
from tutor.simulator.resources.storage import DEFAULT_CLASS
from tutor.simulator.store import Obj

NAME = "standard"


def objects() -> list[Obj]:
    """Everything that is applied, in order."""
    fields = {"provisioner": DRIVER, "reclaimPolicy": "Delete", "volumeBindingMode": "WaitForFirstConsumer"}
    return [obj("storage.k8s.io/v1", "StorageClass", NAME, annotations={DEFAULT_CLASS: "true"}, **fields)]

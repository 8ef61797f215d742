"""Who owns a Scale's number of replicas: the managers of the field of the object that is scaled, and back.

Source: apimachinery, pkg/util/managedfields/scalehandler.go.
"""

from __future__ import annotations

from dataclasses import replace

from tutor.simulator.api.ownership.fieldset import FieldSet, Path, contains, difference, insert
from tutor.simulator.api.ownership.managers import Manager, Managers, Owned


def scale_managers(parents: Managers, replicas: tuple[str, ...], api_version: str) -> Managers:
    """The managers of a Scale: those who own the number of replicas (a path of field names) in the object itself."""
    path = _path(replicas)
    return {
        replace(manager, api_version=api_version): Owned({"f:spec": {"f:replicas": {}}}, owned.time)
        for manager, owned in parents.items()
        if contains(owned.fields, path)
    }


def parent_managers(parents: Managers, scales: Managers, replicas: tuple[str, ...], api_version: str) -> Managers:
    """The managers of the object after its Scale has been written: whoever lost the number there loses it here."""
    path = _path(replicas)
    number: FieldSet = {}
    insert(number, path)
    left = {_identity(manager): owned for manager, owned in scales.items()}
    result: Managers = {}
    for manager, owned in parents.items():
        if not contains(owned.fields, path) or left.pop(_identity(manager), None) is not None:
            result[manager] = owned
        elif fields := difference(owned.fields, number):
            result[manager] = Owned(fields, owned.time)
    for manager, owned in scales.items():
        if _identity(manager) in left:
            result[replace(manager, api_version=api_version)] = Owned(number, owned.time)
    return result


def _identity(manager: Manager) -> Manager:
    """A manager without the version, which differs between the object and its Scale."""
    return replace(manager, api_version="")


def _path(replicas: tuple[str, ...]) -> Path:
    return tuple(f"f:{name}" for name in replicas)

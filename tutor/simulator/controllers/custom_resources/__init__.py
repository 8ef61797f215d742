"""Brings CustomResourceDefinitions about: accepts their names, serves and registers their kinds, clears up when they are deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor.simulator.controllers.base import Controller
from tutor.simulator.controllers.custom_resources.cleanup import CleanupController
from tutor.simulator.controllers.custom_resources.naming import NamingController
from tutor.simulator.controllers.custom_resources.registering import RegistrationController
from tutor.simulator.controllers.custom_resources.serving import Serving

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controllers of definitions; their kinds are served from now on."""
    Serving(cluster)
    return (NamingController(cluster), CleanupController(cluster), RegistrationController(cluster))

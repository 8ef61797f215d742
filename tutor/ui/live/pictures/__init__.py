"""The cluster drawn as it is now: nodes with their Pods, what owns what, and the way a request takes."""

from __future__ import annotations

from tutor.ui.live.pictures.nodes import nodes_picture
from tutor.ui.live.pictures.owners import owners_picture
from tutor.ui.live.pictures.traffic import traffic_picture

__all__ = ["nodes_picture", "owners_picture", "traffic_picture"]

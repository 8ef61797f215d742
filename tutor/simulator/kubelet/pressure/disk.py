"""What takes up a node's disk: images, and what pods have written.

Source: pkg/kubelet/eviction/helpers.go, pkg/kubelet/images/image_gc_manager.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor.simulator.images import reference
from tutor.simulator.images.catalogue import find
from tutor.simulator.kubelet.evicting import pod_bytes
from tutor.simulator.kubelet.look import Look

if TYPE_CHECKING:
    from tutor.simulator.kubelet.kubelet import Kubelet


def used(kubelet: Kubelet, pods: Iterable[Look], node: str) -> int:
    """Bytes of images and of pods."""
    images = (find(reference.parse(name)) for name in kubelet.images(node))
    return sum(image.size for image in images if image is not None) + sum(pod_bytes(look) for look in pods)


def remove_unused_images(kubelet: Kubelet, pods: Iterable[Look], node: str) -> None:
    """Remove the images that no container of the node uses."""
    runs = (own.current for look in pods for own in look.record.containers.values())
    kubelet.keep_images(node, {str(reference.parse(run.asked_for)) for run in runs if run is not None})

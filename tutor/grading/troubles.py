"""Why Pods do not run, in words: for messages about what is the environment's fault and not the learner's."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.grading.api import Obj
from tutor.grading.reader import Reader
from tutor.grading.workloads import condition, container_statuses, ending, waiting_reason

_PULL_FAILURES = frozenset({"ErrImagePull", "ImagePullBackOff"})
_DEFAULT_REGISTRY = "docker.io/library/"
LOAD_REMEDY = "Play on the simulated cluster or a kind cluster, or make the image known to this one"


def missing_image(reader: Reader, namespace: str, images: Sequence[str]) -> str | None:
    """One of the images that the cluster cannot get although the exercise needs it; None while there is none."""
    for pod in reader.objects("v1", "Pod", namespace):
        for status in container_statuses(pod):
            image = str(status.get("image", "")).removeprefix(_DEFAULT_REGISTRY)
            if image in images and waiting_reason(status) in _PULL_FAILURES:
                return image
    return None


def image_message(image: str) -> str:
    """What to say about an image that the cluster cannot get."""
    return f"this cluster cannot get the image {image}, which the exercise needs"


def first_trouble(pods: Sequence[Obj]) -> str | None:
    """The first thing that keeps one of the Pods from running, with Kubernetes' own reason."""
    for pod in pods:
        name = pod["metadata"]["name"]
        scheduled = condition(pod, "PodScheduled")
        if scheduled.get("reason") == "Unschedulable" and not ending(pod):
            return f"no node takes the Pod {name}: {scheduled.get('message', '')}"
        for status in container_statuses(pod):
            reason = waiting_reason(status)
            if reason and reason not in ("ContainerCreating", "PodInitializing"):
                return f"the Pod {name} waits with {reason}"
    return None

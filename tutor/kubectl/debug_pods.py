"""The containers and pods `kubectl debug` makes. Follows kubectl `pkg/cmd/debug/debug.go`."""

from __future__ import annotations

import copy
import json
import random
from dataclasses import dataclass, field
from typing import Any

from tutor.kubectl.debug_profiles import COPY, EPHEMERAL, NODE, apply_profile
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.manifests import load_yaml
from tutor.kubectl.objects import Object, get, name_of, namespace_of
from tutor.kubectl.strategic_apply import apply_strategic

_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"  # apimachinery util/rand: no vowels, so that no words come out
_KINDS = ("containers", "initContainers", "ephemeralContainers")
_FIXED = ("name", "command", "image", "lifecycle", "volumeDevices")


@dataclass
class Wanted:
    """What the flags ask for."""

    image: str = ""
    container: str = ""
    command: list[str] = field(default_factory=list)
    arguments_only: bool = False
    env: list[Object] = field(default_factory=list)
    pull_policy: str = ""
    stdin: bool = False
    tty: bool = False
    target: str = ""
    profile: str = "general"
    keep: dict[str, bool] = field(default_factory=dict)
    custom: Object | None = None
    images: dict[str, str] = field(default_factory=dict)
    share_processes: bool | None = None
    same_node: bool = False


def random_suffix() -> str:
    return "".join(random.choices(_ALPHABET, k=5))


def free_name(pod: Object) -> str:
    """A name for a debugging container that no container of the pod has."""
    taken = {container["name"] for kind in _KINDS for container in get(pod, f"spec.{kind}", [])}
    while (name := f"debugger-{random_suffix()}") in taken:
        pass
    return name


def _new_container(wanted: Wanted, name: str) -> Object:
    container: Object = {"name": name, "image": wanted.image, "terminationMessagePolicy": "File"}
    container |= {"env": wanted.env} if wanted.env else {}
    container |= {"imagePullPolicy": wanted.pull_policy} if wanted.pull_policy else {}
    _set_terminal(container, wanted)
    if wanted.command:
        container["args" if wanted.arguments_only else "command"] = wanted.command
    return container


def _set_terminal(container: Object, wanted: Wanted) -> None:
    for key, value in (("stdin", wanted.stdin), ("tty", wanted.tty)):
        container.pop(key, None)
        container |= {key: True} if value else {}


def ephemeral_container(wanted: Wanted, pod: Object, name: str) -> Object:
    """A container to add to a running pod."""
    container = _new_container(wanted, name)
    if wanted.target:
        container["targetContainerName"] = wanted.target
    apply_profile(wanted.profile, EPHEMERAL, pod, container, wanted.keep)
    return _customised(container, wanted)


def node_pod(wanted: Wanted, node: Object, name: str, container_name: str) -> Object:
    """A pod on a node, with the node's files and namespaces as the profile has it."""
    container = _new_container(wanted, container_name)
    pod: Object = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/managed-by": "kubectl-debug"}},
        "spec": {
            "containers": [container],
            "nodeName": name_of(node),
            "restartPolicy": "Never",
            "tolerations": [{"operator": "Exists"}],
        },
    }
    apply_profile(wanted.profile, NODE, pod, container, wanted.keep)
    pod["spec"]["containers"] = [_customised(container, wanted)]
    return pod


def copied_pod(wanted: Wanted, original: Object, name: str, container_name: str) -> tuple[Object, str]:
    """A copy of a pod with a debugging container added or one of its containers changed; and that container's name.

    The name is empty when only images were changed.
    """
    metadata = {key: value for key, value in original["metadata"].items() if key in ("labels", "annotations")}
    pod: Object = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace_of(original), **copy.deepcopy(metadata)},
        "spec": copy.deepcopy(original["spec"]),
    }
    spec = pod["spec"]
    spec.pop("ephemeralContainers", None)
    if wanted.share_processes is not None:
        spec["shareProcessNamespace"] = wanted.share_processes
    if not wanted.same_node:
        spec.pop("nodeName", None)
    _set_images(spec["containers"], wanted.images)
    container = _container_to_debug(pod, wanted, container_name)
    if container is None:
        return pod, ""
    apply_profile(wanted.profile, COPY, pod, container, wanted.keep)
    spec["containers"] = [
        _customised(item, wanted) if item["name"] == container["name"] else item for item in spec["containers"]
    ]
    return pod, str(container["name"])


def _set_images(containers: list[Object], images: dict[str, str]) -> None:
    for container in containers:
        image = images.get(container["name"], images.get("*", ""))
        if image:
            container["image"] = image


def _container_to_debug(pod: Object, wanted: Wanted, name: str) -> Object | None:
    """The named container changed, or a new one; None when there was nothing but images to set."""
    containers: list[Object] = pod["spec"]["containers"]
    container = next((item for item in containers if item["name"] == name), None)
    if container is None:
        if not wanted.image:
            if wanted.images:
                return None
            raise KubectlError("you must specify image when creating new container")
        container = {"name": name, "terminationMessagePolicy": "File"}
        containers.append(container)
    if wanted.command and wanted.arguments_only:
        container["args"] = wanted.command
    elif wanted.command:
        container["command"] = wanted.command
        container.pop("args", None)
    given: dict[str, Any] = {"env": wanted.env, "image": wanted.image, "imagePullPolicy": wanted.pull_policy}
    container |= {key: value for key, value in given.items() if value}
    _set_terminal(container, wanted)
    return container


def _customised(container: Object, wanted: Wanted) -> Object:
    """The container with what the file of `--custom` says laid over it."""
    if wanted.custom is None:
        return container
    whole = apply_strategic(
        "Pod",
        {"spec": {"containers": [container]}},
        {"spec": {"containers": [{**wanted.custom, "name": container["name"]}]}},
    )
    changed: Object = whole["spec"]["containers"][0]
    return changed


def read_custom(text: str, path: str) -> Object:
    """The partial container of a `--custom` file, in JSON or YAML."""
    try:
        found = json.loads(text)
    except ValueError:
        found = load_yaml(text, path)
    if not isinstance(found, dict):
        raise KubectlError(f"{path} does not contain a valid container spec: it is not a mapping")
    if any(found.get(key) for key in _FIXED):
        raise KubectlError("name, command, image, lifecycle and volume devices are not modifiable via custom profile")
    return found

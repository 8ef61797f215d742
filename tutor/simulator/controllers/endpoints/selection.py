"""Which pods stand behind a Service, at which ports and in which state.

Source: k8s.io/endpointslice (utils.go), pkg/controller/endpoint, pkg/controller/util/endpoint/controller_utils.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tutor.simulator.controllers.pods import ENDED, is_ready, phase
from tutor.simulator.objects import deleting, labels_of, matches_labels, name_of, namespace_of, uid_of
from tutor.simulator.store import Change, Obj, Store

BY_LABEL = "label"
"""Index: objects by namespace and each of their labels."""
HEADLESS_LABEL = "service.kubernetes.io/headless"
Port = tuple[str, str, int, str]
"""Name, protocol, number and application protocol of a port, at one pod."""
Ports = tuple[Port, ...]


def label_keys(obj: Obj) -> Iterable[str]:
    """For an index: "namespace|key=value" of each label."""
    namespace = namespace_of(obj)
    return [f"{namespace}|{key}={value}" for key, value in labels_of(obj).items()]


def index_labels(store: Store) -> None:
    """Keep the index that `selected` reads."""
    store.add_index("pods", BY_LABEL, label_keys)


def selected(store: Store, namespace: str, selector: Mapping[str, str]) -> list[Obj]:
    """The pods of a namespace that have all labels of a plain selector."""
    if not selector:
        return store.list("pods", namespace)
    first, *rest = selector.items()
    found = store.by_index("pods", BY_LABEL, f"{namespace}|{first[0]}={first[1]}")
    return [pod for pod in found if matches_labels(selector, labels_of(pod))] if rest else found


def services_of(store: Store, change: Change) -> set[str]:
    """The keys of the Services that a pod's change concerns; none when nothing that endpoints show has changed."""
    pod, old = change.obj, change.old
    if change.type == "MODIFIED" and old is not None and _shown(pod) == _shown(old):
        return set()
    namespace = namespace_of(pod)
    keys = set()
    for service in store.list("services", namespace):
        selector = service["spec"].get("selector")
        if selector and any(matches_labels(selector, labels_of(state)) for state in (pod, old) if state is not None):
            keys.add(f"{namespace}/{name_of(service)}")
    return keys


def _shown(pod: Obj) -> tuple[Any, ...]:
    """What of a pod matters to endpoints (endpointutil.podEndpointsChanged)."""
    return (
        pod.get("status", {}).get("podIP"),
        is_ready(pod),
        deleting(pod),
        phase(pod) in ENDED,
        pod["metadata"].get("labels"),
    )


def can_serve(pod: Obj, *, terminating: bool) -> bool:
    """Whether a pod is listed at all: it has an address and has not ended."""
    if phase(pod) in ENDED or not pod.get("status", {}).get("podIP"):
        return False
    return terminating or not deleting(pod)


def ports_at(service: Obj, pod: Obj) -> Ports:
    """The Service's ports as they are at a pod; a named target port that the pod does not have is left out."""
    found = []
    for port in service["spec"].get("ports") or ():
        number = target_port(port, pod)
        if number is not None:
            found.append((port.get("name", ""), port.get("protocol", "TCP"), number, port.get("appProtocol", "")))
    return tuple(found)


def target_port(port: Mapping[str, Any], pod: Obj) -> int | None:
    """The number of a Service port's target at a pod; None when the pod has no port of that name."""
    target = port.get("targetPort", port["port"])
    if isinstance(target, int):
        return target or int(port["port"])
    for container in pod["spec"]["containers"]:
        for candidate in container.get("ports") or ():
            if candidate.get("name") == target and candidate.get("protocol", "TCP") == port.get("protocol", "TCP"):
                return int(candidate["containerPort"])
    return None


def hostname_of(service: Obj, pod: Obj) -> str:
    """The pod's own name below a headless Service's, when its subdomain is that Service."""
    spec = pod["spec"]
    return str(spec["hostname"]) if spec.get("hostname") and spec.get("subdomain") == name_of(service) else ""


def target_reference(pod: Obj) -> dict[str, str]:
    """The reference endpoints keep of a pod."""
    return {"kind": "Pod", "namespace": namespace_of(pod), "name": name_of(pod), "uid": uid_of(pod)}


def is_headless(service: Obj) -> bool:
    """Whether a Service has no address of its own."""
    return bool(service["spec"].get("clusterIP") == "None")

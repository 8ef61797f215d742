"""The ports of `kubectl port-forward`: `8080:80`, `:80`, `http`, and a Service's ports turned into those of its pod.

Follows kubectl `pkg/cmd/portforward/portforward.go` and client-go `tools/portforward`.
"""

from __future__ import annotations

from dataclasses import dataclass

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.objects import Object, get, name_of


@dataclass(frozen=True)
class PortPair:
    """A port of this computer (0: any free one) and the pod's port it leads to."""

    local: int
    remote: int


def port_pairs(words: list[str], target: Object, pod: Object) -> list[PortPair]:
    """What the words mean for a Service or pod; KubectlError in kubectl's words for what makes no sense."""
    of_service = target.get("kind") == "Service"
    _check_udp(words, get(target, "spec.ports", []) if of_service else _container_ports(pod), of_service=of_service)
    translate = _service_port if of_service else _pod_port
    return [_pair(*_translated(word, translate, target, pod)) for word in words]


def _split(word: str) -> tuple[str, str]:
    parts = word.split(":")
    return (parts[0], parts[1]) if len(parts) == 2 else (parts[0], parts[0])


def _translated(word: str, translate: object, target: Object, pod: Object) -> tuple[str, str, str]:
    local, remote = _split(word)
    assert callable(translate)  # one of the two functions below
    found = translate(remote, target, pod)
    if local == remote and not local.isdigit():
        local = found  # a name alone: the same number on both sides
    return local, found, word


def _pair(local: str, remote: str, word: str) -> PortPair:
    if local == remote and ":" not in word and not local:
        raise KubectlError(f"invalid port format '{word}'")
    numbers = [_number(text, side) for text, side in ((local or "0", "local"), (remote, "remote"))]
    if numbers[1] == 0:
        raise KubectlError("remote port must be > 0")
    return PortPair(numbers[0], numbers[1])


def _number(text: str, side: str) -> int:
    if not text.isdigit():
        problem = "invalid syntax"
    elif int(text) > 65535:
        problem = "value out of range"
    else:
        return int(text)
    raise KubectlError(f"error parsing {side} port '{text}': strconv.ParseUint: parsing \"{text}\": {problem}")


def _pod_port(text: str, target: Object, pod: Object) -> str:
    """A port's number; a name is looked up in the containers."""
    if text.isdigit():
        return text
    for port in _container_ports(pod):
        if port.get("name") == text:
            return str(port["containerPort"])
    raise KubectlError(f"Pod '{name_of(pod)}' does not have a named port '{text}'")


def _service_port(text: str, service: Object, pod: Object) -> str:
    """The pod's port behind a Service's port."""
    ports = get(service, "spec.ports", [])
    if not text.isdigit():
        named = [port for port in ports if port.get("name") == text]
        if not named:
            raise KubectlError(f"Service '{name_of(service)}' does not have a named port '{text}'")
        text = str(named[0]["port"])
    for port in ports:
        if str(port["port"]) == text:
            if get(service, "spec.clusterIP") == "None":
                return text
            goal = port.get("targetPort") or port["port"]
            return str(goal) if isinstance(goal, int) else _target_name(goal, pod)
    raise KubectlError(f"Service {name_of(service)} does not have a service port {text}")


def _target_name(name: str, pod: Object) -> str:
    for port in _container_ports(pod):
        if port.get("name") == name:
            return str(port["containerPort"])
    raise KubectlError(f"Pod '{name_of(pod)}' does not have a named port '{name}'")


def _container_ports(pod: Object) -> list[Object]:
    return [port for container in get(pod, "spec.containers", []) for port in container.get("ports") or []]


def _check_udp(words: list[str], ports: list[Object], *, of_service: bool) -> None:
    """A port that is only there for UDP cannot be forwarded."""
    key = "port" if of_service else "containerPort"
    for word in words:
        remote = _split(word)[1]
        protocols = {port.get("protocol", "TCP") for port in ports if remote in (str(port.get(key)), port.get("name"))}
        if protocols and protocols <= {"UDP", "SCTP"} and "UDP" in protocols:
            raise KubectlError(f"UDP protocol is not supported for {remote}")

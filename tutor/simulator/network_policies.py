"""NetworkPolicies: which pods may talk to which (networking.k8s.io/v1, concepts/services-networking/network-policies)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from tutor.simulator.client import Client
from tutor.simulator.images.container import ContainerConfig
from tutor.simulator.objects import labels_of, matches_selector, namespace_of
from tutor.simulator.store import Obj

POLICIES = "networkpolicies.networking.k8s.io"
BY_POD_IP = "ip"


def _ips(pod: Obj) -> Iterable[str]:
    ip = pod.get("status", {}).get("podIP")
    return (ip,) if ip and not pod["spec"].get("hostNetwork") else ()


def allows(client: Client, source: ContainerConfig, address: str, port: int, transport: str = "TCP") -> bool:
    """Whether a container may reach a pod's address and port: its own egress policies and the target's ingress policies."""
    policies = client.list(POLICIES)
    if not policies:
        return True
    client.store.add_index("pods", BY_POD_IP, _ips)
    found = client.store.by_index("pods", BY_POD_IP, address)
    target = found[0] if found else None
    sender = client.get("pods", *source.pod.split("/"))
    asked = (port, transport)
    ok = sender is None or _permitted(client, policies, "Egress", sender, target, address, asked)
    return ok and (target is None or _permitted(client, policies, "Ingress", target, sender, source.ip, asked))


def _permitted(
    client: Client,
    policies: list[Obj],
    direction: str,
    pod: Obj,
    other: Obj | None,
    address: str,
    port: tuple[int, str],
) -> bool:
    """Policies that select a pod in a direction let through what any of them names; without any, everything."""
    own = [policy for policy in policies if _applies(policy, direction, pod)]
    if not own:
        return True
    field, peers = ("ingress", "from") if direction == "Ingress" else ("egress", "to")
    receiver = pod if direction == "Ingress" else other
    for policy in own:
        for rule in policy["spec"].get(field) or ():
            if _port_matches(rule.get("ports"), port, receiver) and _peer_matches(
                client, policy, rule.get(peers), other, address
            ):
                return True
    return False


def _applies(policy: Obj, direction: str, pod: Obj) -> bool:
    spec = policy["spec"]
    if namespace_of(policy) != namespace_of(pod) or not matches_selector(spec.get("podSelector") or {}, labels_of(pod)):
        return False
    types = spec.get("policyTypes") or ["Ingress", *(["Egress"] if spec.get("egress") is not None else [])]
    return direction in types


def _port_matches(ports: Iterable[Mapping[str, Any]] | None, port: tuple[int, str], receiver: Obj | None) -> bool:
    if not ports:
        return True
    number, transport = port
    for entry in ports:
        wanted = entry.get("port")
        if entry.get("protocol", "TCP") != transport:
            continue
        if wanted is None or _number(wanted, receiver) == number:
            return True
        if isinstance(wanted, int) and entry.get("endPort") and wanted <= number <= entry["endPort"]:
            return True
    return False


def _number(port: int | str, receiver: Obj | None) -> int | None:
    if isinstance(port, int):
        return port
    for container in (receiver or {}).get("spec", {}).get("containers") or ():
        for declared in container.get("ports") or ():
            if declared.get("name") == port:
                return int(declared["containerPort"])
    return None


def _peer_matches(
    client: Client, policy: Obj, peers: Iterable[Mapping[str, Any]] | None, other: Obj | None, address: str
) -> bool:
    if not peers:
        return True
    return any(_is_peer(client, policy, peer, other, address) for peer in peers)


def _is_peer(client: Client, policy: Obj, peer: Mapping[str, Any], other: Obj | None, address: str) -> bool:
    block = peer.get("ipBlock")
    if block is not None:
        inside = IPv4Address(address) in IPv4Network(block["cidr"])
        return inside and not any(IPv4Address(address) in IPv4Network(cidr) for cidr in block.get("except") or ())
    if other is None:
        return False
    namespaces, pods = peer.get("namespaceSelector"), peer.get("podSelector")
    if namespaces is None:
        if namespace_of(other) != namespace_of(policy):
            return False
    else:
        namespace = client.get("namespaces", "", namespace_of(other))
        if namespace is None or not matches_selector(namespaces, labels_of(namespace)):
            return False
    return pods is None or matches_selector(pods, labels_of(other))

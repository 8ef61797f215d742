"""`kubectl describe networkpolicy`."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.kubectl.describe.context import Context
from tutor.kubectl.describe.writer import Writer
from tutor.kubectl.duration import parse_time
from tutor.kubectl.objects import Object, get, name_of, namespace_of
from tutor.kubectl.selectors import selector_text

_INDENT = "    "


def describe_network_policy(context: Context, obj: Object) -> str:
    writer = Writer()
    writer.line(0, "Name", name_of(obj))
    writer.line(0, "Namespace", namespace_of(obj))
    writer.line(0, "Created on", _go_time(get(obj, "metadata.creationTimestamp")))
    writer.metadata(obj)
    spec = obj.get("spec") or {}
    writer.write(0, "Spec:\n")
    selector = selector_text(spec.get("podSelector"))
    writer.write(1, "PodSelector: ")
    writer.write(2, f"{selector or '<none> (Allowing the specific traffic to all pods in this namespace)'}\n")
    types = spec.get("policyTypes") or []
    _direction(writer, "ingress", "Ingress" in types, spec.get("ingress"))
    _direction(writer, "egress", "Egress" in types, spec.get("egress"))
    writer.write(1, f"Policy Types: {', '.join(types) or '<none>'}\n")
    return writer.aligned()


def _go_time(timestamp: str | None) -> str:
    """Go's default form of a time in UTC."""
    from datetime import UTC, datetime

    return f"{datetime.fromtimestamp(parse_time(timestamp) or 0, UTC):%Y-%m-%d %H:%M:%S} +0000 UTC"


def _direction(writer: Writer, word: str, enabled: bool, rules: Sequence[Object] | None) -> None:
    if not enabled:
        writer.write(1, f"Not affecting {word} traffic\n")
        return
    writer.write(1, f"Allowing {word} traffic:\n")
    if not rules:
        writer.write(0, f"{_INDENT}<none> (Selected pods are isolated for {word} connectivity)\n")
    peers = "from" if word == "ingress" else "to"
    for index, rule in enumerate(rules or []):
        _ports(writer, rule.get("ports"))
        _peers(writer, peers, rule.get(peers))
        if index != len(rules or []) - 1:
            writer.write(0, f"{_INDENT}----------\n")


def _ports(writer: Writer, ports: Sequence[Object] | None) -> None:
    if not ports:
        writer.write(0, f"{_INDENT}To Port: <any> (traffic allowed to all ports)\n")
    for port in ports or []:
        protocol, number = port.get("protocol", "TCP"), port.get("port", "<nil>")
        if port.get("endPort") is None:
            writer.write(0, f"{_INDENT}To Port: {number}/{protocol}\n")
        else:
            writer.write(0, f"{_INDENT}To Port Range: {number}-{port['endPort']}/{protocol}\n")


def _peers(writer: Writer, direction: str, peers: Sequence[Object] | None) -> None:
    title = direction.capitalize()
    if not peers:
        where = "source" if direction == "from" else "destination"
        writer.write(0, f"{_INDENT}{title}: <any> (traffic not restricted by {where})\n")
    for peer in peers or []:
        writer.write(0, f"{_INDENT}{title}:\n")
        for label, field in (("NamespaceSelector", "namespaceSelector"), ("PodSelector", "podSelector")):
            if peer.get(field) is not None:
                writer.write(1, f"{_INDENT}{label}: {selector_text(peer[field]) or '<none>'}\n")
        block = peer.get("ipBlock")
        if block:
            writer.write(1, f"{_INDENT}IPBlock:\n")
            writer.write(2, f"{_INDENT}CIDR: {block.get('cidr', '')}\n")
            writer.write(2, f"{_INDENT}Except: {', '.join(block.get('except') or [])}\n")

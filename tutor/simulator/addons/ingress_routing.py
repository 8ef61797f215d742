"""Which Service an Ingress sends a request to: by host, then by the longest path (networking.k8s.io/v1 rules)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Backend:
    """A Service and its port, by number or by name."""

    namespace: str
    service: str
    port: int | str


def route(ingresses: Iterable[Mapping[str, Any]], host: str, path: str) -> Backend | None:
    """Where a request goes; None: to nobody (404). `host` may have a port."""
    wanted = host.partition(":")[0].lower()
    found: list[tuple[tuple[int, int, int], Backend]] = []
    defaults: list[Backend] = []
    for ingress in ingresses:
        for rule in ingress["spec"].get("rules") or ():
            host_rank = _host_rank(rule.get("host", ""), wanted)
            for entry in (rule.get("http") or {}).get("paths") or () if host_rank else ():
                path_rank = _path_rank(entry, path)
                if path_rank is not None:
                    found.append(((host_rank, *path_rank), _backend(ingress, entry["backend"])))
        if ingress["spec"].get("defaultBackend"):
            defaults.append(_backend(ingress, ingress["spec"]["defaultBackend"]))
    if found:
        return max(found, key=lambda pair: pair[0])[1]
    return defaults[0] if defaults else None


def _backend(ingress: Mapping[str, Any], backend: Mapping[str, Any]) -> Backend:
    service = backend["service"]
    port = service["port"]
    return Backend(ingress["metadata"]["namespace"], service["name"], port.get("number") or port.get("name", ""))


def _host_rank(pattern: str, host: str) -> int:
    """0: does not match; the higher, the more exactly."""
    if not pattern:
        return 1
    if pattern.startswith("*."):
        return 2 if host.partition(".")[2] == pattern[2:].lower() else 0
    return 3 if pattern.lower() == host else 0


def _path_rank(entry: Mapping[str, Any], path: str) -> tuple[int, int] | None:
    """Length and exactness of a match; None: there is none."""
    wanted, kind = entry.get("path") or "/", entry.get("pathType", "ImplementationSpecific")
    plain = path.partition("?")[0]
    if kind == "Exact":
        return (len(wanted), 1) if plain == wanted else None
    prefix = wanted.rstrip("/")
    return (len(prefix), 0) if plain == prefix or plain.startswith(f"{prefix}/") or not prefix else None

"""What cluster DNS knows: Services, their endpoints and pods by name (specification of Kubernetes DNS-based service discovery,
version 1.1.0; CoreDNS, plugin/kubernetes)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from tutor.simulator.client import Client
from tutor.simulator.objects import labels_of, namespace_of
from tutor.simulator.store import Obj

DOMAIN = "cluster.local"
SLICES = "endpointslices.discovery.k8s.io"
BY_IP = "cluster-ip"
BY_SERVICE = "service"
TTL = 30
"""Seconds for which an answer may be kept (the Corefile of kubeadm)."""
_REVERSE = ".in-addr.arpa"


class Record(NamedTuple):
    """One line of an answer. `name` is in full, without the last dot."""

    name: str
    kind: str
    data: str


class DnsAnswer(NamedTuple):
    """`status` is "NOERROR", "NXDOMAIN" or "SERVFAIL": the latter for names that some other server would know."""

    status: str
    records: tuple[Record, ...] = ()


class ClusterDns:
    """Answers questions from what the API has; the store has the indexes by address and by Service."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._store = client.store

    def answer(self, name: str, kind: str = "A") -> DnsAnswer:
        """The records of a kind ("A", "AAAA", "SRV", "CNAME", "PTR" ...) that a name in full has."""
        name = name.rstrip(".").lower()
        if name.endswith(_REVERSE):
            return self._reverse(name, kind)
        if name != DOMAIN and not name.endswith(f".{DOMAIN}"):
            return DnsAnswer("SERVFAIL")
        found = self._records(name, kind)
        if found is None:
            return DnsAnswer("NXDOMAIN")
        return DnsAnswer("NOERROR", tuple(record for record in found if record.kind in (kind, "CNAME")))

    def addresses(self, name: str) -> list[str]:
        """The addresses that a name in full leads to."""
        return [record.data for record in self.answer(name).records if record.kind == "A"]

    def _records(self, name: str, kind: str) -> list[Record] | None:
        """All that there is of a name; None when there is no such name."""
        parts = name.removesuffix(DOMAIN).rstrip(".").split(".")
        if parts in ([""], ["svc"], ["pod"]):
            return []
        if parts[-1] not in ("svc", "pod"):
            return None
        if len(parts) == 2:
            return [] if self._client.get("namespaces", "", parts[0]) is not None else None
        if parts[-1] == "pod":
            return self._pod(name, parts)
        service = self._client.get("services", parts[-2], parts[-3])
        if service is None:
            return None
        if service["spec"].get("type") == "ExternalName":
            return self._external(name, service, kind) if len(parts) == 3 else None
        if len(parts) == 3:
            return [Record(name, "A", address) for address in self._of_service(service)] or None
        if len(parts) == 4:
            return [Record(name, "A", address) for address in self._by_host(service, parts[0])] or None
        if len(parts) == 5 and parts[0].startswith("_") and parts[1].startswith("_"):
            return self._ports(name, service, parts[0][1:], parts[1][1:]) or None
        return None

    @staticmethod
    def _pod(name: str, parts: list[str]) -> list[Record] | None:
        """A pod by its address with dashes, whether it is there or not (`pods insecure`)."""
        address = parts[0].replace("-", ".")
        return [Record(name, "A", address)] if len(parts) == 3 and address.count(".") == 3 else None

    def _external(self, name: str, service: Obj, kind: str) -> list[Record]:
        """An ExternalName Service: another name, with its addresses when they are known here. A name of the cluster is told only
        with the addresses that it has (CoreDNS, plugin/backend_lookup.go)."""
        target = str(service["spec"].get("externalName", "")).rstrip(".")
        further = list(self.answer(target, kind).records) if target.endswith(DOMAIN) and kind != "CNAME" else []
        wanted = kind in ("A", "AAAA") and target.endswith(DOMAIN)
        if wanted and not any(record.kind == kind for record in further):
            return []
        return [Record(name, "CNAME", f"{target}."), *further]

    def _of_service(self, service: Obj) -> list[str]:
        spec = service["spec"]
        if spec.get("clusterIP") != "None":
            return [ip for ip in (spec.get("clusterIPs") or [spec.get("clusterIP")]) if ip]
        return [endpoint["addresses"][0] for endpoint, _ in self._ready(service)]

    def _by_host(self, service: Obj, host: str) -> list[str]:
        if service["spec"].get("clusterIP") != "None":
            return []
        found = self._ready(service)
        return [endpoint["addresses"][0] for endpoint, _ in found if host_of(endpoint) == host]

    def _ready(self, service: Obj) -> Iterable[tuple[Mapping[str, Any], Obj]]:
        """The endpoints that are shown, each with its slice."""
        key = f"{namespace_of(service)}/{service['metadata']['name']}"
        for slice_ in self._store.by_index(SLICES, BY_SERVICE, key):
            for endpoint in slice_.get("endpoints") or ():
                if (endpoint.get("conditions") or {}).get("ready", True):
                    yield endpoint, slice_

    def _ports(self, name: str, service: Obj, port: str, protocol: str) -> list[Record]:
        """Where a named port is: at the Service, or at each endpoint of a headless one."""
        full = f"{service['metadata']['name']}.{namespace_of(service)}.svc.{DOMAIN}."
        if service["spec"].get("clusterIP") != "None":
            return [
                Record(name, "SRV", f"0 100 {entry['port']} {full}")
                for entry in service["spec"].get("ports") or ()
                if entry.get("name") == port and entry.get("protocol", "TCP").lower() == protocol
            ]
        found = [
            (entry["port"], f"{host_of(endpoint)}.{full}")
            for endpoint, slice_ in self._ready(service)
            for entry in slice_.get("ports") or ()
            if entry.get("name") == port and entry.get("protocol", "TCP").lower() == protocol
        ]
        return [Record(name, "SRV", f"0 {100 // len(found)} {number} {host}") for number, host in found]

    def _reverse(self, name: str, kind: str) -> DnsAnswer:
        """The name of a Service by its address, or of an endpoint of a headless Service."""
        address = ".".join(reversed(name.removesuffix(_REVERSE).split(".")))
        names = [
            f"{service['metadata']['name']}.{namespace_of(service)}.svc.{DOMAIN}."
            for service in self._store.by_index("services", BY_IP, address)
        ] or list(self._endpoint_names(address))
        if not names:
            return DnsAnswer("NXDOMAIN")
        return DnsAnswer("NOERROR", tuple(Record(name, "PTR", n) for n in names) if kind == "PTR" else ())

    def _endpoint_names(self, address: str) -> Iterable[str]:
        for slice_ in self._store.list(SLICES):
            for endpoint in slice_.get("endpoints") or ():
                owner = labels_of(slice_).get("kubernetes.io/service-name")
                if owner and address in endpoint["addresses"]:
                    yield f"{host_of(endpoint)}.{owner}.{namespace_of(slice_)}.svc.{DOMAIN}."


def host_of(endpoint: Mapping[str, Any]) -> str:
    """What an endpoint is called below its Service's name: its host name, or else its address with dashes."""
    return str(endpoint.get("hostname") or endpoint["addresses"][0].replace(".", "-"))

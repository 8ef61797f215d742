"""The cluster network: names, Service addresses, and connections between containers.

Names come from cluster DNS, Services from EndpointSlices, as on a real node: what the API says decides where a request goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tutor.simulator import host_ports
from tutor.simulator.client import Client
from tutor.simulator.cluster_dns import BY_IP, BY_SERVICE, SLICES, ClusterDns, DnsAnswer
from tutor.simulator.images.container import Container, ContainerConfig
from tutor.simulator.images.traffic import HTTP, HTTPS, TCP, UDP, ConnectionFailed, Request, Response, transport
from tutor.simulator.images.volumes import VolumeStore
from tutor.simulator.network_policies import allows
from tutor.simulator.objects import labels_of, namespace_of
from tutor.simulator.resolving import DNS_SERVER, in_hosts, resolver_of
from tutor.simulator.store import Obj

if TYPE_CHECKING:
    from tutor.simulator.images.shared import SharedProcesses

BY_ADDRESS = "address"
TIMEOUT_SECONDS = 130.0
"""How long a client's system tries to connect to somebody who does not answer."""
REFUSED_SECONDS = 0.001
UNREACHABLE_SECONDS = 3.0
"""How long it takes to learn that there is no route to an address on a node."""
DNS_TIMEOUT_SECONDS = 10.0
LOCAL = ("localhost", "127.0.0.1")

Finder = Callable[[str, int, str], tuple[Container | None, bool]]
"""The container that listens at an address and port, and whether there is a pod at the address at all."""
AskApi = Callable[[Request], Response]
"""Asks the API server in the name of a pod. Raises ConnectionFailed when it does not answer."""


def _service_ips(service: Obj) -> Iterable[str]:
    spec = service["spec"]
    ips = [*(spec.get("clusterIPs") or ()), *(spec.get("externalIPs") or ())]
    ips += [
        entry["ip"]
        for entry in (service.get("status", {}).get("loadBalancer") or {}).get("ingress") or ()
        if "ip" in entry
    ]
    return [ip for ip in ips if ip and ip != "None"]


def _slice_service(slice_: Obj) -> Iterable[str]:
    name = labels_of(slice_).get("kubernetes.io/service-name")
    return (f"{namespace_of(slice_)}/{name}",) if name else ()


def _node_addresses(node: Obj) -> Iterable[str]:
    return [
        entry["address"] for entry in node.get("status", {}).get("addresses") or () if entry["type"] == "InternalIP"
    ]


def _shares_with_nobody(_: ContainerConfig) -> None:
    """Without a kubelet there are no other containers."""


class Network:
    """What containers reach, seen from one moment to the next; it remembers which nodes are cut off."""

    def __init__(self, client: Client, volumes: VolumeStore, find: Finder, ask_api: AskApi) -> None:
        self.volumes = volumes
        self._ask_api = ask_api
        self._client = client
        self._store = client.store
        self._find = find
        self._names = ClusterDns(client)
        self._ids = client.registry.ids
        self.find_sharing: Callable[[ContainerConfig], SharedProcesses | None] = _shares_with_nobody
        """Set by the kubelet."""
        self.cut_off: frozenset[str] = frozenset()
        """Nodes that nothing reaches and that reach nothing."""
        self._store.add_index("services", BY_IP, _service_ips)
        self._store.add_index(SLICES, BY_SERVICE, _slice_service)
        self._store.add_index("nodes", BY_ADDRESS, _node_addresses)
        host_ports.register(self._store)

    @property
    def now(self) -> float:
        """The cluster's time."""
        return self._client.now

    # -- names

    def resolve(self, config: ContainerConfig, name: str) -> list[str]:
        """The addresses of a name, trying the search domains of the pod. Raises ConnectionFailed without DNS."""
        if name in LOCAL:
            return ["127.0.0.1"]
        if _is_address(name):
            return [name]
        listed = in_hosts(config.hosts, name)
        if listed:
            return [listed]
        resolver = resolver_of(config.resolver)
        if DNS_SERVER not in resolver.servers or not self._dns_answers():
            raise ConnectionFailed("no-host", seconds=DNS_TIMEOUT_SECONDS)
        for candidate in resolver.candidates(name):
            found = self._names.addresses(candidate)
            if found:
                return found
        return []

    def _dns_answers(self) -> bool:
        return bool(self._endpoints("kube-system", "kube-dns", "dns"))

    def dns(self, config: ContainerConfig, name: str, kind: str) -> DnsAnswer:
        """What cluster DNS answers about a name in full. Raises ConnectionFailed when it does not answer."""
        if DNS_SERVER not in resolver_of(config.resolver).servers or not self._dns_answers():
            raise ConnectionFailed("no-host", seconds=DNS_TIMEOUT_SECONDS)
        return self._names.answer(name, kind)

    # -- connections

    def request(self, config: ContainerConfig, host: str, port: int, request: Request) -> Response:
        """A request by a container to a name or an address. Raises ConnectionFailed."""
        addresses = self.resolve(config, host)
        if not addresses:
            raise ConnectionFailed("no-host", seconds=0.01)
        address = addresses[self._ids.choice(len(addresses))] if len(addresses) > 1 else addresses[0]
        loopback = address == host_ports.LOOPBACK
        if loopback:
            address = config.ip
        headers = {**request.headers, "X-From": request.headers.get("X-From", config.ip)}
        sent = Request(request.method, request.path, headers, request.body, request.protocol)
        return self._connect(config, address, port, sent, loopback=loopback)

    def _connect(
        self, config: ContainerConfig, address: str, port: int, request: Request, *, loopback: bool
    ) -> Response:
        services = self._store.by_index("services", BY_IP, address)
        if not services and self.is_node(address):
            service, number = self._node_port(port, request.protocol)
            if service is not None:
                return self._to_service(service, number, request, config, address)
            at = host_ports.LOOPBACK if loopback else address
            inner = host_ports.target(self._store, address, at, port, request.protocol)
            if inner is not None:
                return self._to_pod(config, *inner, request, f"{at}:{port}")
        if not services:
            return self._to_pod(config, address, port, request, f"{address}:{port}")
        service = services[0]
        ports = service["spec"].get("ports") or ()
        name = next((p.get("name", "") for p in ports if p["port"] == port and _carries(p, request.protocol)), None)
        shown = f"{address}:{port}"
        if name is None:
            raise ConnectionFailed("refused", shown, REFUSED_SECONDS)
        if service["metadata"]["name"] == "kubernetes" and namespace_of(service) == "default":
            return self._ask_api(request)
        targets = self._endpoints(namespace_of(service), service["metadata"]["name"], name)
        if not targets:
            raise ConnectionFailed("refused", shown, REFUSED_SECONDS)
        if service["spec"].get("internalTrafficPolicy") == "Local" and config is not None:
            targets = [target for target in targets if self._node_of(target[0]) == self._node_of(config.ip)]
            if not targets:
                raise ConnectionFailed("timeout", shown, TIMEOUT_SECONDS)
        target = targets[self._choose(config, service, len(targets))]
        return self._to_pod(config, *target, request, shown)

    def _node_port(self, port: int, protocol: str) -> tuple[Obj | None, int]:
        """The Service that a node port leads to, and the Service's own port."""
        for service in self._client.list("services"):
            for entry in service["spec"].get("ports") or ():
                if entry.get("nodePort") == port and _carries(entry, protocol):
                    return service, int(entry["port"])
        return None, 0

    def _choose(self, config: ContainerConfig | None, service: Obj, count: int) -> int:
        """Which endpoint: any, or with session affinity always the same for a client."""
        if service["spec"].get("sessionAffinity") == "ClientIP" and config is not None:
            return sum(int(part) for part in config.ip.split(".")) % count
        return self._ids.choice(count) if count > 1 else 0

    def _endpoints(self, namespace: str, name: str, port_name: str) -> list[tuple[str, int]]:
        """Addresses and ports of a Service port that take traffic: ready ones, or with none of them those that still serve
        while they end (proxy/endpointslicecache.go, topology.go)."""
        ready, serving = [], []
        for slice_ in self._store.by_index(SLICES, BY_SERVICE, f"{namespace}/{name}"):
            number = next((p["port"] for p in slice_.get("ports") or () if (p.get("name") or "") == port_name), None)
            if number is None:
                continue
            for endpoint in slice_.get("endpoints") or ():
                conditions = endpoint.get("conditions") or {}
                if conditions.get("ready", True):
                    ready.append((endpoint["addresses"][0], number))
                elif conditions.get("serving") and conditions.get("terminating"):
                    serving.append((endpoint["addresses"][0], number))
        return ready or serving

    def _to_pod(
        self, config: ContainerConfig | None, address: str, port: int, request: Request, shown: str
    ) -> Response:
        container, is_pod = self._find(address, port, request.protocol)
        if self._is_cut_off(config, address):
            raise ConnectionFailed("timeout", shown, TIMEOUT_SECONDS)
        if not is_pod:
            known = bool(self._node_of(address))
            raise ConnectionFailed(
                *(("unreachable", shown, UNREACHABLE_SECONDS) if known else ("timeout", shown, TIMEOUT_SECONDS))
            )
        if config is not None and not allows(self._client, config, address, port, transport(request.protocol)):
            raise ConnectionFailed("timeout", shown, TIMEOUT_SECONDS)
        if container is None:
            raise ConnectionFailed("refused", shown, REFUSED_SECONDS)
        _check_protocol(container, port, request, shown)
        return container.serve(self, port, request)

    def direct(self, ip: str, port: int, request: Request) -> Response:
        """A request from a pod's own node, as kubelets make for probes. Raises ConnectionFailed."""
        container, is_pod = self._find(ip, port, request.protocol)
        if not is_pod:
            raise ConnectionFailed("timeout", f"{ip}:{port}", TIMEOUT_SECONDS)
        if container is None:
            raise ConnectionFailed("refused", f"{ip}:{port}", REFUSED_SECONDS)
        _check_protocol(container, port, request, f"{ip}:{port}")
        return container.serve(self, port, request)

    def sharing(self, config: ContainerConfig) -> SharedProcesses | None:
        """The containers that a container shares its processes with; None when it has them for itself."""
        return self.find_sharing(config)

    def reaches(self, config: ContainerConfig, address: str) -> bool:
        """Whether a container reaches a pod or a node at an address, as ping finds out. Service addresses answer on their ports
        only (pkg/proxy: there is no rule for anything else)."""
        if address.startswith("127."):
            return True
        return self._find(address, 0, TCP)[1] and not self._is_cut_off(config, address)

    def objects(self, resource: str) -> list[Mapping[str, Any]]:
        """API objects, for containers that are controllers."""
        return list(self._client.list(resource))

    def to_service(self, namespace: str, name: str, port: int | str, request: Request) -> Response:
        """A request to a Service port, as an ingress controller or a node port makes. Raises ConnectionFailed."""
        service = self._client.get("services", namespace, name)
        if service is None:
            raise ConnectionFailed("no-host")
        return self._to_service(service, port, request)

    def _to_service(
        self,
        service: Obj,
        port: int | str,
        request: Request,
        config: ContainerConfig | None = None,
        node: str = "",
    ) -> Response:
        """A request to a Service port. `node`: the address of the node whose port it came to, if it did."""
        namespace, name = namespace_of(service), service["metadata"]["name"]
        ports = service["spec"].get("ports") or ()
        matching = (p for p in ports if port in (p["port"], p.get("name")) and _carries(p, request.protocol))
        port_name = next((p.get("name", "") for p in matching), None)
        targets = self._endpoints(namespace, name, port_name) if port_name is not None else []
        if not targets:
            raise ConnectionFailed("refused", f"{name}:{port}", REFUSED_SECONDS)
        if node and service["spec"].get("externalTrafficPolicy") == "Local":
            targets = [target for target in targets if self._node_of(target[0]) == self._name_of_node(node)]
            if not targets:
                raise ConnectionFailed("timeout", f"{node}:{port}", TIMEOUT_SECONDS)
        address, number = targets[self._choose(config, service, len(targets))]
        return self._to_pod(None, address, number, request, f"{address}:{number}")

    def _name_of_node(self, address: str) -> str:
        nodes = self._store.by_index("nodes", BY_ADDRESS, address)
        return str(nodes[0]["metadata"]["name"]) if nodes else ""

    def _is_cut_off(self, config: ContainerConfig | None, address: str) -> bool:
        if not self.cut_off:
            return False
        nodes = {self._node_of(address)}
        if config is not None:
            nodes.add(self._node_of(config.ip))
        return bool(nodes & self.cut_off)

    def is_node(self, address: str) -> bool:
        """Whether an address is a node's own."""
        return bool(self._store.by_index("nodes", BY_ADDRESS, address))

    def _node_of(self, address: str) -> str:
        prefix = address.rpartition(".")[0]
        for node in self._client.list("nodes"):
            if str(node["spec"].get("podCIDR", "")).startswith(f"{prefix}."):
                return str(node["metadata"]["name"])
        return ""


def _check_protocol(container: Container, port: int, request: Request, shown: str) -> None:
    """Client and server must speak the same. Raises ConnectionFailed."""
    if request.protocol == UDP:
        return
    spoken = container.ports().get(port, TCP)
    if request.protocol not in (TCP, spoken):
        raise ConnectionFailed("protocol" if spoken in (HTTP, HTTPS) else "reset", shown, REFUSED_SECONDS)


def _carries(entry: Mapping[str, Any], protocol: str) -> bool:
    """Whether a Service port is for what carries a protocol."""
    return bool(entry.get("protocol", "TCP") == transport(protocol))


def _is_address(text: str) -> bool:
    parts = text.split(".")
    return len(parts) == 4 and all(part.isdigit() and int(part) < 256 for part in parts)

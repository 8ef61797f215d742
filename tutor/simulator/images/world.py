"""What containers see of the cluster around them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from tutor.simulator.images.traffic import Request, Response
from tutor.simulator.images.volumes import VolumeStore

if TYPE_CHECKING:
    from tutor.simulator.cluster_dns import DnsAnswer
    from tutor.simulator.images.container import ContainerConfig
    from tutor.simulator.images.shared import SharedProcesses


class World(Protocol):
    """What lies outside of a container."""

    volumes: VolumeStore

    @property
    def now(self) -> float:
        """The cluster's time."""

    def request(self, config: ContainerConfig, host: str, port: int, request: Request) -> Response:
        """A request by a container. Raises ConnectionFailed."""

    def resolve(self, config: ContainerConfig, name: str) -> list[str]:
        """The addresses of a name as cluster DNS knows them. Raises ConnectionFailed when DNS does not answer."""

    def dns(self, config: ContainerConfig, name: str, kind: str) -> DnsAnswer:
        """What cluster DNS answers about a name in full. Raises ConnectionFailed when it does not answer."""

    def reaches(self, config: ContainerConfig, address: str) -> bool:
        """Whether a container reaches somebody at an address: a pod or a node."""

    def sharing(self, config: ContainerConfig) -> SharedProcesses | None:
        """The containers that a container shares its processes with; None when it has them for itself."""

    def objects(self, resource: str) -> list[Mapping[str, Any]]:
        """API objects of a resource, such as "ingresses.networking.k8s.io"."""

    def to_service(self, namespace: str, name: str, port: int | str, request: Request) -> Response:
        """A request to an endpoint of a Service port, given by number or name. Raises ConnectionFailed."""

    def direct(self, ip: str, port: int, request: Request) -> Response:
        """A request to an address from its own node. Raises ConnectionFailed."""

"""Servers without anything special: they log a line, listen on their usual ports and stay up."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.simulator.images.programs.base import MIB, Here, Program
from tutor.simulator.images.traffic import HTTP, HTTPS, TCP, Request, Response

_HTTPS_PORTS = {443, 6443, 8443, 9443, 10250, 10257, 10259}
_HTTP_PORTS = {80, 3000, 4000, 5000, 5601, 8000, 8080, 8081, 8888, 9000, 9090, 9093, 9100, 9200}


class Server(Program):
    """What an image of the catalogue is described by: options "ports", "log", "needs" (an environment variable without which
    it ends), "complaint", and "speaks" ("http": on all its ports)."""

    resident = 30 * MIB

    def __init__(self) -> None:
        super().__init__()
        self._ports: tuple[int, ...] = ()
        self._speaks_http = False

    def start(self, here: Here) -> None:
        needed = [name for name in here.options.get("needs", "").split("|") if name]
        if needed and not any(here.environment.get(name) for name in needed):
            here.log(here.options.get("complaint", f"{needed[0]} is not set") + "\n", "stderr")
            here.exit(1)
            return
        self._ports = tuple(int(port) for port in here.options.get("ports", "").split() if port)
        self._speaks_http = here.options.get("speaks") == HTTP
        if here.options.get("log"):
            here.log(here.options["log"] + "\n")

    def ports(self) -> Mapping[int, str]:
        if self._speaks_http:
            return dict.fromkeys(self._ports, HTTP)
        return {port: HTTPS if port in _HTTPS_PORTS else HTTP if port in _HTTP_PORTS else TCP for port in self._ports}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        return Response(200, b"OK\n")


class Pause(Program):
    """The program that does nothing (registry.k8s.io/pause)."""

    resident = MIB // 2
    idle_cpu = 0.0

    def signal(self, here: Here, name: str) -> None:
        if name in ("INT", "TERM"):
            here.log("Shutting down, got signal: Terminated\n", "stderr")
        super().signal(here, name)


class CoreDNS(Program):
    """Cluster DNS. Names are resolved by the network itself; this is the server that has to be up for it."""

    resident = 16 * MIB
    idle_cpu = 0.002
    stop_seconds = 5.0

    def start(self, here: Here) -> None:
        here.log(".:53\nCoreDNS-1.13.1\nlinux/amd64, go1.25\n")

    def ports(self) -> Mapping[int, str]:
        return {53: TCP, 8080: HTTP, 8181: HTTP, 9153: HTTP}

    def datagram_ports(self) -> tuple[int, ...]:
        return (53,)

    def serve(self, here: Here, port: int, request: Request) -> Response:
        return Response(200, b"OK")


class Say(Program):
    """Says what the image tells it to and ends at once: an interpreter with nothing to do says nothing."""

    def start(self, here: Here) -> None:
        if here.options.get("log"):
            here.log(here.options["log"] + "\n")
        here.exit(0)


PROGRAMS = {"server": Server, "pause": Pause, "coredns": CoreDNS, "nothing": Say, "say": Say}

"""Programs of add-ons: metrics-server and the proxy of ingress-nginx."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tutor.simulator.addons.ingress_routing import Backend, route
from tutor.simulator.images.programs.base import MIB, Here, Program
from tutor.simulator.images.traffic import HTTP, HTTPS, ConnectionFailed, Request, Response


class MetricsServer(Program):
    """metrics-server's process: it is up and healthy. What it measures is in controllers.metrics_server."""

    resident = 20 * MIB
    idle_cpu = 0.004
    stop_seconds = 1.0
    PORT = 10250

    def start(self, here: Here) -> None:
        here.log(f'"Generated self-signed cert"\n"Serving securely on [::]:{self.PORT}"\n', "stderr")

    def ports(self) -> Mapping[int, str]:
        return {self.PORT: HTTPS}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        if request.path in ("/readyz", "/livez", "/healthz"):
            return Response(200, b"ok")
        return Response(403, b'forbidden: User "system:anonymous" cannot get path\n')


class IngressNginx(Program):
    """The reverse proxy of ingress-nginx: sends a request on to the Service that an Ingress of its class names."""

    resident = 90 * MIB
    idle_cpu = 0.003
    HEALTH = 10254
    CONTROLLER = "k8s.io/ingress-nginx"

    def start(self, here: Here) -> None:
        here.log("NGINX Ingress controller\n", "stderr")

    def ports(self) -> Mapping[int, str]:
        return {80: HTTP, 443: HTTPS, self.HEALTH: HTTP}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        if port == self.HEALTH:
            return Response(200 if request.path == "/healthz" else 404, b"ok")
        host = next((value for name, value in request.headers.items() if name.lower() == "host"), "")
        backend = route(self._ingresses(here), host, request.path)
        response = _page(404, "Not Found") if backend is None else _forward(here, backend, request)
        here.log(f'"{request.method} {request.path} HTTP/1.1" {response.status} {len(response.body)}\n')
        return response

    def _ingresses(self, here: Here) -> list[Mapping[str, Any]]:
        classes = here.objects("ingressclasses.networking.k8s.io")
        own = {c["metadata"]["name"] for c in classes if c["spec"].get("controller") == self.CONTROLLER}
        ingresses = here.objects("ingresses.networking.k8s.io")
        return [ingress for ingress in ingresses if ingress["spec"].get("ingressClassName") in own]


def _forward(here: Here, backend: Backend, request: Request) -> Response:
    port = _number(here, backend)
    if port is None:
        return _page(503, "Service Temporarily Unavailable")
    host = f"{backend.service}.{backend.namespace}.svc.cluster.local"
    try:
        return here.request(host, port, replace(request, protocol=HTTP))
    except ConnectionFailed as failure:
        if failure.kind == "timeout":
            return _page(504, "Gateway Time-out")
        return _page(503, "Service Temporarily Unavailable")


def _number(here: Here, backend: Backend) -> int | None:
    """The Service's port, if there is such a Service and port."""
    for service in here.objects("services"):
        metadata = service["metadata"]
        if (metadata.get("namespace"), metadata["name"]) == (backend.namespace, backend.service):
            for port in service["spec"].get("ports") or ():
                if backend.port in (port["port"], port.get("name")):
                    return int(port["port"])
    return None


def _page(status: int, text: str) -> Response:
    body = f"<html>\n<head><title>{status} {text}</title></head>\n<body>\n<center><h1>{status} {text}</h1></center>\n"
    return Response(status, f"{body}<hr><center>nginx</center>\n</body>\n</html>\n".encode())


PROGRAMS = {"metrics-server": MetricsServer, "ingress-nginx": IngressNginx}

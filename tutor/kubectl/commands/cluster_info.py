"""`kubectl cluster-info`."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.commands import cluster_dump
from tutor.kubectl.objects import Object, get, labels_of, name_of, namespace_of


def run(invocation: Invocation) -> None:
    server = invocation.api.connection.endpoint.server
    query = {"labelSelector": "kubernetes.io/cluster-service=true"}
    services = invocation.api.get("/api/v1/namespaces/kube-system/services", query).get("items") or []
    invocation.out(f"Kubernetes control plane is running at {server}\n")
    for service in services:
        invocation.out(
            f"{labels_of(service).get('kubernetes.io/name') or name_of(service)} is running at "
            f"{_link(server, service)}\n"
        )
    invocation.out("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n")


def _link(server: str, service: Object) -> str:
    """The load balancer's address, or the path through the API server's proxy."""
    ingress = get(service, "status.loadBalancer.ingress", [])
    if ingress:
        address = ingress[0].get("ip") or ingress[0].get("hostname")
        return " ".join(f"http://{address}:{port['port']}" for port in get(service, "spec.ports", []))
    ports = get(service, "spec.ports", [])
    name = name_of(service)
    if len(ports) == 1:
        scheme = "https:" if ports[0]["port"] == 443 or ports[0].get("name") == "https" else ""
        port = f":{ports[0]['name']}" if ports[0].get("name") else ""
        name = f"{scheme}{name}{port}" if not scheme else f"{scheme}{name}:{ports[0].get('name', '')}"
    return f"{server}/api/v1/namespaces/{namespace_of(service)}/services/{name}/proxy"


COMMAND = Command(
    name="cluster-info",
    short="Display cluster information",
    usage="cluster-info",
    run=run,
    long="Where the control plane is, and the services marked as part of the cluster.",
    subcommands=(cluster_dump.COMMAND,),
)

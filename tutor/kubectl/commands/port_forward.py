"""`kubectl port-forward`: a port of this computer leads to a pod's port. Follows kubectl `pkg/cmd/portforward/portforward.go`."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError, TimedOut
from tutor.kubectl.flags import duration, strings
from tutor.kubectl.forwarder import PROTOCOLS, Forwarder
from tutor.kubectl.local_ports import ListenFailed, check_loopback
from tutor.kubectl.objects import Object, get, name_of, namespace_of
from tutor.kubectl.pods import named_info, pods_of, pods_resource
from tutor.kubectl.port_pairs import PortPair, port_pairs
from tutor.kubectl.resources import Info
from tutor.kubectl.streams import open_socket, remote_path

if TYPE_CHECKING:
    import websocket

_POLL = 0.5  # seconds between looks at pods that do not run yet


def run(invocation: Invocation) -> None:
    if len(invocation.args) < 2:
        raise invocation.usage_error("TYPE/NAME and list of ports are required for port-forward")
    limit = invocation.options.seconds("pod-running-timeout")
    if limit <= 0:
        raise KubectlError("--pod-running-timeout must be higher than zero")
    info = named_info(invocation, invocation.args[0])
    pod = _pod(invocation, info, limit)
    pairs = port_pairs(invocation.args[1:], info.obj, pod)
    phase = get(pod, "status.phase", "")
    if phase != "Running":
        raise KubectlError(f"unable to forward port because pod is not running. Current status={phase}")
    addresses = _addresses(invocation)
    listeners = _listen_all(invocation, pairs, addresses)
    with invocation.io.ports.closing([listener for listener, _ in listeners]):
        _forwarder(invocation, pod).run(listeners)


def _pod(invocation: Invocation, info: Info, limit: float) -> Object:
    """The pod itself, or the first that runs of those a workload or Service has, waited for."""
    if info.resource.plural == "pods":
        return info.obj
    deadline = time.monotonic() + limit
    while True:
        pods = pods_of(invocation, info)
        if pods and get(pods[0], "status.phase") == "Running":
            return pods[0]
        if time.monotonic() >= deadline:
            raise TimedOut
        invocation.io.sleep(_POLL)


def _forwarder(invocation: Invocation, pod: Object) -> Forwarder:
    base = pods_resource(invocation).path(namespace_of(pod), name_of(pod), "portforward")
    api = invocation.api

    def connect(port: int) -> websocket.WebSocket:
        return open_socket(api.connection, remote_path(base, [("ports", str(port))]), api.headers, PROTOCOLS)

    return Forwarder(invocation.io, connect)


def _addresses(invocation: Invocation) -> list[tuple[str, bool]]:
    """The addresses to listen on, and whether each must be had: of `localhost`, one of the two is enough."""
    found: list[tuple[str, bool]] = []
    for address in dict.fromkeys(invocation.options.many("address")):
        check_loopback(address)
        found += [("127.0.0.1", False), ("::1", False)] if address == "localhost" else [(address, True)]
    return found


def _listen_all(
    invocation: Invocation, pairs: list[PortPair], addresses: list[tuple[str, bool]]
) -> list[tuple[socket.socket, PortPair]]:
    found: list[tuple[socket.socket, PortPair]] = []
    for pair in pairs:
        listeners, problems = _listen(invocation, pair, addresses)
        found += listeners
        if problems:
            words = " ".join(f"unable to create listener: Error {problem}" for problem in problems)
            invocation.err(
                f"Unable to listen on port {pair.local}: Listeners failed to create with the following errors: [{words}]\n"
            )
    if not found:
        wanted = " ".join(f"{{{pair.local} {pair.remote}}}" for pair in pairs)
        raise KubectlError(f"unable to listen on any of the requested ports: [{wanted}]")
    return found


def _listen(
    invocation: Invocation, pair: PortPair, addresses: list[tuple[str, bool]]
) -> tuple[list[tuple[socket.socket, PortPair]], list[str]]:
    """The listeners of one pair, which share a free port when any will do; and what went wrong."""
    found: list[tuple[socket.socket, PortPair]] = []
    problems: list[str] = []
    for address, required in addresses:
        try:
            listener = invocation.io.ports.listen(address, pair.local)
        except ListenFailed as problem:
            if required or "address already in use" in str(problem) or not found:
                problems.append(str(problem))
            continue
        pair = replace(pair, local=int(listener.getsockname()[1]))
        shown = f"[{address}]" if ":" in address else address
        invocation.out(f"Forwarding from {shown}:{pair.local} -> {pair.remote}\n")
        found.append((listener, pair))
    return found, problems


COMMAND = Command(
    name="port-forward",
    short="Forward one or more local ports to a pod",
    usage="port-forward TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]",
    run=run,
    arguments="resources",
    long="""
    Opens a port of this computer that leads to a port of a pod, until you press ctrl+c. Of a deployment or a
    Service one pod is chosen; when it ends, so does the forwarding. For trying things out: real traffic goes through a
    Service.

    In the practice shell, put it in the background with & and ask the port with curl. """,
    examples="""
    # Port 8080 here leads to port 80 of the pod
    kubectl port-forward pod/web-1 8080:80

    # The same through a Service's port, and through any pod of a deployment
    kubectl port-forward service/web 8080:80
    kubectl port-forward deployment/web 8080:80

    # In the practice shell
    kubectl port-forward service/web 8080:80 &
    curl localhost:8080
    """,
    flags=(
        strings("address", "Addresses to listen on: localhost or one of its addresses.", default=("localhost",)),
        duration("pod-running-timeout", "How long to wait until a pod runs.", default=60.0),
    ),
)

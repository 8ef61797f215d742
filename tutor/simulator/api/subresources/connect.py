"""pods/exec and pods/attach: a process in a container, over a websocket (pkg/registry/core/pod/rest/subresources.go)."""

from __future__ import annotations

from tutor.simulator.api import listing
from tutor.simulator.api.call import Call
from tutor.simulator.api.containers import chosen_container, runtime_of
from tutor.simulator.api.http import Response
from tutor.simulator.api.sessions import PROTOCOLS, AttachSession, CommandSession, Session
from tutor.simulator.errors import bad_request

HANDLES = ("exec", "attach")


def handle(call: Call) -> Response:
    """GET or POST with an upgrade."""
    request, route = call.request, call.route
    pod = listing.get_object(call.store, route)
    name = chosen_container(pod, request.param("container"))
    if not pod["spec"].get("nodeName"):
        raise bad_request(f"pod {route.name} does not have a host assigned")
    if "websocket" not in request.headers.get("upgrade", "").lower():
        raise bad_request("Upgrade request required")
    offered = [item.strip() for item in request.headers.get("sec-websocket-protocol", "").split(",")]
    if not set(offered) & set(PROTOCOLS):
        raise bad_request(f"unable to negotiate protocol: client supports {offered}, server accepts {list(PROTOCOLS)}")
    return Response(101, None, upgrade=_session(call, name))


def _session(call: Call, name: str) -> Session:
    request, route, runtime = call.request, call.route, runtime_of(call)
    lock = call.api.cluster.lock
    if route.subresource == "attach":
        return AttachSession(runtime.attach(route.namespace, route.name, name), lock)
    argv = request.query.get("command") or []
    if not argv:
        raise bad_request("you must specify at least 1 command for the container")
    command = runtime.exec(route.namespace, route.name, name, list(argv), tty=request.flag("tty"))
    if not request.flag("stdin"):
        command.close_input()
    return CommandSession(command, lock)

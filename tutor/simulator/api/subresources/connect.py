"""pods/exec and pods/attach: a process in a container, over a websocket (pkg/registry/core/pod/rest/subresources.go)."""

from __future__ import annotations

from tutor.simulator.api import listing
from tutor.simulator.api.call import Call
from tutor.simulator.api.containers import ContainerRuntime, check_dialing, chosen_container, runtime_of
from tutor.simulator.api.http import Response, plain_text
from tutor.simulator.api.routing import Route
from tutor.simulator.api.sessions import PROTOCOLS
from tutor.simulator.errors import bad_request

HANDLES = ("exec", "attach")


def handle(call: Call) -> Response:
    """GET or POST with an upgrade."""
    request, route = call.request, call.route
    pod = listing.get_object(call.store, route)
    name = chosen_container(pod, request.param("container"))
    if not pod["spec"].get("nodeName"):
        raise bad_request(f"pod {route.name} does not have a host assigned")
    runtime = runtime_of(call)
    upgrade = request.headers.get("upgrade", "").lower()
    if upgrade:
        check_dialing(call, pod)
    if upgrade and not _runs(runtime, route, name):
        return plain_text(500, f'container not found ("{name}")')  # kubectl asks again by SPDY and shows that answer
    if "websocket" not in upgrade:
        raise bad_request("Upgrade request required")
    offered = [item.strip() for item in request.headers.get("sec-websocket-protocol", "").split(",")]
    if not set(offered) & set(PROTOCOLS):
        raise bad_request(f"unable to negotiate protocol: client supports {offered}, server accepts {list(PROTOCOLS)}")
    stdin, tty = request.flag("stdin"), request.flag("tty")
    if route.subresource == "attach":
        session = runtime.attach(route.namespace, route.name, name, stdin=stdin, tty=tty)
    else:
        argv = request.query.get("command") or []
        if not argv:
            raise bad_request("you must specify at least 1 command for the container")
        session = runtime.exec(route.namespace, route.name, name, argv, stdin=stdin, tty=tty)
    if session is None:
        return plain_text(500, f'container not found ("{name}")')
    return Response(101, None, upgrade=session)


def _runs(runtime: ContainerRuntime, route: Route, container: str) -> bool:
    """Whether there is something to connect to (pkg/kubelet/kubelet_pods.go, findContainer)."""
    session = runtime.attach(route.namespace, route.name, container, stdin=False, tty=False)
    if session is not None:
        session.close()
    return session is not None

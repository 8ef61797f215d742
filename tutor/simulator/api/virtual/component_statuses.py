"""The health of the control plane's parts (pkg/registry/core/componentstatus/rest.go)."""

from __future__ import annotations

from tutor.simulator.api.call import Call
from tutor.simulator.api.http import Response
from tutor.simulator.api.listing import list_options
from tutor.simulator.api.selectors import selection
from tutor.simulator.control_plane import ETCD
from tutor.simulator.errors import not_found
from tutor.simulator.store import Obj

HANDLES = ("componentstatuses",)
_PARTS = ("etcd-0", "controller-manager", "scheduler")
_CHECKED = {"controller-manager": ("replicaset-controller", 10257), "scheduler": ("default-scheduler", 10259)}
"""An actor of each part, and the port at which its health is asked for."""


def handle(call: Call) -> Response:
    """GET of one or a list."""
    route = call.route
    if route.verb == "get":
        if route.name not in _PARTS:
            raise not_found("componentstatus", "", route.name)
        return call.answer(call.presenter().one(_status(call, route.name)))
    options = list_options(call.request, watch=False)
    test = selection(route.resource, options.labels, options.fields)
    found = [status for status in (_status(call, part) for part in _PARTS) if test is None or test(status)]
    return call.answer(call.presenter().many(found, {}))


def _status(call: Call, name: str) -> Obj:
    return {"metadata": {"name": name}, "conditions": [_condition(call, name)]}


def _condition(call: Call, name: str) -> Obj:
    """A part that is asked over HTTP and does not answer has a message; of etcd only an error is known."""
    cluster = call.api.cluster
    if name == "etcd-0" and cluster.control_plane.is_stopped(ETCD):
        error = "etcd grpc connection not ready: context deadline exceeded"
        return {"type": "Healthy", "status": "False", "error": error}
    actor, port = _CHECKED.get(name, ("", 0))
    if actor and not cluster.engine.actors()[actor]:
        refused = f"dial tcp 127.0.0.1:{port}: connect: connection refused"
        return {"type": "Healthy", "status": "False", "message": f'Get "https://127.0.0.1:{port}/healthz": {refused}'}
    return {"type": "Healthy", "status": "True", "message": "ok"}

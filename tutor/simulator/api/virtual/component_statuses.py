"""The health of the control plane's parts (pkg/registry/core/componentstatus/rest.go). In a simulated cluster they always are."""

from __future__ import annotations

from tutor.simulator.api.call import Call
from tutor.simulator.api.http import Response
from tutor.simulator.api.listing import list_options
from tutor.simulator.api.selectors import selection
from tutor.simulator.errors import not_found
from tutor.simulator.store import Obj

HANDLES = ("componentstatuses",)
_PARTS = ("etcd-0", "controller-manager", "scheduler")


def handle(call: Call) -> Response:
    """GET of one or a list."""
    route = call.route
    if route.verb == "get":
        if route.name not in _PARTS:
            raise not_found("componentstatus", "", route.name)
        return call.answer(call.presenter().one(_status(route.name)))
    options = list_options(call.request, watch=False)
    test = selection(route.resource, options.labels, options.fields)
    found = [status for status in map(_status, _PARTS) if test is None or test(status)]
    return call.answer(call.presenter().many(found, {}))


def _status(name: str) -> Obj:
    condition = {"type": "Healthy", "status": "True", "message": "ok"}
    return {"metadata": {"name": name}, "conditions": [condition]}

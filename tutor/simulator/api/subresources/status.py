"""pods/status, deployments/status...: the part of an object that says what is, written apart from what is wanted."""

from __future__ import annotations

from tutor.simulator.api.call import Call
from tutor.simulator.api.http import Response
from tutor.simulator.api.parts import handle_part
from tutor.simulator.api.stamping import Stamp
from tutor.simulator.store import Obj

HANDLES = ("status",)


def handle(call: Call) -> Response:
    """GET, PUT and PATCH."""
    return handle_part(call, "status", _write)


def _write(call: Call, obj: Obj, dry_run: bool, stamp: Stamp | None) -> Obj:
    route = call.route
    writer = call.writer(dry_run=dry_run, stamp=stamp)
    return call.registry.update_status(call.resource, route.namespace, route.name, call.incoming(obj), writer)

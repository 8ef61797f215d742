"""pods/status, deployments/status...: the part of an object that says what is, written apart from what is wanted."""

from __future__ import annotations

from tutor.simulator.api import listing, patching
from tutor.simulator.api.bodies import expected, read_object
from tutor.simulator.api.call import Call
from tutor.simulator.api.http import Response
from tutor.simulator.api.negotiation import content_type
from tutor.simulator.api.options import write_options
from tutor.simulator.api.stamping import Stamp, update_stamp
from tutor.simulator.api.writing import check_identity
from tutor.simulator.store import Obj

HANDLES = ("status",)


def handle(call: Call) -> Response:
    """GET, PUT and PATCH."""
    if call.route.verb == "get":
        return call.reply(listing.get_object(call.store, call.route))
    return call.reply(_update(call) if call.route.verb == "update" else _patch(call))


def _update(call: Call) -> Obj:
    options = write_options(call.request, "UpdateOptions")
    obj = read_object(call, expected(call.resource), options.validation)
    check_identity(call, obj)
    return _write(call, obj, options.dry_run, update_stamp(call, options.manager, "status"))


def _patch(call: Call) -> Obj:
    kind = content_type(call.request) if call.request.headers.get("content-type") else ""
    options = patching.check_kind(call, kind)

    def write(obj: Obj, stamp: Stamp | None) -> Obj:
        return _write(call, obj, options.dry_run, stamp)

    return patching.patch_stored(call, kind, options, expected(call.resource), write, "status")


def _write(call: Call, obj: Obj, dry_run: bool, stamp: Stamp | None) -> Obj:
    route = call.route
    writer = call.writer(dry_run=dry_run, stamp=stamp)
    return call.registry.update_status(call.resource, route.namespace, route.name, call.incoming(obj), writer)

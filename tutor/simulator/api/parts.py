"""Subresources that are a part of their object: read as the whole object, written by PUT and PATCH with only that part taken."""

from __future__ import annotations

from collections.abc import Callable

from tutor.simulator.api import listing, patching
from tutor.simulator.api.bodies import expected, read_object
from tutor.simulator.api.call import Call
from tutor.simulator.api.http import Response
from tutor.simulator.api.negotiation import content_type
from tutor.simulator.api.options import write_options
from tutor.simulator.api.stamping import Stamp, update_stamp
from tutor.simulator.api.writing import check_identity
from tutor.simulator.store import Obj

WritePart = Callable[[Call, Obj, bool, Stamp | None], Obj]
"""Writes the part of an object that was sent, unless it is a dry run, and returns the whole one. Raises ApiError."""


def handle_part(call: Call, subresource: str, write: WritePart) -> Response:
    """GET, PUT and PATCH."""
    if call.route.verb == "get":
        return call.reply(listing.get_object(call.store, call.route))
    handler = _update if call.route.verb == "update" else _patch
    return call.reply(handler(call, subresource, write))


def _update(call: Call, subresource: str, write: WritePart) -> Obj:
    options = write_options(call.request, "UpdateOptions")
    obj = read_object(call, expected(call.resource), options.validation)
    check_identity(call, obj)
    return write(call, obj, options.dry_run, update_stamp(call, options.manager, subresource))


def _patch(call: Call, subresource: str, write: WritePart) -> Obj:
    kind = content_type(call.request) if call.request.headers.get("content-type") else ""
    options = patching.check_kind(call, kind)

    def write_patched(obj: Obj, stamp: Stamp | None) -> Obj:
        return write(call, obj, options.dry_run, stamp)

    return patching.patch_stored(call, kind, options, expected(call.resource), write_patched, subresource)

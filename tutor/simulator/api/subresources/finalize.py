"""namespaces/finalize: the only way to change spec.finalizers of a namespace (pkg/registry/core/namespace/storage)."""

from __future__ import annotations

from dataclasses import replace

from tutor.simulator.api import listing
from tutor.simulator.api.bodies import expected, read_object
from tutor.simulator.api.call import Call
from tutor.simulator.api.http import Response
from tutor.simulator.api.options import write_options
from tutor.simulator.api.writing import check_identity
from tutor.simulator.objects import copy_json

HANDLES = ("finalize",)


def handle(call: Call) -> Response:
    """PUT."""
    options = write_options(call.request, "UpdateOptions")
    wanted = read_object(call, expected(call.resource), options.validation)
    check_identity(call, wanted)
    namespace = copy_json(listing.get_object(call.store, call.route))
    namespace.setdefault("spec", {})["finalizers"] = (wanted.get("spec") or {}).get("finalizers") or []
    writer = replace(call.writer(dry_run=options.dry_run), trusted=True)
    resource = replace(call.resource, prepare_update=_as_given)
    return call.reply(call.registry.update(resource, "", call.route.name, namespace, writer))


def _as_given(*_: object) -> None:
    """An ordinary update would put the finalizers back."""

"""POST of a Binding to its own collection: the older way to put a pod on a node (pkg/registry/core/pod/storage, LegacyBindingREST)."""

from __future__ import annotations

import dataclasses

from tutor.simulator.api.bodies import expected, read_object
from tutor.simulator.api.call import Call
from tutor.simulator.api.http import Response
from tutor.simulator.api.options import write_options
from tutor.simulator.api.routing import Route
from tutor.simulator.api.subresources import binding

HANDLES = ("bindings",)


def handle(call: Call) -> Response:
    """POST: the same as POST to the binding of the pod that it names."""
    options = write_options(call.request, "CreateOptions")
    name = (read_object(call, expected(call.resource), options.validation).get("metadata") or {}).get("name") or ""
    pods = call.api.cluster.scheme.lookup("", "v1", "pods")
    assert pods is not None  # built in
    return binding.handle(
        dataclasses.replace(call, route=Route("create", pods, call.route.namespace, name, "binding"), warnings=[])
    )

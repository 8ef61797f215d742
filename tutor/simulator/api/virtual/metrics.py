"""metrics.k8s.io: what nodes and pods use. Served while an APIService says who answers for the group.

The samples are taken by the metrics-server add-on; this answers from the newest (kubernetes-sigs/metrics-server, pkg/api).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tutor.simulator import metrics
from tutor.simulator.api.call import Call
from tutor.simulator.api.http import Response
from tutor.simulator.api.listing import list_options
from tutor.simulator.api.selectors import selection
from tutor.simulator.errors import ApiError, not_found
from tutor.simulator.quantity import format_decimal, parse
from tutor.simulator.resources.base import Column, Resource
from tutor.simulator.resources.printing import NAME
from tutor.simulator.store import Obj

GROUP = "metrics.k8s.io"
HANDLES = (f"nodes.{GROUP}", f"pods.{GROUP}")
API_SERVICE = f"v1beta1.{GROUP}"


def _total(resource: str) -> Any:
    """A cell with the use of a node, or of all containers of a pod."""

    def cell(obj: Obj, _: float) -> str:
        parts = obj.get("containers", [obj])
        amounts = [part["usage"][resource] for part in parts]
        if len(amounts) == 1:
            return str(amounts[0])
        return format_decimal(sum((parse(amount) for amount in amounts), Decimal(0)))

    return cell


def _kind(kind: str, plural: str, *, namespaced: bool) -> Resource:
    columns = (
        NAME,
        Column("cpu", _total("cpu"), format="quantity"),
        Column("memory", _total("memory"), format="quantity"),
        Column("Window", lambda obj, _: obj["window"], format="duration"),
    )
    return Resource(GROUP, "v1beta1", kind, plural, namespaced=namespaced, verbs=("get", "list"), columns=columns)


RESOURCES = (_kind("NodeMetrics", "nodes", namespaced=False), _kind("PodMetrics", "pods", namespaced=True))


def handle(call: Call) -> Response:
    """GET of one or a list."""
    if problem := call.api.cluster.metrics.problem:
        raise ApiError(503, "ServiceUnavailable", problem, {})
    route = call.route
    if route.verb == "get":
        return call.answer(call.presenter().one(_found(call)))
    return call.answer(call.presenter().many(_listed(call), {}))


def _found(call: Call) -> Obj:
    """The metrics of one object. Raises ApiError 404 in metrics-server's words, which tell no object from no metrics."""
    route = call.route
    of_pods = route.resource.plural == "pods"
    source = call.store.get(route.resource.plural, route.namespace, route.name)
    if source is None:
        raise not_found("pods" if of_pods else "node", "", route.name)
    found = _metrics(call, source)
    if found is None and of_pods:
        raise not_found("podmetrics", GROUP, f"{route.namespace}/{route.name}")
    if found is None:
        raise not_found("nodemetrics", GROUP, route.name)
    return found


def _listed(call: Call) -> Iterator[Obj]:
    route = call.route
    options = list_options(call.request, watch=False)
    test = selection(route.resource, options.labels, options.fields)
    for source in call.store.list_sorted(route.resource.plural, route.namespace or None):
        found = _metrics(call, source)
        if found is not None and (test is None or test(found)):
            yield found


def _metrics(call: Call, source: Obj) -> Obj | None:
    """What the newest sample says of a node or pod; None when there is none."""
    store, now = call.api.cluster.metrics, call.api.cluster.clock.now
    if call.resource.plural == "nodes":
        sample = store.of_node(source)
        return metrics.node_metrics(source, sample, now) if sample else None
    sample = store.of_pod(source)
    return metrics.pod_metrics(source, sample, now) if sample else None

"""What the API server answers while etcd is stopped: nothing that it would have to look up or write.

Recorded from a kube-apiserver 1.37.2 whose etcd had been stopped: reads end after 60 seconds with a 504 that carries no Status, writes
after 34 seconds with one that does, and the health checks of etcd fail. Here clients need not wait for that.
"""

from __future__ import annotations

from tutor.simulator.api.http import Response, plain_text
from tutor.simulator.api.routing import Route
from tutor.simulator.errors import ApiError

ANSWERS = ("authentication.k8s.io", "authorization.k8s.io", "metrics.k8s.io")
"""Groups whose objects are answers, not anything that is kept."""
NOT_KEPT = ("componentstatuses",)
FAILED_CHECKS = ("etcd", "etcd-readiness")
TOO_LATE = "request did not complete within requested timeout - context deadline exceeded"


def answer(route: Route) -> Response | None:
    """The answer to a request for objects; None when it needs no etcd. Raises ApiError for a write. A watch is opened from what the
    API server remembers, and stays silent."""
    resource = route.resource
    if resource.group in ANSWERS or resource.plural in NOT_KEPT or route.verb == "watch":
        return None
    if route.verb in ("get", "list"):
        return plain_text(504, "")
    raise ApiError(504, "Timeout", f"Timeout: {TOO_LATE}", {})

"""`agnhost resource-consumer-controller`: spreads a load over the pods behind a Service, in many small requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from tutor.simulator.images.programs.agnhost.flags import (
    GoServer,
    error_response,
    flag,
    number,
    split_request,
    text_response,
)
from tutor.simulator.images.programs.agnhost.resource_consumer import (
    CPU,
    INCORRECT,
    MEMORY,
    METRIC,
    NOT_GIVEN,
    NOT_POST,
    UNKNOWN,
    whole,
)
from tutor.simulator.images.programs.base import Here, Program
from tutor.simulator.images.traffic import HTTP, ConnectionFailed, Request, Response


class _Kind(NamedTuple):
    """A request of a kind: how much in all, in which portions, and what is said of it."""

    amount: str
    portion: str
    plan: str
    done: str


_KINDS = {
    CPU: _Kind("millicores", "requestSizeMillicores", "consume {} millicores", "Consumed {} millicores"),
    MEMORY: _Kind("megabytes", "requestSizeMegabytes", "consume {} MB", "Consumed {} megabytes"),
    METRIC: _Kind("delta", "requestSizeMetrics", "bump custom metric by {}", "Bumped metric {metric} by {}"),
}


class Controller(GoServer):
    """Asks the Service once for each portion, so that its pods share the load."""

    def __init__(self) -> None:
        super().__init__()
        self._port = 8080

    def start(self, here: Here) -> None:
        self._port = number(here, "port", 8080)

    def ports(self) -> Mapping[int, str]:
        return {self._port: HTTP}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        if request.method != "POST":
            return error_response(NOT_POST, 400)
        path, values = split_request(request)
        kind = _KINDS.get(path)
        if kind is None:
            return error_response(UNKNOWN, 404)
        names = [kind.amount, kind.portion, "durationSec", *(["metric"] if path == METRIC else [])]
        if not all(values.get(name) for name in names):
            return error_response(NOT_GIVEN, 400)
        amount, portion, seconds = (whole(values[name]) for name in names[:3])
        if amount is None or portion is None or seconds is None or portion <= 0:
            return error_response(INCORRECT, 400)
        count, rest = divmod(max(amount, 0), portion)
        last = kind.plan.format(rest).replace("custom metric ", "")
        each = f"{kind.plan.format(portion)} each and 1 request to {last}"
        said = [f"RC manager: sending {count} requests to {each}\n"]
        for size in [portion] * count + [rest] * (rest > 0):
            said.append(_ask(here, path, {**values, kind.amount: str(size)}, kind.done.format(size, **values)))
        return text_response("".join(said))


def _ask(here: Here, path: str, values: Mapping[str, str], done: str) -> str:
    service, namespace = (
        flag(here, "consumer-service-name", "resource-consumer"),
        flag(here, "consumer-service-namespace"),
    )
    host = f"{service}.{namespace or 'default'}.svc.cluster.local"
    form = {name: value for name, value in values.items() if not name.startswith("requestSize")}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        here.request(
            host, number(here, "consumer-port", 8080), Request("POST", path, headers, urlencode(form).encode())
        )
    except ConnectionFailed as error:
        return f"Failed to connect to consumer: {error}\n"
    return f"{done}\n"


SUBCOMMANDS: Mapping[str, Callable[[], Program]] = {"resource-consumer-controller": Controller}

"""resource-consumer, the load generator of the Kubernetes project: it takes processor, memory or a number of its own for as long as
it is asked to.

What it does is told by test/images/resource-consumer in the Kubernetes sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tutor.simulator.images.programs.agnhost.flags import GoServer, error_response, flag, split_request, text_response
from tutor.simulator.images.programs.base import MIB, Here
from tutor.simulator.images.traffic import HTTP, Request, Response

CPU, MEMORY, METRIC = "/ConsumeCPU", "/ConsumeMem", "/BumpMetric"
NOT_POST = "Bad request. Not a POST request"
NOT_GIVEN = "not given function argument"
INCORRECT = "incorrect function argument"
UNKNOWN = "unknown function"
_NEEDED = {CPU: ("millicores",), MEMORY: ("megabytes",), METRIC: ("metric", "delta")}


class Load(NamedTuple):
    """Something taken for a while: cores, bytes, or an amount of the metric `name`."""

    what: str
    name: str
    amount: float
    begin: float
    end: float


class ResourceConsumer(GoServer):
    """Takes what it is asked to take, each request for itself."""

    resident = 6 * MIB

    def __init__(self) -> None:
        super().__init__()
        self._port = 8080
        self._started = 0.0
        self._loads: tuple[Load, ...] = ()

    def start(self, here: Here) -> None:
        port = flag(here, "port")
        self._port = int(port) if port.isdecimal() else 8080
        self._started = here.now

    def step(self, here: Here) -> None:
        self.wake_at = None

    def ports(self) -> Mapping[int, str]:
        return {self._port: HTTP}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        path, values = split_request(request)
        if path == "/metrics":
            return text_response(self._metrics(here.now))
        if request.method != "POST":
            return error_response(NOT_POST, 400)
        if path == "/GetCurrentStatus":
            return text_response("Warning: not implemented!\nGetCurrentStatus")
        if path not in _NEEDED:
            return error_response(f"{UNKNOWN}: {path}", 404)
        needed = (*_NEEDED[path], "durationSec")
        if not all(values.get(name) for name in needed):
            return error_response(NOT_GIVEN, 400)
        seconds, amount = whole(values["durationSec"]), _amount(path, values)
        if seconds is None or amount is None:
            return error_response(INCORRECT, 400)
        self._take(here, Load(path, values.get("metric", ""), amount, here.now, here.now + seconds))
        shown = "".join(f"{values[name]} {name}\n" for name in needed)
        return text_response(f"{path[1:]}\n{shown}")

    def _take(self, here: Here, load: Load) -> None:
        self._loads = (*self._loads, load)
        if load.what == MEMORY:
            self.wake_at = here.now + 0.5  # so that a container above its limit is noticed

    def _metrics(self, now: float) -> str:
        totals: dict[str, float] = {}
        for load in self._loads:
            if load.what == METRIC:
                totals[load.name] = totals.get(load.name, 0.0) + (load.amount if now < load.end else 0.0)
        return "".join(
            f"# HELP {name} info message.\n# TYPE {name} gauge\n{name} {total:f}\n" for name, total in totals.items()
        )

    def memory(self, now: float) -> float:
        return self.resident + sum(load.amount for load in self._loads if load.what == MEMORY and now < load.end)

    def cpu(self, now: float) -> float:
        """What it has taken so far by its age, since containers count what their program takes as going on from the start."""
        taken = sum(load.amount * (min(now, load.end) - load.begin) for load in self._loads if load.what == CPU)
        return taken / (now - self._started) if now > self._started else 0.0


def whole(text: str) -> int | None:
    """A whole number as strconv.Atoi reads it."""
    digits = text[1:] if text[:1] in ("+", "-") else text
    return int(text) if digits.isascii() and digits.isdecimal() else None


def _amount(path: str, values: Mapping[str, str]) -> float | None:
    """How much is to be taken, in cores, bytes or whatever the metric counts."""
    if path == METRIC:
        try:
            return float(values["delta"])
        except ValueError:
            return None
    number = whole(values[_NEEDED[path][0]])
    if number is None:
        return None
    return number / 1000 if path == CPU else float(number * MIB)

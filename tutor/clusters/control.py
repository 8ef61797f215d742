"""Orders to the simulated cluster of the background process: its clock, its faults and add-ons, its snapshots.

One request is a line of JSON on a loopback connection, with the token that stands in a file only the learner can read; the answer
is another line.
"""

from __future__ import annotations

import json
import secrets
import socket
import socketserver
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.clusters.base import ClusterError, Lever

if TYPE_CHECKING:
    from tutor.clusters.simulated import Simulated

HOST = "127.0.0.1"
MAX_LINE = 2**20
REQUEST_SECONDS = 30.0
"""How long a connection may take to say what it wants."""
ANSWER_SECONDS = 600.0
"""How long an order may take: letting much time pass at once, in a busy cluster, is work."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where a process takes orders: a port on loopback, and the token that opens it."""

    port: int
    token: str


class ControlServer:
    """Takes orders for one cluster, in threads of its own."""

    def __init__(self, cluster: Simulated) -> None:
        self._orders = orders(cluster)
        self._token = secrets.token_urlsafe(32)
        self._server: socketserver.ThreadingTCPServer | None = None

    def start(self) -> Door:
        """Begin to take orders. OSError when no port can be had."""
        control = self

        class Handler(socketserver.StreamRequestHandler):
            timeout = REQUEST_SECONDS

            def handle(self) -> None:
                self.wfile.write(control.answer(self.rfile.readline(MAX_LINE)))

        server = socketserver.ThreadingTCPServer((HOST, 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, name="cluster-control", daemon=True).start()
        self._server = server
        return Door(int(server.server_address[1]), self._token)

    def stop(self) -> None:
        """Take no more orders."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def answer(self, line: bytes) -> bytes:
        """What one order comes to, as a line: `{"done": ...}` or `{"error": "..."}`."""
        try:
            request = json.loads(line)
            if not secrets.compare_digest(str(request["token"]), self._token):
                raise ClusterError("the order has the wrong token")
            done = self._orders[str(request["order"])](**dict(request["with"]))
            reply: dict[str, Any] = {"done": done}
        except ClusterError as error:
            reply = {"error": str(error)}
        except Exception as error:  # a bad order must not end the process that holds the learner's cluster
            reply = {"error": f"the order was not understood: {error!r}"}
        return json.dumps(reply).encode() + b"\n"


def orders(cluster: Simulated) -> Mapping[str, Callable[..., Any]]:
    """What can be asked of a started cluster, by name."""
    clock, levers = cluster.clock, cluster.levers
    assert clock is not None  # the cluster has been started
    assert levers is not None
    return {
        "clock": lambda: {"rate": clock.rate, "paused": clock.paused},
        "pause": clock.pause,
        "resume": clock.resume,
        "rate": lambda rate: clock.set_rate(float(rate)),
        "advance": lambda seconds: clock.advance(float(seconds)),
        "settle": lambda limit: clock.settle(float(limit)),
        "faults": lambda: [asdict(lever) for lever in levers.faults()],
        "fault": levers.set_fault,
        "addons": lambda: [asdict(lever) for lever in levers.addons()],
        "addon": levers.set_addon,
        "tidy": levers.tidy,
        "save": lambda path: levers.save_to(Path(path)),
        "restore": lambda path: levers.restore_from(Path(path)),
        "images": levers.use_added_images,
        "audit": cluster.audit,
    }


def ask(door: Door, order: str, **details: Any) -> Any:
    """Give an order and wait for what comes of it. ClusterError when it is refused or nobody answers."""
    line = json.dumps({"token": door.token, "order": order, "with": details}).encode() + b"\n"
    try:
        with socket.create_connection((HOST, door.port), timeout=ANSWER_SECONDS) as connection:
            connection.sendall(line)
            with connection.makefile("rb") as answers:
                reply = json.loads(answers.readline())
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"the simulated cluster in the background does not answer: {error}",
            "Start it anew: k8s-tutor cluster stop, then k8s-tutor cluster start",
        ) from None
    if "error" in reply:
        raise ClusterError(str(reply["error"]))
    return reply["done"]


class RemoteClock:
    """The clock of the background process's cluster. Every call raises ClusterError when it does not answer."""

    def __init__(self, door: Door) -> None:
        self._door = door

    @property
    def rate(self) -> float:
        """Seconds of the cluster in a second of the learner's."""
        return float(ask(self._door, "clock")["rate"])

    @property
    def paused(self) -> bool:
        """Whether it stands still."""
        return bool(ask(self._door, "clock")["paused"])

    def pause(self) -> None:
        """Stop it."""
        ask(self._door, "pause")

    def resume(self) -> None:
        """Let it go on."""
        ask(self._door, "resume")

    def set_rate(self, rate: float) -> None:
        """Change its speed."""
        ask(self._door, "rate", rate=rate)

    def advance(self, seconds: float) -> None:
        """Let time pass at once."""
        ask(self._door, "advance", seconds=seconds)

    def settle(self, limit: float = 600.0) -> bool:
        """Let time pass at once until nothing more is going to happen; says whether it got there."""
        return bool(ask(self._door, "settle", limit=limit))


class RemoteLevers:
    """The levers of the background process's cluster. Every call raises ClusterError when it does not answer."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def faults(self) -> list[Lever]:
        """Every fault the cluster can have."""
        return [Lever(**lever) for lever in ask(self._door, "faults")]

    def set_fault(self, name: str, on: bool) -> None:
        """Put a fault into the cluster, or take it away."""
        ask(self._door, "fault", name=name, on=on)

    def addons(self) -> list[Lever]:
        """Every add-on there is."""
        return [Lever(**lever) for lever in ask(self._door, "addons")]

    def set_addon(self, name: str, on: bool) -> None:
        """Install an add-on, or remove it."""
        ask(self._door, "addon", name=name, on=on)

    def tidy(self, without: Sequence[str] = ()) -> None:
        """Take all faults away and install what a new cluster comes with, but not the add-ons in `without`, which go."""
        ask(self._door, "tidy", without=list(without))

    def save_to(self, path: Path) -> None:
        """Write the cluster to a file."""
        ask(self._door, "save", path=str(path.absolute()))

    def restore_from(self, path: Path) -> None:
        """Make the cluster what it was when the file was written."""
        ask(self._door, "restore", path=str(path.absolute()))

    def use_added_images(self) -> None:
        """Have its registry know what has been added."""
        ask(self._door, "images")

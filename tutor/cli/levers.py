"""`cluster clock`, `cluster fault`, `cluster addon` and `cluster snapshot`: what can be done to a simulated cluster by hand.

They work on the one in the background, which must be running.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.cli.output import ENVIRONMENT, OK, USAGE, CommandError, json_option, say, say_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.clusters import ClockControl, Lever, Levers

MAX_RATE = 1000.0
MAX_ADVANCE = 7 * 24 * 3600.0
"""A week at once is enough to see everything."""


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verbs of `cluster`."""
    clock = verbs.add_parser("clock", help="simulated: stop, speed up or advance the cluster's time")
    clock.add_argument("order", nargs="?", choices=["show", "pause", "resume", "rate", "advance"], default="show")
    clock.add_argument(
        "value", nargs="?", help="rate: seconds of the cluster in one of yours; advance: e.g. 90s, 5m or 1h"
    )
    clock.set_defaults(handler=set_clock)
    for name, help_text, on, off in (
        ("fault", "simulated: break a part of the cluster to see what it is for", "set", "clear"),
        ("addon", "simulated: metrics-server, ingress controller, storage class", "install", "remove"),
    ):
        verb = verbs.add_parser(name, help=help_text)
        orders = verb.add_subparsers(title="orders", metavar="ORDER", required=True)
        listing = orders.add_parser("list", help="list them and which are on")
        json_option(listing)
        listing.set_defaults(handler=list_levers, lever=name)
        for order, is_on in ((on, True), (off, False)):
            one = orders.add_parser(order, help=f"{order} one")
            one.add_argument("name", metavar="NAME")
            one.set_defaults(handler=move_lever, lever=name, on=is_on)
    snapshot = verbs.add_parser("snapshot", help="simulated: write the whole cluster to a file, or restore it")
    snapshot.add_argument("order", choices=["save", "restore"])
    snapshot.add_argument("file", type=Path)
    snapshot.set_defaults(handler=use_snapshot)


def _running(arguments: argparse.Namespace) -> tuple[ClockControl, Levers]:
    """The clock and the levers of the background cluster. CommandError when it does not run or is a real one."""
    if (arguments.cluster or "simulated") != "simulated":
        raise CommandError(f"only a simulated cluster can do this, not {arguments.cluster}", USAGE)
    from tutor.clusters.background import BackgroundSimulated, status

    if status() is None:
        raise CommandError("no simulated cluster is running. Start one with: k8s-tutor cluster start", ENVIRONMENT)
    cluster = BackgroundSimulated()
    cluster.start()
    assert cluster.clock is not None  # it has been started
    assert cluster.levers is not None
    return cluster.clock, cluster.levers


def _guard(action: Callable[[], None]) -> None:
    from tutor.clusters import ClusterError

    try:
        action()
    except ClusterError as error:
        raise CommandError(str(error), USAGE) from None


def set_clock(arguments: argparse.Namespace) -> int:
    """Change the cluster's time, and say how it stands."""
    clock, _ = _running(arguments)
    order, value = arguments.order, arguments.value
    if (order in ("rate", "advance")) != (value is not None):
        raise CommandError(f"clock {order} takes {'a value' if value is None else 'no value'}", USAGE)
    if order == "rate":
        clock.set_rate(_number(value, MAX_RATE, "a rate such as 0.5 or 10"))
    elif order == "advance":
        clock.advance(_seconds(value))
    elif order != "show":
        (clock.pause if order == "pause" else clock.resume)()
    state = "paused" if clock.paused else "running"
    say(f"The cluster's clock is {state}, at {clock.rate:g} seconds of the cluster in one of yours.")
    return OK


def _number(text: str, largest: float, wanted: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= largest:
        raise CommandError(f"{text!r} is not {wanted} (at most {largest:g})", USAGE)
    return number


def _seconds(text: str) -> float:
    factor = {"s": 1, "m": 60, "h": 3600}.get(text[-1:], 0)
    return _number(text[:-1] if factor else text, MAX_ADVANCE / (factor or 1), "a time such as 90s, 5m or 1h") * (
        factor or 1
    )


def _listed(arguments: argparse.Namespace) -> list[Lever]:
    _, levers = _running(arguments)
    return levers.faults() if arguments.lever == "fault" else levers.addons()


def list_levers(arguments: argparse.Namespace) -> int:
    """Print faults or add-ons, and which are on."""
    found = _listed(arguments)
    if arguments.json:
        say_json([{"name": one.name, "on": one.on, "about": one.about} for one in found])
        return OK
    widest = max(len(one.name) for one in found)
    say(f"{'on ' if one.on else 'off'}  {one.name:<{widest}}  {one.about}" for one in found)
    return OK


def move_lever(arguments: argparse.Namespace) -> int:
    """Put a fault in or take it out; install an add-on or remove it."""
    _, levers = _running(arguments)
    is_fault = arguments.lever == "fault"
    _guard(lambda: (levers.set_fault if is_fault else levers.set_addon)(arguments.name, arguments.on))
    about = next((one.about for one in _listed(arguments) if one.name == arguments.name), "")
    if is_fault:
        say(f"Put in: {about}." if arguments.on else f"Mended: {arguments.name} is off.")
    else:
        say(f"{arguments.name} is {'installed' if arguments.on else 'removed'}. It {about}.")
    return OK


def use_snapshot(arguments: argparse.Namespace) -> int:
    """Write the cluster to a file, or restore it from one."""
    _, levers = _running(arguments)
    file: Path = arguments.file
    if arguments.order == "save":
        _guard(lambda: levers.save_to(file))
        say(f"The cluster is saved in {file}.")
    else:
        _guard(lambda: levers.restore_from(file))
        say(f"The cluster is as it was when {file} was saved.")
    return OK

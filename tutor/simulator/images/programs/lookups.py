"""Small network tools: nslookup, as BusyBox has it, and nc to try whether a port is open."""

from __future__ import annotations

from tutor.simulator.images.programs.base import Here
from tutor.simulator.images.programs.client import Client
from tutor.simulator.images.traffic import TCP, ConnectionFailed, Request

DNS_SERVER = "10.96.0.10"


class Nslookup(Client):
    """busybox nslookup"""

    def start(self, here: Here) -> None:
        names = [word for word in here.argv[1:] if not word.startswith("-")]
        head = f"Server:\t\t{DNS_SERVER}\nAddress:\t{DNS_SERVER}:53\n\n"
        if not names:
            self.finish(here, 0.0, 1, ("stderr", "Usage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n"))
            return
        try:
            found = here.resolve(names[0])
        except ConnectionFailed:
            text = ";; connection timed out; no servers could be reached\n\n"
            self.finish(here, 10.0, 1, ("stdout", text))
            return
        if not found:
            text = "".join(f"** server can't find {name}: NXDOMAIN\n\n" for name in _tried(here, names[0]))
            self.finish(here, 0.01, 1, ("stdout", head + text))
            return
        full = full_name(here, names[0])
        lines = "".join(f"Name:\t{full}\nAddress: {address}\n" for address in found)
        self.finish(here, 0.01, 0, ("stdout", f"{head}{lines}\n"))


def _tried(here: Here, name: str) -> list[str]:
    """The names that were asked for in vain: with each search domain, for IPv4 and for IPv6."""
    if name.endswith(".") or name.count(".") >= 5:
        return [name.rstrip(".")] * 2
    domains = ("svc.cluster.local", f"{here.namespace}.svc.cluster.local", "cluster.local")
    return [f"{name}.{domain}" for domain in domains] * 2


def full_name(here: Here, name: str) -> str:
    """The name as the DNS answer has it: the first of the search domains with which it resolves."""
    if name.endswith("."):
        return name.rstrip(".")
    for suffix in (f"{here.namespace}.svc.cluster.local", "svc.cluster.local", "cluster.local"):
        if name.count(".") < 5 and here.resolve(f"{name}.{suffix}."):
            return f"{name}.{suffix}"
    return name


class Netcat(Client):
    """nc, for trying whether a port is open"""

    def start(self, here: Here) -> None:
        flags = "".join(word[1:] for word in here.argv[1:] if word.startswith("-") and not word[1:].isdigit())
        words = [word for word in here.argv[1:] if not word.startswith("-")]
        limit = 60.0
        if "w" in flags and len(words) > 2:
            limit = float(words.pop(0))
        if len(words) < 2 or not words[-1].isdigit():
            self.finish(here, 0.0, 1, ("stderr", "usage: nc [-vz] [-w SECONDS] HOST PORT\n"))
            return
        host, port = words[0], int(words[1])
        try:
            response = here.request(host, port, Request(protocol=TCP))
        except ConnectionFailed as error:
            text = f"nc: bad address '{host}'\n" if error.kind == "no-host" else _nc_problem(host, port, error)
            self.finish(
                here, min(limit, error.seconds), 1, ("stderr", text if "v" in flags or error.kind == "no-host" else "")
            )
            return
        text = f"{host} ({first_address(here, host)}:{port}) open\n" if "v" in flags else ""
        self.finish(here, response.seconds, 0, ("stderr", text))


def first_address(here: Here, host: str) -> str:
    """The first address of a host that answers."""
    found = here.resolve(host)
    return found[0] if found else host


def _nc_problem(host: str, port: int, error: ConnectionFailed) -> str:
    words = {"timeout": "Connection timed out", "unreachable": "No route to host"}
    why = words.get(error.kind, "Connection refused")
    return f"nc: {host} ({error.address or f'{host}:{port}'}): {why}\n"


PROGRAMS = {"nslookup": Nslookup, "nc": Netcat}

"""nslookup, as BusyBox has it."""

from __future__ import annotations

from tutor.simulator.images.programs.base import Here
from tutor.simulator.images.programs.client import Client
from tutor.simulator.images.traffic import ConnectionFailed
from tutor.simulator.resolving import DNS_SERVER

DOMAIN = "cluster.local"


class Nslookup(Client):
    """busybox nslookup: a name without a dot is asked for with every search domain, any other as it is."""

    def start(self, here: Here) -> None:
        names = [word for word in here.argv[1:] if not word.startswith("-")]
        head = f"Server:\t\t{DNS_SERVER}\nAddress:\t{DNS_SERVER}:53\n\n"
        if not names:
            self.finish(here, 0.0, 1, ("stderr", "Usage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n"))
            return
        try:
            answers = [self._answer(here, name, kind) for kind in "46" for name in _asked(here, names[0])]
        except ConnectionFailed:
            text = ";; connection timed out; no servers could be reached\n\n"
            self.finish(here, 10.0, 1, ("stdout", text))
            return
        failed = any("** server" in answer for answer in answers)
        self.finish(here, 0.01, int(failed), ("stdout", head + "".join(answers)))

    @staticmethod
    def _answer(here: Here, name: str, kind: str) -> str:
        """What is shown of the answer for IPv4 or IPv6; of a name that exists there is only the former."""
        found = here.resolve(f"{name}.")
        if not found:
            why = "NXDOMAIN" if name.endswith(f".{DOMAIN}") else "SERVFAIL"
            return f"** server can't find {name}: {why}\n\n"
        shown = found if kind == "4" else []
        return "".join(f"Name:\t{name}\nAddress: {address}\n" for address in shown) + "\n"


def _asked(here: Here, name: str) -> list[str]:
    if "." in name:
        return [name.rstrip(".")]
    return [f"{name}.{domain}" for domain in _search(here)] or [name]


def _search(here: Here) -> list[str]:
    """The search domains of /etc/resolv.conf."""
    lines = (here.read("/etc/resolv.conf") or b"").decode(errors="replace").splitlines()
    return next((line.split()[1:] for line in reversed(lines) if line.startswith("search ")), [])


PROGRAMS = {"nslookup": Nslookup}

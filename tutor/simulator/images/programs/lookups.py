"""nslookup, as BusyBox has it (networking/nslookup.c)."""

from __future__ import annotations

from tutor.simulator.cluster_dns import Record
from tutor.simulator.images.programs.base import Here
from tutor.simulator.images.programs.client import Client
from tutor.simulator.images.programs.dig import is_address, reverse_name
from tutor.simulator.images.traffic import ConnectionFailed
from tutor.simulator.resolving import DNS_SERVER

KINDS = ("A", "AAAA", "SRV", "CNAME", "PTR", "TXT", "NS", "SOA", "MX", "ANY")
_SHOWN = {"SRV": "service", "PTR": "name", "CNAME": "canonical name"}
"""What stands between the name and the data of a record."""


class Nslookup(Client):
    """busybox nslookup: a name without a dot is asked for with every search domain, any other as it is, and an address backwards."""

    def start(self, here: Here) -> None:
        words = here.argv[1:]
        kinds = [word.partition("=")[2].upper() for word in words if word.startswith(("-type=", "-querytype=", "-q="))]
        names = [word for word in words if not word.startswith("-")]
        if not names:
            self.finish(here, 0.0, 1, ("stderr", "Usage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n"))
            return
        unknown = next((kind for kind in kinds if kind not in KINDS), "")
        if unknown:
            self.finish(here, 0.0, 1, ("stderr", f'nslookup: invalid query type "{unknown}"\n'))
            return
        self._ask(here, names[0], kinds)

    def _ask(self, here: Here, name: str, kinds: list[str]) -> None:
        if is_address(name):
            asked, kinds = [reverse_name(name)], kinds or ["PTR"]
        else:
            asked, kinds = _asked(here, name), kinds or ["A", "AAAA"]
        head = f"Server:\t\t{DNS_SERVER}\nAddress:\t{DNS_SERVER}:53\n\n"
        try:
            answers = [_answer(here, full, kind) for kind in kinds for full in asked]
        except ConnectionFailed:
            text = ";; connection timed out; no servers could be reached\n\n"
            self.finish(here, 10.0, 1, ("stdout", text))
            return
        failed = any("** server" in answer for answer in answers)
        self.finish(here, 0.01, int(failed), ("stdout", head + "".join(answers)))


def _answer(here: Here, name: str, kind: str) -> str:
    """What is shown of the answer to one question."""
    answer = here.dns(name, kind)
    if answer.status != "NOERROR":
        return f"** server can't find {name}: {answer.status}\n\n"
    return "".join(map(_line, answer.records)) + "\n"


def _line(record: Record) -> str:
    if record.kind in ("A", "AAAA"):
        return f"Name:\t{record.name}\nAddress: {record.data}\n"
    return f"{record.name}\t{_SHOWN.get(record.kind, record.kind.lower())} = {record.data.rstrip('.')}\n"


def _asked(here: Here, name: str) -> list[str]:
    if "." in name:
        return [name.rstrip(".")]
    return [f"{name}.{domain}" for domain in _search(here)] or [name]


def _search(here: Here) -> list[str]:
    """The search domains of /etc/resolv.conf."""
    lines = (here.read("/etc/resolv.conf") or b"").decode(errors="replace").splitlines()
    return next((line.split()[1:] for line in reversed(lines) if line.startswith("search ")), [])


PROGRAMS = {"nslookup": Nslookup}

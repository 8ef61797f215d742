"""How programs in containers find the addresses of names: /etc/hosts first, then what /etc/resolv.conf says (resolv.conf(5))."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

DNS_SERVER = "10.96.0.10"
"""The Service address of cluster DNS."""


class Resolver(NamedTuple):
    """What /etc/resolv.conf says."""

    servers: tuple[str, ...]
    search: tuple[str, ...]
    dots: int
    """Names with fewer dots are tried with the search domains first."""

    def candidates(self, name: str) -> list[str]:
        """The full names that are asked for, in turn."""
        if name.endswith("."):
            return [name.rstrip(".")]
        searched = [f"{name}.{domain}" for domain in self.search]
        return [*searched, name] if name.count(".") < self.dots else [name, *searched]


@lru_cache(maxsize=256)
def resolver_of(text: str) -> Resolver:
    """Read the file."""
    rows = [line.split() for line in text.splitlines() if line.strip()]
    servers = tuple(row[1] for row in rows if row[0] == "nameserver" and len(row) > 1)
    search = next((tuple(row[1:]) for row in reversed(rows) if row[0] == "search"), ())
    options = [word for row in rows if row[0] == "options" for word in row[1:]]
    dots = next((int(word[6:]) for word in options if word.startswith("ndots:") and word[6:].isdecimal()), 1)
    return Resolver(servers, search, dots)


def in_hosts(hosts: str, name: str) -> str:
    """The address that /etc/hosts gives a name, nothing if it has none."""
    for line in hosts.splitlines():
        words = line.partition("#")[0].split()
        if name in words[1:] and ":" not in words[0]:
            return words[0]
    return ""

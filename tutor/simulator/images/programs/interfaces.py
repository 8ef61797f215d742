"""ip, ifconfig and route as BusyBox has them: a container's interfaces and routes, with the addresses of its pod.

The layout is that of a pod network where each node has a /24, and of the node's own network for pods on that.
"""

from __future__ import annotations

from typing import NamedTuple

from tutor.simulator.images.programs.base import Here
from tutor.simulator.images.programs.client import Client

NET_ADMIN = 1 << 12
"""The bit of CAP_NET_ADMIN."""
NODE_NETWORK = "172.18."
_CHANGES = {"add", "del", "delete", "set", "change", "replace", "flush", "append"}


class Interface(NamedTuple):
    """What eth0 has."""

    address: str
    bits: int
    broadcast: str
    gateway: str
    network: str
    mac: str

    @property
    def mask(self) -> str:
        """The network mask in figures."""
        return "255.255.0.0" if self.bits == 16 else "255.255.255.0"


def interface(here: Here) -> Interface:
    """The interface of a pod, or of its node when it is on the node's network."""
    parts = here.ip.split(".")
    bits = 16 if here.ip.startswith(NODE_NETWORK) else 24
    head = parts[: bits // 8]
    rest = 4 - len(head)
    mac = "02:42:" + ":".join(f"{int(part):02x}" for part in parts)
    network, broadcast = ".".join([*head, *["0"] * rest]), ".".join([*head, *["255"] * rest])
    return Interface(here.ip, bits, broadcast, ".".join([*head, *["0"] * (rest - 1), "1"]), network, mac)


_LO = "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000"
_ETH = "2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1500 qdisc noqueue "
_FOREVER = "       valid_lft forever preferred_lft forever"


class Ip(Client):
    """ip [-4] [-o] address|link|route|neigh [show] [dev IFACE]"""

    def start(self, here: Here) -> None:
        options = [word for word in here.argv[1:] if word.startswith("-")]
        words = [word for word in here.argv[1:] if not word.startswith("-")]
        what = next((name for name in ("address", "link", "route", "neigh") if words and name.startswith(words[0])), "")
        if not what:
            self.finish(here, 0.0, 1, ("stderr", "Usage: ip [OPTIONS] address|route|link|neigh [ARGS]\n"))
            return
        if len(words) > 1 and words[1] in _CHANGES:
            may = here.capabilities & NET_ADMIN and not here.user
            why = (
                "changes of interfaces and routes are not simulated"
                if may
                else "RTNETLINK answers: Operation not permitted"
            )
            self.finish(here, 0.0, 1 if may else 2, ("stderr", f"ip: {why}\n"))
            return
        own = interface(here)
        if what == "neigh":
            lines = []
        elif what == "route":
            lines = _routes(own)
        else:
            wanted = words[-1] if len(words) > 1 and words[-1] not in ("show", "list", "ls", "dev") else ""
            lines = _interfaces(own, wanted, what == "address", "-4" in options, "-o" in options)
            if wanted not in ("", "lo", "eth0"):
                self.finish(here, 0.0, 1, ("stderr", f"ip: can't find device '{wanted}'\n"))
                return
        self.finish(here, 0.0, 0, ("stdout", "".join(f"{line}\n" for line in lines)))


def _interfaces(own: Interface, wanted: str, addresses: bool, only_four: bool, one_line: bool) -> list[str]:
    """What `ip addr` and `ip link` show."""
    lines = list[str]()
    rows = (
        ("lo", _LO, "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00", "127.0.0.1/8 scope host lo"),
        (
            "eth0",
            _ETH,
            f"    link/ether {own.mac} brd ff:ff:ff:ff:ff:ff",
            f"{own.address}/{own.bits} brd {own.broadcast} scope global eth0",
        ),
    )
    for number, (name, head, link, address) in enumerate(rows, 1):
        if wanted not in ("", name):
            continue
        if addresses and one_line:
            lines.append(f"{number}: {name}    inet {address}\\{_FOREVER}")
            continue
        lines += [head] if addresses and only_four else [head, link]
        lines += [f"    inet {address}", _FOREVER] if addresses else []
    return lines


def _routes(own: Interface) -> list[str]:
    if own.bits == 16:
        return [
            f"default via {own.gateway} dev eth0 ",
            f"{own.network}/16 dev eth0 scope link  src {own.address} ",
        ]
    return [
        f"default via {own.gateway} dev eth0 ",
        f"{own.network}/24 via {own.gateway} dev eth0  src {own.address} ",
        f"{own.gateway} dev eth0 scope link  src {own.address} ",
    ]


class Ifconfig(Client):
    """ifconfig [IFACE]"""

    def start(self, here: Here) -> None:
        own, wanted = interface(here), [word for word in here.argv[1:] if not word.startswith("-")]
        if len(wanted) > 1:
            self.finish(here, 0.0, 1, ("stderr", "ifconfig: SIOCSIFADDR: Operation not permitted\n"))
            return
        shown = {
            "eth0": (
                f"eth0      Link encap:Ethernet  HWaddr {own.mac.upper()}  \n"
                f"          inet addr:{own.address}  Bcast:{own.broadcast}  Mask:{own.mask}\n"
                "          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n"
            ),
            "lo": (
                "lo        Link encap:Local Loopback  \n"
                "          inet addr:127.0.0.1  Mask:255.0.0.0\n"
                "          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n"
            ),
        }
        if wanted and wanted[0] not in shown:
            text = f"ifconfig: {wanted[0]}: error fetching interface information: Device not found\n"
            self.finish(here, 0.0, 1, ("stderr", text))
            return
        self.finish(here, 0.0, 0, ("stdout", "".join(f"{shown[name]}\n" for name in wanted or shown)))


class Route(Client):
    """route [-n]"""

    def start(self, here: Here) -> None:
        own = interface(here)
        rows = [("0.0.0.0", own.gateway, "0.0.0.0", "UG")]  # how the kernel writes "everywhere", nothing listens there
        if own.bits == 16:
            rows.append((own.network, "0.0.0.0", own.mask, "U"))
        else:
            rows += [(own.network, own.gateway, own.mask, "UG"), (own.gateway, "0.0.0.0", "255.255.255.255", "UH")]
        head = (
            "Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\n"
        )
        lines = [f"{to:<16}{via:<16}{mask:<16}{flags:<6}0      0        0 eth0\n" for to, via, mask, flags in rows]
        self.finish(here, 0.0, 0, ("stdout", head + "".join(lines)))


PROGRAMS = {"ip": Ip, "ifconfig": Ifconfig, "route": Route}

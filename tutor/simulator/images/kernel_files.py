"""What containers see of their kernel: the limits of their control group, and its parameters under /proc/sys.

Sources: Documentation/admin-guide/cgroup-v2.rst and sysctl/ of Linux; the defaults are those of a node with containerd.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

from tutor.posix import MemoryTree
from tutor.posix.memory import tree_of

CONTROL_GROUP = "/sys/fs/cgroup"
"""Where its limits are."""
PERIOD = 100_000
"""Microseconds in which a processor limit is counted."""
_LEAST_SHARES = 2
_PARAMETERS = {
    "fs.file-max": "9223372036854775807",
    "kernel.msgmax": "8192",
    "kernel.ostype": "Linux",
    "kernel.pid_max": "4194304",
    "kernel.shm_rmid_forced": "0",
    "kernel.shmmax": "18446744073692774399",
    "net.core.somaxconn": "4096",
    "net.ipv4.ip_local_port_range": "32768\t60999",
    "net.ipv4.ip_local_reserved_ports": "",
    "net.ipv4.ip_unprivileged_port_start": "0",
    "net.ipv4.ping_group_range": "0\t2147483647",
    "net.ipv4.tcp_fin_timeout": "60",
    "net.ipv4.tcp_keepalive_intvl": "75",
    "net.ipv4.tcp_keepalive_probes": "9",
    "net.ipv4.tcp_keepalive_time": "7200",
    "net.ipv4.tcp_syncookies": "1",
    "vm.max_map_count": "1048576",
    "vm.overcommit_memory": "1",
    "vm.swappiness": "60",
}


def cpu_weight(request: float | None) -> int:
    """The cpu.weight of a processor request (runc since 1.3.2; blog "New conversion from cgroup v1 CPU shares to v2 CPU
    weight")."""
    shares = max(_LEAST_SHARES, int((request or 0.0) * 1024))
    if shares == _LEAST_SHARES:
        return 1
    exponent = math.log2(shares)
    return min(10_000, math.ceil(10 ** ((exponent**2 + 125 * exponent) / 612 - 7 / 34)))


@lru_cache(maxsize=256)
def control_group(cores: float | None, request: float | None, memory: float | None) -> MemoryTree:
    """/sys/fs/cgroup of a container with such limits (cores, bytes); not to be changed."""
    quota = "max" if cores is None else str(max(1000, int(cores * PERIOD)))
    page = 4096
    files = {
        "cgroup.controllers": "cpuset cpu io memory hugetlb pids rdma misc",
        "cgroup.type": "domain",
        "cpu.max": f"{quota} {PERIOD}",
        "cpu.weight": str(cpu_weight(request)),
        "memory.high": "max",
        "memory.low": "0",
        "memory.max": "max" if memory is None else str(int(memory) // page * page),
        "memory.min": "0",
        "memory.oom.group": "1",
        "memory.swap.max": "0",
        "pids.max": "max",
    }
    return tree_of({f"/{name}": f"{text}\n" for name, text in files.items()})


@lru_cache(maxsize=256)
def _parameters(own: tuple[tuple[str, str], ...]) -> MemoryTree:
    found = {**_PARAMETERS, **dict(own)}
    return tree_of({f"/{name.replace('.', '/')}": f"{value}\n" for name, value in found.items()})


def parameters(own: Mapping[str, str], hostname: str) -> MemoryTree:
    """/proc/sys of a container of a pod that has set some parameters itself; not to be changed."""
    named = {name.replace("/", "."): value.replace(" ", "\t") for name, value in own.items()}
    return _parameters(tuple(sorted({**named, "kernel.hostname": hostname}.items())))

"""The Linux capabilities of containers as one number, the way /proc/PID/status shows them (capability(7)).

What a runtime leaves a container is containerd's default; the securityContext adds to it and drops from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

NAMES = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
]
"""In the order of their numbers."""
DEFAULT = [
    "CHOWN",
    "DAC_OVERRIDE",
    "FSETID",
    "FOWNER",
    "MKNOD",
    "NET_RAW",
    "SETGID",
    "SETUID",
    "SETFCAP",
    "SETPCAP",
    "NET_BIND_SERVICE",
    "SYS_CHROOT",
    "KILL",
    "AUDIT_WRITE",
]
EVERY = (1 << len(NAMES)) - 1


def _mask(names: Iterable[str]) -> int:
    if "ALL" in names:
        return EVERY
    plain = [name.upper().removeprefix("CAP_") for name in names]
    return sum({1 << NAMES.index(name) for name in plain if name in NAMES})


def bounding_set(context: Mapping[str, Any]) -> int:
    """The capabilities a container may have at all; root has them, others have none of them."""
    if context.get("privileged"):
        return EVERY
    asked = context.get("capabilities") or {}
    add, drop = _mask(asked.get("add") or []), _mask(asked.get("drop") or [])
    if "ALL" in (asked.get("drop") or ()):
        return add
    return (_mask(DEFAULT) | add) & ~drop

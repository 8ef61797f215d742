"""Signal names, numbers and default actions (Linux numbering; signal(7))."""

from __future__ import annotations

NUMBERS = {
    "HUP": 1,
    "INT": 2,
    "QUIT": 3,
    "KILL": 9,
    "USR1": 10,
    "USR2": 12,
    "PIPE": 13,
    "ALRM": 14,
    "TERM": 15,
    "CHLD": 17,
    "CONT": 18,
    "STOP": 19,
    "TSTP": 20,
    "URG": 23,
    "WINCH": 28,
}
NAMES = {number: name for name, number in NUMBERS.items()}
HARMLESS = frozenset({"CHLD", "CONT", "URG", "WINCH"})
"""Signals whose default action is to do nothing (CONT additionally wakes a stopped process)."""
STOPPING = frozenset({"STOP", "TSTP"})
UNCATCHABLE = frozenset({"KILL", "STOP"})


def name_of(text: str) -> str | None:
    """The name of a signal given as "TERM", "SIGTERM", "term" or "15"; None if there is no such signal."""
    if text.isascii() and text.isdecimal():
        return NAMES.get(int(text[:4]))
    name = text.upper().removeprefix("SIG")
    return name if name in NUMBERS else None


def status_of(name: str) -> int:
    """The exit status a shell reports for a process ended by this signal."""
    return 128 + NUMBERS[name]

"""Signal names, numbers and default actions (Linux numbering; signal(7))."""

from __future__ import annotations

NUMBERS = {
    "HUP": 1,
    "INT": 2,
    "QUIT": 3,
    "ILL": 4,
    "TRAP": 5,
    "ABRT": 6,
    "BUS": 7,
    "FPE": 8,
    "KILL": 9,
    "USR1": 10,
    "SEGV": 11,
    "USR2": 12,
    "PIPE": 13,
    "ALRM": 14,
    "TERM": 15,
    "STKFLT": 16,
    "CHLD": 17,
    "CONT": 18,
    "STOP": 19,
    "TSTP": 20,
    "TTIN": 21,
    "TTOU": 22,
    "URG": 23,
    "XCPU": 24,
    "XFSZ": 25,
    "VTALRM": 26,
    "PROF": 27,
    "WINCH": 28,
    "IO": 29,
    "PWR": 30,
    "SYS": 31,
}
_WORDS = (
    "Hangup",
    "Interrupt",
    "Quit",
    "Illegal instruction",
    "Trace/breakpoint trap",
    "Aborted",
    "Bus error",
    "Floating point exception",
    "Killed",
    "User defined signal 1",
    "Segmentation fault",
    "User defined signal 2",
    "Broken pipe",
    "Alarm clock",
    "Terminated",
    "Stack fault",
    "Child exited",
    "Continued",
    "Stopped (signal)",
    "Stopped",
    "Stopped (tty input)",
    "Stopped (tty output)",
    "Urgent I/O condition",
    "CPU time limit exceeded",
    "File size limit exceeded",
    "Virtual timer expired",
    "Profiling timer expired",
    "Window changed",
    "I/O possible",
    "Power failure",
    "Bad system call",
)
DESCRIPTIONS = dict(zip(NUMBERS, _WORDS, strict=True))
"""What the C library calls signals (strsignal(3))."""
NAMES = {number: name for name, number in NUMBERS.items()}
HARMLESS = frozenset({"CHLD", "CONT", "URG", "WINCH"})
"""Signals whose default action is to do nothing (CONT additionally wakes a stopped process)."""
STOPPING = frozenset({"STOP", "TSTP", "TTIN", "TTOU"})
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

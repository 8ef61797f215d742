"""kill: signals by process number, also the shell's builtin of that name."""

from __future__ import annotations

from tutor.posix import signals
from tutor.posix.errors import ToolError
from tutor.posix.neighbours import all_processes, send_signal
from tutor.posix.tools.base import Invocation, tool


@tool("kill")
def kill(invocation: Invocation) -> int:
    words = invocation.argv[1:]
    if words[:1] == ["-l"]:
        return _list(invocation, words[1:])
    name = "TERM"
    if words[:1] in (["-s"], ["-n"]) and len(words) > 1:
        name, words = _signal(words[1]), words[2:]
    elif words and words[0].startswith("-") and words[0] != "--":
        name, words = _signal(words[0][1:]), words[1:]
    words = words[1:] if words[:1] == ["--"] else words
    if not words:
        raise ToolError("you need to specify whom to kill", 1)
    return max(_send(invocation, name, text) for text in words)


def _signal(text: str) -> str:
    if text == "0":
        return "0"
    name = signals.name_of(text)
    if name is None:
        raise ToolError(f"bad signal name '{text}'", 1)
    return name


def _send(invocation: Invocation, name: str, text: str) -> int:
    if not text.lstrip("-").isdecimal():
        invocation.complain(f"invalid number '{text}'")
        return 1
    machine, number = invocation.process.machine, int(text[:9])
    if number > 0:
        targets = [number]
    elif number == -1:
        targets = [process.pid for process in all_processes(machine) if process.pid not in (1, machine.init)]
    else:
        targets = [pid for pid in machine.processes if number == 0 and pid != machine.init]
    found = [pid for pid in targets if send_signal(machine, pid, name)]
    if not found:
        invocation.complain(f"can't kill pid {text}: No such process")
    return int(not found)


def _list(invocation: Invocation, words: list[str]) -> int:
    if not words:
        invocation.out("".join(f"{number:2}) {name}\n" for name, number in signals.NUMBERS.items()))
        return 0
    for text in words:
        number = int(text[:6]) if text.isdecimal() else 0
        name = signals.NAMES.get(number - 128 if number > 128 else number) if number else None
        invocation.out((name or str(signals.NUMBERS.get(signals.name_of(text) or "", text))) + "\n")
    return 0

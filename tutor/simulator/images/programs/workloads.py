"""Programs that use memory and processor on purpose."""

from __future__ import annotations

from tutor.simulator.images.programs.base import Here, Program

_UNITS = {"K": 2**10, "M": 2**20, "G": 2**30, "B": 1}


def _bytes(text: str) -> float:
    unit = _UNITS.get(text[-1:].upper(), 0)
    return float(text[:-1]) * unit if unit else float(text or 0)


class Stress(Program):
    """stress: --vm N --vm-bytes SIZE takes memory, --cpu N takes processor cores."""

    def __init__(self) -> None:
        super().__init__()
        self._bytes = 0.0
        self._cores = 0.0

    def start(self, here: Here) -> None:
        options: dict[str, str] = {}
        words = iter(here.argv[1:])
        for word in words:
            name, separator, value = word.lstrip("-").partition("=")
            options[{"c": "cpu", "m": "vm", "t": "timeout"}.get(name, name)] = value if separator else next(words, "")
        self._cores = float(options.get("cpu") or 0)
        self._bytes = float(options.get("vm") or 0) * _bytes(options.get("vm-bytes", "256M"))
        hogs = f"{options.get('cpu', 0)} cpu, {options.get('io', 0)} io, {options.get('vm', 0)} vm, {options.get('hdd', 0)} hdd"
        here.log(f"stress: info: [1] dispatching hogs: {hogs}\n")
        self.wake_at = here.now + 0.5

    def memory(self, now: float) -> float:
        return self.resident + self._bytes

    def cpu(self, now: float) -> float:
        return self.idle_cpu + self._cores


PROGRAMS = {"stress": Stress}

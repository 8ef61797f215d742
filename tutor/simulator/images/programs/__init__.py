"""The programs that simulated images run; every module's `PROGRAMS` contributes what it names."""

from __future__ import annotations

import importlib
import pkgutil

from tutor.simulator.images.programs.base import Maker, Program


def _collect() -> dict[str, Maker]:
    found: dict[str, Maker] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        found.update(getattr(importlib.import_module(f"{__name__}.{module.name}"), "PROGRAMS", {}))
    return found


PROGRAMS: dict[str, Maker] = _collect()


def make_program(name: str) -> Program:
    """A program by its name. Raises KeyError."""
    return PROGRAMS[name]()

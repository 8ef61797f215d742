"""Brings in every module that registers builtins and tools, and makes the standard table of commands."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from tutor.posix import builtins, frames, tools
from tutor.posix.commands import CommandTable
from tutor.posix.tools.base import TOOLS


@cache
def standard_commands() -> CommandTable:
    """All tools there are, the shells among them."""
    for package in (tools, frames, builtins):
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    return CommandTable(dict(TOOLS))

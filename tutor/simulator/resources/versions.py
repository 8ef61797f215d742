"""The order of API versions (apimachinery, pkg/version/helpers.go CompareKubeAwareVersionStrings)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")

_VERSION = re.compile(r"v(\d+)(?:(alpha|beta)(\d+))?")
_STAGES = {"alpha": 0, "beta": 1, None: 2}


def by_priority(items: Iterable[Item], name: Callable[[Item], str]) -> list[Item]:
    """Items by their version: stable ones first, then beta, then alpha, the newest of each first; other names last."""
    return sorted(items, key=lambda item: _rank(name(item)))


def _rank(version: str) -> tuple[int, int, int, str]:
    match = _VERSION.fullmatch(version)
    if match is None:
        return (1, 0, 0, version)
    return (-_STAGES[match[2]], -int(match[1]), -int(match[3] or 0), version)

"""Where the rules put what they find."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tutor.course.problem import Problem


@dataclass
class Report:
    """The problems found so far."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path, line: int, message: str, remedy: str) -> None:
        """Record one."""
        self.problems.append(Problem(path, line, message, remedy))

    def twins(self, path: Path, what: str, items: Iterable[tuple[str, int]]) -> None:
        """Record every id that an earlier item has; items are (id, line)."""
        seen: dict[str, int] = {}
        for name, line in items:
            if name in seen:
                self.add(path, line, f"{what} `{name}` is already on line {seen[name]}", "give each its own")
            seen.setdefault(name, line)

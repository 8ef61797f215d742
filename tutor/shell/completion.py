"""What can stand at the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.shell.commands.kubectl import ClusterAccess
    from tutor.shell.engine import Engine


@dataclass(frozen=True)
class Completion:
    """`candidates` are what the line can have from `start` up to the cursor."""

    start: int
    candidates: Sequence[str] = ()


class Completer:
    """Proposes words."""

    def __init__(self, engine: Engine, access: ClusterAccess) -> None:
        self._engine = engine
        self._access = access

    def complete(self, line: str, cursor: int) -> Completion:
        """See `PracticeShell.complete`."""
        return Completion(cursor)

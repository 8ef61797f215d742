"""Running lines without a screen: for tests and for the corpus of answers to exercises."""

from __future__ import annotations

from collections.abc import Iterable

from tutor.shell.practice import LineResult, PracticeShell


def run_lines(shell: PracticeShell, lines: Iterable[str], timeout: float = 60.0) -> list[LineResult]:
    """Run lines one after the other, each at most `timeout` seconds, whatever their exit statuses are.

    A line may hold several, as a here-document or a loop does.
    """
    return [shell.run(line, timeout) for line in lines]

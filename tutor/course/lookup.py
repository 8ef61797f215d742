"""Finding the page of the course that a command line is about."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tutor.course.model import Lesson, Page
from tutor.course.pack import Pack

_COMMAND = re.compile(
    r"\b(?:kubectl|k)\s+(?:(?:-n|--namespace)\s+\S+\s+|-\S+\s+)*(?P<verb>[a-z][a-z-]*)(?:\s+(?P<sub>[a-z][a-z-]*))?"
)
_GROUPS = frozenset({"rollout", "set", "create", "config", "auth", "top"})
"""Commands whose next word says what they do."""


def page_about(pack: Pack, line: str, kinds: Iterable[str], near: str = "") -> tuple[Lesson, Page] | None:
    """The page that shows the line's kubectl command most often, those about the kinds first; of equal ones that of the
    lesson `near`, else the first. None when no page shows it."""
    match = _COMMAND.search(line)
    if match is None:
        return None
    verb, sub = match["verb"], match["sub"] or ""
    command = f"kubectl {verb} {sub}" if verb in _GROUPS and sub else f"kubectl {verb}"
    wanted = [kind.lower() for kind in kinds]
    best: tuple[float, Lesson, Page] | None = None
    for lesson in pack.lessons:
        for page in lesson.pages:
            score = _score(page, command, wanted) + (0.5 if lesson.id == near else 0)
            if score >= 1 and (best is None or score > best[0]):
                best = score, lesson, page
    return (best[1], best[2]) if best else None


def _score(page: Page, command: str, kinds: list[str]) -> float:
    shown = page.source.count(command)
    if not shown:
        return 0
    title, text = page.title.lower(), page.source.lower()
    return min(shown, 3) + sum(2 * (kind in title) + (kind in text) for kind in kinds)

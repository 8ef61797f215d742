"""Links inside a pack: `lesson:ID`, `lesson:ID#PAGE`, `exercise:ID` and `quiz:LESSON`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

TargetKind: TypeAlias = Literal["lesson", "exercise", "quiz"]

_LINK = re.compile(r"(?P<kind>lesson|exercise|quiz):(?P<id>[a-z0-9-]+)(?:#(?P<page>[a-z0-9-]+))?")


@dataclass(frozen=True)
class Target:
    """What a link leads to. `page` is only ever set for lessons; a quiz goes by its lesson's id."""

    kind: TargetKind
    id: str
    page: str | None = None


def is_internal(href: str) -> bool:
    """Whether a link is meant to lead inside the pack rather than to the web."""
    return href.startswith(("lesson:", "exercise:", "quiz:"))


def parse_link(href: str) -> Target:
    """The target of an internal link. Raises ValueError when it is not written like one."""
    match = _LINK.fullmatch(href)
    if not match or (match["page"] and match["kind"] != "lesson"):
        raise ValueError(f"{href!r} is not a link such as lesson:ID, lesson:ID#PAGE, exercise:ID or quiz:LESSON")
    return Target(cast(TargetKind, match["kind"]), match["id"], match["page"])

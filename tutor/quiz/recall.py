"""How much of a model answer a freely written answer covers.

The learner rates the answer; finding the rubric's points in it only helps with that. Patterns come from lesson packs,
so they are data from somebody else: only patterns whose cost is bounded are tried, on a bounded piece of text, so
that no pack can hang the tutor.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tutor.course.model import RubricPoint
from tutor.course.patterns import MAX_TEXT, problem_with
from tutor.quiz.state import Rating

SUGGEST_GOOD_FROM = 0.5
"""Share of the points from which "good" is suggested.

The answer is written from memory, so half of a full model answer is a good one.
"""


@dataclass(frozen=True)
class PointCoverage:
    """Whether one point was found. `checkable` is False when no pattern of it may be tried: the learner has to look."""

    id: str
    point: str
    covered: bool
    checkable: bool = True


@dataclass(frozen=True)
class Coverage:
    """The points of a rubric, in its order, and what was found of them."""

    points: tuple[PointCoverage, ...]

    @property
    def covered(self) -> int:
        """How many points were found."""
        return sum(point.covered for point in self.points)

    @property
    def suggested(self) -> Rating:
        """The rating to offer first; the learner decides."""
        if not self.points:
            return Rating.AGAIN
        return Rating.GOOD if self.covered / len(self.points) >= SUGGEST_GOOD_FROM else Rating.AGAIN


def coverage(rubric: Sequence[RubricPoint], text: str) -> Coverage:
    """Which points of the rubric the text makes.

    Only the first `MAX_TEXT` characters are looked at; runs of blanks count as one.
    """
    looked_at = " ".join(text[:MAX_TEXT].split())
    return Coverage(tuple(_cover(point, looked_at) for point in rubric))


def _cover(point: RubricPoint, text: str) -> PointCoverage:
    usable = [pattern for pattern in point.accept if problem_with(pattern) is None]
    covered = any(re.search(pattern, text, re.IGNORECASE) for pattern in usable)
    return PointCoverage(point.id, point.point, covered, checkable=bool(usable))

"""What grading says: one verdict a check, and one for the exercise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a check or an exercise stands."""

    PASSED = "passed"
    NOT_YET = "not_yet"
    CONVERGING = "converging"
    """Not there, but the cluster is still moving towards it."""
    NOT_STARTED = "not_started"
    """The learner has changed nothing yet."""
    ENVIRONMENT_FAULT = "environment_fault"
    """Something around the exercise broke; never the learner's mistake."""
    NOT_AVAILABLE = "not_available"
    """This cluster lacks what the exercise needs."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How one check stands: what is, what is wanted, why it matters, and the mistake that was recognised, if one was."""

    check_id: str
    text: str
    verdict: Verdict
    is_: str = ""
    wanted: str = ""
    why: str = ""
    mistake: str | None = None
    see: str | None = None
    """A link to where the mistake is explained, e.g. lesson:services#by-label."""


@dataclass(frozen=True, slots=True)
class Report:
    """How an exercise stands."""

    exercise_id: str
    verdict: Verdict
    results: tuple[CheckResult, ...] = ()
    note: str = ""
    """For an environment fault or an exercise that is not available: what to do."""

    @property
    def passed(self) -> int:
        """How many checks have passed."""
        return sum(result.verdict is Verdict.PASSED for result in self.results)

    @property
    def total(self) -> int:
        """How many checks there are."""
        return len(self.results)


def overall(results: Iterable[CheckResult], *, untouched: bool) -> Verdict:
    """The exercise's verdict from those of its checks. `untouched`: nothing has changed since the start."""
    verdicts = {result.verdict for result in results}
    if verdicts <= {Verdict.PASSED}:
        return Verdict.PASSED
    if untouched:
        return Verdict.NOT_STARTED
    return Verdict.NOT_YET if Verdict.NOT_YET in verdicts else Verdict.CONVERGING

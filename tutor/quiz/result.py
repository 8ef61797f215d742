"""How a session went: the numbers, and where to read up on what was wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tutor.quiz.bank import QuestionBank
from tutor.quiz.session import Session, Status


@dataclass(frozen=True)
class Reading:
    """A place to read again: a lesson, and its page where the question names one."""

    lesson: str
    page: str | None
    question_ids: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """A session in numbers. `by_section` maps a section of the chapter to (right, answered)."""

    asked: int
    right: int
    wrong: tuple[str, ...]
    left_out: tuple[str, ...]
    flagged: tuple[str, ...]
    by_section: Mapping[int, tuple[int, int]]
    read_again: tuple[Reading, ...]

    @property
    def answered(self) -> int:
        """How many questions were answered."""
        return self.right + len(self.wrong)


def result(bank: QuestionBank, session: Session) -> Result:
    """Sum up the session as it stands, whether it is finished or not."""
    statuses = session.statuses()
    wrong = tuple(question_id for question_id, status in statuses.items() if status is Status.WRONG)
    right = [question_id for question_id, status in statuses.items() if status is Status.RIGHT]
    return Result(
        asked=len(statuses),
        right=len(right),
        wrong=wrong,
        left_out=tuple(q for q, status in statuses.items() if status not in (Status.RIGHT, Status.WRONG)),
        flagged=tuple(question_id for question_id in statuses if question_id in session.state.flagged),
        by_section=_by_section(bank, right, wrong),
        read_again=_readings(bank, wrong),
    )


def _by_section(bank: QuestionBank, right: list[str], wrong: tuple[str, ...]) -> dict[int, tuple[int, int]]:
    rights = Counter(section for question_id in right for section in bank.question(question_id).sections)
    wrongs = Counter(section for question_id in wrong for section in bank.question(question_id).sections)
    return {section: (rights[section], rights[section] + wrongs[section]) for section in sorted({*rights, *wrongs})}


def _readings(bank: QuestionBank, wrong: tuple[str, ...]) -> tuple[Reading, ...]:
    places: dict[tuple[str, str | None], list[str]] = {}
    for question_id in wrong:
        places.setdefault((bank.lesson_of(question_id), bank.question(question_id).page), []).append(question_id)
    return tuple(Reading(lesson, page, tuple(ids)) for (lesson, page), ids in places.items())

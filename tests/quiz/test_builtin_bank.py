"""The questions that come with the tutor: enough of them, fair ones, and true ones."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

import pytest

from tutor.course import load_pack
from tutor.course.model import Question
from tutor.course.patterns import problem_with
from tutor.quiz import QuestionBank, coverage

PACK = load_pack()
BANK = QuestionBank(PACK.quizzes.values())
QUESTIONS = BANK.questions()
SINGLES = [question for question in QUESTIONS if question.kind == "single"]
RECALLS = [question for question in QUESTIONS if question.kind == "recall"]
MARKED = [question for question in QUESTIONS if question.kind != "recall"]


def right(question_id: str) -> str:
    """The text of the right option of a single-choice question."""
    return next(option.text for option in BANK.question(question_id).options if option.correct)


def test_every_lesson_has_at_least_three_questions_that_are_marked() -> None:
    counts = Counter(BANK.lesson_of(question.id) for question in MARKED)
    assert {lesson.id: counts[lesson.id] for lesson in PACK.lessons if counts[lesson.id] < 3} == {}


def test_every_section_of_the_chapter_is_asked_about() -> None:
    asked = {section for question in QUESTIONS for section in question.sections}
    assert asked == {section.id for section in PACK.course.sections}


def test_there_are_at_least_fifty_questions_that_are_marked() -> None:
    assert len(MARKED) >= 50


def test_the_six_revision_questions_are_asked_openly_and_as_marked_variants() -> None:
    assert len(RECALLS) == 6
    for recall in RECALLS:
        topic = recall.id.removeprefix("recall-")
        variants = [question for question in MARKED if question.id.startswith(f"revision-{topic}")]
        assert variants, topic
        assert all(12 in question.sections for question in [recall, *variants])


@pytest.mark.parametrize("extreme", [max, min], ids=["longest", "shortest"])
def test_the_right_option_cannot_be_told_by_its_length(extreme: Callable[[list[int]], int]) -> None:
    """Somebody who knows nothing and always takes the longest (shortest) option; chance is 25 %."""
    assert sum(_chance(question, extreme) for question in SINGLES) / len(SINGLES) <= 0.35


def _chance(question: Question, extreme: Callable[[list[int]], int]) -> float:
    length = extreme([len(option.text) for option in question.options])
    candidates = [option.correct for option in question.options if len(option.text) == length]
    return sum(candidates) / len(candidates)


def test_every_option_says_why() -> None:
    reasons = [option.why for question in MARKED for option in question.options]
    assert min(map(len, reasons)) >= 20
    assert max(Counter(reasons).values()) == 1


@pytest.mark.parametrize("recall", RECALLS, ids=lambda question: question.id)
def test_the_model_answer_covers_its_rubric_and_a_shrug_covers_nothing(recall: Question) -> None:
    missing = [point.id for point in coverage(recall.rubric, recall.model).points if not point.covered]
    assert missing == []
    for shrug in ("", "I do not know.", "No idea, sorry!", "asdf asdf"):
        assert coverage(recall.rubric, shrug).covered == 0


def test_rubric_patterns_are_safe_to_try() -> None:
    patterns = [pattern for recall in RECALLS for point in recall.rubric for pattern in point.accept]
    assert {pattern: problem_with(pattern) for pattern in patterns if problem_with(pattern)} == {}


ANSWERS = [
    (
        "recall-why-orchestration",
        "with 1000s of containers you cannot pick the machine or restart crashed ones manually",
        3,
    ),
    (
        "recall-control-plane",
        "api-server is the entry point, etcd the db, scheduler picks nodes, controllers reconcile",
        4,
    ),
    ("recall-pod", "smallest thing k8s deploys, 1 or more containers w/ same IP and shared volumes", 4),
    (
        "recall-rolling-update",
        "v2 pods come up, when ready they get traffic and v1 pods are removed; if bad it gets stuck",
        4,
    ),
    (
        "recall-deployment-service-ingress",
        "Deployment runs replicas, Service has a stable IP, Ingress is http from outside",
        4,
    ),
    ("recall-hpa", "checks cpu from metrics-server every 15s, adds pods above target, removes below, min..max", 6),
]


@pytest.mark.parametrize(("question_id", "answer", "points"), ANSWERS)
def test_answers_as_people_write_them_get_the_points_they_make(question_id: str, answer: str, points: int) -> None:
    assert coverage(BANK.question(question_id).rubric, answer).covered >= points


def wanted(replicas: int, measured: float, target: float, *, low: int = 3, high: int = 20) -> str:
    """The HPA's arithmetic,
    https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details.
    """
    ratio = measured / target
    desired = replicas if abs(ratio - 1) <= 0.1 else math.ceil(replicas * ratio)
    return str(min(max(desired, low), high))


def test_the_numbers_in_the_autoscaling_questions_are_true() -> None:
    assert right("hpa-85-percent") == wanted(3, 85, 70)
    assert right("hpa-tolerance") == wanted(3, 75, 70)
    assert right("hpa-largest-metric") == max(wanted(4, 35, 70, low=1), wanted(4, 120, 80, low=1))
    assert right("hpa-scale-down").endswith(f"to {wanted(9, 20, 70)}")
    assert right("hpa-of-what") == f"{100 * 200 // 250} %"
    assert right("hpa-maximum").startswith(wanted(10, 175, 70))


def test_the_numbers_in_the_other_questions_are_true() -> None:
    replicas, surge, unavailable = 10, math.ceil(10 * 0.25), math.floor(10 * 0.25)
    assert right("rollout-defaults") == f"Up to {replicas + surge} Pods, at least {replicas - unavailable} available"
    assert right("rollout-counts") == f"At most {3 + 1}, at least {3 - 0}"
    assert right("pods-requests-fit") == str(1900 // 250)

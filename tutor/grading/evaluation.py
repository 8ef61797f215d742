"""Turns an exercise's checks and a look at the cluster into results."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tutor.course.model import Assertion, Check, Condition, Exercise, Mistake, Selector
from tutor.grading.expectations import Facts, holds, shown, value_of
from tutor.grading.reader import Reader
from tutor.grading.settling import moving
from tutor.grading.verdicts import CheckResult, Report, Verdict, overall


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a check does not hold: what is and what is wanted."""

    is_: str
    wanted: str


def describe(of: Selector) -> str:
    """A selector in words: "Deployment web-app in namespace production"."""
    where = f" in namespace {of.namespace}" if of.namespace else ""
    if of.name is not None:
        return f"{of.kind} {of.name}{where}"
    labels = ", ".join(f"{key}={value}" for key, value in sorted(of.labels.items()))
    return f"{of.kind} with {labels}{where}" if labels else f"{of.kind}{where}"


def failure_of(assertion: Assertion, of: Selector, data: Any, facts: Facts) -> Failure | None:
    """Why one assertion does not hold over what was selected, or None when it does."""
    expect = assertion.expect
    if assertion.value is None:
        there = bool(data["items"]) if of.name is None and data else data is not None
        if holds(expect, True if there else None, facts):
            return None
        is_ = f"there is {'a' if there else 'no'} {describe(of)}"
        return Failure(
            assertion.found.format(value="yes" if there else "no") if assertion.found else is_, assertion.wanted
        )
    if data is None:
        return Failure(f"there is no {describe(of)}", assertion.wanted)
    value = value_of(assertion.value, data)
    if holds(expect, value, facts):
        return None
    return Failure(assertion.found.replace("{value}", shown(value, expect)), assertion.wanted)


def condition_holds(condition: Condition, reader: Reader, facts: Facts) -> bool:
    """Whether a condition holds now."""
    assertion = Assertion(condition.value, condition.expect)
    return failure_of(assertion, condition.of, reader.select(condition.of), facts) is None


def evaluate_check(check: Check, mistakes: Iterable[Mistake], reader: Reader, facts: Facts, now: float) -> CheckResult:
    """One check. `now` is the cluster's time in seconds since the epoch, to tell starting from stuck."""
    data = reader.select(check.of)
    failures = (failure_of(assertion, check.of, data, facts) for assertion in check.assertions)
    failure = next((f for f in failures if f is not None), None)
    if failure is None:
        return CheckResult(check.id, check.text, Verdict.PASSED, why=check.why)
    if check.settling and moving(reader, check.of, now):
        return CheckResult(check.id, check.text, Verdict.CONVERGING, failure.is_, failure.wanted, check.why)
    mistake = next((m for m in mistakes if condition_holds(m.when, reader, facts)), None)
    return CheckResult(
        check.id,
        check.text,
        Verdict.NOT_YET,
        failure.is_,
        failure.wanted,
        check.why,
        mistake.says if mistake else None,
        mistake.see if mistake else None,
    )


def evaluate(exercise: Exercise, reader: Reader, facts: Facts, now: float, started_as: str | None = None) -> Report:
    """All checks. `started_as` is the reader's fingerprint right after the start: equal means that nothing was done."""
    results = tuple(evaluate_check(check, exercise.mistakes, reader, facts, now) for check in exercise.checks)
    untouched = started_as is not None and reader.fingerprint() == started_as
    return Report(exercise.id, overall(results, untouched=untouched), results)

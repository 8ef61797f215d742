"""Turns an exercise's checks and a look at the cluster into results."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tutor.course.model import Assertion, Check, Condition, Exercise, Mistake, Selector
from tutor.grading.api import Obj
from tutor.grading.expectations import Facts, holds, shown, value_of
from tutor.grading.reader import Reader
from tutor.grading.settling import moving
from tutor.grading.verdicts import CheckResult, Report, Verdict, overall
from tutor.grading.workloads import up_to_date


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


def failure_of(assertion: Assertion, of: Selector, data: Obj | None, facts: Facts) -> Failure | None:
    """Why one assertion does not hold over what was selected, or None when it does."""
    if assertion.value is None:
        return _existence_failure(assertion, of, data, facts)
    if data is None:
        return Failure(f"there is no {describe(of)}", assertion.wanted)
    value = value_of(assertion.value, data)
    if holds(assertion.expect, value, facts):
        return None
    return Failure(assertion.found.replace("{value}", shown(value, assertion.expect)), assertion.wanted)


def _existence_failure(assertion: Assertion, of: Selector, data: Obj | None, facts: Facts) -> Failure | None:
    there = data is not None and (of.name is not None or bool(data["items"]))
    if holds(assertion.expect, True if there else None, facts):
        return None
    found = assertion.found.replace("{value}", "yes" if there else "no")
    return Failure(found or f"there is {'a' if there else 'no'} {describe(of)}", assertion.wanted)


def condition_holds(condition: Condition, reader: Reader, facts: Facts) -> bool:
    """Whether a condition holds now."""
    assertion = Assertion(condition.value, condition.expect)
    return failure_of(assertion, condition.of, reader.select(condition.of), facts) is None


def evaluate_check(
    check: Check, mistakes: Iterable[Mistake], reader: Reader, facts: Facts, *, untouched: bool = False
) -> CheckResult:
    """One check, with the first recognised mistake beside it when it fails for good.

    As long as the learner has done nothing, there is no mistake of theirs and nothing they could wait for.
    """
    data = reader.select(check.of)
    failures = (failure_of(assertion, check.of, data, facts) for assertion in check.assertions)
    failure = next((one for one in failures if one is not None), None)
    if failure is None and check.settling and data is not None and not up_to_date(data):
        failure = Failure("the change has only just been made", check.assertions[-1].wanted)
    if failure is None:
        return CheckResult(check.id, check.text, Verdict.PASSED, why=check.why)
    result = CheckResult(check.id, check.text, Verdict.NOT_YET, failure.is_, failure.wanted, check.why)
    if untouched:
        return result
    if check.settling and moving(reader, check.of):
        return replace(result, verdict=Verdict.CONVERGING)
    mistake = next((one for one in mistakes if all(condition_holds(c, reader, facts) for c in one.when)), None)
    return replace(result, mistake=mistake.says.strip(), see=mistake.see) if mistake else result


def evaluate(exercise: Exercise, reader: Reader, facts: Facts, *, untouched: bool = False) -> Report:
    """All checks. `untouched` says that the learner has changed nothing yet. Raises Unreachable."""
    results = tuple(
        evaluate_check(check, exercise.mistakes, reader, facts, untouched=untouched) for check in exercise.checks
    )
    return Report(exercise.id, overall(results, untouched=untouched), results)

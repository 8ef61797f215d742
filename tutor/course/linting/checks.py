"""Rules for checks, mistakes and waits: expressions that compile, facts that exist, nothing that hangs on an order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tutor.course.linting.report import Report
from tutor.course.model.checks import Expectation, Selector
from tutor.course.model.exercise import Exercise, WaitStep
from tutor.course.pack import Pack

_POSITION = re.compile(r"\w\[-?\d+\]")
_HALF_NEGATED = re.compile(r"!(\w+\.[\w.]+)")
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True)
class _Look:
    """One place where an exercise looks at the cluster."""

    of: Selector
    value: str | None
    expect: Expectation | None
    line: int


def check_checks(exercise: Exercise, path: Path, pack: Pack, report: Report) -> None:
    """All rules on what an exercise looks at."""
    report.twins(path, "the check", [(check.id, check.line) for check in exercise.checks])
    report.twins(path, "the mistake", [(mistake.id, mistake.line) for mistake in exercise.mistakes])
    facts = {fact.name for fact in exercise.start.remember}
    for look in _looks(exercise):
        _value(look, path, report)
        if look.expect is not None:
            _expectation(look.expect, look.line, facts, path, report)
    _texts(exercise, path, report)
    for mistake in exercise.mistakes:
        if mistake.see is not None:
            _see(mistake.see, mistake.line, path, pack, report)


def _looks(exercise: Exercise) -> Iterator[_Look]:
    for check in exercise.checks:
        for assertion in check.assertions:
            yield _Look(check.of, assertion.value, assertion.expect, assertion.line)
    for mistake in exercise.mistakes:
        for condition in mistake.when:
            yield _Look(condition.of, condition.value, condition.expect, mistake.line)
    for step in exercise.start.steps:
        if isinstance(step, WaitStep):
            yield _Look(step.until.of, step.until.value, step.until.expect, step.line)
    for fact in exercise.start.remember:
        yield _Look(fact.of, fact.value, None, fact.line)


def _value(look: _Look, path: Path, report: Report) -> None:
    if look.value is None:
        return
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        jmespath.compile(look.value)
    except JMESPathError as error:
        reason = str(error).split("\n")[0]
        remedy = "correct it; names with - . or / go in double quotes"
        report.add(path, look.line, f"`{look.value}` is not a JMESPath expression ({reason})", remedy)
        return
    if look.of.name is None and not re.search(r"\bitems\b", look.value):
        message = f"`{look.value}` looks at one object, but the selector finds a list"
        report.add(path, look.line, message, "start from `items`, or give the selector a `name`")
    if _POSITION.search(look.value):
        message = f"`{look.value}` depends on the order of a list"
        report.add(path, look.line, message, "choose by name: containers[?name=='web'].image | [0]")
    if negated := _HALF_NEGATED.search(look.value):
        message = f"`{negated[0]}` negates only the first name"
        report.add(path, look.line, message, f"write !({negated[1]})")


def _expectation(expect: Expectation, line: int, facts: set[str], path: Path, report: Report) -> None:
    if expect.operator.endswith("_fact") and expect.operand not in facts:
        message = f"the fact {expect.operand!r} is not remembered"
        report.add(path, line, message, "name it under `start: remember:`, or correct the spelling")
    if expect.operator == "matches":
        try:
            re.compile(str(expect.operand))
        except re.error as error:
            message = f"`{expect.operand}` is not a regular expression ({error})"
            report.add(path, line, message, "escape special characters with \\")


def _texts(exercise: Exercise, path: Path, report: Report) -> None:
    for check in exercise.checks:
        for assertion in check.assertions:
            names = _PLACEHOLDER.findall(f"{assertion.found} {assertion.wanted}")
            for name in set(names) - {"value"}:
                message = f"the placeholder {{{name}}} is not filled in"
                report.add(path, assertion.line, message, "use {value}, or write the text out")


def _see(link: str, line: int, path: Path, pack: Pack, report: Report) -> None:
    try:
        pack.resolve(link)
    except ValueError as error:
        report.add(path, line, f"`see` leads nowhere: {error}", "link to lesson:ID#PAGE, exercise:ID or quiz:LESSON")

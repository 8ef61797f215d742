"""Plays recorded answers through an exercise: right ones must pass, wrong ones must fail as they are meant to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tutor.course.files import inside
from tutor.course.model import AnswerStep, CorrectAnswer, ReplaceStep, WriteStep, WrongAnswer
from tutor.grading.pace import STEP, Pace
from tutor.grading.session import ExerciseSession
from tutor.grading.verdicts import CheckResult, Report, Verdict

WITHIN = 180.0
"""Seconds of the cluster's time in which an answer must have taken effect."""
STAYS = 6.0
"""Seconds for which a wrong answer must stay wrong before that is believed."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command line ended."""

    status: int
    output: str


POLL = 0.05
"""Seconds for which a line may use the processor before time is let go by for it."""
STOPPED = 130
"""The status of a line that was interrupted, as shells have it."""

Runner = Callable[[str], Ran]
"""Runs a line of the practice shell to its end."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an answer came out. `problem` says in what it differs from what was recorded; empty when it does not."""

    answer: str
    report: Report
    problem: str = ""


@contextmanager
def shell_runner(session: ExerciseSession) -> Iterator[Runner]:
    """Runs lines in a practice shell of the session's, which ends with the context. On a cluster whose clock is ours, no line
    waits for real time."""
    from tutor.shell import PracticeShell

    output: list[str] = []
    shell = PracticeShell(
        session.cluster.kubeconfig(),
        session.workspace,
        output=lambda stream, text: output.append(text) if stream in ("stdout", "stderr") else None,
        remember=False,
    )
    clock = session.cluster.clock

    def over() -> bool:
        try:
            shell.wait(POLL if clock is not None else STEP)
        except TimeoutError:
            return False
        return True

    def runner(line: str) -> Ran:
        output.clear()
        shell.start_line(line)
        if not Pace(clock, sleep=lambda _: None).until(over, WITHIN):
            shell.interrupt()
            return Ran(STOPPED, f"still running after {WITHIN:.0f} s: {''.join(output)}")
        return Ran(shell.status, "".join(output))

    try:
        yield runner
    finally:
        shell.close()


def play(session: ExerciseSession, answer: CorrectAnswer | WrongAnswer, run: Runner) -> Outcome:
    """Play an answer in an exercise that is at its start. Raises ClusterError, OSError."""
    for step in answer.steps:
        problem = _do(session.workspace, step, run)
        if problem and isinstance(answer, CorrectAnswer):
            return Outcome(answer.name, session.check(), problem)
    if isinstance(answer, CorrectAnswer):
        return _judge_correct(session, answer)
    return _judge_wrong(session, answer)


def _do(workspace: Path, step: AnswerStep, run: Runner) -> str:
    """Do one step; returns what went wrong."""
    if isinstance(step, WriteStep):
        path = inside(workspace, step.file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(step.content, encoding="utf-8")
        return ""
    if isinstance(step, ReplaceStep):
        path = inside(workspace, step.file)
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(step.old, step.new), encoding="utf-8")
        return "" if step.old in text else f"{step.old!r} is not in {step.file}"
    ran = run(step.command)
    return f"`{step.command}` ended with {ran.status}: {ran.output.strip()}" if ran.status else ""


def _judge_correct(session: ExerciseSession, answer: CorrectAnswer) -> Outcome:
    pace = Pace(session.cluster.clock)
    passed = pace.until(lambda: session.check().verdict is Verdict.PASSED, WITHIN)
    report = session.check()
    return Outcome(answer.name, report, "" if passed else f"it does not pass: {_summary(report)}")


def _judge_wrong(session: ExerciseSession, answer: WrongAnswer) -> Outcome:
    pace = Pace(session.cluster.clock)
    fails = pace.until(lambda: _fails_as_meant(session.check(), answer), WITHIN)
    pace.let_pass(STAYS)
    report = session.check()
    if fails and _fails_as_meant(report, answer):
        return Outcome(answer.name, report)
    meant = f"{answer.fails} should fail with {answer.says!r}"
    return Outcome(answer.name, report, f"{meant}, but: {_summary(report)}")


def _fails_as_meant(report: Report, answer: WrongAnswer) -> bool:
    result = _result(report, answer.fails)
    return result is not None and result.verdict is Verdict.NOT_YET and answer.says in result.is_


def _result(report: Report, check_id: str) -> CheckResult | None:
    return next((result for result in report.results if result.check_id == check_id), None)


def _summary(report: Report) -> str:
    parts = [f"{r.check_id} {r.verdict} ({r.is_})" for r in report.results if r.verdict is not Verdict.PASSED]
    return f"{report.verdict}: {'; '.join(parts)} {report.note}".strip()

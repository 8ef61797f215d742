"""`quiz`: the questions of a lesson, or the cards that are due, one after the other on standard input and output."""

from __future__ import annotations

import argparse
import secrets
from typing import TYPE_CHECKING

from tutor.cli.lessons import find_lesson
from tutor.cli.output import FAILED, OK, built_in_pack, markdown, opened_progress, say

if TYPE_CHECKING:
    from tutor.progress import RecordedSession
    from tutor.quiz import Shown

HELP = "Answer with a number (several for multiple choice: 1 3), s to skip, u to undo, q to stop (kept)."


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    quiz = commands.add_parser("quiz", help="answer the questions of a lesson, or review cards that are due")
    quiz.add_argument("lesson", nargs="?", help="id or number of the lesson; without it the cards that are due")
    quiz.add_argument("--seed", type=int, help="the same seed gives the same order")
    quiz.add_argument("--restart", action="store_true", help="start over instead of going on where you left off")
    quiz.set_defaults(handler=run_quiz)


def run_quiz(arguments: argparse.Namespace) -> int:
    """Ask until everything is answered or the learner stops; every answer is stored as it is given."""
    from tutor.quiz import QuestionBank, SessionKind, SessionState, lesson_quiz, review_of

    pack = built_in_pack()
    bank = QuestionBank(pack.quizzes.values())
    seed = arguments.seed if arguments.seed is not None else secrets.randbelow(2**32)
    with opened_progress() as progress:
        state: SessionState
        if arguments.lesson is None:
            kind, scope = SessionKind.REVIEW, ""
            due = progress.cards.due(bank.versions())
            if not due:
                say("No cards are due. `k8s-tutor quiz LESSON` asks the questions of a lesson.")
                return OK
            state = review_of(bank, due, seed=seed)
        else:
            kind, scope = SessionKind.LESSON, find_lesson(pack, arguments.lesson).id
            state = lesson_quiz(bank, scope, seed=seed)
        resumed = None if arguments.restart else progress.quizzes.resume(bank, kind, scope)
        session = resumed or progress.quizzes.start(bank, state)
        say(HELP)
        if resumed is not None:
            say("Going on where you left off.")
        return _ask_all(session)


def _ask_all(session: RecordedSession) -> int:
    while (shown := session.current) is not None:
        say(["", f"Question {shown.number} of {len(session.session.state.items)}", ""])
        say(markdown(shown.question.prompt))
        try:
            going_on = _ask_recall(session, shown) if shown.question.kind == "recall" else _ask_choice(session, shown)
        except EOFError:
            going_on = False
        if not going_on:
            say("Stopped. Your answers are kept: the same command goes on here.")
            return OK
    result = session.finish()
    say(["", f"{result.right} of {result.asked} right."])
    return OK if result.right == result.asked else FAILED


def _command(session: RecordedSession, text: str) -> bool | None:
    """Do what a letter says: False ends the quiz, True goes on; None when it is no command."""
    if text == "q":
        return False
    if text == "s":
        session.skip()
        return True
    if text == "u":
        session.undo()
        return True
    return None


def _ask_choice(session: RecordedSession, shown: Shown) -> bool:
    options = [shown.question.options[index] for index in shown.order]
    for number, option in enumerate(options, start=1):
        first, *rest = markdown(option.text)
        say([f"  {number}  {first}", *(f"     {line}" for line in rest)])
    while True:
        text = input("> ").strip().lower()
        done = _command(session, text)
        if done is not None:
            return done
        numbers = text.replace(",", " ").split()
        if numbers and all(n.isdigit() and 1 <= int(n) <= len(options) for n in numbers):
            try:
                verdict = session.answer([shown.order[int(n) - 1] for n in numbers])
            except ValueError as error:
                say(str(error))
                continue
            break
        say(HELP)
    say("Right." if verdict.correct else "Not right.")
    for number, option in enumerate(options, start=1):
        mark = "right" if option.correct else "wrong"
        first, *rest = markdown(option.why)
        say([f"  {number}  {mark}: {first}", *(f"     {line}" for line in rest)])
    return True


def _ask_recall(session: RecordedSession, shown: Shown) -> bool:
    from tutor.quiz import Rating

    if session.session.statuses()[shown.question.id] != "to rate":
        text = input("Your answer (or just enter to think it): ").strip()
        done = _command(session, text.lower())
        if done is not None:
            return done
        covered = session.submit(text)
        say(["", "Model answer:", *markdown(shown.question.model)])
        say(["", "Points:"])
        for point in covered.points:
            say(f"  {'covered' if point.covered else 'not found'}: {point.point}")
    while True:
        rating = input("How did it go? g for good, a for again: ").strip().lower()
        if rating in ("g", "a"):
            session.rate(Rating.GOOD if rating == "g" else Rating.AGAIN)
            return True
        done = _command(session, rating)
        if done is not None:
            return done

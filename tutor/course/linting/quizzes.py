"""Rules for quizzes: fair questions, a reason for every option, a model answer that would pass its own rubric."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tutor.course.linting.prose import Piece, check_prose
from tutor.course.linting.report import Report
from tutor.course.loading.lessons import outside_fences
from tutor.course.model.quiz import Option, Question, Quiz
from tutor.course.pack import Pack
from tutor.course.patterns import problem_with

_OPTIONS = range(3, 7)
_LONGEST_RATE = 0.35
_ENOUGH_TO_JUDGE = 10
_LAZY_OPTION = re.compile(
    r"\b(all|none|both|neither|any) of (the )?(above|options|answers)\b"
    r"|^(all|none|both|neither|any) of (these|those|them)\W*$",
    re.IGNORECASE,
)
_POSITION = re.compile(
    r"\b(options?|answers?|choices?) ((?-i:[A-F])|[1-6]|above|below)\b"
    r"|\b(first|second|third|fourth|last|previous|next) (option|answer|choice)\b|\bas above\b|\babove (option|answer)",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\bNOT\b|\bEXCEPT\b|(?i:\bwhich (one )?(of (these|the following)[^.?\n]* )?(is|are) not (true|correct|right|a|an|one|part)\b)"
)


def check_quizzes(pack: Pack, report: Report) -> None:
    """All rules on all quizzes."""
    _presence(pack, report)
    seen: dict[str, str] = {}
    for quiz in pack.quizzes.values():
        for question in quiz.questions:
            if question.id in seen:
                message = f"the question id `{question.id}` is already used in {seen[question.id]}"
                report.add(quiz.path, question.line, message, "progress is kept under ids: give it one of its own")
            seen.setdefault(question.id, quiz.path.name)
            _QuestionRules(quiz, question, pack, report).check()
    _longest_options(pack, report)


def _presence(pack: Pack, report: Report) -> None:
    lessons = {lesson.id for lesson in pack.lessons}
    for lesson in pack.lessons:
        if lesson.id not in pack.quizzes:
            report.add(lesson.path, 1, "the lesson has no quiz", f"write quizzes/{lesson.id}.yaml")
    for quiz in pack.quizzes.values():
        if quiz.lesson not in lessons:
            report.add(quiz.path, 1, f"there is no lesson `{quiz.lesson}`", "name the id of a lesson")
        if not quiz.id == quiz.lesson == quiz.path.stem:
            message = f"file {quiz.path.stem}, id {quiz.id} and lesson {quiz.lesson} differ"
            report.add(quiz.path, 1, message, "use the lesson's id for all three")


@dataclass(frozen=True)
class _QuestionRules:
    quiz: Quiz
    question: Question
    pack: Pack
    report: Report

    def check(self) -> None:
        self._page()
        self._wording()
        if self.question.kind == "recall":
            self._recall()
        else:
            self._choices()
        self._prose()

    def _add(self, line: int, message: str, remedy: str) -> None:
        self.report.add(self.quiz.path, line, f"question {self.question.id}: {message}", remedy)

    def _line(self, key: str) -> int:
        return self.question.lines.get(key, self.question.line)

    def _page(self) -> None:
        if self.question.page is None:
            return
        try:
            self.pack.resolve(f"lesson:{self.quiz.lesson}#{self.question.page}")
        except ValueError as error:
            self._add(self._line("page"), str(error), "name a page of the quiz's lesson")

    def _wording(self) -> None:
        if _NEGATION.search(_without_fences(self.question.prompt)):
            remedy = "turn it round: ask for what is true"
            self._add(self._line("prompt"), "the prompt asks for what is not the case", remedy)
        texts = [(self.question.prompt, self._line("prompt")), (self.question.explanation, self._line("explanation"))]
        texts += [(text, option.line) for option in self.question.options for text in (option.text, option.why)]
        for text, line in texts:
            match = _POSITION.search(_without_fences(text))
            if match:
                self._add(line, f"`{match[0]}` refers to a position", "options are shuffled: name what is meant")
        for option in self.question.options:
            match = _LAZY_OPTION.search(option.text.strip())
            if match:
                self._add(option.line, f"the option says `{match[0]}`", "make every option a statement of its own")

    def _choices(self) -> None:
        options, line = self.question.options, self._line("options")
        correct = sum(option.correct for option in options)
        if len(options) not in _OPTIONS:
            remedy = f"give {_OPTIONS.start} to {_OPTIONS.stop - 1}"
            self._add(line, f"there are {len(options)} options", remedy)
        if self.question.kind == "single" and correct != 1:
            self._add(line, f"{correct} options are correct", "a single-choice question has exactly one")
        if self.question.kind == "multiple" and correct < 1:
            self._add(line, "no option is correct", "mark at least one with `correct: true`")
        texts = [(option.text.strip().lower(), option.line) for option in options]
        self.report.twins(self.quiz.path, "the option", texts)

    def _recall(self) -> None:
        rubric = self.question.rubric
        self.report.twins(self.quiz.path, "the rubric point", [(point.id, point.line) for point in rubric])
        for point in rubric:
            patterns = [pattern for pattern in point.accept if self._is_regex(pattern, point.line)]
            covered = any(re.search(pattern, self.question.model, re.IGNORECASE) for pattern in patterns)
            if patterns and len(patterns) == len(point.accept) and not covered:
                message = f"the model answer does not make the point `{point.id}`"
                self._add(point.line, message, "say it in the model answer, or widen `accept`")

    def _is_regex(self, pattern: str, line: int) -> bool:
        problem = problem_with(pattern)
        if problem is not None:
            self._add(
                line,
                f"the pattern `{pattern}` cannot be used: {problem}",
                "write a short pattern that repeats no group",
            )
        return problem is None

    def _prose(self) -> None:
        question, path = self.question, self.quiz.path
        pieces = [(getattr(question, name), self._line(name)) for name in ("prompt", "explanation", "model")]
        pieces += [(text, option.line) for option in question.options for text in (option.text, option.why)]
        pieces += [(point.point, point.line) for point in question.rubric]
        for text, line in pieces:
            if text:
                check_prose(Piece(text, path, line), self.pack, self.report)


def _without_fences(text: str) -> str:
    return "\n".join(line for _, line in outside_fences(text.split("\n")))


def _longest_options(pack: Pack, report: Report) -> None:
    """Learners soon notice when the long option is the right one."""
    single = [question for question in pack.questions.values() if question.kind == "single"]
    telling = [question.id for question in single if _correct_is_longest(question.options)]
    if len(single) >= _ENOUGH_TO_JUDGE and len(telling) > _LONGEST_RATE * len(single):
        message = f"the correct option is the longest in {len(telling)} of {len(single)} single-choice questions"
        remedy = f"lengthen wrong options or shorten right ones until it is at most {_LONGEST_RATE:.0%}: {', '.join(telling)}"
        report.add(pack.root / "quizzes", 1, message, remedy)


def _correct_is_longest(options: tuple[Option, ...]) -> bool:
    longest = sorted(options, key=lambda option: len(option.text))[-2:]
    return len(longest) == 2 and longest[1].correct and len(longest[0].text) < len(longest[1].text)

"""The parts of a course as the rest of the tutor sees them.

A lesson pack is data: these classes hold what its files say and never what a learner did with it.
Ids are stable and progress is kept under them. `lines` and `line` say where in the file something stands,
for messages to authors; they take no part in comparisons.
"""

from __future__ import annotations

from tutor.course.model.answers import Answers, AnswerStep, CorrectAnswer, ReplaceStep, RunStep, WriteStep, WrongAnswer
from tutor.course.model.blocks import (
    Alignment,
    Block,
    Code,
    Diagram,
    Heading,
    ListBlock,
    Paragraph,
    Quote,
    Span,
    Table,
)
from tutor.course.model.checks import Assertion, Check, Condition, Expectation, Mistake, Operator, Selector
from tutor.course.model.exercise import ApplyStep, Exercise, Fact, Start, StartStep, WaitStep
from tutor.course.model.lesson import Course, Lesson, Page, Section
from tutor.course.model.lines import Lines
from tutor.course.model.quiz import Option, Question, QuestionKind, Quiz, RubricPoint
from tutor.course.model.scenario import Scenario, ScenarioStep

__all__ = [
    "Alignment",
    "AnswerStep",
    "Answers",
    "ApplyStep",
    "Assertion",
    "Block",
    "Check",
    "Code",
    "Condition",
    "CorrectAnswer",
    "Course",
    "Diagram",
    "Exercise",
    "Expectation",
    "Fact",
    "Heading",
    "Lesson",
    "Lines",
    "ListBlock",
    "Mistake",
    "Operator",
    "Option",
    "Page",
    "Paragraph",
    "Question",
    "QuestionKind",
    "Quiz",
    "Quote",
    "ReplaceStep",
    "RubricPoint",
    "RunStep",
    "Scenario",
    "ScenarioStep",
    "Section",
    "Selector",
    "Span",
    "Start",
    "StartStep",
    "Table",
    "WaitStep",
    "WriteStep",
    "WrongAnswer",
]

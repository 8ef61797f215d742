"""What the learner did, kept in a file that survives anything but its own deletion.

    with open_progress() as progress:
        course = contents_of(pack.lessons, pack.quizzes, pack.exercises)
        progress.summary(course)                                   # the home screen
        progress.lessons.visit("services", 1, "by-label")
        quiz = progress.quizzes.resume(bank, SessionKind.LESSON, "services")
        quiz = quiz or progress.quizzes.start(bank, lesson_quiz(bank, "services", seed=7))
        quiz.answer([0])
        attempt = progress.exercises.start("fix-selector", 1, "simulated")

Everything is stored before a call returns. With `carry_on` (the default) calls do not fail for want of a working
file: progress goes on in memory, and `progress.warning` then holds a sentence to keep on the screen.
"""

from __future__ import annotations

from tutor.progress.course import contents_of
from tutor.progress.errors import ProgressError
from tutor.progress.exercises import Attempt, CheckRecord
from tutor.progress.lessons import Position
from tutor.progress.location import data_folder, progress_file
from tutor.progress.quizzes import GivenAnswer
from tutor.progress.recorded import RecordedSession
from tutor.progress.store import Progress, open_progress, progress_in_memory
from tutor.progress.summary import LessonContents, LessonSummary, Summary, Tally
from tutor.progress.transfer import Imported

__all__ = [
    "Attempt",
    "CheckRecord",
    "GivenAnswer",
    "Imported",
    "LessonContents",
    "LessonSummary",
    "Position",
    "Progress",
    "ProgressError",
    "RecordedSession",
    "Summary",
    "Tally",
    "contents_of",
    "data_folder",
    "open_progress",
    "progress_file",
    "progress_in_memory",
]

"""Rules about the course as a whole: every section of the chapter and every term has a home."""

from __future__ import annotations

import re
from pathlib import Path

from tutor.course.linting.report import Report
from tutor.course.model.lesson import Lesson, Section
from tutor.course.pack import Pack

_MARKS = re.compile(r"[*_`\[\]]|\]\([^)]*\)")


def check_coverage(pack: Pack, report: Report) -> None:
    """All rules on the course."""
    path = pack.root / "lessons" / "course.yaml"
    report.twins(path, "the section", [(str(section.id), section.line) for section in pack.course.sections])
    texts = {lesson.id: _text(lesson) for lesson in pack.lessons}
    for section in pack.course.sections:
        _section(section, pack, texts, path, report)
    _unknown_sections(pack, report)


def _section(section: Section, pack: Pack, texts: dict[str, str], path: Path, report: Report) -> None:
    covering = [lesson for lesson in pack.lessons if section.id in lesson.sections]
    if not covering:
        message = f"section {section.id} ({section.title}) is in no lesson"
        report.add(path, section.line, message, "add its number to `sections` of the lesson that teaches it")
    if not any(section.id in question.sections for question in pack.questions.values()):
        message = f"no quiz question asks about section {section.id} ({section.title})"
        report.add(path, section.line, message, "add its number to `sections` of a question about it")
    for term in section.terms if covering else ():
        if not any(_has_term(texts[lesson.id], term) for lesson in covering):
            message = f"the term {term!r} of section {section.id} is not in {', '.join(one.id for one in covering)}"
            report.add(path, section.line, message, "explain it there, or correct its spelling")


def _text(lesson: Lesson) -> str:
    pages = "\n".join(f"{page.title}\n{page.source}" for page in lesson.pages)
    return _MARKS.sub("", f"{lesson.title}\n{pages}")


def _has_term(text: str, term: str) -> bool:
    words = r"\s+".join(re.escape(word) for word in _MARKS.sub("", term).split())
    return re.search(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE) is not None


def _unknown_sections(pack: Pack, report: Report) -> None:
    known = {section.id for section in pack.course.sections}
    users = [(lesson.path, 1, lesson.sections) for lesson in pack.lessons]
    users += [
        (one.folder / "exercise.yaml", one.lines.get("sections", 1), one.sections) for one in pack.exercises.values()
    ]
    users += [
        (quiz.path, question.lines.get("sections", question.line), question.sections)
        for quiz in pack.quizzes.values()
        for question in quiz.questions
    ]
    for path, line, sections in users:
        for section in sections:
            if section not in known:
                report.add(path, line, f"there is no section {section}", "use the numbers listed in course.yaml")

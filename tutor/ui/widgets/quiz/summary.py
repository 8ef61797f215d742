"""How a quiz went, and where to read again."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from tutor.course.model import Block, Heading, ListBlock, Paragraph
from tutor.course.pack import Pack
from tutor.quiz import Reading, Result, Status

MAX_PROMPT = 60
MARKS = {Status.RIGHT: "✓", Status.WRONG: "✗", Status.SKIPPED: "-", Status.OPEN: "○", Status.TO_RATE: "◐"}
MAX_MARKS = 16


def summary_blocks(pack: Pack, result: Result, next_href: str | None) -> list[Block]:
    """The result as prose: the numbers, then the pages that answer what was wrong, then what is left."""
    blocks: list[Block] = [Heading(3, headline(result))]
    if result.read_again:
        blocks.append(Paragraph("Read again what these questions were about:"))
        blocks.append(_list([_reading(pack, reading) for reading in result.read_again]))
    elif result.answered:
        blocks.append(Paragraph("Nothing to read again."))
    for title, ids in (("You left out", result.left_out), ("You flagged", result.flagged)):
        if ids:
            blocks.append(Paragraph(f"{title}:"))
            blocks.append(_list([_prompt(pack, question_id) for question_id in ids]))
    if result.answered:
        blocks.append(Paragraph("The questions will come back for review when you are about to forget them."))
    if next_href:
        blocks.append(Paragraph(next_href))
    return blocks


def headline(result: Result) -> str:
    """The score in words."""
    if result.answered == 0:
        return "No question was answered"
    every = result.right == result.asked
    return f"{result.right} of {result.asked} right" + (": all of them" if every and result.asked > 1 else "")


def _reading(pack: Pack, reading: Reading) -> str:
    lesson = pack.lesson(reading.lesson)
    prompts = "; ".join(_prompt(pack, question_id) for question_id in reading.question_ids)
    if reading.page and reading.page in {page.id for page in lesson.pages}:
        title = lesson.page(reading.page).title
        return f"[{lesson.title}: {title}](lesson:{lesson.id}#{reading.page}) - {prompts}"
    return f"[{lesson.title}](lesson:{lesson.id}) - {prompts}"


def _prompt(pack: Pack, question_id: str) -> str:
    """The first line of a question, cut to a reasonable length."""
    question = pack.questions.get(question_id)
    line = question.prompt.strip().split("\n")[0] if question else question_id
    return line if len(line) <= MAX_PROMPT else line[: MAX_PROMPT - 1].replace("`", "").rstrip() + "…"


def _list(items: Sequence[str]) -> ListBlock:
    return ListBlock(tuple((Paragraph(item),) for item in items))


def standing(statuses: Sequence[Status], current: int, *, marks: bool = True) -> Content:
    """The questions as marks, where there is room for them, and the same in words."""
    right = sum(status is Status.RIGHT for status in statuses)
    wrong = sum(status is Status.WRONG for status in statuses)
    words = f"{right} right, {wrong} wrong"
    if len(statuses) > MAX_MARKS or not marks:
        return Content(words)
    signs = ["▸" if number == current and s is Status.OPEN else MARKS[s] for number, s in enumerate(statuses, start=1)]
    return Content(f"{' '.join(signs)}  {words}")

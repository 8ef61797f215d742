"""How the exercise stands, check by check, with the reasons one key away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import BindingType
from textual.content import Content
from textual.widgets.option_list import Option

from tutor.course.model import Check
from tutor.ui.keys import bind
from tutor.ui.text import hanging, link, spread
from tutor.ui.widgets.frame.menu import Menu

if TYPE_CHECKING:
    from tutor.grading import CheckResult, Report

WORDS = {
    "passed": ("✓", "done", "$text-success"),
    "not_yet": ("✗", "not yet", "$text-error"),
    "converging": ("…", "on its way", "$text-warning"),
    "not_started": ("○", "not begun", "$text-muted"),
    "environment_fault": ("!", "cluster trouble", "$text-warning"),
    "not_available": ("-", "not available here", "$text-muted"),
}


class Checks(Menu):
    """A line or two a check. Enter opens three lines: what is, what is wanted, and why it matters."""

    DEFAULT_CSS = """
    Checks {
        height: auto; max-height: 9; padding: 0 1; border-top: solid $border-blurred;
        &:focus { border-top: solid $primary; }
        &:blur > .option-list--option-highlighted { background: $background; text-style: none; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("enter", "select", "Why", "Show what is, what is wanted, and why.", name="open-check"),
    ]

    def __init__(self, checks: tuple[Check, ...]) -> None:
        super().__init__(id="checks")
        self._checks = checks
        self._report: Report | None = None
        self._open: set[str] = set()

    def show(self, report: Report | None) -> None:
        """Show how the checks stand now."""
        self._report = report
        self._fill()

    def toggle(self, check_id: str) -> None:
        """Open the reasons of a check, or close them."""
        self._open ^= {check_id}
        self._fill()

    @property
    def marked_see(self) -> str | None:
        """Where to read about the mistake that was recognised at the marked check."""
        option = self.highlighted_option
        results = self._report.results if self._report else ()
        return next(
            (result.see for result in results if option and result.check_id == option.id and result.mistake), None
        )

    def on_mount(self) -> None:
        self._fill()

    def on_resize(self) -> None:
        """Write the lines anew for the new width, and take as much height as they need there."""
        self._fill()
        self.call_after_refresh(self.refresh, layout=True)

    def _fill(self) -> None:
        width = max(20, self.size.width - 3)
        results = {result.check_id: result for result in self._report.results} if self._report else {}
        options = []
        for check in self._checks:
            result = results.get(check.id)
            prompt = waiting_line(check.text) if result is None else self._prompt(result, width)
            options.append(Option(prompt, id=check.id))
        marked = self.highlighted
        self.set_options(options)
        self.mark(marked or 0)

    def _prompt(self, result: CheckResult, width: int) -> Content:
        line = check_line(result, width)
        if result.check_id not in self._open:
            return line
        return Content("\n").join([line, *reasons(result, width)])


def waiting_line(text: str) -> Content:
    """A check that has not been looked at."""
    return Content.styled(f"○ {text}", "$text-muted")


def check_line(result: CheckResult, width: int) -> Content:
    """The check: a sign, its text, and where it stands in as many words as there is room for.

    One line where that is enough; a longer text goes on below itself, so that nothing of what is wanted is cut.
    """
    mark, word, style = WORDS.get(str(result.verdict), ("?", str(result.verdict), ""))
    room = width - cell_len(result.text) - 3
    standing = next((text for text in _standings(result, word) if cell_len(text) <= room), word)
    sign = Content.assemble((mark, f"bold {style}"), " ")
    first, *others = hanging(sign, result.text, width - cell_len(standing) - 1)
    return Content("\n").join([spread(first, Content.styled(standing, style), width), *others])


def _standings(result: CheckResult, word: str) -> Iterator[str]:
    """Where the check stands, from many words to few."""
    if str(result.verdict) in ("not_yet", "converging") and result.is_:
        if result.wanted:
            yield f"{word}: {result.is_}, wanted {result.wanted}"
        yield f"{word}: {result.is_}"
        yield result.is_
    yield word


def reasons(result: CheckResult, width: int) -> list[Content]:
    """Always in this order: your state, what is wanted, why it matters; then a recognised mistake."""
    entries: list[tuple[str, Content | str]] = []
    if result.is_ or str(result.verdict) != "passed":
        entries.append(("you have", result.is_ or "nothing to see yet"))
    entries += [("wanted", result.wanted or result.text), ("why", result.why)]
    if result.mistake:
        more = Content.assemble("  ", link("read about it", result.see), " (l)") if result.see else ""
        entries.append(("it seems", Content.assemble(result.mistake, more)))
    heads = ((Content.styled(f"    {name + ':':<11}", "bold"), text) for name, text in entries)
    return [line for head, text in heads for line in hanging(head, text, width)]

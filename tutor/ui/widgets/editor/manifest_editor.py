"""An editor that knows manifests: says what is wrong while one types, proposes what can be written, explains fields.

What it knows comes from the cluster's own OpenAPI; without a cluster it still finds mistakes. Everything that may take a
moment runs beside, and an answer that comes too late for where the cursor is now is dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static, TextArea

from tutor.ui.keys import bind
from tutor.ui.widgets.editor.advice import field_lines, problem_line, proposal_line
from tutor.ui.widgets.editor.pointing import ExplainsPointed
from tutor.ui.widgets.editor.proposals import Proposals
from tutor.ui.widgets.editor.yaml_area import YamlArea
from tutor.ui.widgets.frame.scroll import Scroll

if TYPE_CHECKING:
    from tutor.manifests.completion import Suggestions
    from tutor.manifests.fields import Field
    from tutor.manifests.schemas import ClusterSchemas
    from tutor.manifests.text import ManifestProblem

TYPING_PAUSE = 0.3
"""Seconds after a keystroke before the text is looked at."""
YAML_SUFFIXES = (".yaml", ".yml")


class ManifestEditor(ExplainsPointed):
    """A text, and below it one line about what is wrong, or some about the field at the cursor."""

    DEFAULT_CSS = """
    ManifestEditor { height: 1fr; }
    ManifestEditor YamlArea {
        height: 1fr; border: none; padding: 0; background: $background; scrollbar-size: 1 1;
        &:focus { border: none; }
    }
    ManifestEditor #advice { height: auto; max-height: 3; padding: 0; }
    ManifestEditor #explanation { height: auto; max-height: 50%; display: none; border-top: solid $border-blurred; padding: 0; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("ctrl+t", "explain", "Explain", "Explain the field at the cursor, also while it moves."),
        bind("ctrl+r", "compare", "Diff", "Show what applying this text would change in the cluster."),
        bind("ctrl+l", "format", "Format", "Indent every level by two blanks.", show=False),
        bind("ctrl+@,ctrl+space", "propose", "Propose", "Show what can be written at the cursor.", show=False),
    ]

    def __init__(
        self,
        text: str = "",
        *,
        name: str = "",
        is_object: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        """`is_object` says that the text is an object of the cluster that kubectl edit has read, not a file."""
        super().__init__(id=id)
        self._is_object = is_object
        self.schemas: ClusterSchemas | None = None
        """What the cluster knows about manifests, None while there is none."""
        self.file_name = name
        self._text = text
        self._problems: list[ManifestProblem] = []
        self._is_asked = False
        self._said: str | Content = ""
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield YamlArea(self._text, id="editor")
        with Scroll(id="explanation", can_focus=False):
            yield Static("", id="field")
        yield Static("", id="advice")
        yield Proposals()

    @property
    def area(self) -> YamlArea:
        """The text."""
        return self.query_one(YamlArea)

    @property
    def text(self) -> str:
        """What is written so far."""
        return self.area.text

    @property
    def _proposals(self) -> Proposals:
        return self.query_one(Proposals)

    @property
    def _is_yaml(self) -> bool:
        return self.file_name.endswith(YAML_SUFFIXES)

    def load(self, name: str, text: str) -> None:
        """Edit another text."""
        self.file_name = name
        self._close_proposals()
        self.area.load_text(text)
        self.look()

    # What is wrong ---------------------------------------------------------------------------------------------------

    @on(TextArea.Changed)
    def look_soon(self) -> None:
        """Look for mistakes a moment after typing, and for what could come next at once."""
        self._said = ""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(TYPING_PAUSE, self.look)
        if self.area.has_focus:
            self._ask(wanted=False)

    def look(self) -> None:
        """Look for mistakes now."""
        self._find_problems(self.text, self.file_name if self._is_yaml else "")

    @work(thread=True, exclusive=True, group="find-problems", exit_on_error=False)
    def _find_problems(self, text: str, name: str) -> None:
        """Loading the schema takes a moment the first time."""
        from tutor.manifests.custom import custom_violations
        from tutor.manifests.text import check_text

        schemas = self.schemas
        problems = check_text(text, lambda doc: custom_violations(schemas, doc) if schemas else ()) if name else []
        self.app.call_from_thread(self._show_problems, text, problems)

    def _show_problems(self, text: str, problems: list[ManifestProblem]) -> None:
        if text == self.text:
            self._problems = problems
            self.area.mark_lines({problem.line - 1: problem.message for problem in problems})
            self._show_advice()

    def _show_advice(self) -> None:
        line = self.query_one("#advice", Static)
        if self._proposals.is_open:
            line.update(proposal_line(self._proposals.marked))
        elif self._said:
            line.update(self._said)
        else:
            line.update(problem_line(self._problems, self.area.cursor_location[0]) if self._is_yaml else Content())

    def say(self, text: str | Content) -> None:
        """Say something in the line below the text until the cursor moves."""
        self._said = Content(text) if isinstance(text, str) and text else text
        self._show_advice()

    # What can be written ---------------------------------------------------------------------------------------------

    @on(YamlArea.CompletionWanted)
    def action_propose(self) -> None:
        """Show what can be written at the cursor."""
        if self.schemas is None:
            self.say("Nothing can be proposed before there is a cluster.")
        else:
            self._ask(wanted=True)

    def _ask(self, *, wanted: bool) -> None:
        before = self.area.before_cursor
        if self.schemas is None or not self._is_yaml or self.area.read_only:
            return
        if wanted or self._is_asked or before[-1:].strip() or before.endswith(": "):
            self._find_proposals(self.schemas, self.text, self.area.cursor_location, wanted)
        else:
            self._close_proposals()
        self._is_asked = False

    @work(thread=True, exclusive=True, group="find-proposals", exit_on_error=False)
    def _find_proposals(self, schemas: ClusterSchemas, text: str, cursor: tuple[int, int], wanted: bool) -> None:
        from tutor.manifests.completion import suggest

        found = suggest(schemas, text, *cursor)
        self.app.call_from_thread(self._show_proposals, found, text, cursor, wanted)

    def _show_proposals(self, found: Suggestions | None, text: str, cursor: tuple[int, int], wanted: bool) -> None:
        if text != self.text or cursor != self.area.cursor_location or not self.area.has_focus:
            return
        if found is None:
            self._close_proposals()
            if wanted:
                self.say("The cluster knows nothing that could be written here.")
            return
        where = self.area.cursor_screen_offset - (cursor[1] - found.start + 1, 0)
        self._proposals.open_at(found, cursor[0], where)
        self.area.proposing, self.area.enter_chooses = True, wanted
        self._show_advice()

    def _close_proposals(self) -> None:
        if self._proposals.is_open:
            self._proposals.close()
            self.area.proposing = False
            self._show_advice()

    @on(YamlArea.Moved)
    def move_mark(self, event: YamlArea.Moved) -> None:
        """Mark another proposal; whoever does that wants enter to take it."""
        event.stop()
        self._proposals.move(event.step)
        self.area.enter_chooses = True
        self._show_advice()

    @on(YamlArea.Chosen)
    def write_marked(self) -> None:
        """Write the marked proposal, and propose what can follow."""
        chosen, row, start = self._proposals.marked, self._proposals.row, self._proposals.start
        self._close_proposals()
        self._is_asked = True
        self.area.replace(chosen.insert, (row, start), self.area.cursor_location, maintain_selection_offset=False)

    @on(TextArea.SelectionChanged)
    def follow_cursor(self) -> None:
        """Close what is about another place, and say what is about this one."""
        self._said = ""
        row, column = self.area.cursor_location
        if self._proposals.is_open and (row != self._proposals.row or column < self._proposals.start):
            self._close_proposals()
        self._show_advice()
        if self.area.explaining:
            self._find_field()

    def on_descendant_blur(self) -> None:
        """Nothing is proposed to somebody who is elsewhere."""
        self._close_proposals()

    @on(YamlArea.Closed)
    def close_extra(self) -> None:
        """Close the list of proposals, or else the explanation."""
        if self._proposals.is_open:
            self._close_proposals()
        elif self.area.explaining:
            self.action_explain()

    # What a field is -------------------------------------------------------------------------------------------------

    def action_explain(self) -> None:
        """Explain the field at the cursor, or stop explaining."""
        area = self.area
        if self.schemas is None and not area.explaining:
            self.say("Fields can be explained as soon as there is a cluster.")
            return
        area.explaining = not area.explaining
        self.query_one("#explanation").display = area.explaining
        if area.explaining:
            self._find_field()

    def _find_field(self) -> None:
        if self.schemas is not None:
            self._explain_field(self.schemas, self.text, self.area.cursor_location[0])

    @work(thread=True, exclusive=True, group="explain-field", exit_on_error=False)
    def _explain_field(self, schemas: ClusterSchemas, text: str, row: int) -> None:
        from tutor.manifests.fields import explain
        from tutor.manifests.place import field_at

        place = field_at(text, row)
        self.app.call_from_thread(self._show_field, explain(schemas, place) if place else None, row)

    def _show_field(self, field: Field | None, row: int) -> None:
        if row == self.area.cursor_location[0]:
            nothing = Content.styled("The cluster knows no field for this line.", "$text-muted")
            self.query_one("#field", Static).update(field_lines(field) if field else nothing)

    # The whole text --------------------------------------------------------------------------------------------------

    def action_format(self) -> None:
        """Indent every level by two blanks; ctrl+z takes it back."""
        from tutor.manifests.layout import format_manifests

        try:
            formatted = format_manifests(self.text)
        except ValueError as problem:
            self.say(str(problem))
            return
        if formatted == self.text:
            self.say("There is nothing to format.")
            return
        cursor = self.area.cursor_location
        self.area.replace(formatted, (0, 0), self.area.document.end)
        self.area.move_cursor(cursor)

    def action_compare(self) -> None:
        """Show what applying this text would change."""
        from tutor.manifests.difference import without_version
        from tutor.ui.screens.difference import DifferenceScreen

        if self.schemas is None:
            self.say("There is no cluster to compare with yet.")
        else:
            text = without_version(self.text) if self._is_object else self.text
            self.app.push_screen(DifferenceScreen(self.schemas.kubeconfig, self.file_name, text))

"""What the mouse points at in a manifest, said in the line below it: the mistake of that line, or else what its field is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer

from tutor.ui.widgets.editor.advice import field_line, mistake_line
from tutor.ui.widgets.editor.yaml_area import YamlArea

if TYPE_CHECKING:
    from tutor.manifests.schemas import ClusterSchemas
    from tutor.manifests.text import ManifestProblem

POINTING_PAUSE = 0.4
"""Seconds the mouse has to rest on a line."""


class ExplainsPointed(Vertical):
    """A container of a `YamlArea` that says what the mouse points at. Subclasses have a `say` and know the cluster's fields."""

    schemas: ClusterSchemas | None
    _problems: list[ManifestProblem]
    _pointed: int | None = None
    _rest: Timer | None = None

    @property
    def text(self) -> str:
        """What is written so far."""
        raise NotImplementedError

    def say(self, text: str | Content) -> None:
        """Say something in the line below the text."""
        raise NotImplementedError

    @on(YamlArea.Pointed)
    def wait_for_rest(self, event: YamlArea.Pointed) -> None:
        """Say something when the mouse rests on a line, and no longer when it has left it."""
        event.stop()
        self._pointed = event.row
        if self._rest is not None:
            self._rest.stop()
        if event.row is None:
            self.say("")
        else:
            self._rest = self.set_timer(POINTING_PAUSE, self.explain_pointed)

    def explain_pointed(self) -> None:
        """Say what is wrong in the line that is pointed at, or what its field is."""
        row = self._pointed
        problem = next((problem for problem in self._problems if row is not None and problem.line == row + 1), None)
        if problem is not None:
            self.say(mistake_line(problem))
        elif row is not None and self.schemas is not None:
            self._find_pointed(self.schemas, self.text, row)

    @work(thread=True, exclusive=True, group="explain-pointed", exit_on_error=False)
    def _find_pointed(self, schemas: ClusterSchemas, text: str, row: int) -> None:
        from tutor.manifests.fields import explain
        from tutor.manifests.place import field_at

        place = field_at(text, row)
        field = explain(schemas, place) if place else None
        self.app.call_from_thread(self._say_pointed, row, field_line(field) if field else "")

    def _say_pointed(self, row: int, said: str | Content) -> None:
        if row == self._pointed:
            self.say(said)

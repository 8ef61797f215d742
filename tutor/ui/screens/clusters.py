"""Choosing the cluster exercises are played on. A real one is used only after the learner has seen which one it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from tutor.ui.screens.base import TutorScreen
from tutor.ui.widgets.frame.menu import Menu

if TYPE_CHECKING:
    from tutor.clusters.consent import ContextInfo


class ClusterScreen(TutorScreen[None]):
    """Simulated, kind, or a context of the learner's kubeconfig."""

    CSS = """
    ClusterScreen Menu { height: auto; max-height: 60%; padding: 1; }
    ClusterScreen Static { padding: 0 2; }
    """
    TITLE_TEXT = "Cluster"
    HELP_TEXT = (
        "The simulated cluster runs inside the tutor. kind makes a real one on this machine and needs a container engine. "
        "A context is a cluster you already have access to: the tutor only writes to namespaces of its own there."
    )
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self) -> None:
        super().__init__()
        self._contexts: dict[str, ContextInfo] = {}

    def compose_body(self) -> ComposeResult:
        yield Menu(id="clusters")
        yield Static("", id="about")

    def on_mount(self) -> None:
        """List what there is."""
        self.title_bar.show("Cluster for exercises", f"now: {self.services.cluster_spec}")
        self._fill([])
        self._look_for_contexts()

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _look_for_contexts(self) -> None:
        try:
            found = self.services.contexts()
        except Exception as error:  # a broken kubeconfig must not keep the learner from the simulated cluster
            self.app.call_from_thread(self._say, str(error))
        else:
            self.app.call_from_thread(self._fill, found)

    def _say(self, text: str) -> None:
        self.query_one("#about", Static).update(Content(text))

    def _fill(self, contexts: list[ContextInfo]) -> None:
        menu = self.query_one(Menu)
        marked = menu.highlighted or 0
        self._contexts = {f"context:{info.context}": info for info in contexts}
        specs = [
            ("simulated", "in the tutor, ready at once, safe to break"),
            ("kind", "real, on this machine; needs a container engine"),
            *((spec, f"yours, {info.server}") for spec, info in self._contexts.items()),
        ]
        current = self.services.cluster_spec
        menu.set_options([Option(f"{'✓' if s == current else ' '} {s:<22} {about}", id=s) for s, about in specs])
        menu.mark(marked)
        menu.focus()

    @on(Menu.OptionSelected, "#clusters")
    def choose(self, event: Menu.OptionSelected) -> None:
        """Use the chosen cluster; ask first when it is one of the learner's own."""
        spec = event.option.id or "simulated"
        info = self._contexts.get(spec)
        if info is None or self.services.has_agreed(info):
            self._use(spec)
        else:
            self._ask(spec, info)

    def _ask(self, spec: str, info: ContextInfo) -> None:
        from tutor.ui.screens.consent import ConsentScreen

        self.app.push_screen(ConsentScreen(info), lambda agreed: self._agree(spec, info) if agreed else None)

    def _agree(self, spec: str, info: ContextInfo) -> None:
        try:
            self.services.agree(info)
        except OSError as error:
            self._say(f"Your answer could not be kept: {error}.")
        else:
            self._use(spec)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _use(self, spec: str) -> None:
        self.services.choose_cluster(spec)
        self.app.call_from_thread(self._done, spec)

    def _done(self, spec: str) -> None:
        self.notify(f"Exercises are now played on {spec}.")
        self.action_leave()

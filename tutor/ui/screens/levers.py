"""Breaking parts of a simulated cluster on purpose, and installing add-ons: one line each, on or off."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from tutor.ui.keys import bind
from tutor.ui.screens.base import TutorScreen
from tutor.ui.widgets.frame.menu import Menu

if TYPE_CHECKING:
    from tutor.clusters import Lever, Levers
    from tutor.ui.ports import Played


class LeverMenu(Menu):
    """One line a lever."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("enter", "select", "Turn on or off", "Turn the marked line on or off.", name="turn-lever"),
    ]


class LeversScreen(TutorScreen[None]):
    """Faults and add-ons of a cluster that is wholly the tutor's."""

    CSS = """
    LeversScreen Menu { height: 1fr; padding: 1; }
    LeversScreen #problem { height: auto; padding: 0 2; color: $text-error; display: none; }
    LeversScreen #about { height: 2; padding: 0 2; color: $text-muted; }
    """
    TITLE_TEXT = "Faults and add-ons"
    HELP_TEXT = (
        "Break a part of the simulated cluster to see what it is for: what is on stays broken until you turn it off, "
        "undo, or begin the exercise again. Add-ons are what a cluster can have beside its control plane."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("m", "mend", "Mend all", "Turn every fault off.", name="mend-all"),
    ]

    def __init__(self, run: Played) -> None:
        super().__init__()
        self._run = run
        self._faults: list[Lever] = []
        self._addons: list[Lever] = []

    def compose_body(self) -> ComposeResult:
        yield LeverMenu(id="levers")
        yield Static("", id="problem")
        yield Static("", id="about")

    def on_mount(self) -> None:
        """List what there is."""
        self.title_bar.show("Faults and add-ons")
        self.query_one(Menu).focus()
        self._do(lambda levers: None)

    @work(thread=True, exclusive=True, group="levers", exit_on_error=False)
    def _do(self, action: Callable[[Levers], None]) -> None:
        """Move a lever and look how all of them stand; what goes wrong is said."""
        levers = self._run.cluster.levers if self._run.cluster else None
        if levers is None:
            return
        said = ""
        try:
            action(levers)
            self._faults, self._addons = levers.faults(), levers.addons()
            self._run.look_for_faults()
        except Exception as error:  # said on the screen, so that the program goes on
            said = str(error)
        self.app.call_from_thread(self._show, said)

    def _show(self, said: str) -> None:
        menu = self.query_one(Menu)
        marked = menu.highlighted or 0
        widest = max((len(one.name) for one in [*self._faults, *self._addons]), default=0)
        options: list[Option | None] = [
            Option(_line(one, "broken", widest), id=f"fault:{one.name}") for one in self._faults
        ]
        options += [None, *(Option(_line(one, "installed", widest), id=f"addon:{one.name}") for one in self._addons)]
        menu.set_options(options)
        menu.mark(marked)
        broken = sum(one.on for one in self._faults)
        self.title_bar.show("Faults and add-ons", f"! {broken} broken on purpose" if broken else "nothing is broken")
        self.query_one("#problem", Static).update(Content(said))
        self.query_one("#problem").display = bool(said)

    @on(Menu.OptionHighlighted, "#levers")
    def say_more(self, event: Menu.OptionHighlighted) -> None:
        """Say what the marked line is and does."""
        _, _, name = (event.option.id or "").partition(":")
        about = next((one.about for one in [*self._faults, *self._addons] if one.name == name), "")
        self.query_one("#about", Static).update(Content(f"{name}: {about}."))

    @on(Menu.OptionSelected, "#levers")
    def turn(self, event: Menu.OptionSelected) -> None:
        """Turn the marked line on or off."""
        kind, _, name = (event.option.id or "").partition(":")
        listed = self._faults if kind == "fault" else self._addons
        is_on = next((one.on for one in listed if one.name == name), False)
        self._do(lambda levers: (levers.set_fault if kind == "fault" else levers.set_addon)(name, not is_on))

    def action_mend(self) -> None:
        """Turn every fault off."""
        names = [one.name for one in self._faults if one.on]

        def mend(levers: Levers) -> None:
            for name in names:
                levers.set_fault(name, False)

        self._do(mend)


def _line(lever: Lever, word: str, widest: int) -> Content:
    """A lever as a line: how it stands in a sign and a word, its name, and what it is in a few words."""
    is_fault = word == "broken"
    mark = ("✗ " if is_fault else "● ") if lever.on else "○ "
    style = ("bold $text-error" if is_fault else "bold $text-success") if lever.on else "$text-muted"
    state = word if lever.on else "fine" if is_fault else "not there"
    return Content.assemble((f"{mark}{state:<12}", style), f"{lever.name:<{widest}}  ", (lever.title, "$text-muted"))

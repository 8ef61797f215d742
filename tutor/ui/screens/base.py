"""What all screens share: the title line, the key line, help, leaving, and behaviour in a small window."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual._styles_cache import StylesCache
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message_pump import MessagePump
from textual.screen import Screen

from tutor.ui.keys import bind, is_text_field
from tutor.ui.screens.compositor import NarrowCompositor
from tutor.ui.widgets.frame.key_bar import KeyBar
from tutor.ui.widgets.frame.title_bar import TitleBar
from tutor.ui.widgets.frame.too_small import TooSmall

if TYPE_CHECKING:
    from tutor.ui.app import TutorApp
    from tutor.ui.services import Services

ResultType = TypeVar("ResultType")


class TutorScreen(Screen[ResultType]):
    """A screen with a title line above and a key line below what `compose_body` yields."""

    HELP_TEXT: ClassVar[str] = ""
    """A few sentences that `?` shows above the list of keys."""
    TITLE_TEXT: ClassVar[str] = ""
    """What `?` and the palette call this screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("escape", "close", "Close", "Close what is open, or leave the screen.", show=False),
        bind("question_mark,f10", "help", "Help", "Say what this screen is for and list its keys."),
        bind("tab", "app.focus_next", "Next part", "Mark the next part of the screen.", show=False),
        bind("shift+tab", "app.focus_previous", "Part before", "Mark the part before.", show=False),
        bind("ctrl+c,super+c", "screen.copy_text", "Copy", "Copy the text marked with the mouse.", show=False),
        bind("q", "leave", "Leave", "Leave this screen. Nothing is lost."),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._compositor = NarrowCompositor()

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield from self.compose_body()
        yield KeyBar()
        yield TooSmall()

    def on_unmount(self) -> None:
        """Have forgotten what was drawn of this screen: some MB for each exercise opened and each lesson read. Textual 8.2.8 keeps
        text fields in the list of those who watch the app's theme until it changes (`reactive.py`), and the lines of a thousand
        widgets as keys of a cache of colours that takes the widget's lines for the class (`_styles_cache.py`)."""
        StylesCache.get_inner_outer.cache_clear()
        watchers: dict[str, list[tuple[MessagePump, object]]] = getattr(self.app, "__watchers", {})
        for watching in watchers.values():
            watching[:] = [(who, told) for who, told in watching if not who._closing]

    def compose_body(self) -> ComposeResult:
        """What stands between the title line and the key line."""
        yield from ()

    @property
    def tutor(self) -> TutorApp:
        """The app, typed."""
        return cast("TutorApp", self.app)

    @property
    def services(self) -> Services:
        """Everything below the screens."""
        return self.tutor.services

    @property
    def title_bar(self) -> TitleBar:
        """The title line."""
        return self.query_one(TitleBar)

    @property
    def is_typing(self) -> bool:
        """Whether keys now go into a text field."""
        return is_text_field(self.focused)

    def action_help(self) -> None:
        """Show the help of this screen."""
        from tutor.ui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen.of(self))

    def action_close(self) -> None:
        """Stop typing if text is being typed, else leave."""
        if self.is_typing:
            self.set_focus(None)
        else:
            self.action_leave()

    def action_leave(self) -> None:
        """Go back to the screen before this one."""
        self.tutor.leave(self)

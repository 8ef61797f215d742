"""What the command palette offers: what the screen can do, every place of the course, and the looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import SystemCommand
from textual.screen import Screen

from tutor.ui.themes import THEMES, TITLES

if TYPE_CHECKING:
    from tutor.ui.app import TutorApp


def commands_for(app: TutorApp, screen: Screen[Any]) -> Iterable[SystemCommand]:
    """Every command that makes sense on this screen."""
    yield from _of_screen(app, screen)
    yield from _places(app)
    yield from _looks(app)
    yield from _settings(app, screen)
    if screen is not app.screen_stack[0]:  # on the first screen leaving is quitting
        yield SystemCommand("Quit", "End the program. Nothing is lost.", app.exit)


def _of_screen(app: TutorApp, screen: Screen[Any]) -> Iterator[SystemCommand]:
    seen: set[str] = set()
    for active in screen.active_bindings.values():
        binding = active.binding
        if active.node is app or not binding.id or not active.enabled or binding.id in seen:
            continue
        seen.add(binding.id)
        run = partial(app.run_action, binding.action, active.node)
        yield SystemCommand(binding.description, binding.tooltip, run, discover=binding.show)


def _places(app: TutorApp) -> Iterator[SystemCommand]:
    pack = app.services.pack
    for lesson in pack.lessons:
        yield _place(app, f"Lesson: {lesson.title}", lesson.summary, f"lesson:{lesson.id}")
        if lesson.id in pack.quizzes:
            yield _place(app, f"Quiz: {lesson.title}", "Take the quiz of this lesson.", f"quiz:{lesson.id}")
        for exercise in pack.exercises_of(lesson.id):
            yield _place(app, f"Exercise: {exercise.title}", f"Lesson {lesson.title}", f"exercise:{exercise.id}")


def _place(app: TutorApp, title: str, help_text: str, href: str) -> SystemCommand:
    return SystemCommand(title, help_text, partial(app.action_follow, href), discover=False)


def _looks(app: TutorApp) -> Iterator[SystemCommand]:
    for name in THEMES:
        yield SystemCommand(
            f"Look: {TITLES[name]} theme", "Change the colours.", partial(_use, app, name), discover=False
        )


def _settings(app: TutorApp, screen: Screen[Any]) -> Iterator[SystemCommand]:
    """The settings, where they are neither open nor a command of the screen itself."""
    from tutor.ui.screens.home import HomeScreen
    from tutor.ui.screens.settings import SettingsScreen

    if not isinstance(screen, HomeScreen | SettingsScreen):
        about = "Choose colours and how diagrams are drawn."
        yield SystemCommand("Settings", about, partial(_push, app, SettingsScreen), discover=False)


def _push(app: TutorApp, kind: type[Screen[None]]) -> None:
    app.push_screen(kind())


def _use(app: TutorApp, name: str) -> None:
    app.services.settings.theme = name
    app.use_theme(name)

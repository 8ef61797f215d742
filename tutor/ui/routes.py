"""Where links lead: `lesson:ID#PAGE`, `quiz:ID`, `exercise:ID`, and web addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from tutor.course.links import Target, is_internal

if TYPE_CHECKING:
    from tutor.ui.app import TutorApp


def follow(app: TutorApp, href: str) -> None:
    """Open what the link leads to, and say so where it cannot be opened."""
    if not is_internal(href):
        open_address(app, href)
        return
    try:
        target = app.services.pack.resolve(href)
    except ValueError as error:
        app.notify(f"This link leads nowhere: {error}.", severity="warning")
        return
    screen = app.screen
    if target.kind == "lesson" and _shows(screen, target, app):
        return
    app.push_screen(screen_for(app, target))


def screen_for(app: TutorApp, target: Target) -> Screen[Any]:
    """The screen that shows the target."""
    if target.kind == "lesson":
        from tutor.ui.screens.lesson import LessonScreen

        return LessonScreen(app.services.pack.lesson(target.id), target.page)
    if target.kind == "quiz":
        from tutor.ui.screens.quiz import QuizScreen

        return QuizScreen.of_lesson(app.services, target.id)
    from tutor.ui.screens.exercise import ExerciseScreen

    return ExerciseScreen(app.services.pack.exercise(target.id))


def _shows(screen: Screen[Any], target: Target, app: TutorApp) -> bool:
    """Turn the lesson screen that is open to another lesson or page, so that lessons do not pile up."""
    from tutor.ui.screens.lesson import LessonScreen

    if not isinstance(screen, LessonScreen):
        return False
    screen.open(app.services.pack.lesson(target.id), target.page)
    return True


def open_address(app: TutorApp, address: str) -> None:
    """Open a web address in the browser, and show it for terminals without one."""
    app.open_url(address)
    app.notify(f"Opening {address} in your browser.", timeout=6)

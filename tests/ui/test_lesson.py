"""The lesson reader."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.ui.doubles import FakeServices
from tests.ui.driving import SMALL, WIDE, notices, on_screen, open_at, press, settle, text_of
from tutor.ui.screens.exercise import ExerciseScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.quiz import QuizScreen
from tutor.ui.screens.search import SearchScreen
from tutor.ui.search import readable
from tutor.ui.widgets.reading.prose import Prose
from tutor.ui.widgets.reading.wide import CodeBlock, DiagramBlock


def page_of(pilot: Pilot[None]) -> str:
    """Which page is open, as lesson#page."""
    screen = on_screen(pilot, LessonScreen)
    return f"{screen.lesson.id}#{screen.page.id}"


async def test_space_goes_through_pages_and_on_into_the_next_lesson(services: FakeServices) -> None:
    async with open_at(services, "lesson:first-steps", size=(80, 60)) as pilot:
        seen = [page_of(pilot)]
        for _ in range(4):
            await press(pilot, "space")
            seen.append(page_of(pilot))
        assert seen == [
            "first-steps#pod",
            "first-steps#manifest",
            "first-steps#remember",
            "services#by-label",
            "services#remember",
        ]
        await press(pilot, "space")
        assert page_of(pilot) == "services#remember"
        assert "end of the course" in notices(pilot)


async def test_space_scrolls_a_long_page_before_it_turns(services: FakeServices) -> None:
    async with open_at(services, "lesson:first-steps#manifest", size=SMALL) as pilot:
        await press(pilot, "space")
        assert page_of(pilot) == "first-steps#manifest"
        assert on_screen(pilot, LessonScreen).view.scroll_offset.y > 0
        await press(pilot, "b")
        assert on_screen(pilot, LessonScreen).view.at_start
        await press(pilot, "b")
        assert page_of(pilot) == "first-steps#pod"


async def test_a_page_counts_as_read_once_its_end_was_in_view(services: FakeServices) -> None:
    async with open_at(services, "lesson:first-steps#manifest", size=SMALL) as pilot:
        lessons = services.progress.lessons
        assert lessons.pages_read("first-steps") == frozenset()
        await press(pilot, "space", "space")
        assert page_of(pilot) == "first-steps#remember"
        assert lessons.pages_read("first-steps") == {"manifest", "remember"}


async def test_the_position_is_kept_the_moment_a_page_is_opened(services: FakeServices) -> None:
    async with open_at(services, "lesson:first-steps") as pilot:
        await pilot.press("right")
        position = services.progress.lessons.last()
        assert position is not None
        assert position.page_id == "manifest"


async def test_tab_marks_links_and_enter_follows_them(services: FakeServices) -> None:
    async with open_at(services, "lesson:first-steps#pod") as pilot:
        await press(pilot, "tab")
        assert isinstance(pilot.app.focused, Prose)
        await press(pilot, "enter")
        assert page_of(pilot) == "services#by-label"
        assert len(pilot.app.screen_stack) == 2, "lessons do not pile up"


async def test_tab_goes_over_every_link_and_then_to_the_next_block(services: FakeServices) -> None:
    async with open_at(services, "lesson:first-steps#pod") as pilot:
        await press(pilot, "tab", "tab")
        focused = pilot.app.focused
        assert isinstance(focused, Prose)
        assert focused.marked == 1
        await press(pilot, "tab")
        assert isinstance(pilot.app.focused, DiagramBlock)
        await press(pilot, "shift+tab", "escape")
        assert on_screen(pilot, LessonScreen).focused is None


async def test_a_shows_diagrams_in_words_and_keeps_that_choice(services: FakeServices) -> None:
    async with open_at(services, "lesson:first-steps#pod") as pilot:
        assert "│ ┌ Pod" in text_of(pilot)
        await press(pilot, "a")
        assert "Diagram in words: One box named node" in text_of(pilot)
        assert "│ ┌ Pod" not in text_of(pilot)
        await press(pilot, "right", "left")
        assert "Diagram in words" in text_of(pilot)
    assert FakeServices(services.folder).settings.diagrams_as_text


async def test_diagrams_can_be_drawn_with_ascii_only(services: FakeServices) -> None:
    services.settings.ascii_diagrams = True
    async with open_at(services, "lesson:first-steps#pod") as pilot:
        assert "| + Pod -------+" in text_of(pilot)


async def test_wide_blocks_scroll_sideways_when_marked(services: FakeServices) -> None:
    async with open_at(services, "lesson:first-steps#manifest", size=(60, 30)) as pilot:
        block = on_screen(pilot, LessonScreen).query(CodeBlock).first()
        block.set_lines([*block.lines, block.lines[0].append("x" * 80)])
        await settle(pilot)
        await press(pilot, "tab")
        assert pilot.app.focused is block
        await press(pilot, "right")
        assert block.scroll_offset.x > 0
        assert page_of(pilot) == "first-steps#manifest"


async def test_s_saves_the_manifest_and_never_over_something_else(services: FakeServices) -> None:
    async with open_at(services, "lesson:first-steps#manifest") as pilot:
        await press(pilot, "s")
        saved = services.lesson_workspace / "deployment.yaml"
        assert saved.read_text().startswith("apiVersion: apps/v1\n")
        assert "deployment.yaml" in notices(pilot)
        saved.write_text("mine\n")
        await press(pilot, "s")
        assert saved.read_text() == "mine\n"
        assert (services.lesson_workspace / "deployment-2.yaml").exists()


async def test_y_copies_the_marked_code(services: FakeServices) -> None:
    async with open_at(services, "lesson:first-steps#manifest", size=(80, 60)) as pilot:
        await press(pilot, "y")
        assert pilot.app.clipboard.startswith("apiVersion: apps/v1")
        await press(pilot, "tab", "tab", "y")
        assert pilot.app.clipboard.startswith("$ kubectl apply")


async def test_keys_that_do_nothing_on_a_page_are_not_offered(services: FakeServices) -> None:
    async with open_at(services, "lesson:first-steps#pod") as pilot:
        assert "s Save" not in text_of(pilot)
        await press(pilot, "right")
        assert "s Save" in text_of(pilot)


async def test_the_contents_open_in_place_and_lead_to_pages(services: FakeServices) -> None:
    async with open_at(services, "lesson:first-steps") as pilot:
        await press(pilot, "o")
        assert "✓ A Pod runs your container" in text_of(pilot)
        assert "○ What to remember" in text_of(pilot)
        await press(pilot, "end", "enter")
        assert page_of(pilot) == "first-steps#remember"
        await press(pilot, "o", "escape")
        assert "A Pod is the smallest thing" in text_of(pilot)


async def test_the_contents_stand_at_the_left_where_there_is_room(services: FakeServices) -> None:
    async with open_at(services, "lesson:first-steps", size=WIDE) as pilot:
        text = text_of(pilot)
        assert "A manifest says what you want" in text
        assert "smallest thing that Kubernetes runs" in text


async def test_the_last_page_leads_on(services: FakeServices) -> None:
    async with open_at(services, "lesson:first-steps#remember") as pilot:
        text = text_of(pilot)
        assert "Quiz: 3 questions" in text
        assert "Exercise: Run the web app" in text
        assert "Next lesson: Services" in text
        await press(pilot, "z")
        on_screen(pilot, QuizScreen)
        await press(pilot, "q")
        await press(pilot, "e")
        on_screen(pilot, ExerciseScreen)


async def test_search_finds_pages_with_all_words(services: FakeServices) -> None:
    async with open_at(services, "lesson:first-steps") as pilot:
        await press(pilot, "slash")
        on_screen(pilot, SearchScreen)
        await press(pilot, *"selector", "space", *"label")
        assert "A Service finds its Pods by label" in text_of(pilot)
        assert "2 pages" in text_of(pilot)
        await press(pilot, "enter", "enter")
        assert page_of(pilot) == "services#by-label"


def test_what_search_shows_of_a_page_has_no_markdown() -> None:
    source = "Probes:\n\n| | Liveness |\n|---|:--|\n| Asks | alive? |\n\n- **one**\n\n```console\n$ ls | wc\n```\n"
    assert readable(source) == "Probes: Liveness; Asks, alive?; one $ ls | wc"


async def test_search_says_when_nothing_is_found(services: FakeServices) -> None:
    async with open_at(services) as pilot:
        await press(pilot, "slash", *"zebra")
        assert "No page has all of these words" in text_of(pilot)
        await press(pilot, "escape")
        assert "Container orchestration" in text_of(pilot)


async def test_a_link_that_leads_nowhere_says_so(services: FakeServices) -> None:
    async with open_at(services, "lesson:unknown") as pilot:
        assert "leads nowhere" in notices(pilot)

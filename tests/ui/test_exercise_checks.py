"""How an exercise says where its checks stand, and that it is solved."""

from __future__ import annotations

from tests.ui.doubles import FakeServices
from tests.ui.driving import START, on_screen, open_at, press, settle, text_of, type_line
from tutor.grading import CheckResult, Verdict
from tutor.ui.screens.exercise import ExerciseScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.widgets.exercise.checks import check_line


async def test_shows_the_task_and_how_each_check_stands_in_words(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        text = text_of(pilot)
        assert "Reach three ready replicas." in text
        assert "✓ The Deployment web-app exists." in text
        assert "not yet: 1 ready, wanted 3 ready" in text
        assert "◐ 1 of 2" in text


async def test_solved_by_typing_a_command(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        await type_line(pilot, "kubectl scale deployment web-app --replicas=3")
        text = text_of(pilot)
        assert "production $ kubectl scale" in text
        assert "deployment.apps/web-app scaled" in text
        assert "✓ Solved." in text
        attempt = services.progress.exercises.history("run-web")[0]
        assert attempt.passed
        assert not attempt.solution_shown
        await press(pilot, "f1")
        assert "The controller saw that two Pods were missing" in text_of(pilot)
        await press(pilot, "ctrl+n")
        assert on_screen(pilot, ExerciseScreen).exercise.id == "fix-selector"


async def test_enter_on_a_check_opens_state_wanted_and_why_in_this_order(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2", "f9", "down", "enter")
        lines = [line.strip() for line in text_of(pilot).splitlines()]
        start = lines.index("you have:  1 ready")
        assert lines[start + 1] == "wanted:    3 ready"
        assert lines[start + 2].startswith("why:       One replica is not enough")
        assert lines[start + 3].startswith("it seems:  You scaled the wrong thing.")
        await press(pilot, "l")
        assert on_screen(pilot, LessonScreen).page.id == "pod"


def test_a_check_says_where_it_stands_in_as_many_words_as_fit() -> None:
    result = CheckResult("a", "All replicas are ready.", Verdict.NOT_YET, is_="2 ready", wanted="3 ready")
    assert check_line(result, 70).plain.endswith("not yet: 2 ready, wanted 3 ready")
    assert check_line(result, 45).plain.endswith("not yet: 2 ready")
    assert check_line(result, 34).plain.endswith(" 2 ready")
    assert check_line(result, 34).plain.startswith("✗ All replicas are ready.")


def test_a_long_text_of_a_check_goes_on_below_itself_instead_of_being_cut() -> None:
    result = CheckResult("a", "The Service accepts requests on port 80.", Verdict.NOT_YET, is_="port 8080")
    first, second = check_line(result, 40).plain.split("\n")
    assert first.startswith("✗ The Service accepts requests")
    assert first.endswith(" not yet")
    assert second == "  on port 80."


async def test_the_debrief_is_in_view_when_the_task_is_opened_after_it_came(services: FakeServices) -> None:
    async with open_at(services, START, size=(80, 16)) as pilot:
        await press(pilot, "f2")
        await type_line(pilot, "kubectl scale deployment web-app --replicas=3")
        await press(pilot, "f1")
        assert text_of(pilot).splitlines()[3].startswith(" Solved")
        await press(pilot, "home", "f2", "f1")
        assert text_of(pilot).splitlines()[3].startswith(" Run the web app")


async def test_what_is_no_longer_solved_is_no_longer_called_solved(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        for replicas, said in ((3, True), (2, False), (3, True)):
            services.the_session.scale(replicas)
            await settle(pilot)
            assert ("✓ Solved." in text_of(pilot)) is said


async def test_what_an_undo_says_stays_when_it_is_no_longer_solved(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        await type_line(pilot, "kubectl scale deployment web-app --replicas=3")
        assert "✓ Solved." in text_of(pilot)
        await press(pilot, "f7")
        services.the_session.scale(2)
        await settle(pilot)
        assert "Taken back: kubectl scale" in text_of(pilot)
        assert "◐ 1 of 2" in text_of(pilot)

"""The exercise workspace, on doubles of the cluster, the grader and the shell."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from textual._styles_cache import StylesCache
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import TextArea

from tests.ui.doubles import FakeCluster, FakeServices, FakeSnapshots
from tests.ui.driving import SMALL, WIDE, on_screen, open_at, press, settle, text_of
from tutor.clusters import ClusterError
from tutor.grading import CheckResult, Verdict
from tutor.ui.screens.edit import EditScreen
from tutor.ui.screens.exercise import ExerciseScreen
from tutor.ui.screens.exercises import ExercisesScreen
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.widgets.exercise.checks import Checks, check_line
from tutor.ui.widgets.exercise.files import FilesPane
from tutor.ui.widgets.exercise.shell import ShellPane
from tutor.ui.widgets.exercise.shell_input import ShellInput
from tutor.ui.widgets.exercise.task import TaskPane

START = "exercise:run-web"


async def type_line(pilot: Pilot[None], line: str) -> None:
    """Type a line into the shell and press enter."""
    pilot.app.screen.query_one(ShellInput).value = line
    await press(pilot, "enter")


async def test_shows_the_task_and_how_each_check_stands_in_words(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        text = text_of(pilot)
        assert "Reach three ready replicas." in text
        assert "✓ The Deployment web-app exists." in text
        assert "not yet: 1 ready, wanted 3 ready" in text
        assert "◐ 1 of 2" in text


async def test_the_app_keeps_no_text_field_of_an_exercise_that_was_left(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        field = pilot.app.screen.query_one(TextArea)
        kept = [getattr(pilot.app, "__watchers"), pilot.app.theme_changed_signal._subscriptions]
        assert all(repr(field) in repr(list(held.items())) for held in kept)
        on_screen(pilot, ExerciseScreen).action_leave()
        await settle(pilot)
        on_screen(pilot, HomeScreen)
        assert not any(repr(field) in repr(list(held.items())) for held in kept)


async def test_nothing_of_what_was_drawn_of_an_exercise_is_kept(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        for _ in range(3):
            pilot.app.action_follow(START)  # type: ignore[attr-defined] # it is a TutorApp
            await settle(pilot)
            await press(pilot, "f2")
            on_screen(pilot, ExerciseScreen).action_leave()
            await settle(pilot)
        widgets = sum(len(screen.query("*").nodes) for screen in pilot.app.screen_stack)
        assert StylesCache.get_inner_outer.cache_info().currsize <= widgets + len(pilot.app.screen_stack)


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


async def test_what_is_typed_right_after_a_pane_key_belongs_to_that_pane(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f3")
        before = pilot.app.screen.query_one(FilesPane).editor.text
        for key in ("f2", "l", "s"):  # without a pause, as a quick typist or a slow machine has it
            pilot.app.post_message(Key(key, key if len(key) == 1 else None))
        await settle(pilot)
        assert pilot.app.screen.query_one(ShellInput).value == "ls"
        assert pilot.app.screen.query_one(FilesPane).editor.text == before


@pytest.mark.parametrize("command", ["kubectl get pods", "k get pods"])
async def test_a_command_typed_on_the_task_goes_to_the_shell(services: FakeServices, command: str) -> None:
    async with open_at(services, START) as pilot:
        for character in command:
            pilot.app.post_message(Key("space" if character == " " else character, character))
        await settle(pilot)
        assert pilot.app.screen.query_one(ShellPane).display
        assert pilot.app.screen.query_one(ShellInput).value == command
        assert "goes on here, in the shell" in " ".join(text_of(pilot).split())


async def test_letters_that_mean_nothing_say_where_commands_are_typed(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "w", "y", "z")
        assert "Commands are typed in the shell: F2." in " ".join(text_of(pilot).split())
        await press(pilot, "k", "k")
        assert on_screen(pilot, ExerciseScreen).query_one(TaskPane).display


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


async def test_reset_shows_the_task_alone_and_what_is_asked_for_twice_stands_there_once(services: FakeServices) -> None:
    async with open_at(services, START, size=(80, 60)) as pilot:
        await press(pilot, "h", "S", "S", "S", "S")
        assert text_of(pilot).count("Solution") == 1
        await press(pilot, "R", "R")
        assert "Hint 1" not in text_of(pilot)
        assert "Reach three ready replicas." in text_of(pilot)


async def test_hints_come_in_tiers_and_are_recorded(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "h")
        assert "Hint 1 of 2" in text_of(pilot)
        assert "Look at the manifest in the Files pane." in text_of(pilot)
        await press(pilot, "h")
        assert "Hint 2 of 2" in text_of(pilot)
        assert "h Hint" not in text_of(pilot)
        assert services.progress.exercises.history("run-web")[0].hints == 2


async def test_hints_shown_before_are_there_when_the_learner_comes_back(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "h", "q")
        on_screen(pilot, HomeScreen).tutor.action_follow(START)
        await settle(pilot)
        text = text_of(pilot)
        assert "Reach three ready replicas." in text
        assert "Look at the manifest in the Files pane." in text
        await press(pilot, "h")
        assert "Hint 2 of 2" in text_of(pilot)


async def test_hints_and_undo_have_keys_in_the_editor_too(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f3")
        assert "F6 Hint" in text_of(pilot)
        await press(pilot, "f6")
        assert "Hint 1 of 2" in text_of(pilot)


async def test_an_object_that_cannot_be_drawn_does_not_end_the_program(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        screen = on_screen(pilot, ExerciseScreen)
        assert screen.run is not None
        screen.run.state.apply("Pod", "ADDED", {"metadata": {"name": "odd"}, "status": {"containerStatuses": [7]}})
        await press(pilot, "f4")
        assert "live view cannot be drawn" in text_of(pilot)


async def test_the_solution_is_shown_when_asked_twice_and_recorded(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "S")
        assert "Press S again" in text_of(pilot)
        assert not services.progress.exercises.history("run-web")[0].solution_shown
        await press(pilot, "S")
        assert "kubectl scale deployment web-app --replicas=3" in text_of(pilot)
        assert services.progress.exercises.history("run-web")[0].solution_shown


async def test_reset_asks_first_and_is_recorded(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "R")
        assert services.the_session.resets == 0
        await press(pilot, "R")
        assert services.the_session.resets == 1
        assert services.progress.exercises.history("run-web")[0].resets == 1


async def test_a_command_that_cannot_be_undone_says_so_in_a_sentence(services: FakeServices) -> None:
    def nothing(_: FakeSnapshots) -> str:
        raise ClusterError("there is nothing to take back")

    async with open_at(services, START) as pilot:
        with patch.object(FakeSnapshots, "undo", nothing):
            await press(pilot, "u")
        assert "Taking your last command back: there is nothing to take back." in text_of(pilot)


async def test_undo_goes_back_to_before_the_last_command(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        await type_line(pilot, "kubectl scale --replicas=2")
        await press(pilot, "f7")
        snapshots = services.fake_cluster.fake_snapshots
        assert snapshots is not None
        assert snapshots.undone == ["kubectl scale --replicas=2"]
        assert "Taken back: kubectl scale --replicas=2" in text_of(pilot)


async def test_the_clock_is_paused_and_sped_up(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "space")
        assert "simulated ‖ paused" in text_of(pilot)
        await press(pilot, "space", "plus", "plus")
        assert "simulated ▸ 5x" in text_of(pilot)
        await press(pilot, "minus")
        assert "simulated ▸ 2x" in text_of(pilot)


async def test_what_a_cluster_cannot_do_is_not_offered(services: FakeServices) -> None:
    services.fake_cluster = FakeCluster(name="kind", fake_clock=None, fake_snapshots=None)
    async with open_at(services, START) as pilot:
        text = text_of(pilot)
        assert "u Undo" not in text
        assert "space Pause" not in text
        assert "kind" in text


async def test_a_cluster_that_does_not_start_is_explained_and_can_be_tried_again(services: FakeServices) -> None:
    services.fake_cluster.fails_with = RuntimeError("kind is not installed. Install it from kind.sigs.k8s.io.")
    async with open_at(services, START) as pilot:
        assert "kind is not installed. Install it" in text_of(pilot)
        assert "Reach three ready replicas." in text_of(pilot)
        services.fake_cluster.fails_with = None
        await press(pilot, "t")
        assert "◐ 1 of 2" in text_of(pilot)


async def test_leaving_and_coming_back_finds_everything_as_it_was(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        await type_line(pilot, "kubectl scale --replicas=2")
        await press(pilot, "escape", "q")
        on_screen(pilot, HomeScreen)
        await press(pilot, "e", "enter", "f2")
        text = text_of(pilot)
        assert "production $ kubectl scale --replicas=2" in text
        assert "not yet: 2 ready" in text
        assert len(services.progress.exercises.history("run-web")) == 1


async def test_what_is_kept_when_the_program_was_ended_is_said(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "h")
    async with open_at(FakeServices(services.folder), START) as pilot:
        assert "Your files are as you left them." in text_of(pilot)
        on_screen(pilot, ExerciseScreen)
        assert "h Hint" in text_of(pilot)


async def test_coming_back_from_another_exercise_opens_this_one_again(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        first = on_screen(pilot, ExerciseScreen)
        for link in (START, "exercise:fix-selector"):
            await pilot.app.run_action(f"app.follow('{link}')")
            await settle(pilot)
            assert on_screen(pilot, ExerciseScreen) is not first
            await press(pilot, "q")
            assert on_screen(pilot, ExerciseScreen) is first
            services.the_session.scale(3)
            await settle(pilot)
            assert "✓ 2 of 2" in text_of(pilot)


async def test_history_is_walked_and_searched(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        for command in ("kubectl get pods", "kubectl get services", "kubectl describe pod"):
            await type_line(pilot, command)
        line = pilot.app.screen.query_one(ShellInput)
        await press(pilot, *"half", "up", "up")
        assert line.value == "kubectl get services"
        await press(pilot, "down", "down")
        assert line.value == "half"
        line.value = "get"
        await press(pilot, "ctrl+r")
        assert line.value == "kubectl get services"
        await press(pilot, "ctrl+r")
        assert line.value == "kubectl get pods"


async def test_tab_completes_and_lists_what_is_possible(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2", *"kub", "tab")
        line = pilot.app.screen.query_one(ShellInput)
        assert line.value == "kubectl "
        await press(pilot, *"get", "space", "p", "o", "tab")
        assert line.value == "kubectl get pods"
        await press(pilot, "tab")
        assert "pods.metrics.k8s.io" in text_of(pilot)
        assert isinstance(pilot.app.focused, ShellInput)


async def test_ctrl_c_stops_a_command_that_runs(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        await type_line(pilot, "sleep")
        shell = services.the_shell
        assert shell.running
        await type_line(pilot, "some input")
        assert shell.fed == ["some input\n"]
        await press(pilot, "ctrl+c")
        assert shell.stopped
        assert "^C" in text_of(pilot)


async def test_a_command_can_have_a_text_edited(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        await type_line(pilot, "edit")
        while not isinstance(pilot.app.screen, EditScreen):
            await pilot.pause()
        pilot.app.screen.query_one(TextArea).text = "replicas: 3\n"
        await press(pilot, "ctrl+s")
        on_screen(pilot, ExerciseScreen)
        while services.the_shell.edited is None:
            await pilot.pause()
        assert services.the_shell.edited == "replicas: 3\n"


async def test_long_output_is_kept_bounded_and_can_be_scrolled(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        await type_line(pilot, "seq 6000")
        pane = pilot.app.screen.query_one(ShellPane)
        assert "5999" in text_of(pilot)
        assert len(pane.output.lines) == 4000
        await press(pilot, "pageup")
        assert "5999" not in text_of(pilot)


async def test_files_are_edited_checked_and_saved_when_left(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f3")
        pane = pilot.app.screen.query_one(FilesPane)
        assert "✓ valid manifest" in text_of(pilot)
        editor = pane.query_one(TextArea)
        editor.text = editor.text.replace("replicas: 1", "replicaas: 3")
        pane.save_now()
        pane.manifest.look()
        await settle(pilot)
        assert "line 7:" in text_of(pilot)
        assert "unknown field" in text_of(pilot)
        await press(pilot, "f2")
        assert pane.path is not None
        assert "replicaas: 3" in pane.path.read_text()


async def test_files_changed_in_the_shell_are_taken_in(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        pane = pilot.app.screen.query_one(FilesPane)
        assert pane.path is not None
        pane.path.write_text("kind: Pod\n")
        (pane.path.parent / "new.yaml").write_text("kind: Service\n")
        await press(pilot, "f2")
        await type_line(pilot, "touch")
        await press(pilot, "f3")
        assert pane.editor.text == "kind: Pod\n"
        assert "new.yaml" in text_of(pilot)


async def test_the_cluster_and_the_timeline_are_shown_live(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f4")
        text = text_of(pilot)
        assert "Deployment web-app            1 of 1 ready, 1 up to date" in text
        assert "    ● Pod web-app-6f9c-x2x4p  Running, on node-1" in text
        assert "selects app=web-app: 1 of 1 Pods ready" in text
        await press(pilot, "f5")
        assert "Deployment web-app: Scaled up replica set" in text_of(pilot)


async def test_all_panes_stand_side_by_side_where_there_is_room(services: FakeServices) -> None:
    async with open_at(services, START, size=WIDE) as pilot:
        text = text_of(pilot)
        for piece in ("Reach three ready replicas.", "replicas: 1", "Pod web-app-6f9c", "Scaled up", "production $"):
            assert piece in text


async def test_the_smallest_terminal_names_every_pane(services: FakeServices) -> None:
    async with open_at(services, START, size=(60, 16)) as pilot:
        await press(pilot, "f2")
        assert " F1 Task [F2 Shell] F3 Files  F4 Cluster  F5 Timeline" in text_of(pilot)


async def test_panes_that_a_larger_terminal_shows_are_drawn(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await pilot.resize_terminal(*WIDE)
        await settle(pilot)
        on_screen(pilot, ExerciseScreen).refresh_live()
        await settle(pilot)
        assert "Pod web-app-6f9c" in text_of(pilot)


async def test_checks_take_no_more_room_after_the_terminal_was_large(services: FakeServices) -> None:
    async with open_at(services, START, size=SMALL) as pilot:
        before = on_screen(pilot, ExerciseScreen).query_one(Checks).size.height
        for size in (WIDE, SMALL):
            await pilot.resize_terminal(*size)
            await settle(pilot)
        assert on_screen(pilot, ExerciseScreen).query_one(Checks).size.height == before


async def test_the_list_shows_what_is_solved(services: FakeServices) -> None:
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        await type_line(pilot, "kubectl scale --replicas=3")
        await press(pilot, "escape", "q", "e")
        on_screen(pilot, ExercisesScreen)
        assert "✓ solved" in text_of(pilot)
        assert "1 of 2 solved" in text_of(pilot)
        await press(pilot, "n", "enter")
        assert on_screen(pilot, ExerciseScreen).exercise.id == "fix-selector"


async def test_the_list_has_a_line_for_each_in_the_smallest_terminal(services: FakeServices) -> None:
    async with open_at(services, size=(60, 16)) as pilot:
        await press(pilot, "e")
        assert sum("not begun" in line for line in text_of(pilot).splitlines()) == 2
        assert all("not begun" not in line.lstrip()[:14] for line in text_of(pilot).splitlines())


async def test_everything_is_let_go_when_the_program_ends(services: FakeServices) -> None:
    async with open_at(services, START):
        pass
    assert services.the_session.closed is False
    assert services.the_shell.closed
    assert services.fake_cluster.stopped

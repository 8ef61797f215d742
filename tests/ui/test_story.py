"""What a command did, told on a screen; and a history put together by watching."""

from __future__ import annotations

from typing import Any

from tests.ui.doubles import FakeCluster, FakeServices
from tests.ui.driving import START, on_screen, open_at, press, settle, text_of, type_line
from tutor.clusters.history import ChangeLog, ObjectChange
from tutor.shell.story.requests import SentRequest
from tutor.shell.story.telling import Step, Story
from tutor.ui.live.watched import WatchedHistory
from tutor.ui.screens.exercise import ExerciseScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.story import StoryScreen, story_lines


def deployment(replicas: int, version: str = "1", manager: str = "kubectl") -> dict[str, Any]:
    metadata = {
        "name": "web-app",
        "namespace": "production",
        "uid": "d",
        "resourceVersion": version,
        "managedFields": [
            {"manager": "old", "time": "2026-01-01T00:00:00Z"},
            {"manager": manager, "time": f"2027-{version}"},
        ],
    }
    return {"kind": "Deployment", "metadata": metadata, "spec": {"replicas": replicas}}


async def test_the_last_command_is_told_and_goes_on_being_told(services: FakeServices) -> None:
    log = ChangeLog(complete=True)
    services.fake_cluster = FakeCluster(fake_history=log)
    log.add(ObjectChange(0.0, "somebody", "ADDED", deployment(1), None))
    async with open_at(services, START) as pilot:
        await press(pilot, "e")
        assert "You have not run a command yet." in text_of(pilot)
        await press(pilot, "q", "f2")
        await type_line(pilot, "kubectl scale deployment web-app --replicas=3")
        path = "/apis/apps/v1/namespaces/production/deployments/web-app/scale"
        services.the_shell.requests = [SentRequest("PATCH", f"{path}?fieldManager=x", 200)]
        log.add(ObjectChange(5.0, "kubernetes-admin", "MODIFIED", deployment(3), deployment(1)))
        await press(pilot, "ctrl+t")
        screen = on_screen(pilot, StoryScreen)
        text = text_of(pilot)
        assert "$ kubectl scale deployment web-app --replicas=3" in text
        assert f"200  PATCH  {path}" in text
        assert "  1   +0.0 s you                    Deployment web-app: replicas 1 -> 3" in text
        assert "somebody" not in text
        log.add(ObjectChange(5.5, "deployment-controller", "MODIFIED", deployment(4), deployment(3)))
        screen.tell()
        await settle(pilot)
        assert "  2   +0.5 s deployment-controller" in text_of(pilot)
        assert "A Deployment does not run Pods itself" in text_of(pilot)
        await press(pilot, "ctrl+t")
        on_screen(pilot, ExerciseScreen)


async def test_the_page_about_the_command_is_one_key_away(services: FakeServices) -> None:
    services.fake_cluster = FakeCluster(fake_history=ChangeLog(complete=True))
    async with open_at(services, START) as pilot:
        await press(pilot, "f2")
        await type_line(pilot, "kubectl apply -f deployment.yaml")
        await press(pilot, "ctrl+t")
        assert "Read about it:" in text_of(pilot)
        await press(pilot, "enter")
        on_screen(pilot, LessonScreen)


def test_a_history_made_by_watching_knows_what_was_before_and_who_wrote_last() -> None:
    history = WatchedHistory(now=lambda: 7.0)
    history.take("ADDED", deployment(1, "1"))
    history.take("ADDED", deployment(1, "1"))  # as when a watch begins anew
    history.take("MODIFIED", deployment(3, "2", "kube-controller-manager"))
    unowned = deployment(3, "2", "kube-controller-manager")
    unowned["metadata"]["resourceVersion"] = "3"
    history.take("MODIFIED", unowned)
    history.take("BOOKMARK", {"metadata": {}})
    history.take("DELETED", deployment(3, "2"))
    first, second, nobody, third = history.since(0)
    assert nobody.actor == ""
    assert (first.type, first.actor, first.old) == ("ADDED", "kubectl", None)
    assert (second.type, second.actor, second.at) == ("MODIFIED", "kube-controller-manager", 7.0)
    assert second.old is not None
    assert second.old["spec"]["replicas"] == 1
    assert (third.type, third.actor) == ("DELETED", "")


def test_a_story_put_together_by_watching_says_so_and_fits_any_width() -> None:
    steps = [
        Step(0.0, "controller-manager", "Pod", "made", ("web-1",)),
        Step(1.0, "kubelet/node-1", "Pod", "Error", ("web-1",), True),
    ]
    requests = [SentRequest("POST", "/api/v1/" + "x" * 30, 409)]
    for width in (40, 80, 160):
        lines = [line.plain for line in story_lines(Story("k run", requests, steps, left_out=3, exact=False), width)]
        assert max(map(len, lines)) <= width
        whole = " ".join(" ".join(lines).split())
        assert "A real cluster does not say which controller did what" in whole
        assert "and 3 more steps" in whole
        assert "! " in whole


def test_reading_changes_nothing_and_no_request_is_said() -> None:
    lines = [line.plain for line in story_lines(Story("ls", [], []), 80)]
    assert "It sent no request to the API server." in lines
    assert "  Nothing has changed: the command only reads." in lines


async def test_what_was_taken_back_or_begun_anew_is_not_told(services: FakeServices) -> None:
    services.fake_cluster = FakeCluster(fake_history=ChangeLog(complete=True))
    async with open_at(services, START) as pilot:
        run = on_screen(pilot, ExerciseScreen).run
        assert run is not None
        for undo in (run.undo, run.reset):
            run.run_line("kubectl scale --replicas=2")
            assert run.story() is not None
            undo()
            assert run.story() is None

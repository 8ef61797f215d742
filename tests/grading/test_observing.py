"""The observer: quick, quiet when nothing differs, alive when the API is not, and gone when told to stop."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator

import pytest

from tests.grading.world import NAMESPACE, World
from tutor.clusters import ClusterError
from tutor.grading import Report, Verdict, observing
from tutor.grading.session import ExerciseSession

PATIENCE = 5.0
"""Seconds after which a report that has not come is not going to."""

Reports = queue.Queue[Report]


@pytest.fixture
def reports(session: ExerciseSession, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reports]:
    """What an observed session reports. It never looks on its own, so that only news can be the reason."""
    monkeypatch.setattr(observing, "IDLE", 3600.0)
    monkeypatch.setattr(observing, "RETRY", 0.01)
    heard: Reports = queue.Queue()
    session.start()
    session.observe(heard.put)
    yield heard
    session.stop_observing()


def test_the_first_report_comes_without_a_change(reports: Reports) -> None:
    assert reports.get(timeout=PATIENCE).verdict is Verdict.NOT_STARTED


def test_a_change_is_reported(reports: Reports, world: World) -> None:
    reports.get(timeout=PATIENCE)
    world.add("Service", "web", spec={})
    assert reports.get(timeout=PATIENCE).verdict is Verdict.PASSED


def test_news_that_change_nothing_are_not_reported(reports: Reports, world: World) -> None:
    reports.get(timeout=PATIENCE)
    world.add("Service", "other", spec={})
    assert reports.get(timeout=PATIENCE).verdict is Verdict.NOT_YET
    looks = len(world.reads)
    world.add("Service", "another", spec={})
    deadline = time.monotonic() + PATIENCE
    while len(world.reads) == looks and time.monotonic() < deadline:
        time.sleep(0.005)
    assert len(world.reads) > looks
    world.add("Service", "web", spec={})
    assert reports.get(timeout=PATIENCE).verdict is Verdict.PASSED
    assert reports.empty()


def test_it_outlives_an_api_that_goes_away(reports: Reports, world: World) -> None:
    reports.get(timeout=PATIENCE)
    world.down = True
    with world.changed:
        world.changed.notify_all()
    assert reports.get(timeout=PATIENCE).verdict is Verdict.ENVIRONMENT_FAULT
    world.down = False
    assert reports.get(timeout=PATIENCE).verdict is Verdict.NOT_STARTED


def test_after_the_end_nothing_is_heard_and_no_thread_is_left(
    reports: Reports, session: ExerciseSession, world: World
) -> None:
    reports.get(timeout=PATIENCE)
    session.close()
    world.add("Service", "web", spec={})
    deadline = time.monotonic() + PATIENCE
    while _threads() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert _threads() == []
    assert reports.empty()


def _threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "grading" or t.name.startswith("watch /")]


def test_it_watches_what_the_checks_and_the_workloads_need(session: ExerciseSession) -> None:
    paths = set(session._watched_paths(World()))
    root = f"/namespaces/{NAMESPACE}"
    assert paths == {
        f"/api/v1{root}/services",
        f"/api/v1{root}/pods",
        f"/apis/apps/v1{root}/deployments",
        f"/apis/apps/v1{root}/replicasets",
    }


def test_a_callback_may_wait_for_a_lock_that_the_one_who_closes_holds(session: ExerciseSession) -> None:
    """The screen closes a session while it holds the lock that its callback takes."""
    lock, entered = threading.Lock(), threading.Event()
    session.start()

    def callback(_: Report) -> None:
        entered.set()
        with lock:
            pass

    with lock:
        session.observe(callback)
        assert entered.wait(PATIENCE)
        session.close()


def test_observing_a_cluster_that_is_gone_says_so_by_its_first_report(session: ExerciseSession, world: World) -> None:
    session.start()
    world.down = True
    heard: Reports = queue.Queue()
    try:
        session.observe(heard.put)
    except ClusterError:
        pytest.fail("observing must not fail: the verdict says it")
    assert heard.get(timeout=PATIENCE).verdict is Verdict.ENVIRONMENT_FAULT
    session.close()

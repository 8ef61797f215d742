"""A data folder of its own for each test, and the parts of a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.grading.playing import FakeCluster, make_exercise, make_session
from tests.grading.world import World
from tutor.course.model import Exercise
from tutor.folders import HOME_VARIABLE
from tutor.grading.session import ExerciseSession


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the tutor keeps its things during the test."""
    folder = tmp_path / "home"
    monkeypatch.setenv(HOME_VARIABLE, str(folder))
    return folder


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def cluster(tmp_path: Path) -> FakeCluster:
    return FakeCluster(tmp_path)


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    return make_exercise(tmp_path / "exercise")


@pytest.fixture
def session(exercise: Exercise, cluster: FakeCluster, tmp_path: Path, world: World) -> ExerciseSession:
    return make_session(exercise, cluster, tmp_path / "workspace", world)

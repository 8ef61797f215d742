"""Pages, positions and things remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.progress.conftest import HandClock
from tutor.progress import Progress, data_folder, open_progress, progress_file


def test_a_lesson_not_opened_has_no_position(progress: Progress) -> None:
    assert progress.lessons.position("services") is None
    assert progress.lessons.last() is None


def test_the_last_page_visited_is_where_continue_leads(progress: Progress) -> None:
    progress.lessons.visit("services", 1, "by-label")
    progress.lessons.visit("ingress", 1, "hosts")
    progress.lessons.visit("services", 1, "dns")
    last = progress.lessons.last()
    assert last is not None
    assert (last.lesson_id, last.page_id) == ("services", "dns")
    ingress = progress.lessons.position("ingress")
    assert ingress is not None
    assert ingress.page_id == "hosts"


def test_visiting_a_page_does_not_count_as_reading_it(progress: Progress) -> None:
    progress.lessons.visit("services", 1, "dns")
    assert progress.lessons.pages_read("services") == frozenset()
    progress.lessons.mark_read("services", 1, "dns")
    progress.lessons.mark_read("services", 2, "dns")
    assert progress.lessons.pages_read("services") == {"dns"}


def test_progress_is_there_after_opening_again(progress: Progress, file: Path, clock: HandClock) -> None:
    progress.lessons.visit("services", 1, "dns")
    progress.close()
    with open_progress(file, clock=clock, carry_on=False) as again:
        position = again.lessons.position("services")
    assert position is not None
    assert position.page_id == "dns"


def test_settings_keep_json_values(progress: Progress) -> None:
    assert progress.settings.get("cluster", "simulated") == "simulated"
    progress.settings.set("cluster", {"kind": "context", "name": "dev"})
    assert progress.settings.get("cluster") == {"kind": "context", "name": "dev"}
    progress.settings.forget("cluster")
    assert progress.settings.get("cluster") is None


def test_the_first_time_is_only_once(progress: Progress, file: Path) -> None:
    assert progress.settings.first_time("home") is True
    assert progress.settings.first_time("home") is False
    assert progress.settings.first_time("exercise") is True
    with open_progress(file, carry_on=False) as again:
        assert again.settings.first_time("home") is False


def test_the_home_variable_says_where_progress_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("K8S_TUTOR_HOME", str(tmp_path / "elsewhere"))
    assert progress_file() == tmp_path / "elsewhere" / "progress.db"
    monkeypatch.delenv("K8S_TUTOR_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_folder().name == "k8s-tutor"
    assert tmp_path in data_folder().parents

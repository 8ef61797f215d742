"""Choosing a cluster, and agreeing to one of the learner's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.doubles import FakeServices
from tests.ui.driving import START, WIDE, on_screen, open_at, press, settle, text_of
from tutor.ui.screens.consent import ConsentScreen
from tutor.ui.screens.home import HomeScreen

KUBECONFIG = """
apiVersion: v1
kind: Config
clusters:
  - name: work
    cluster: {server: "https://k8s.example.org:6443"}
users:
  - name: alice
    user: {token: secret}
contexts:
  - name: team
    context: {cluster: work, user: alice}
current-context: team
"""


@pytest.fixture
def kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kubeconfig of the learner's with one context."""
    path = tmp_path / "kubeconfig"
    path.write_text(KUBECONFIG, encoding="utf-8")
    monkeypatch.setenv("KUBECONFIG", str(path))
    return path


async def test_the_simulated_cluster_is_the_first_choice(services: FakeServices) -> None:
    async with open_at(services) as pilot:
        await press(pilot, "c")
        assert "✓ simulated" in text_of(pilot)
        await press(pilot, "down", "enter")
        on_screen(pilot, HomeScreen)
        assert "Cluster: kind" in text_of(pilot)
    assert FakeServices(services.folder).settings.cluster == "kind"


async def test_a_context_is_used_only_after_its_server_and_user_were_agreed_to(
    services: FakeServices, kubeconfig: Path
) -> None:
    async with open_at(services) as pilot:
        await press(pilot, "c", "end", "enter")
        on_screen(pilot, ConsentScreen)
        text = text_of(pilot)
        assert "https://k8s.example.org:6443" in text
        assert "alice" in text
        await press(pilot, "n")
        assert services.cluster_spec == "simulated"
        await press(pilot, "enter", "y")
        await settle(pilot)
        assert services.cluster_spec == "context:team"


async def test_a_context_agreed_to_once_is_not_asked_about_again(services: FakeServices, kubeconfig: Path) -> None:
    async with open_at(services) as pilot:
        await press(pilot, "c", "end", "enter", "y")
    async with open_at(FakeServices(services.folder)) as pilot:
        await press(pilot, "c", "end", "enter")
        on_screen(pilot, HomeScreen)


async def test_a_broken_kubeconfig_is_explained_and_stops_nothing(services: FakeServices, kubeconfig: Path) -> None:
    break_file(kubeconfig)
    async with open_at(services) as pilot:
        await press(pilot, "c")
        assert "cannot be read" in text_of(pilot)
        await press(pilot, "enter")
        on_screen(pilot, HomeScreen)


async def test_an_exercise_on_a_context_that_was_not_agreed_to_asks_first(
    services: FakeServices, kubeconfig: Path
) -> None:
    from tutor.clusters.context import ConsentNeeded, describe_context

    services.fake_cluster.fails_with = ConsentNeeded(describe_context("team"))
    async with open_at(services, "exercise:run-web") as pilot:
        on_screen(pilot, ConsentScreen)
        services.fake_cluster.fails_with = None
        await press(pilot, "y")
        assert "◐ 1 of 2" in text_of(pilot)


def break_file(path: Path) -> None:
    """Make the file one that is not YAML."""
    path.write_text("{", encoding="utf-8")


async def test_a_second_program_says_that_the_first_has_the_cluster(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "is_beside_another", lambda cluster: True)
    async with open_at(services, START, size=WIDE) as pilot:
        assert "Another k8s-tutor is using your cluster" in text_of(pilot)


async def test_a_program_alone_says_nothing_of_another(services: FakeServices) -> None:
    async with open_at(services, START, size=WIDE) as pilot:
        assert "Another k8s-tutor" not in text_of(pilot)

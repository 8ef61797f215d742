"""Pictures of the app: what they show, and that looking at one fetches nothing."""

from __future__ import annotations

import asyncio
import html
import re
from pathlib import Path

import pytest

from tests.ui.doubles import FakeServices
from tutor.ui.screenshot import take


def words_in(picture: Path) -> str:
    """The text of a picture, with plain blanks."""
    return html.unescape(re.sub(r"<[^>]*>", " ", picture.read_text(encoding="utf-8"))).replace("\xa0", " ")


async def test_keys_are_pressed_and_words_typed_before_it_is_taken(services: FakeServices, tmp_path: Path) -> None:
    file = tmp_path / "picture.svg"
    keys = ("f2", "text:kubectl_get_pods", "wait:0")
    await asyncio.to_thread(take, file, start_at="exercise:run-web", keys=keys, services=services)
    assert "kubectl get pods" in words_in(file)


async def test_nothing_is_fetched_from_the_web_to_show_it(services: FakeServices, tmp_path: Path) -> None:
    file = tmp_path / "picture.svg"
    await asyncio.to_thread(take, file, services=services)
    addresses = set(re.findall(r"https?://[^\"\s)]+", file.read_text(encoding="utf-8")))
    assert addresses == {"http://www.w3.org/2000/svg"}  # the name of the format, which nothing fetches


async def test_a_wait_that_is_no_number_is_said(services: FakeServices, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no number of seconds"):
        await asyncio.to_thread(take, tmp_path / "picture.svg", keys=("wait:soon",), services=services)

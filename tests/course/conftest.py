"""The small pack of tests/content, for tests that want something real to read."""

from __future__ import annotations

import pytest

from tests.content.conftest import MINI, mini
from tutor.course import load_pack
from tutor.course.model import Page
from tutor.course.pack import Pack

__all__ = ["mini"]


@pytest.fixture(scope="session")
def mini_pack() -> Pack:
    return load_pack(MINI)


@pytest.fixture(scope="session")
def mini_page(mini_pack: Pack) -> Page:
    return mini_pack.lesson("pods").page("containers")

"""What is drawn when only a part of the screen has changed."""

from __future__ import annotations

import pytest
from textual._compositor import Compositor
from textual.geometry import Region

from tests.ui.doubles import FakeServices
from tests.ui.driving import WIDE, open_at, press
from tutor.ui.screens.compositor import NarrowCompositor

PARTS = [
    Region(0, 0, 160, 48),
    Region(0, 0, 160, 1),
    Region(2, 40, 150, 3),
    Region(80, 10, 1, 1),
    Region(30, 5, 60, 30),
]


@pytest.mark.parametrize("part", PARTS, ids=str)
async def test_a_part_is_drawn_as_textual_draws_it(part: Region, services: FakeServices) -> None:
    async with open_at(services, "exercise:run-web", WIDE) as pilot:
        await press(pilot, "f2", "g", "e", "t")
        ours = pilot.app.screen._compositor
        assert isinstance(ours, NarrowCompositor)
        theirs = Compositor()
        theirs.reflow(pilot.app.screen, pilot.app.screen.size)
        drawn = [compositor._render_chops(part, part.line_range.__contains__) for compositor in (ours, theirs)]
        asked = [len(list(compositor._get_renders(part))) for compositor in (ours, theirs)]
    ends = theirs.cuts
    for y in part.line_range:
        ours_line, theirs_line = (
            [
                chop
                for (x, chop), end in zip(line[y].items(), ends[y][1:], strict=True)
                if x < part.right and end > part.x
            ]
            for line in drawn
        )
        assert ours_line == theirs_line
    assert asked[0] <= asked[1]
    assert part.area > 1000 or asked[0] < asked[1] * 0.7, "a small part asks few widgets"

"""Every live diagram plays from its first step to its last and back, on the cluster that learners see it on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.course.loading.scenarios import load_scenario
from tutor.progress import progress_in_memory
from tutor.ui.live.pictures import nodes_picture, owners_picture, traffic_picture
from tutor.ui.live.scenario_run import ScenarioRun
from tutor.ui.services import Services

LESSONS = Path(__file__).parents[2] / "lessons"
FILES = sorted(LESSONS.glob("*/scenarios/*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_it_plays(path: Path) -> None:
    scenario = load_scenario(path)
    run = ScenarioRun(Services("simulated", progress=progress_in_memory()), scenario)
    run.open(lambda text: None)
    try:
        for step in scenario.steps[1:]:
            run.forward()
            assert run.step is step
            assert run.cluster is not None
            assert run.cluster.clock is not None
            run.cluster.clock.advance(10)
            assert set(step.put) <= set(run.broken or ())
            assert not set(step.take) & set(run.broken or ())
        while run.place:
            run.back()
        assert run.try_line("kubectl get pods -o name").count("pod/") >= 3
        for picture in (owners_picture, traffic_picture):
            assert picture(run.state, 78)
        assert nodes_picture(run.state, 78, run.broken)
    finally:
        run.close()


def test_there_are_some() -> None:
    assert len(FILES) >= 5

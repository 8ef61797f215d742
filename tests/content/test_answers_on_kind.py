"""The exercises on a cluster made with kind come out as they do on the simulated one.

Plays each exercise's first right and first wrong answer, all of them with REAL_CLUSTER_ANSWERS=all. The cluster is made
with the node image that KIND_NODE_IMAGE names, and deleted afterwards; one that is there is used, and left.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.tools.answer_table import Answer, answers_to, play_answer, started
from tutor.clusters import Cluster, ClusterError, KindOptions
from tutor.clusters.programs import container_engine
from tutor.course import load_pack
from tutor.course.model import CorrectAnswer, Exercise
from tutor.folders import HOME_VARIABLE

NODE_IMAGE = "KIND_NODE_IMAGE"

pytestmark = [pytest.mark.real_cluster, pytest.mark.slow]


def _cases() -> list[object]:
    cases: list[object] = []
    for exercise in load_pack().exercises.values():
        answers = answers_to(exercise)
        right = [answer for answer in answers if isinstance(answer, CorrectAnswer)]
        few = [*right[:1], *answers[len(right) :][:1]]
        for answer in answers if os.environ.get("REAL_CLUSTER_ANSWERS") == "all" else few:
            cases.append(pytest.param(exercise, answer, id=f"{exercise.id}: {answer.name}"))
    return cases


def _what_is_missing() -> str:
    if not os.environ.get(NODE_IMAGE):
        return f"{NODE_IMAGE} does not name a node image for kind"
    if shutil.which("kind") is None:
        return "the program kind is not installed"
    try:
        container_engine()
    except ClusterError as error:
        return error.message
    return ""


@pytest.fixture(scope="module")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Cluster]]:
    """A simulated cluster and one of kind."""
    missing = _what_is_missing()
    if missing:
        pytest.skip(missing)
    options = KindOptions(image=os.environ[NODE_IMAGE])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(tmp_path_factory.mktemp("home")))
        with started("simulated", options) as simulated, started("kind", options) as kind:
            yield [simulated, kind]


@pytest.mark.parametrize(("exercise", "answer"), _cases())
def test_an_answer_comes_out_the_same(exercise: Exercise, answer: Answer, clusters: list[Cluster]) -> None:
    lacking = set(exercise.requires) - clusters[1].capabilities
    if lacking:
        pytest.skip(f"not available on kind, which lacks {', '.join(sorted(lacking))}")
    simulated, kind = (play_answer(exercise, answer, cluster) for cluster in clusters)
    assert (simulated.problem, kind.problem) == ("", "")
    assert kind.verdict == simulated.verdict

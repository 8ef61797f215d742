"""Every exercise: nothing done does not pass, right answers pass, wrong ones fail where and how they should. On every kind of cluster.

On a genuine cluster each exercise's first right and first wrong answer are played, all of them with REAL_CLUSTER_ANSWERS=all. When a
test process has played for REAL_CLUSTER_SECONDS (360 by default), or the cluster has stopped working, the rest are skipped and say so.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools.genuine_cluster import fault
from tests.tools.web_app_images import archive_up_to_date, make_archive
from tutor.clusters import Cluster, ClusterError, open_cluster
from tutor.clusters.consent import give_consent
from tutor.clusters.context import describe_context
from tutor.course import load_pack
from tutor.course.loading.exercises import read_answers
from tutor.course.model import CorrectAnswer, Exercise, WrongAnswer
from tutor.folders import HOME_VARIABLE
from tutor.grading import ExerciseSession, Verdict, workspace_for
from tutor.grading.answers import play, shell_runner

KUBECONFIG = "REAL_CLUSTER_KUBECONFIG"
SECONDS = float(os.environ.get("REAL_CLUSTER_SECONDS", "360"))
"""Seconds after which no further answer is begun on a genuine cluster."""
EXERCISES = load_pack().exercises

Answer = CorrectAnswer | WrongAnswer


def _answers(exercise: Exercise) -> tuple[list[CorrectAnswer], list[WrongAnswer]]:
    answers = read_answers(exercise.folder, [])
    assert answers is not None
    return list(answers.correct), list(answers.wrong)


def _cases(*, few: bool = False) -> list[object]:
    cases: list[object] = []
    for exercise in EXERCISES.values():
        correct, wrong = _answers(exercise)
        chosen: list[Answer] = [*correct[:1], *wrong[:1]] if few else [*correct, *wrong]
        cases += [pytest.param(exercise, answer, id=f"{exercise.id}: {answer.name}") for answer in chosen]
    return cases


def _outcome(exercise: Exercise, answer: Answer, cluster: Cluster) -> str:
    """Play an answer from the start of its exercise; what differs from the record, empty when nothing does."""
    session = ExerciseSession(exercise, cluster, workspace_for(exercise.id))
    try:
        session.start()
        before = session.check()
        assert before.verdict is Verdict.NOT_STARTED
        assert all(result.mistake is None for result in before.results)
        with shell_runner(session) as run:
            return play(session, answer, run).problem
    finally:
        session.close(cleanup=True)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One simulated cluster for all answers, as a learner has who plays one exercise after another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(tmp_path_factory.mktemp("home")))
        cluster = open_cluster("simulated")
        cluster.start()
        yield cluster
        cluster.stop()


@pytest.mark.parametrize(("exercise", "answer"), _cases())
def test_on_the_simulated_cluster(exercise: Exercise, answer: Answer, simulated: Cluster) -> None:
    assert _outcome(exercise, answer, simulated) == ""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A genuine cluster, with the tutor's own images where its registry takes them. One test process at a time plays on it."""
    kubeconfig = os.environ.get(KUBECONFIG)
    if not kubeconfig:
        pytest.skip(f"{KUBECONFIG} does not name the kubeconfig of a genuine cluster")
    broken = fault(kubeconfig)
    if broken:
        pytest.skip(f"the genuine cluster does not work: {broken}")
    _bring_images()
    lock = Path(tempfile.gettempdir()) / "k8s-tutor-real-cluster.lock"
    with pytest.MonkeyPatch.context() as patch, lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        patch.setenv("KUBECONFIG", kubeconfig)
        patch.setenv(HOME_VARIABLE, str(tmp_path_factory.mktemp("home")))
        context = _current_context(Path(kubeconfig))
        give_consent(describe_context(context))
        cluster = open_cluster(f"context:{context}")
        cluster.start()
        yield cluster
        cluster.stop()


def _current_context(kubeconfig: Path) -> str:
    import yaml

    return str(yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))["current-context"])


def _bring_images() -> None:
    scripts, home = os.environ.get("REAL_CLUSTER"), os.environ.get("REAL_CLUSTER_HOME")
    if scripts and home and not archive_up_to_date(Path(home)):
        make_archive(Path(scripts), Path(home))


@pytest.fixture(scope="module")
def last_start(real: Cluster) -> float:
    """The monotonic time after which no further answer is begun."""
    return time.monotonic() + SECONDS


@pytest.mark.real_cluster
@pytest.mark.slow
@pytest.mark.parametrize(("exercise", "answer"), _cases(few=os.environ.get("REAL_CLUSTER_ANSWERS") != "all"))
def test_on_a_genuine_cluster(exercise: Exercise, answer: Answer, real: Cluster, last_start: float) -> None:
    lacking = set(exercise.requires) - real.capabilities
    if lacking:
        pytest.skip(f"not available on a genuine cluster without {', '.join(sorted(lacking))}")
    if time.monotonic() > last_start:
        pytest.skip(f"the answers before this one took all of the {SECONDS:.0f} s there are for a genuine cluster")
    try:
        problem = _outcome(exercise, answer, real)
    except ClusterError as error:
        problem = str(error)
    broken = fault(os.environ[KUBECONFIG]) if problem else ""
    if broken:
        pytest.skip(f"the genuine cluster stopped working: {broken}")
    assert problem == ""

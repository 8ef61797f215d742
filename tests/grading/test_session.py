"""A session from start to end: set up, go on, begin again, leave; and whose fault it is when that does not work."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.grading.playing import (
    SERVICE,
    WORKSPACE_FILE,
    FakeClock,
    FakeCluster,
    FakeSnapshots,
    make_exercise,
    make_session,
    wait_for,
)
from tests.grading.workloads import pod
from tests.grading.world import NAMESPACE, World
from tutor.clusters import ClusterError, Lever, Levers
from tutor.course.model import Exercise
from tutor.grading import Verdict
from tutor.grading.namespaces import ATTEMPT, LABEL, OWNER
from tutor.grading.session import ExerciseSession

CONFIG_MAP = f"/api/v1/namespaces/{NAMESPACE}/configmaps/settings"
NAMESPACE_PATH = f"/api/v1/namespaces/{NAMESPACE}"

Opener = Callable[[], ExerciseSession]


@pytest.fixture
def again(exercise: Exercise, cluster: FakeCluster, tmp_path: Path, world: World) -> Opener:
    """A session as another process would make it."""
    return lambda: make_session(exercise, cluster, tmp_path / "workspace", world)


def test_a_start_sets_everything_up(session: ExerciseSession, cluster: FakeCluster, world: World) -> None:
    said: list[str] = []
    session.start(said.append)
    assert cluster.loaded == ["web-app:v2.1.0"]
    assert world.objects[NAMESPACE_PATH]["metadata"]["labels"] == {LABEL: OWNER}
    assert world.objects[CONFIG_MAP]["data"] == {"LOG_LEVEL": "info"}
    assert (session.workspace / "service.yaml").read_text(encoding="utf-8") == WORKSPACE_FILE
    assert f"namespace: {NAMESPACE}" in cluster.kubeconfig().read_text(encoding="utf-8")
    assert "making the namespace production" in said


def test_what_is_applied_looks_like_kubectls_own(session: ExerciseSession, world: World) -> None:
    session.start()
    noted = world.objects[CONFIG_MAP]["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"]
    assert json.loads(noted)["data"] == {"LOG_LEVEL": "info"}
    assert json.loads(noted)["metadata"] == {"annotations": {}, "name": "settings", "namespace": NAMESPACE}
    assert noted.endswith("}\n")


def test_it_is_not_started_until_the_learner_does_something(session: ExerciseSession, world: World) -> None:
    session.start()
    assert session.check().verdict is Verdict.NOT_STARTED
    world.add("ConfigMap", "kube-root-ca.crt")
    assert session.check().verdict is Verdict.NOT_STARTED
    world.add("Service", "wrong-name", spec={})
    assert session.check().verdict is Verdict.NOT_YET
    world.remove("Service", "wrong-name")
    assert session.check().verdict is Verdict.NOT_YET


def test_an_edited_file_counts_as_begun(session: ExerciseSession) -> None:
    session.start()
    (session.workspace / "service.yaml").write_text("changed", encoding="utf-8")
    assert session.check().verdict is Verdict.NOT_YET


def test_it_passes(session: ExerciseSession, world: World) -> None:
    session.start()
    world.add("Service", "web", spec={})
    report = session.check()
    assert (report.verdict, report.passed, report.total) == (Verdict.PASSED, 1, 1)


def test_another_process_goes_on(session: ExerciseSession, again: Opener, world: World) -> None:
    session.start()
    (session.workspace / "service.yaml").write_text("mine", encoding="utf-8")
    world.add("Service", "other", spec={})
    other = again()
    assert other.resume()
    assert other.check().verdict is Verdict.NOT_YET
    other.start()
    assert f"{NAMESPACE_PATH}/services/other" in world.objects
    assert (session.workspace / "service.yaml").read_text(encoding="utf-8") == "mine"


def test_kubectl_plays_in_the_namespace_again_after_a_restart_and_a_reset(
    session: ExerciseSession, again: Opener, cluster: FakeCluster
) -> None:
    session.start()
    here = cluster.kubeconfig().read_text(encoding="utf-8")
    for back in (lambda: again().resume(), session.reset):
        cluster.kubeconfig().write_text(here.replace(NAMESPACE, "default"), encoding="utf-8")
        back()
        assert cluster.kubeconfig().read_text(encoding="utf-8") == here
    elsewhere = here.replace(NAMESPACE, "kube-system")
    cluster.kubeconfig().write_text(elsewhere, encoding="utf-8")
    assert again().resume()
    assert cluster.kubeconfig().read_text(encoding="utf-8") == elsewhere


def test_nothing_to_go_on_with(session: ExerciseSession, again: Opener, world: World, cluster: FakeCluster) -> None:
    assert not again().resume()
    session.start()
    cluster.name = "kind"
    assert not again().resume()
    cluster.name = "context:test"
    world.objects[NAMESPACE_PATH]["metadata"]["annotations"][ATTEMPT] = "another"
    assert not again().resume()


def test_a_damaged_state_is_no_state(session: ExerciseSession, again: Opener, home: Path) -> None:
    session.start()
    state = home / "exercises" / "make-a-service" / "state.json"
    state.write_text('{"version": 1}', encoding="utf-8")
    assert not again().resume()
    state.write_text("{", encoding="utf-8")
    assert not again().resume()


def test_a_new_version_of_the_exercise_begins_anew(
    session: ExerciseSession, cluster: FakeCluster, world: World, home: Path
) -> None:
    session.start()
    (session.workspace / "service.yaml").write_text("mine", encoding="utf-8")
    make_session(replace(session.exercise, version=2), cluster, session.workspace, world).start()
    assert (session.workspace / "service.yaml").read_text(encoding="utf-8") == WORKSPACE_FILE
    assert [p.read_text(encoding="utf-8") for p in home.rglob("backup/*/service.yaml")] == ["mine"]


def test_check_before_start_is_nobodys_mistake(session: ExerciseSession) -> None:
    report = session.check()
    assert report.verdict is Verdict.ENVIRONMENT_FAULT
    assert report.note == "The exercise is not set up on this cluster. Start it first."


def test_a_namespace_of_somebody_else_is_left_alone(session: ExerciseSession, world: World) -> None:
    world.add("Namespace", NAMESPACE, namespace=None)
    theirs = world.add("Service", "theirs", spec={})
    with pytest.raises(ClusterError) as error:
        session.start()
    assert "was not made by the tutor" in error.value.message
    assert "kubectl delete namespace production" in error.value.remedy
    assert theirs in world.objects.values()
    assert [method for method, _ in world.requests] == []


def test_what_an_earlier_exercise_left_is_removed(session: ExerciseSession, world: World) -> None:
    world.add("Namespace", NAMESPACE, namespace=None, metadata={"labels": {LABEL: OWNER}})
    world.add("Service", "web", spec={})
    session.start()
    assert session.check().verdict is Verdict.NOT_STARTED


def test_a_cluster_without_what_is_required(cluster: FakeCluster, world: World, tmp_path: Path) -> None:
    exercise = make_exercise(tmp_path / "needy", requires=("metrics", "multi-node"))
    session = make_session(exercise, cluster, tmp_path / "workspace", world)
    with pytest.raises(ClusterError, match="the exercise needs metrics-server"):
        session.start()
    report = session.check()
    assert report.verdict is Verdict.NOT_AVAILABLE
    assert report.note.startswith("The exercise needs metrics-server")
    assert "more than one node" not in report.note


def test_an_api_that_goes_away_is_the_environments_fault(session: ExerciseSession, world: World) -> None:
    session.start()
    world.down = True
    report = session.check()
    assert report.verdict is Verdict.ENVIRONMENT_FAULT
    assert report.note.startswith("The cluster's API does not answer")
    with pytest.raises(ClusterError, match="does not answer"):
        session.reset()
    world.down = False
    session.reset()
    assert session.check().verdict is Verdict.NOT_STARTED


def test_a_cluster_that_was_stopped_on_purpose_is_named_and_started_by_a_reset(
    session: ExerciseSession, cluster: FakeCluster, world: World
) -> None:
    session.start()
    on = Lever("api-server-stopped", "", True)
    levers = cluster.levers = Mock(spec=Levers)
    levers.faults.return_value = [on]
    world.down = True
    report = session.check()
    assert report.verdict is Verdict.ENVIRONMENT_FAULT
    assert report.note == (
        "The API server is stopped, which is a fault put in on purpose. "
        "Turn api-server-stopped off among the faults, then try again."
    )

    def mend(name: str, to: bool) -> None:
        world.down, levers.faults.return_value = to, []

    levers.set_fault.side_effect = mend
    session.reset()
    levers.set_fault.assert_called_once_with("api-server-stopped", False)
    assert session.check().verdict is Verdict.NOT_STARTED


def test_an_image_of_ours_that_cannot_be_pulled_is_the_environments_fault(
    session: ExerciseSession, world: World
) -> None:
    session.start()
    pod(world, "web", waiting="ImagePullBackOff")
    report = session.check()
    assert report.verdict is Verdict.ENVIRONMENT_FAULT
    assert "cannot get the image web-app:v2.1.0" in report.note


def test_an_image_the_learner_named_is_the_learners(session: ExerciseSession, world: World) -> None:
    session.start()
    status = pod(world, "web", waiting="ImagePullBackOff")["status"]["containerStatuses"][0]
    status["image"] = "web-app:v2.1"
    assert session.check().verdict is Verdict.NOT_YET


def test_a_namespace_that_the_learner_deleted(session: ExerciseSession, world: World) -> None:
    session.start()
    world.remove("Namespace", NAMESPACE, namespace=None)
    world.objects.clear()
    report = session.check()
    assert report.verdict is Verdict.NOT_YET
    assert report.note == "The namespace production is gone. Reset the exercise to get it back."


def test_a_fault_of_the_grader_does_not_look_like_a_mistake(session: ExerciseSession, world: World) -> None:
    session.start()
    world.objects[CONFIG_MAP] = {"metadata": {}}
    report = session.check()
    assert report.verdict is Verdict.ENVIRONMENT_FAULT
    assert "a fault of the tutor" in report.note


def test_reset_puts_everything_back_and_keeps_the_learners_files(
    session: ExerciseSession, world: World, home: Path
) -> None:
    session.start()
    (session.workspace / "service.yaml").write_text("mine", encoding="utf-8")
    (session.workspace / "notes.txt").write_text("hm", encoding="utf-8")
    world.add("Service", "web", spec={})
    session.reset()
    assert session.check().verdict is Verdict.NOT_STARTED
    assert [path.name for path in session.workspace.iterdir()] == ["service.yaml"]
    kept = {p.name: p.read_text(encoding="utf-8") for p in home.rglob("backup/*/*")}
    assert kept == {"service.yaml": "mine", "notes.txt": "hm"}


def test_two_resets_keep_two_backups(session: ExerciseSession, home: Path) -> None:
    session.start()
    for text in ("one", "two"):
        (session.workspace / "service.yaml").write_text(text, encoding="utf-8")
        session.reset()
    session.reset()
    assert sorted(p.read_text(encoding="utf-8") for p in home.rglob("backup/*/service.yaml")) == ["one", "two"]


def test_reset_goes_back_to_a_snapshot_where_there_are_some(
    session: ExerciseSession, cluster: FakeCluster, world: World
) -> None:
    snapshots = cluster.snapshots = FakeSnapshots(world)
    session.start()
    world.add("Service", "web", spec={})
    requests = len(world.requests)
    session.reset()
    assert session.check().verdict is Verdict.NOT_STARTED
    assert len(world.requests) == requests
    snapshots.taken.clear()
    session.reset()
    assert len(world.requests) > requests


def test_a_wait_lets_the_clusters_own_time_go_by(cluster: FakeCluster, world: World, tmp_path: Path) -> None:
    cluster.clock = clock = FakeClock(lambda passed: world.add("Service", "web") if passed == 3 else None)
    exercise = make_exercise(tmp_path / "slow", steps=(wait_for(SERVICE),))
    make_session(exercise, cluster, tmp_path / "workspace", world).start()
    assert clock.passed == 3


def test_a_wait_has_an_end_and_says_what_is_missing(cluster: FakeCluster, world: World, tmp_path: Path) -> None:
    cluster.clock = clock = FakeClock()
    exercise = make_exercise(tmp_path / "stuck", steps=(wait_for(SERVICE, within=7),))
    with pytest.raises(ClusterError) as error:
        make_session(exercise, cluster, tmp_path / "workspace", world).start()
    assert clock.passed == 7
    assert "Service web in namespace production has not become as the exercise needs it in 7 s" in error.value.message


def test_a_wait_that_fails_names_the_pod_that_is_stuck(cluster: FakeCluster, world: World, tmp_path: Path) -> None:
    cluster.clock = FakeClock(lambda _: pod(world, "web-1", waiting="CreateContainerError"))
    exercise = make_exercise(tmp_path / "stuck", steps=(wait_for(SERVICE, within=1),))
    with pytest.raises(ClusterError, match="the Pod web-1 waits with CreateContainerError"):
        make_session(exercise, cluster, tmp_path / "workspace", world).start()


def test_a_start_whose_image_cannot_be_pulled_ends_at_once(cluster: FakeCluster, world: World, tmp_path: Path) -> None:
    cluster.clock = clock = FakeClock(lambda _: pod(world, "web-1", waiting="ErrImagePull"))
    exercise = make_exercise(tmp_path / "no-image", steps=(wait_for(SERVICE, within=100),))
    with pytest.raises(ClusterError, match="cannot get the image"):
        make_session(exercise, cluster, tmp_path / "workspace", world).start()
    assert clock.passed < 2


def test_a_failed_start_is_not_gone_on_with(cluster: FakeCluster, world: World, tmp_path: Path) -> None:
    cluster.clock = FakeClock()
    session = make_session(
        make_exercise(tmp_path / "stuck", steps=(wait_for(SERVICE),)), cluster, tmp_path / "workspace", world
    )
    with pytest.raises(ClusterError):
        session.start()
    assert not session.resume()
    assert session.check().verdict is Verdict.ENVIRONMENT_FAULT


@pytest.mark.parametrize(
    ("manifest", "what"),
    [
        ("{apiVersion: v1, kind: Namespace, metadata: {name: other}}", "Namespace other"),
        ("{apiVersion: v1, kind: Service, metadata: {name: web, namespace: default}}", "Service web"),
    ],
)
def test_a_start_writes_only_into_its_namespace(
    session: ExerciseSession, world: World, manifest: str, what: str
) -> None:
    (session.exercise.folder / "start.yaml").write_text(manifest, encoding="utf-8")
    with pytest.raises(ClusterError, match=f"wants to make {what} outside its namespace"):
        session.start()


def test_leaving_removes_what_was_made_and_only_that(session: ExerciseSession, again: Opener, world: World) -> None:
    world.add("Namespace", "default", namespace=None)
    session.start()
    session.close(cleanup=False)
    assert again().resume()
    other = again()
    other.resume()
    other.close(cleanup=True)
    assert NAMESPACE_PATH not in world.objects
    assert "/api/v1/namespaces/default" in world.objects
    assert (session.workspace / "service.yaml").exists()
    assert not again().resume()


def test_leaving_what_was_never_started_touches_nothing(session: ExerciseSession, world: World) -> None:
    world.add("Namespace", NAMESPACE, namespace=None, metadata={"labels": {LABEL: OWNER}})
    session.close(cleanup=True)
    assert NAMESPACE_PATH in world.objects


def test_help(session: ExerciseSession) -> None:
    assert [session.hint(n) for n in (-1, 0, 1, 2)] == [None, "Look.", "Think.", None]
    assert session.solution() == "Like this."


def test_a_cluster_of_the_tutors_own_is_mended_first_and_loses_what_the_exercise_does_without(
    cluster: FakeCluster, world: World, tmp_path: Path
) -> None:
    levers = cluster.levers = Mock(spec=Levers)
    levers.faults.return_value = []
    exercise = make_exercise(tmp_path / "blind")
    exercise = replace(exercise, start=replace(exercise.start, without=("metrics-server",)))
    make_session(exercise, cluster, tmp_path / "workspace", world).start()
    levers.tidy.assert_called_once_with(("metrics-server",))

"""Jobs: what counts, when they end, and in which words. The sequences were seen on a real 1.37 cluster."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.controllers.playing import Stage, conditions
from tests.simulator.workloads import pod_spec
from tutor.simulator.controllers.job.indexes import format_indexes, parse_indexes
from tutor.simulator.deletion import DeleteOptions
from tutor.simulator.objects import name_of
from tutor.simulator.store import Obj


def job(name: str = "work", restart: str = "Never", **spec: Any) -> Obj:
    template = {"spec": {**pod_spec("busybox:1.36"), "restartPolicy": restart}}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {"template": template, **spec},
    }


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_new_job_has_its_pod_and_a_status(stage: Stage) -> None:
    stage.create("jobs.batch", job())
    status = stage.status("jobs.batch", "work")
    assert {name: status[name] for name in ("active", "ready", "terminating")} == {
        "active": 1,
        "ready": 0,
        "terminating": 0,
    }
    assert status["uncountedTerminatedPods"] == {}
    assert "succeeded" not in status
    assert stage.pods("work-")[0]["metadata"]["finalizers"] == ["batch.kubernetes.io/job-tracking"]
    assert stage.events("work")[0] == "SuccessfulCreate"


def test_success_is_announced_then_complete(stage: Stage) -> None:
    stage.create("jobs.batch", job())
    stage.end_pod(stage.pods("work-")[0])
    status = stage.status("jobs.batch", "work")
    assert list(conditions(status)) == ["SuccessCriteriaMet", "Complete"]
    assert conditions(status)["Complete"] == ("True", "CompletionsReached")
    assert status["succeeded"] == 1
    assert "active" not in status
    assert status["completionTime"]
    assert "finalizers" not in stage.pods("work-")[0]["metadata"]
    assert stage.message("work", "Completed") == "Job completed"


def test_an_end_is_noted_before_it_is_counted(stage: Stage) -> None:
    stage.create("jobs.batch", job())
    seen: list[dict[str, Any]] = []
    stage.cluster.store.subscribe(lambda c: seen.append(c.obj["status"]) if c.resource == "jobs.batch" else None)
    pod = stage.pods("work-")[0]
    stage.end_pod(pod)
    assert [status["uncountedTerminatedPods"] for status in seen] == [{"succeeded": [pod["metadata"]["uid"]]}, {}]
    assert [status.get("succeeded", 0) for status in seen] == [0, 1]


def test_parallel_pods_up_to_the_completions(stage: Stage) -> None:
    stage.create("jobs.batch", job(completions=5, parallelism=2))
    assert len(stage.pods("work-")) == 2
    for pod in stage.pods("work-"):
        stage.end_pod(pod)
    assert stage.status("jobs.batch", "work")["active"] == 2
    ended = 2
    while (left := [pod for pod in stage.pods("work-") if pod["status"]["phase"] == "Pending"]) and ended < 9:
        stage.end_pod(left[0])
        ended += 1
    assert ended == 5
    assert conditions(stage.status("jobs.batch", "work"))["Complete"][0] == "True"


def test_failed_pods_are_replaced_after_ten_twenty_forty_seconds(stage: Stage) -> None:
    stage.create("jobs.batch", job(backoffLimit=3))
    gaps = []
    for count in (1, 2, 3):
        stage.end_pod(stage.pods("work-")[-1], 3)
        failed_at = stage.client.now
        while len(stage.pods("work-")) == count:
            stage.advance(1)
        gaps.append(stage.client.now - failed_at)
    assert gaps == [10, 20, 40]


def test_pods_that_are_refused_are_tried_again_after_one_two_four_seconds(stage: Stage) -> None:
    stage.create("resourcequotas", {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "0"}}})
    stage.create("jobs.batch", job())
    counts = [stage.events("work").count("FailedCreate")]
    for seconds in (1.1, 2, 4):
        stage.advance(seconds)
        counts.append(stage.events("work").count("FailedCreate"))
    assert counts == [1, 2, 3, 4]


def test_too_many_failures_end_the_job(stage: Stage) -> None:
    stage.create("jobs.batch", job(backoffLimit=1))
    stage.end_pod(stage.pods("work-")[-1], 3)
    stage.advance(11)
    stage.end_pod(stage.pods("work-")[-1], 3)
    status = stage.status("jobs.batch", "work")
    assert conditions(status) == {
        "FailureTarget": ("True", "BackoffLimitExceeded"),
        "Failed": ("True", "BackoffLimitExceeded"),
    }
    assert status["failed"] == 2
    assert stage.message("work", "BackoffLimitExceeded") == "Job has reached the specified backoff limit"


def test_restarts_count_when_containers_are_restarted(stage: Stage) -> None:
    stage.create("jobs.batch", job(restart="OnFailure", backoffLimit=2))
    pod = stage.pods("work-")[0]
    stage.set_pod(pod, "Running", False, containerStatuses=[{"name": "app", "restartCount": 2, "state": {}}])
    status = stage.status("jobs.batch", "work")
    assert status["failed"] == 1
    assert status["terminating"] == 1
    assert conditions(status) == {"FailureTarget": ("True", "BackoffLimitExceeded")}
    stage.remove_deleted()
    assert conditions(stage.status("jobs.batch", "work"))["Failed"] == ("True", "BackoffLimitExceeded")
    assert stage.events("work") == ["SuccessfulCreate", "SuccessfulDelete", "BackoffLimitExceeded"]


def test_a_deadline_stops_the_pods_first(stage: Stage) -> None:
    stage.create("jobs.batch", job(activeDeadlineSeconds=6))
    stage.run_pod(stage.pods("work-")[0])
    stage.advance(7)
    assert conditions(stage.status("jobs.batch", "work")) == {"FailureTarget": ("True", "DeadlineExceeded")}
    stage.remove_deleted()
    assert conditions(stage.status("jobs.batch", "work"))["Failed"] == ("True", "DeadlineExceeded")


def test_suspending_deletes_pods_and_resuming_starts_the_clock_anew(stage: Stage) -> None:
    stage.create("jobs.batch", job(suspend=True))
    assert conditions(stage.status("jobs.batch", "work")) == {"Suspended": ("True", "JobSuspended")}
    assert "startTime" not in stage.status("jobs.batch", "work")
    stage.change("jobs.batch", "work", suspend=False)
    assert conditions(stage.status("jobs.batch", "work")) == {"Suspended": ("False", "JobResumed")}
    assert stage.status("jobs.batch", "work")["startTime"]
    stage.change("jobs.batch", "work", suspend=True)
    status = stage.status("jobs.batch", "work")
    assert status["terminating"] == 1
    assert "startTime" not in status
    stage.remove_deleted()
    assert stage.status("jobs.batch", "work")["terminating"] == 0
    assert "failed" not in stage.status("jobs.batch", "work")
    assert sorted(stage.events("work")) == ["Resumed", "SuccessfulCreate", "SuccessfulDelete", "Suspended", "Suspended"]


def test_a_policy_can_fail_the_job_at_once(stage: Stage) -> None:
    rule = {"action": "FailJob", "onExitCodes": {"operator": "In", "values": [42]}}
    stage.create("jobs.batch", job(podFailurePolicy={"rules": [rule]}))
    pod = stage.pods("work-")[0]
    stage.end_pod(pod, 42)
    assert conditions(stage.status("jobs.batch", "work"))["Failed"] == ("True", "PodFailurePolicy")
    expected = f"Container app for pod default/{name_of(pod)} failed with exit code 42 matching FailJob rule at index 0"
    assert stage.message("work", "PodFailurePolicy") == expected


def test_a_policy_can_ignore_failures(stage: Stage) -> None:
    rule = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
    stage.create("jobs.batch", job(backoffLimit=0, podFailurePolicy={"rules": [rule]}))
    pod = stage.pods("work-")[0]
    disrupted = {"type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI"}
    stage.set_pod(pod, "Failed", False, conditions=[disrupted])
    status = stage.status("jobs.batch", "work")
    assert "failed" not in status
    assert not conditions(status)


def test_indexed_pods_have_their_index_everywhere(stage: Stage) -> None:
    stage.create("jobs.batch", job(completionMode="Indexed", completions=3, parallelism=2))
    first, second = stage.pods("work-")
    assert first["metadata"]["generateName"] == "work-0-"
    assert first["metadata"]["annotations"]["batch.kubernetes.io/job-completion-index"] == "0"
    assert second["metadata"]["labels"]["batch.kubernetes.io/job-completion-index"] == "1"
    assert second["spec"]["hostname"] == "work-1"
    path = "metadata.labels['batch.kubernetes.io/job-completion-index']"
    assert first["spec"]["containers"][0]["env"][0]["valueFrom"]["fieldRef"]["fieldPath"] == path
    stage.end_pod(first)
    stage.end_pod(second)
    assert stage.status("jobs.batch", "work")["completedIndexes"] == "0,1"
    stage.end_pod(stage.pods("work-2-")[0])
    status = stage.status("jobs.batch", "work")
    assert status["completedIndexes"] == "0-2"
    assert status["succeeded"] == 3


def test_a_limit_per_index_gives_up_single_indexes(stage: Stage) -> None:
    stage.create("jobs.batch", job(completionMode="Indexed", completions=2, parallelism=2, backoffLimitPerIndex=1))
    stage.end_pod(stage.pods("work-0-")[0])
    stage.end_pod(stage.pods("work-1-")[0], 1)
    stage.advance(11)
    replacement = stage.pods("work-1-")[-1]
    assert replacement["metadata"]["annotations"]["batch.kubernetes.io/job-index-failure-count"] == "1"
    stage.end_pod(replacement, 1)
    status = stage.status("jobs.batch", "work")
    assert status["failedIndexes"] == "1"
    assert conditions(status)["Failed"] == ("True", "FailedIndexes")


def test_a_success_policy_ends_the_job_early(stage: Stage) -> None:
    policy = {"rules": [{"succeededIndexes": "0"}]}
    stage.create("jobs.batch", job(completionMode="Indexed", completions=2, parallelism=2, successPolicy=policy))
    stage.end_pod(stage.pods("work-0-")[0])
    stage.remove_deleted()
    assert conditions(stage.status("jobs.batch", "work"))["Complete"] == ("True", "SuccessPolicy")


def test_without_completions_the_first_success_is_enough(stage: Stage) -> None:
    stage.create("jobs.batch", job(parallelism=2))
    first, second = stage.pods("work-")
    stage.end_pod(first)
    assert stage.status("jobs.batch", "work")["active"] == 1
    stage.end_pod(second, 1)
    assert conditions(stage.status("jobs.batch", "work"))["Complete"] == ("True", "CompletionsReached")


def test_lower_parallelism_takes_pods_away(stage: Stage) -> None:
    stage.create("jobs.batch", job(completions=5, parallelism=3))
    stage.change("jobs.batch", "work", parallelism=1)
    assert stage.status("jobs.batch", "work")["active"] == 1
    assert stage.remove_deleted() == 2
    assert len(stage.pods("work-")) == 1


def test_pods_of_a_deleted_job_are_let_go(stage: Stage) -> None:
    stage.create("jobs.batch", job())
    stage.run_pod(stage.pods("work-")[0])
    stage.client.delete("jobs.batch", "default", "work", DeleteOptions(propagation="Background"))
    stage.engine.run_ready()
    stage.remove_deleted()
    assert stage.pods("work-") == []


def test_pods_left_behind_by_their_job_are_no_longer_held(stage: Stage) -> None:
    stage.create("jobs.batch", job())
    stage.run_pod(stage.pods("work-")[0])
    stage.client.delete("jobs.batch", "default", "work", DeleteOptions(propagation="Orphan"))
    stage.engine.run_ready()
    (left,) = stage.pods("work-")
    assert "ownerReferences" not in left["metadata"]
    assert "finalizers" not in left["metadata"]


def test_a_time_to_live_deletes_the_finished_job(stage: Stage) -> None:
    stage.create("jobs.batch", job(ttlSecondsAfterFinished=10))
    stage.end_pod(stage.pods("work-")[0])
    stage.advance(9)
    assert stage.exists("jobs.batch", "work")
    stage.advance(2)
    stage.remove_deleted()
    assert not stage.exists("jobs.batch", "work")
    assert stage.pods("work-") == []


def test_a_back_off_survives_saving(stage: Stage) -> None:
    stage.create("jobs.batch", job())
    stage.end_pod(stage.pods("work-")[0], 1)
    state = stage.cluster.save()
    stage.advance(30)
    assert len(stage.pods("work-")) == 2
    stage.cluster.load(state)
    stage.advance(9)
    assert len(stage.pods("work-")) == 1
    stage.advance(2)
    assert len(stage.pods("work-")) == 2


@pytest.mark.parametrize(
    ("indexes", "text"),
    [((), ""), ((0,), "0"), ((0, 1), "0,1"), ((0, 1, 2), "0-2"), ((0, 2, 3, 5, 6, 7), "0,2,3,5-7")],
)
def test_indexes_as_text(indexes: tuple[int, ...], text: str) -> None:
    assert format_indexes(indexes) == text
    assert parse_indexes(text, 10) == set(indexes)


def test_indexes_beyond_the_completions_are_ignored() -> None:
    assert parse_indexes("0-7,9", 4) == {0, 1, 2, 3}

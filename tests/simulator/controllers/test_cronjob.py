"""CronJobs: which Jobs they start when, and what they tell. The sequences were seen on a real 1.37 cluster."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.controllers.playing import Stage
from tests.simulator.controllers.test_job import job
from tutor.simulator.deletion import DeleteOptions
from tutor.simulator.objects import name_of
from tutor.simulator.store import Obj


def cron_job(schedule: str = "* * * * *", **spec: Any) -> Obj:
    template = {"spec": job()["spec"]}
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "tick"},
        "spec": {"schedule": schedule, "jobTemplate": template, **spec},
    }


@pytest.fixture
def stage() -> Stage:
    return Stage()


def jobs(stage: Stage) -> list[str]:
    return sorted(name_of(obj) for obj in stage.cluster.store.list("jobs.batch", "default"))


def test_a_job_starts_at_the_full_minute_and_is_named_after_it(stage: Stage) -> None:
    stage.create("cronjobs.batch", cron_job())
    assert jobs(stage) == []
    stage.advance(41)
    assert jobs(stage) == ["tick-29666668"]
    started = stage.get("jobs.batch", "tick-29666668")
    assert started["metadata"]["annotations"] == {
        "batch.kubernetes.io/cronjob-scheduled-timestamp": "2026-05-28T20:28:00Z"
    }
    status = stage.status("cronjobs.batch", "tick")
    assert [entry["name"] for entry in status["active"]] == ["tick-29666668"]
    assert status["lastScheduleTime"] == "2026-05-28T20:28:00Z"


def test_a_completed_job_is_noted(stage: Stage) -> None:
    stage.create("cronjobs.batch", cron_job())
    stage.advance(45)
    stage.end_pod(stage.pods("tick-")[0])
    status = stage.status("cronjobs.batch", "tick")
    assert "active" not in status
    assert status["lastSuccessfulTime"] == "2026-05-28T20:28:05Z"
    assert stage.message("tick", "SawCompletedJob") == "Saw completed job: tick-29666668, condition: Complete"


def test_old_jobs_are_deleted_beyond_the_limit(stage: Stage) -> None:
    stage.create("cronjobs.batch", cron_job(successfulJobsHistoryLimit=1))
    for _ in range(3):
        stage.advance(60)
        stage.end_pod(stage.pods("tick-")[-1])
    assert jobs(stage) == ["tick-29666670"]
    assert stage.events("tick")[-2:] == ["SuccessfulDelete", "SawCompletedJob"]


def test_forbid_waits_for_the_running_job(stage: Stage) -> None:
    stage.create("cronjobs.batch", cron_job(concurrencyPolicy="Forbid"))
    stage.advance(130)
    assert jobs(stage) == ["tick-29666668"]
    assert "JobAlreadyActive" in stage.events("tick")
    stage.end_pod(stage.pods("tick-")[0])
    assert jobs(stage) == ["tick-29666668", "tick-29666669"]


def test_replace_deletes_the_running_job(stage: Stage) -> None:
    stage.create("cronjobs.batch", cron_job(concurrencyPolicy="Replace"))
    stage.advance(101)
    assert jobs(stage) == ["tick-29666669"]
    assert [entry["name"] for entry in stage.status("cronjobs.batch", "tick")["active"]] == jobs(stage)


def test_a_suspended_one_starts_nothing(stage: Stage) -> None:
    stage.create("cronjobs.batch", cron_job(suspend=True))
    stage.advance(600)
    assert jobs(stage) == []


def test_only_the_last_missed_moment_is_made_up_for(stage: Stage) -> None:
    stage.create("cronjobs.batch", cron_job())
    stage.engine.stop("cronjob-controller")
    stage.advance(300)
    stage.engine.start("cronjob-controller")
    stage.engine.run_ready()
    assert jobs(stage) == ["tick-29666672"]


def test_a_deleted_job_goes_missing(stage: Stage) -> None:
    stage.create("cronjobs.batch", cron_job())
    stage.advance(41)
    stage.client.delete("jobs.batch", "default", "tick-29666668", DeleteOptions(propagation="Background"))
    stage.engine.run_ready()
    assert stage.message("tick", "MissingJob") == "Active job went missing: tick-29666668"


def test_a_schedule_with_a_time_zone(stage: Stage) -> None:
    stage.create("cronjobs.batch", cron_job("30 22 * * *", timeZone="Europe/Berlin"))
    stage.advance(200)
    started = stage.get("jobs.batch", jobs(stage)[0])
    assert started["metadata"]["annotations"]["batch.kubernetes.io/cronjob-scheduled-timestamp"] == (
        "2026-05-28T22:30:00+02:00"
    )


def test_the_cluster_counts_as_settled_between_two_moments(stage: Stage) -> None:
    stage.create("cronjobs.batch", cron_job())
    assert stage.engine.run_until_settled(5)


def test_a_schedule_may_be_a_pause(stage: Stage) -> None:
    stage.create("cronjobs.batch", cron_job("@every 1m30s"))
    stage.advance(80)
    assert jobs(stage) == []
    stage.advance(15)
    assert len(jobs(stage)) == 1


def test_a_schedule_that_never_comes_is_told(stage: Stage) -> None:
    stage.create("cronjobs.batch", cron_job("59 23 31 2 *"))
    stage.advance(5)
    events = [event for event in stage.cluster.store.list("events", "default") if event["reason"] == "InvalidSchedule"]
    why = "time difference between two schedules is less than 1 second"
    assert [event["message"] for event in events] == [f"invalid schedule: 59 23 31 2 * : {why}"]

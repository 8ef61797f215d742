"""What the API refuses of Jobs and CronJobs. The sentences were seen on a real 1.37 cluster."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.simulator.api.inprocess import InProcessClient

JOBS = "/apis/batch/v1/namespaces/default/jobs"
CRON_JOBS = "/apis/batch/v1/namespaces/default/cronjobs"
MERGE_PATCH = "application/merge-patch+json"


def job_spec(**spec: Any) -> dict[str, Any]:
    pod = {"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox:1.36"}]}
    return {"template": {"spec": pod}, **spec}


def change(client: InProcessClient, path: str, spec: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = client.json("PATCH", path, {"spec": spec}, content_type=MERGE_PATCH)
    return answer


@pytest.mark.parametrize(
    ("spec", "field", "why"),
    [
        ({"timeZone": "Mars/Base"}, "timeZone", "unknown time zone Mars/Base"),
        ({"timeZone": "../x"}, "timeZone", "unknown time zone ../x"),
        ({"timeZone": ""}, "timeZone", "timeZone must be nil or non-empty string"),
        (
            {"timeZone": "Local"},
            "timeZone",
            "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones",
        ),
        (
            {"schedule": "TZ=UTC 0 0 * * *"},
            "schedule",
            "cannot use TZ or CRON_TZ in schedule, use timeZone field instead",
        ),
        ({"schedule": "@never"}, "schedule", "unrecognized descriptor: @never"),
    ],
)
def test_what_is_no_schedule(client: InProcessClient, spec: dict[str, str], field: str, why: str) -> None:
    given = {"schedule": "* * * * *", "jobTemplate": {"spec": job_spec()}, **spec}
    body = {"metadata": {"name": "tick"}, "spec": given}
    message = f'CronJob.batch "tick" is invalid: spec.{field}: Invalid value: "{spec[field]}": {why}'
    assert client.json("POST", CRON_JOBS, body)["message"] == message


def test_an_indexed_job_grows_only_with_its_parallelism(client: InProcessClient) -> None:
    spec = job_spec(completionMode="Indexed", completions=2, parallelism=2)
    client.json("POST", JOBS, {"metadata": {"name": "many"}, "spec": spec})
    refused = change(client, f"{JOBS}/many", {"completions": 3})
    why = "Invalid value: 3: can only be modified in tandem with spec.parallelism"
    assert refused["message"] == f'Job.batch "many" is invalid: spec.completions: {why}'
    grown = change(client, f"{JOBS}/many", {"completions": 3, "parallelism": 3})
    assert grown["spec"]["completions"] == 3


def template(**spec: Any) -> dict[str, Any]:
    return {"template": {"spec": spec}}


@pytest.mark.parametrize(
    "spec",
    [
        template(nodeSelector={"disk": "ssd"}),
        template(tolerations=[{"key": "a", "operator": "Exists"}]),
        template(affinity={"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}}),
        template(containers=[{"name": "c", "image": "busybox:1.36", "resources": {"requests": {"cpu": "1"}}}]),
        {"template": {"metadata": {"annotations": {"a": "b"}}}},
    ],
)
def test_a_job_that_has_not_started_may_go_elsewhere(client: InProcessClient, spec: dict[str, Any]) -> None:
    client.json("POST", JOBS, {"metadata": {"name": "later"}, "spec": job_spec(suspend=True)})
    assert change(client, f"{JOBS}/later", spec).get("kind") == "Job"
    change(client, f"{JOBS}/later", {"suspend": False})
    other = template(nodeSelector={"disk": "other"}, containers=[{"name": "c", "image": "busybox:1.36"}])
    refused = change(client, f"{JOBS}/later", other)
    assert refused["message"].startswith('Job.batch "later" is invalid: spec.template: Invalid value: ')
    assert refused["message"].endswith(": field is immutable")


def test_what_it_runs_stays_the_same_even_then(client: InProcessClient) -> None:
    client.json("POST", JOBS, {"metadata": {"name": "later"}, "spec": job_spec(suspend=True)})
    refused = change(client, f"{JOBS}/later", template(containers=[{"name": "c", "image": "busybox:1.37"}]))
    assert refused["message"].startswith('Job.batch "later" is invalid: spec.template.spec: Invalid value: ')

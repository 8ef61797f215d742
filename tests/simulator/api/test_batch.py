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


def failure_rule(**rule: Any) -> dict[str, Any]:
    return {"podFailurePolicy": {"rules": [rule]}}


def success_rule(**rule: Any) -> dict[str, Any]:
    return {"completionMode": "Indexed", "completions": 3, "successPolicy": {"rules": [rule]}}


RULE = "spec.podFailurePolicy.rules[0]"
SUCCESS = "spec.successPolicy.rules[0]"


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (
            failure_rule(action="Explode", onExitCodes={"operator": "In", "values": [1]}),
            f'{RULE}.action: Unsupported value: "Explode": supported values: "Count", "FailIndex", "FailJob", "Ignore"',
        ),
        (
            failure_rule(action="FailJob", onExitCodes={"operator": "In", "values": [0]}),
            f"{RULE}.onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator",
        ),
        (
            failure_rule(action="FailJob", onExitCodes={"operator": "In", "values": [2, 1, 1]}),
            f"[{RULE}.onExitCodes.values[2]: Duplicate value: 1, "
            f"{RULE}.onExitCodes.values: Invalid value: [2,1,1]: must be ordered]",
        ),
        (
            failure_rule(action="FailJob", onExitCodes={"containerName": "x", "operator": "In", "values": [1]}),
            f'{RULE}.onExitCodes.containerName: Invalid value: "x": '
            "must be one of the container or initContainer names in the pod template",
        ),
        (
            failure_rule(action="FailJob"),
            f"{RULE}: Invalid value: specifying one of OnExitCodes and OnPodConditions is required",
        ),
        (
            failure_rule(action="FailIndex", onPodConditions=[{"type": "DisruptionTarget"}]),
            f'{RULE}.action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
        ),
        (
            {"maxFailedIndexes": 1},
            "[spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified, "
            "spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode]",
        ),
        (
            success_rule(),
            f"{SUCCESS}: Required value: at least one of succeededCount or succeededIndexes must be specified",
        ),
        (
            success_rule(succeededIndexes="5-7"),
            f'{SUCCESS}.succeededIndexes: Invalid value: "5-7": error parsing succeededIndexes: too large index: "5"',
        ),
        (
            success_rule(succeededIndexes="0-1", succeededCount=3),
            f"{SUCCESS}.succeededCount: Invalid value: 3: must be less than or equal to 2 "
            "(the number of indexes in the specified succeededIndexes field)",
        ),
        (
            {"successPolicy": {"rules": [{"succeededCount": 1}]}},
            'spec.successPolicy: Invalid value: {"Rules":[{"SucceededIndexes":null,"SucceededCount":1}]}: '
            "requires indexed completion mode",
        ),
        (
            {"managedBy": "me"},
            'spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")',
        ),
    ],
)
def test_policies_that_make_no_sense(client: InProcessClient, spec: dict[str, Any], why: str) -> None:
    answer = client.json("POST", JOBS, {"metadata": {"name": "work"}, "spec": job_spec(**spec)})
    assert answer["message"] == f'Job.batch "work" is invalid: {why}'


def test_a_condition_is_true_unless_a_rule_says_something_else(client: InProcessClient) -> None:
    spec = job_spec(**failure_rule(action="Ignore", onPodConditions=[{"type": "DisruptionTarget"}]))
    made = client.json("POST", JOBS, {"metadata": {"name": "work"}, "spec": spec})
    assert made["spec"]["podFailurePolicy"]["rules"][0]["onPodConditions"][0]["status"] == "True"


def test_a_job_selects_by_its_own_uid(client: InProcessClient) -> None:
    spec = job_spec(selector={"matchLabels": {"a": "b"}})
    answer = client.json("POST", JOBS, {"metadata": {"name": "work"}, "spec": spec})
    assert "spec.selector: Invalid value: " in answer["message"]
    assert "`selector` not auto-generated" in answer["message"]


def test_the_last_index_has_to_fit_into_a_host_name(client: InProcessClient) -> None:
    spec = job_spec(completionMode="Indexed", completions=30)
    answer = client.json("POST", JOBS, {"metadata": {"name": "a" * 62}, "spec": spec})
    assert answer["message"].endswith(f"will not able to create pod with invalid DNS label: {'a' * 62}-29")

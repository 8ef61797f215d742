"""What makes a Job's spec valid, on its own or in a CronJob's template (pkg/apis/batch/validation/validation.go validateJobSpec)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.simulator.errors import FieldError, invalid, invalid_shown, not_supported, required
from tutor.simulator.resources.job_policies import validate_failure_policy, validate_success_policy
from tutor.simulator.resources.pod_validation import validate_template
from tutor.simulator.resources.workload_validation import not_negative
from tutor.simulator.schemas.internal import text_in_memory

Spec = dict[str, Any]
RESTART_POLICIES = ("OnFailure", "Never")
COMPLETION_MODES = ("NonIndexed", "Indexed")
REPLACEMENT_POLICIES = ("Failed", "TerminatingOrFailed")
MANY = 100_000
"""The most pods of an Indexed Job at once, the most failed indexes, and from how many completions on there is less room."""
LESS = 10_000
_COUNTS = (
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
    "maxFailedIndexes",
)


def validate_job_spec(spec: Spec, path: str) -> Iterator[FieldError]:
    """All rules but those about the selector."""
    for field in _COUNTS:
        yield from not_negative(spec, field, path)
    if spec.get("maxFailedIndexes") is not None and spec.get("backoffLimitPerIndex") is None:
        yield required(f"{path}.backoffLimitPerIndex", "when maxFailedIndexes is specified")
    yield from _managed_by(spec.get("managedBy"), f"{path}.managedBy")
    mode = spec["completionMode"]
    if mode not in COMPLETION_MODES:
        yield not_supported(f"{path}.completionMode", mode, COMPLETION_MODES)
    elif mode == "Indexed":
        yield from _indexed(spec, path)
    else:
        for field in ("backoffLimitPerIndex", "maxFailedIndexes"):
            if spec.get(field) is not None:
                yield invalid(f"{path}.{field}", spec[field], "requires indexed completion mode")
    yield from _policies(spec, path)
    yield from validate_template(spec["template"], f"{path}.template")
    yield from _restart_policy(spec, f"{path}.template.spec.restartPolicy")


def _managed_by(value: str | None, path: str) -> Iterator[FieldError]:
    if value is None:
        return
    domain, slash, rest = value.partition("/")
    if not domain or not slash or not rest:
        yield invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')


def _indexed(spec: Spec, path: str) -> Iterator[FieldError]:
    completions, most, parallelism = (spec.get(name) for name in ("completions", "maxFailedIndexes", "parallelism"))
    limit = "must be less than or equal to"
    if completions is None:
        yield required(f"{path}.completions", "when completion mode is Indexed")
    if (parallelism or 0) > MANY:
        yield invalid(f"{path}.parallelism", parallelism, f"{limit} {MANY} when completion mode is Indexed")
    if most is not None and completions is not None and most > completions:
        yield invalid(f"{path}.maxFailedIndexes", most, f"{limit} completions")
    if (most or 0) > MANY:
        yield invalid(f"{path}.maxFailedIndexes", most, f"{limit} {MANY}")
    if (completions or 0) <= MANY or spec.get("backoffLimitPerIndex") is None:
        return
    if most is None:
        yield required(f"{path}.maxFailedIndexes", f"must be specified when completions is above {MANY}")
    for field, value in (("parallelism", parallelism), ("maxFailedIndexes", most)):
        if (value or 0) > LESS:
            why = f"{limit} {LESS} when completions are above {MANY} and used with backoff limit per index"
            yield invalid(f"{path}.{field}", value, why)


def _policies(spec: Spec, path: str) -> Iterator[FieldError]:
    if spec.get("podFailurePolicy") is not None:
        yield from validate_failure_policy(spec, f"{path}.podFailurePolicy")
    success = spec.get("successPolicy")
    if success is not None and spec["completionMode"] != "Indexed":
        shown = text_in_memory("batch.SuccessPolicy", success)
        yield invalid_shown(f"{path}.successPolicy", shown, "requires indexed completion mode")
    elif success is not None:
        yield from validate_success_policy(spec, f"{path}.successPolicy")
    replacement = spec.get("podReplacementPolicy")
    known = ("Failed",) if spec.get("podFailurePolicy") is not None else REPLACEMENT_POLICIES
    if replacement is not None and replacement not in known:
        yield not_supported(f"{path}.podReplacementPolicy", replacement, known)


def _restart_policy(spec: Spec, path: str) -> Iterator[FieldError]:
    policy = spec["template"]["spec"].get("restartPolicy")
    if policy in (None, "", "Always"):
        listed = ", ".join(f'"{name}"' for name in RESTART_POLICIES)
        yield required(path, f"valid values: {listed}")
    elif policy not in RESTART_POLICIES:
        yield not_supported(path, policy, RESTART_POLICIES)
    elif spec.get("podFailurePolicy") is not None and policy != "Never":
        yield invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified')

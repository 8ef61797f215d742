"""When a Job's failure and success policies make sense, and what a rule means that leaves something out.

Source: pkg/apis/batch/validation/validation.go validatePodFailurePolicy, validateSuccessPolicy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tutor.simulator.errors import FieldError, duplicate, invalid, not_supported, required
from tutor.simulator.names import qualified_name_problems
from tutor.simulator.resources.workload_validation import not_negative

Spec = dict[str, Any]
ACTIONS = ("Count", "FailIndex", "FailJob", "Ignore")
OPERATORS = ("In", "NotIn")
STATUSES = ("False", "True", "Unknown")
MOST_RULES = 20
MOST_CODES = 255


def default_failure_policy(spec: Spec) -> None:
    """A condition that a rule names is to be true unless it says something else."""
    for rule in (spec.get("podFailurePolicy") or {}).get("rules") or ():
        for pattern in rule.get("onPodConditions") or ():
            pattern["status"] = pattern.get("status") or "True"


def validate_failure_policy(spec: Spec, path: str) -> Iterator[FieldError]:
    """spec.podFailurePolicy"""
    pod = spec["template"]["spec"]
    names = {c["name"] for field in ("containers", "initContainers") for c in pod.get(field) or ()}
    rules = spec["podFailurePolicy"].get("rules") or []
    yield from _not_too_many(rules, MOST_RULES, f"{path}.rules")
    for i, rule in enumerate(rules):
        where = f"{path}.rules[{i}]"
        yield from _action(spec, rule.get("action", ""), f"{where}.action")
        codes, conditions = rule.get("onExitCodes"), rule.get("onPodConditions") or []
        if codes is not None:
            yield from _exit_codes(codes, f"{where}.onExitCodes", names)
        yield from _conditions(conditions, f"{where}.onPodConditions")
        if codes is not None and conditions:
            yield _wrong(where, "specifying both OnExitCodes and OnPodConditions is not supported")
        elif codes is None and not conditions:
            yield _wrong(where, "specifying one of OnExitCodes and OnPodConditions is required")


def _wrong(path: str, why: str) -> FieldError:
    return FieldError("FieldValueInvalid", path, f"Invalid value: {why}")


def _not_too_many(items: Sequence[Any], most: int, path: str) -> Iterator[FieldError]:
    if len(items) > most:
        yield FieldError("FieldValueTooMany", path, f"Too many: {len(items)}: must have at most {most} items")


def _one_of(value: str, known: Sequence[str], path: str) -> Iterator[FieldError]:
    if not value:
        listed = " ".join(f'"{name}"' for name in known)
        yield required(path, f"valid values: [{listed}]")
    elif value not in known:
        yield not_supported(path, value, known)


def _action(spec: Spec, action: str, path: str) -> Iterator[FieldError]:
    if action == "FailIndex" and spec.get("backoffLimitPerIndex") is None:
        yield invalid(path, action, "requires the backoffLimitPerIndex to be set")
    yield from _one_of(action, ACTIONS, path)


def _conditions(patterns: Sequence[dict[str, Any]], path: str) -> Iterator[FieldError]:
    yield from _not_too_many(patterns, MOST_RULES, path)
    for i, pattern in enumerate(patterns):
        kind = pattern.get("type", "")
        for problem in qualified_name_problems(kind):
            yield invalid(f"{path}[{i}].type", kind, problem)
        yield from _one_of(pattern.get("status", ""), STATUSES, f"{path}[{i}].status")


def _exit_codes(codes: dict[str, Any], path: str, names: set[str]) -> Iterator[FieldError]:
    operator, values = codes.get("operator", ""), codes.get("values") or []
    yield from _one_of(operator, OPERATORS, f"{path}.operator")
    container = codes.get("containerName")
    if container is not None and container not in names:
        why = "must be one of the container or initContainer names in the pod template"
        yield invalid(f"{path}.containerName", container, why)
    if not values:
        yield invalid(f"{path}.values", values, "at least one value is required")
    yield from _not_too_many(values, MOST_CODES, f"{path}.values")
    for i, value in enumerate(values):
        if operator == "In" and value == 0:
            yield invalid(f"{path}.values[{i}]", value, "must not be 0 for the In operator")
        if value in values[:i]:
            yield duplicate(f"{path}.values[{i}]", value)
    if values != sorted(values):
        yield invalid(f"{path}.values", values, "must be ordered")


def validate_success_policy(spec: Spec, path: str) -> Iterator[FieldError]:
    """spec.successPolicy of an Indexed Job."""
    rules = spec["successPolicy"].get("rules") or []
    if not rules:
        yield required(f"{path}.rules", "at least one rules must be specified when the successPolicy is specified")
    yield from _not_too_many(rules, MOST_RULES, f"{path}.rules")
    for i, rule in enumerate(rules):
        yield from _success_rule(rule, f"{path}.rules[{i}]", spec.get("completions") or 0)


def _success_rule(rule: dict[str, Any], path: str, completions: int) -> Iterator[FieldError]:
    indexes, count = rule.get("succeededIndexes"), rule.get("succeededCount")
    if indexes is None and count is None:
        yield required(path, "at least one of succeededCount or succeededIndexes must be specified")
    total = 0
    if indexes is not None:
        try:
            total = _count_indexes(indexes, completions)
        except ValueError as error:
            yield invalid(f"{path}.succeededIndexes", indexes, f"error parsing succeededIndexes: {error}")
    yield from not_negative(rule, "succeededCount", path)
    if count is None:
        return
    where, limit = f"{path}.succeededCount", "must be less than or equal to"
    if count > completions:
        yield invalid(where, count, f"{limit} {completions} (the number of specified completions)")
    if indexes is not None and count > total:
        yield invalid(where, count, f"{limit} {total} (the number of indexes in the specified succeededIndexes field)")


def _count_indexes(text: str, completions: int) -> int:
    """How many indexes a text such as "1,3-5" names. Raises ValueError in the API server's words."""
    total, last = 0, -1
    for part in text.split(",") if text else ():
        limits = part.split("-")
        if len(limits) > 2:
            raise ValueError(
                f'the fragment "{part}" violates the requirement that an index interval can have at most two parts '
                "separated by '-'"
            )
        numbers = [_index(limit, completions) for limit in limits]
        if last >= numbers[0]:
            raise ValueError(f"non-increasing order, previous: {last}, current: {numbers[0]}")
        if len(numbers) > 1 and numbers[0] >= numbers[1]:
            raise ValueError(f"non-increasing order, previous: {numbers[0]}, current: {numbers[1]}")
        total, last = total + numbers[-1] - numbers[0] + 1, numbers[-1]
    return total


def _index(text: str, completions: int) -> int:
    if not text.isdecimal():
        raise ValueError(f'cannot convert string to integer for index: "{text}"')
    if int(text) >= completions:
        raise ValueError(f'too large index: "{text}"')
    return int(text)

"""Which completion indexes of an Indexed Job are done, written as Kubernetes writes them ("0-2,5").

Source: pkg/controller/job/indexed_job_utils.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from tutor.simulator.objects import annotations_of
from tutor.simulator.store import Obj

INDEX = "batch.kubernetes.io/job-completion-index"
"""Label and annotation of a pod: the index it works on."""
FAILURES = "batch.kubernetes.io/job-index-failure-count"
"""Annotation of a pod: how often its index had failed before."""
IGNORED_FAILURES = "batch.kubernetes.io/job-index-ignored-failure-count"
INDEX_VARIABLE = "JOB_COMPLETION_INDEX"


def is_indexed(job: Obj) -> bool:
    """Whether every completion has a number of its own."""
    return bool(job["spec"].get("completionMode") == "Indexed")


def per_index(job: Obj) -> bool:
    """Whether every index has a back-off limit of its own."""
    return job["spec"].get("backoffLimitPerIndex") is not None


def index_of(pod: Obj) -> int | None:
    """The completion index a pod works on; None when it has none."""
    text = annotations_of(pod).get(INDEX, "")
    return int(text) if text.isdecimal() else None


def valid_index(job: Obj, pod: Obj) -> bool:
    """Whether the pod counts: any pod of a plain Job, and one whose index exists of an Indexed one."""
    if not is_indexed(job):
        return True
    index = index_of(pod)
    return index is not None and index < job["spec"]["completions"]


def indexes_of(pods: Iterable[Obj]) -> set[int]:
    """The indexes that pods work on."""
    return {index for pod in pods if (index := index_of(pod)) is not None}


def failure_count(pod: Obj, *annotations: str) -> int:
    """The sum of a pod's failure annotations."""
    return sum(int(text) for name in annotations if (text := annotations_of(pod).get(name, "0")).isdecimal())


def parse_indexes(text: str, completions: int) -> set[int]:
    """The numbers below `completions` in a text such as "0-2,5"."""
    found: set[int] = set()
    for part in text.split(",") if text else ():
        first, dash, last = part.partition("-")
        if first.isdecimal() and (not dash or last.isdecimal()):
            end = int(last) if dash else int(first)
            found.update(range(int(first), min(end, completions - 1) + 1))
    return found


def format_indexes(indexes: Iterable[int]) -> str:
    """Numbers as text; three or more in a row become a range."""
    ordered = sorted(indexes)
    if not ordered:
        return ""
    starts = [ordered[0], *(after for before, after in pairwise(ordered) if after != before + 1)]
    ends = [*(before for before, after in pairwise(ordered) if after != before + 1), ordered[-1]]
    return ",".join(_format_run(first, last) for first, last in zip(starts, ends, strict=True))


def _format_run(first: int, last: int) -> str:
    if first == last:
        return str(first)
    return f"{first},{last}" if last == first + 1 else f"{first}-{last}"


def success_rule(job: Obj, succeeded: set[int]) -> int | None:
    """The first rule of spec.successPolicy that is met (success_policy.go)."""
    if not succeeded:
        return None
    for number, rule in enumerate((job["spec"].get("successPolicy") or {}).get("rules") or ()):
        if _rule_met(rule, succeeded, job["spec"]["completions"]):
            return number
    return None


def _rule_met(rule: Mapping[str, Any], succeeded: set[int], completions: int) -> bool:
    count = rule.get("succeededCount")
    if rule.get("succeededIndexes") is None:
        return count is not None and len(succeeded) >= count
    required = parse_indexes(rule["succeededIndexes"], completions)
    done = len(required & succeeded)
    return bool(required) and (done == len(required) or (count is not None and done >= count))

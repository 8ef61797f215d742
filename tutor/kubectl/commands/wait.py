"""`kubectl wait`: waits for a condition of objects. Follows kubectl `pkg/cmd/wait`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import ApiError, Interrupted, KubectlError, TimedOut, raise_all
from tutor.kubectl.flags import boolean, duration, string, strings
from tutor.kubectl.jsonpath import JsonPath, JsonPathError, relaxed
from tutor.kubectl.mutate import typed
from tutor.kubectl.objects import Object, get
from tutor.kubectl.printers.report import PRINT_FLAGS, Reporter
from tutor.kubectl.printers.text import go_value
from tutor.kubectl.resources import Builder, Info
from tutor.kubectl.targets import ALL, FILE_FLAGS, SELECTOR, builder_for
from tutor.kubectl.waiting import A_WEEK, follow

_POLL = 0.5  # seconds between looks for an object that does not exist yet, as kubectl does
_EQUALS = re.compile("(?<!=)=(?!=)")  # one that is no comparison (kubectl `pkg/cmd/wait/wait.go`, splitJSONPathInput)
_CREATE, _DELETE = "create", "delete"


@dataclass(frozen=True)
class _Goal:
    """What to wait for; `check` says whether an object meets it, None for creation and deletion."""

    name: str
    check: Callable[[Object], bool] | None = None


def run(invocation: Invocation) -> None:
    goals = [_goal(text) for text in invocation.options.many("for")]
    if not goals:
        raise KubectlError("unrecognized condition: []")
    timeout = invocation.options.seconds("timeout")
    deadline = time.monotonic() + (timeout if timeout >= 0 else A_WEEK)
    errors: list[KubectlError] = []
    infos = _objects(invocation, goals, deadline, errors)
    if not infos and not errors:
        if not any(goal.name == _DELETE for goal in goals):
            raise KubectlError("no matching resources found")
        return
    reporter = Reporter(invocation, "condition met")
    for info in infos:
        try:
            for goal in goals:
                reporter.report(_wait(invocation, info, goal, deadline, once=timeout == 0))
        except Interrupted:
            raise
        except KubectlError as problem:
            errors.append(problem)
    raise_all(errors)


def _goal(text: str) -> _Goal:
    lowered = text.lower()
    if lowered in (_CREATE, _DELETE):
        return _Goal(lowered)
    if text.startswith("condition="):
        name, _, status = text.removeprefix("condition=").partition("=")
        return _Goal("condition", lambda obj: _condition_met(obj, name, status or "true"))
    if text.startswith("jsonpath="):
        return _jsonpath_goal(text.removeprefix("jsonpath="))
    raise KubectlError(f'unrecognized condition: "{text}"')


def _jsonpath_goal(text: str) -> _Goal:
    parts = _EQUALS.split(text)
    if len(parts) > 2:
        raise KubectlError(
            "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or "
            "--for=jsonpath='{.status.readyReplicas}'"
        )
    try:
        expression = relaxed(parts[0])
        value = parts[1].strip("'\"") if len(parts) == 2 else None
        if value == "":
            raise KubectlError(
                "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3"
            )
        if not expression:
            raise KubectlError("jsonpath expression cannot be empty")
        path = JsonPath.parse(expression)
    except JsonPathError as problem:
        raise KubectlError(str(problem)) from None
    return _Goal("jsonpath", lambda obj: _path_met(path, obj, value))


def _path_met(path: JsonPath, obj: Object, wanted: str | None) -> bool:
    try:
        results = path.results(obj)
    except JsonPathError as problem:
        raise KubectlError(str(problem)) from None
    if not results or not results[0]:
        return False
    if len(results) > 1:
        raise KubectlError("given jsonpath expression matches more than one list")
    if len(results[0]) > 1:
        raise KubectlError("given jsonpath expression matches more than one value")
    found = results[0][0]
    if wanted is None:
        return True
    if isinstance(found, dict | list):
        raise KubectlError("jsonpath leads to a nested object or list which is not supported")
    return go_value(found).strip() == wanted.strip()


def _condition_met(obj: Object, name: str, status: str) -> bool:
    for item in get(obj, "status.conditions", []):
        if str(item.get("type", "")).lower() != name.lower():
            continue
        generation = get(obj, "metadata.generation")
        observed = item.get("observedGeneration", get(obj, "status.observedGeneration"))
        if generation is not None and observed is not None and observed < generation:
            return False
        return str(item.get("status", "")).lower() == status.lower()
    return False


def _objects(invocation: Invocation, goals: list[_Goal], deadline: float, errors: list[KubectlError]) -> list[Info]:
    """The objects to wait for, once they exist when creation is waited for; those that cannot be had become errors."""
    builder = builder_for(invocation, invocation.args)
    creating = any(goal.name == _CREATE for goal in goals)
    deleting = any(goal.name == _DELETE for goal in goals)
    while True:
        found, missing = _existing(builder, errors, tolerate=creating or deleting)
        if (found and not missing) or not creating:
            return found
        if time.monotonic() + _POLL > deadline:
            raise TimedOut
        invocation.io.sleep(_POLL)


def _existing(builder: Builder, errors: list[KubectlError], *, tolerate: bool) -> tuple[list[Info], bool]:
    problems: list[KubectlError] = []
    found = list(builder.infos(errors=problems))
    errors += [
        problem for problem in problems if not (tolerate and isinstance(problem, ApiError) and problem.not_found)
    ]
    return found, bool(problems)


def _wait(invocation: Invocation, info: Info, goal: _Goal, deadline: float, *, once: bool) -> Object:
    if goal.name == _CREATE:
        return typed(info.obj, info.resource)
    if once:
        return _check_once(invocation, info, goal)
    uid = get(info.obj, "metadata.uid")
    try:
        if goal.check is not None and time.monotonic() >= deadline:
            raise TimedOut  # the time is for all objects together; kubectl looks at none after it
        with closing(follow(invocation.api, info, deadline)) as states:
            for state in states:
                if goal.check is None:
                    if state is None or get(state, "metadata.uid") != uid:
                        return typed(info.obj, info.resource)
                elif state is None:
                    raise _not_found(info)
                elif goal.check(state):
                    return typed(state, info.resource)
    except TimedOut:
        raise TimedOut(f"timed out waiting for the condition on {info.resource.plural}/{info.name}") from None
    raise TimedOut


def _check_once(invocation: Invocation, info: Info, goal: _Goal) -> Object:
    met = goal.check is not None and goal.check(info.obj)
    if not met:
        raise KubectlError(f"condition not met for {info.resource.plural}/{info.name}")
    return typed(info.obj, info.resource)


def _not_found(info: Info) -> ApiError:
    return ApiError(
        {"reason": "NotFound", "code": 404, "message": f'{info.resource.qualified} "{info.name}" not found'}
    )


COMMAND = Command(
    name="wait",
    short="Wait for a specific condition on one or many resources",
    usage=(
        "wait ([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) "
        "[--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]]"
    ),
    run=run,
    arguments="resources",
    long="""
    Returns when every object has reached the condition, and fails when the time is over (30 seconds unless you
    say otherwise). """,
    examples="""
    # Until a pod is ready
    kubectl wait --for=condition=Ready pod/web-1 --timeout=60s

    # Until a field has a value
    kubectl wait --for=jsonpath='{.status.phase}'=Running pod/web-1

    # Until it is gone
    kubectl wait --for=delete pod/web-1
    """,
    flags=(
        *PRINT_FLAGS,
        *FILE_FLAGS,
        ALL,
        SELECTOR,
        boolean("all-namespaces", "In all namespaces.", "A"),
        string("field-selector", "Only objects with these field values."),
        strings("for", "What to wait for: create, delete, condition=NAME[=STATUS] or jsonpath='{PATH}'[=VALUE]."),
        boolean("local", "Accepted for compatibility."),
        duration("timeout", "How long to wait; 0 looks once, a negative time waits for a week.", default=30.0),
    ),
)

"""Follows one object until something is true of it: what `wait`, `delete`, `rollout status` and `run` do."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import closing

from tutor.kubectl.client import Api
from tutor.kubectl.errors import ApiError, TimedOut
from tutor.kubectl.objects import Object, get
from tutor.kubectl.resources import Info

A_WEEK = 168 * 3600.0  # what kubectl takes for "wait for ever", in seconds


def deadline_in(seconds: float) -> float:
    """The moment, on `time.monotonic`, a wait of that many seconds ends; zero or less means a week, as kubectl has it."""
    return time.monotonic() + (seconds if seconds > 0 else A_WEEK)


def follow(api: Api, info: Info, deadline: float) -> Generator[Object | None, None, None]:
    """The object's states from now on, None while it does not exist. Raises TimedOut at the deadline.

    Starts the watch again when the server ends it, as servers do every few minutes.
    """
    query = {"fieldSelector": f"metadata.name={info.name}"}
    while True:
        listed = api.get(info.collection, query)
        items = listed.get("items") or []
        yield items[0] if items else None
        version = str(get(listed, "metadata.resourceVersion", ""))
        parameters = {**query, "resourceVersion": version, "allowWatchBookmarks": "true"}
        try:
            with closing(api.watch(info.collection, parameters, deadline=deadline)) as events:
                yield from _states(events)
        except ApiError as problem:
            if problem.reason not in ("Expired", "Gone"):
                raise
        if time.monotonic() >= deadline:
            raise TimedOut


def _states(events: Iterator[Object]) -> Iterator[Object | None]:
    for event in events:
        if event["type"] == "DELETED":
            yield None
        elif event["type"] != "BOOKMARK":
            yield event["object"]


def wait_until_gone(api: Api, info: Info, uid: str, deadline: float) -> None:
    """Returns once the object with that UID (any, when empty) no longer exists; TimedOut at the deadline."""
    with closing(follow(api, info, deadline)) as states:
        for state in states:
            if state is None or (uid and get(state, "metadata.uid") != uid):
                return

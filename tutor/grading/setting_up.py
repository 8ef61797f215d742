"""Sets an exercise up in a cluster: images, a namespace of its own, the steps of its start, and the facts to remember."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from tutor.clusters import Cluster, ClusterError
from tutor.course.model import ApplyStep, Assertion, Exercise, WaitStep
from tutor.grading.api import Api
from tutor.grading.applying import apply_manifests
from tutor.grading.evaluation import condition_holds, describe, failure_of
from tutor.grading.expectations import value_of
from tutor.grading.footprint import footprint
from tutor.grading.namespaces import Namespaces
from tutor.grading.pace import Pace
from tutor.grading.reader import Reader
from tutor.grading.state import State
from tutor.grading.troubles import LOAD_REMEDY, first_trouble, image_message, missing_image

Report = Callable[[str], None]


class Setup:
    """One setting up. Every method may raise ClusterError with the remedy, or Unreachable."""

    def __init__(self, exercise: Exercise, cluster: Cluster, api: Api, pace: Pace, report: Report) -> None:
        self._exercise = exercise
        self._cluster = cluster
        self._api = api
        self._pace = pace
        self._report = report

    def run(self, namespaces: Namespaces) -> State:
        """Do all of it; returns what to remember."""
        exercise = self._exercise
        if self._cluster.levers is not None:
            self._cluster.levers.tidy(exercise.start.without)
        self._cluster.load_images(exercise.images, self._report)
        self._report(f"making the namespace {exercise.namespace}")
        attempt = secrets.token_hex(8)
        namespaces.make_empty(exercise.namespace, attempt, self._report)
        for step in exercise.start.steps:
            if isinstance(step, ApplyStep):
                self._report("setting the scene")
                apply_manifests(self._api, exercise.read(step.file), exercise.namespace)
            else:
                self._wait(step)
        return self._remember(attempt)

    def _wait(self, step: WaitStep) -> None:
        until, what = step.until, describe(step.until.of)
        self._report(f"waiting for {what}")

        def reached() -> bool:
            reader = Reader(self._api)
            self._check_images(reader)
            return condition_holds(until, reader, {})

        def waiting(seconds: float) -> None:
            if seconds and seconds % 5 == 0:
                self._report(f"waiting for {what}, {seconds:.0f} s")

        if not self._pace.until(reached, step.within, waiting):
            raise ClusterError(*self._too_late(step))

    def _check_images(self, reader: Reader) -> None:
        image = missing_image(reader, self._exercise.namespace, self._exercise.images)
        if image:
            raise ClusterError(image_message(image), LOAD_REMEDY)

    def _too_late(self, step: WaitStep) -> tuple[str, str]:
        """What did not happen, why if that can be seen, and what to do."""
        reader, of = Reader(self._api), step.until.of
        assertion = Assertion(step.until.value, step.until.expect, f"{step.until.value} is {{value}}")
        failure = failure_of(assertion, of, reader.select(of), {})
        trouble = first_trouble(reader.objects("v1", "Pod", self._exercise.namespace))
        found = trouble or (failure.is_ if failure else "it has only just got there")
        message = f"{describe(of)} has not become as the exercise needs it in {step.within} s: {found}"
        return message, "Try again; if that does not help, the simulated cluster always works"

    def _remember(self, attempt: str) -> State:
        exercise, reader = self._exercise, Reader(self._api)
        facts: dict[str, Any] = {}
        for fact in exercise.start.remember:
            data = reader.select(fact.of)
            facts[fact.name] = None if data is None else value_of(fact.value, data)
        snapshots = self._cluster.snapshots
        return State(
            version=exercise.version,
            cluster=self._cluster.name,
            attempt=attempt,
            started_at=self._api.now(),
            facts=facts,
            footprint=footprint(reader, exercise.namespace),
            snapshot=snapshots.take(f"start of {exercise.id}", beginning=True) if snapshots is not None else None,
        )

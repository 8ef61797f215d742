"""What a learner waits for inside the screens, measured in an app without a terminal: a completion, and a command's output."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tutor.ui.widgets.exercise.shell import ShellPane

SIZE = (160, 48)
PODS = 50
REST, STEADY = 2.0, 0.5
"""Memory is at rest when in so many seconds it has grown by no more than so many MB."""
LONGEST = 60.0
"""Seconds after which waiting for the screen is given up."""


def measure(exercise: str, runs: int) -> tuple[float, float]:
    """Median seconds from tab to a completed word, and from enter to the paint that is the first to show `get pods` of 50 Pods whole,
    down to the last row.

    TimeoutError when the screens never show what is waited for.
    """
    return asyncio.run(_measure(exercise, runs))


def memory(exercise: str) -> float:
    """MB that this process takes with the screens, a cluster, and an exercise in which a command has been run, once everything
    that is loaded beside has been loaded."""
    return asyncio.run(_memory(exercise))


async def _memory(exercise: str) -> float:
    from tutor.cli.measure import resident_megabytes

    async with _shell_of(exercise) as (pilot, shell):
        await _line(pilot, shell, "kubectl get pods --no-headers | wc -l; echo counted")
        await _until(lambda: _printed(shell, "counted"))
        before, now = 0.0, resident_megabytes()
        while now - before > STEADY:
            await asyncio.sleep(REST)
            before, now = now, resident_megabytes()
        return now


@asynccontextmanager
async def _shell_of(exercise: str) -> AsyncIterator[tuple[Pilot[None], ShellPane]]:
    """An app with an exercise that is ready, the cursor in its shell."""
    from tutor.ui.app import TutorApp
    from tutor.ui.services import Services
    from tutor.ui.widgets.exercise.shell import ShellPane

    app = TutorApp(Services("simulated"), start_at=f"exercise:{exercise}")
    async with app.run_test(size=SIZE) as pilot:
        await _until(lambda: bool(app.screen.query(ShellPane)))
        shell = app.screen.query_one(ShellPane)
        await _until(lambda: shell.run is not None)
        await pilot.press("f2")
        yield pilot, shell


async def _measure(exercise: str, runs: int) -> tuple[float, float]:
    async with _shell_of(exercise) as (pilot, shell):
        await _line(
            pilot, shell, f"kubectl create deployment many --image=registry.k8s.io/pause:3.10 --replicas={PODS}"
        )
        await _until(lambda: _printed(shell, "deployment.apps/many created"))
        while True:
            await _line(pilot, shell, "clear; kubectl get pods -l app=many --no-headers | wc -l; echo counted")
            await _until(lambda: _printed(shell, "counted"))
            if _printed(shell, str(PODS)):
                break
        completions = [await _completion(pilot, shell) for _ in range(runs)]
        outputs = [await _output(pilot, shell) for _ in range(runs)]
    return statistics.median(completions), statistics.median(outputs)


def _printed(shell: ShellPane, text: str) -> bool:
    return any(line.plain.strip() == text for line in shell.output.lines)


def _rows(shell: ShellPane) -> int:
    return sum(line.plain.startswith("many-") for line in shell.output.lines)


async def _line(pilot: Pilot[None], shell: ShellPane, line: str) -> None:
    shell.line.value = line
    await pilot.press("enter")


async def _until(condition: Callable[[], bool]) -> None:
    end = time.perf_counter() + LONGEST
    while not condition():
        if time.perf_counter() > end:
            raise TimeoutError(f"the screen has not shown it in {LONGEST:.0f} s")
        await asyncio.sleep(0.001)


async def _painted(pilot: Pilot[None]) -> None:
    painted = asyncio.Event()
    pilot.app.screen.call_after_refresh(painted.set)
    await painted.wait()


async def _completion(pilot: Pilot[None], shell: ShellPane) -> float:
    from textual.events import Key

    shell.line.value = "kubectl get depl"
    shell.line.cursor_position = len(shell.line.value)
    await pilot.pause()
    began = time.perf_counter()
    while not shell.line.value.startswith("kubectl get deployment"):
        shell.line.post_message(Key("tab", None))  # once more where the cluster had no answer in time
        await asyncio.sleep(0)
        await _painted(pilot)
        if time.perf_counter() - began > LONGEST:
            raise TimeoutError("nothing is completed")
    return time.perf_counter() - began


async def _output(pilot: Pilot[None], shell: ShellPane) -> float:
    from textual.events import Key

    await _line(pilot, shell, "clear")
    await _until(lambda: not shell.output.lines)
    shell.line.value = "kubectl get pods -l app=many"
    await pilot.pause()
    began = time.perf_counter()
    shell.line.post_message(Key("enter", None))
    await _until(lambda: _rows(shell) == PODS and shell.output.scroll_y == shell.output.max_scroll_y)
    await _painted(pilot)
    return time.perf_counter() - began

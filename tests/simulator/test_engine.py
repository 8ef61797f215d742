"""Actors are told of changes, look at keys once, and can be stopped, started and saved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from tutor.simulator import engine as engine_module
from tutor.simulator.clock import Clock
from tutor.simulator.engine import DONE, Engine, Result, Unsettled
from tutor.simulator.store import Change, Store


class Recorder:
    """Remembers when it looked at which key."""

    name = "recorder"
    watches = ("configmaps",)

    def __init__(self, clock: Clock, result: Result = DONE) -> None:
        self.clock = clock
        self.result = result
        self.looks: list[tuple[float, str]] = []

    def observe(self, change: Change) -> Iterable[str]:
        return (change.obj["metadata"]["name"],)

    def resync(self) -> Iterable[str]:
        return ("at-start",)

    def reconcile(self, key: str) -> Result:
        self.looks.append((self.clock.now, key))
        return self.result

    def save(self) -> Any:
        return tuple(self.looks)

    def load(self, state: Any) -> None:
        self.looks = list(state)


class World:
    def __init__(self, *, strict: bool = True) -> None:
        self.clock = Clock(0.0)
        self.store = Store(lambda: self.clock.now)
        self.engine = Engine(self.clock, self.store, strict=strict)

    def touch(self, name: str) -> None:
        self.store.create("configmaps", {"metadata": {"name": name, "namespace": "x"}}, "test")


@pytest.fixture
def world() -> World:
    return World()


def test_a_key_that_is_waiting_is_looked_at_once(world: World) -> None:
    actor = Recorder(world.clock)
    world.engine.add(actor)
    world.touch("a")
    world.store.update("configmaps", {"metadata": {"name": "a", "namespace": "x"}, "data": {"k": "v"}}, "test")
    world.touch("b")
    assert world.engine.run_ready() == 3
    assert [key for _, key in actor.looks] == ["at-start", "a", "b"]


def test_time_passes_to_each_timer_and_no_further(world: World) -> None:
    actor = Recorder(world.clock, Result(10.0))
    world.engine.add(actor)
    world.engine.advance(25.0)
    assert actor.looks == [(0.0, "at-start"), (10.0, "at-start"), (20.0, "at-start")]
    assert world.clock.now == 25.0


def test_settling_ends_when_only_housekeeping_is_left(world: World) -> None:
    actor = Recorder(world.clock, Result(10.0, housekeeping=True))
    world.engine.add(actor)
    assert world.engine.run_until_settled(100.0)
    assert world.clock.now == 0.0


def test_settling_has_a_limit(world: World) -> None:
    world.engine.add(Recorder(world.clock, Result(30.0)))
    assert not world.engine.run_until_settled(100.0)
    assert world.clock.now == 100.0


def test_a_stopped_actor_does_nothing_and_looks_at_everything_when_started(world: World) -> None:
    actor = Recorder(world.clock)
    world.engine.add(actor)
    world.engine.run_ready()
    world.engine.stop("recorder")
    world.touch("a")
    world.engine.run_ready()
    assert actor.looks == [(0.0, "at-start")]
    assert world.engine.actors() == {"recorder": False}
    world.engine.start("recorder")
    world.engine.run_ready()
    assert [key for _, key in actor.looks] == ["at-start", "at-start"]


def test_a_failing_look_is_tried_again_later_and_later() -> None:
    world = World(strict=False)

    class Failing(Recorder):
        def reconcile(self, key: str) -> Result:
            super().reconcile(key)
            raise ValueError("no")

    actor = Failing(world.clock)
    world.engine.add(actor)
    world.engine.advance(0.02)
    assert [moment for moment, _ in actor.looks] == pytest.approx([0.0, 0.005, 0.015])


def test_actors_that_chase_each_other_are_found_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "MAX_STEPS", 100)
    world.engine.add(Recorder(world.clock, Result(0.0)))
    with pytest.raises(Unsettled, match="recorder"):
        world.engine.run_ready()


def test_saved_queues_come_back(world: World) -> None:
    actor = Recorder(world.clock)
    world.engine.add(actor)
    world.engine.run_ready()
    world.touch("a")
    saved = world.engine.save()
    world.engine.run_ready()
    world.engine.load(saved)
    world.engine.run_ready()
    assert [key for _, key in actor.looks] == ["at-start", "a"]

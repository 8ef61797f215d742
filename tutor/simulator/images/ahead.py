"""Commands that a program runs to answer a request: their outcome is needed at once, the time they take is told with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.simulator.images.container import Container
    from tutor.simulator.images.world import World

MOST_SECONDS = 30.0
NOT_FOUND, KILLED = 127, 137


class _Later:
    """The world some time from now, for what is worked out ahead."""

    def __init__(self, world: World, now: float) -> None:
        self._world = world
        self.now = now

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)


def run_ahead(container: Container, world: World, argv: list[str]) -> tuple[int, str, float]:
    """Run a command in a container until it ends or half a minute is over: exit code, output, seconds it took."""
    from tutor.posix import CommandNotFound, NotExecutable

    inside = container.enter(world)
    try:
        pid = inside.execute(container, world, argv)
    except (CommandNotFound, NotExecutable):
        return NOT_FOUND, "", 0.0
    session, now = inside.session(pid), world.now
    assert session is not None
    session.close_input()
    while session.status is None and now < world.now + MOST_SECONDS:
        due = inside.wake_at()
        now = max(now + 0.001, min(due if due is not None else now + 1.0, world.now + MOST_SECONDS))
        inside.run(container, _later(world, now))
    output = b"".join(data for _, data in session.take_output())
    if session.status is None:
        inside.machine.signal(pid, "KILL", from_host=True)
    inside.forget(pid)
    inside.wake(world.now)
    return KILLED if session.status is None else session.status, output.decode(errors="replace"), now - world.now


def _later(world: World, now: float) -> World:
    later: Any = _Later(world, now)
    return later  # type: ignore[no-any-return]  # it has all that the world has but the time

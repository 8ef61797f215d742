"""A live diagram: what happens step by step in a cluster made for looking at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

View: TypeAlias = Literal["nodes", "owners", "traffic"]


@dataclass(frozen=True)
class ScenarioStep:
    """`say` is shown, as inline Markdown; `run` are kubectl commands; `put` and `take` name faults to put in or take away."""

    say: str
    run: tuple[str, ...] = ()
    put: tuple[str, ...] = ()
    take: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Scenario:
    """What belongs to one page of a lesson: the picture to show and the steps, of which the first sets the scene.

    `namespace` is the one the picture is of and kubectl plays in.
    """

    title: str
    view: View
    namespace: str
    steps: tuple[ScenarioStep, ...]

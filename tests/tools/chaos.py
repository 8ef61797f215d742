"""Does random things to simulated clusters, one seed after the other, and prints the shortest script that breaks something.

usage: python -m tests.tools.chaos [--first SEED] [--seeds N] [--steps N]
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from functools import partial

from tests.simulator.chaos.monkey import Action, script
from tests.simulator.chaos.playing import play, shorten


def kind_of(problem: str) -> str:
    """A problem without what differs from one script to the next."""
    return re.sub(r"action \d+|[0-9a-z]*\d[0-9a-z.]*", "N", problem)[:60]


def breaks_alike(seed: int, wanted: str, actions: list[Action]) -> bool:
    """Whether a script leads to a problem of the same kind."""
    return kind_of(play(seed, actions)) == wanted


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.chaos", description=__doc__)
    parser.add_argument("--first", type=int, default=0, metavar="SEED", help="the seed to begin with")
    parser.add_argument("--seeds", type=int, default=20, metavar="N", help="how many seeds; 20 unless told")
    parser.add_argument(
        "--steps", type=int, default=200, metavar="N", help="how many actions each; 200 unless told, about a day"
    )
    asked = parser.parse_args(arguments)
    broken = 0
    for seed in range(asked.first, asked.first + asked.seeds):
        actions = script(seed, asked.steps)
        problem = play(seed, actions)
        if not problem:
            continue
        broken += 1
        actions = shorten(actions, partial(breaks_alike, seed, kind_of(problem)))
        sys.stdout.write(f"seed {seed}: {play(seed, actions)}\n")
        sys.stdout.writelines(f"    {action!r},\n" for action in actions)
        sys.stdout.flush()
    sys.stdout.write(f"{asked.seeds} seeds, {broken} broken\n")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())

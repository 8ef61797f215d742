"""Plays a busy quarter of an hour many times, in processes with different hash seeds: every history has to be the same, byte by
byte. With --restore, plays every recorded scenario with restores in the middle, which must change nothing either.

usage: python -m tests.tools.same_history [--runs N] [--restore]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence

RUNS_A_PROCESS = 5
EVERY = (1, 3)
"""How many waits apart the restores are, in one round after the other."""


def digests(runs: int) -> list[str]:
    """Play the busy scenario so many times in this process."""
    from tests.simulator.histories.restoring import play_undisturbed

    return [play_undisturbed().digest() for _ in range(runs)]


def in_process(runs: int, hash_seed: int) -> list[str]:
    """The same in a process of its own. Raises CalledProcessError."""
    command = [sys.executable, "-m", "tests.tools.same_history", "--digests", "--runs", str(runs)]
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.split()


def compare(runs: int) -> int:
    """Play it in processes with different hash seeds; the exit code."""
    seen: Counter[str] = Counter()
    for hash_seed in range(-(-runs // RUNS_A_PROCESS)):
        seen.update(in_process(min(RUNS_A_PROCESS, runs - seen.total()), hash_seed))
        sys.stdout.write(f"{seen.total():4} runs, {len(seen)} different: {' '.join(key[:12] for key in seen)}\n")
        sys.stdout.flush()
    return int(len(seen) != 1)


def restore() -> int:
    """Play all scenarios with restores; the exit code."""
    from tests.simulator.histories.restoring import WAYS, all_scenarios, play_restoring

    different = 0
    for name, scenario in all_scenarios().items():
        for way in WAYS:
            for every in EVERY:
                problem = play_restoring(scenario, way, every=every)
                if problem:
                    different += 1
                    sys.stdout.write(f"{name}, restored {way} at every {every}. wait: {problem}\n")
    sys.stdout.write(f"{len(all_scenarios())} scenarios, {different} histories differ\n")
    return int(different > 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.same_history", description=__doc__)
    parser.add_argument("--runs", type=int, default=100, metavar="N", help="how often to play it; 100 unless told")
    parser.add_argument("--restore", action="store_true", help="play every scenario with restores instead")
    parser.add_argument("--digests", action="store_true", help="only print the digest of each run in this process")
    asked = parser.parse_args(arguments)
    if asked.digests:
        sys.stdout.write("\n".join(digests(asked.runs)) + "\n")
        return 0
    return restore() if asked.restore else compare(asked.runs)


if __name__ == "__main__":
    sys.exit(main())

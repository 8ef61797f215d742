"""Same seed, same inputs, same history: byte by byte, whatever the hash seed of the process."""

from __future__ import annotations

from tests.simulator.histories.restoring import play_undisturbed
from tests.tools.same_history import in_process


def test_a_busy_quarter_of_an_hour_is_the_same_every_time() -> None:
    """`python -m tests.tools.same_history` does this a hundred times."""
    here = play_undisturbed()
    assert len(here.lines) > 2000
    assert in_process(1, hash_seed=1) == [here.digest()]

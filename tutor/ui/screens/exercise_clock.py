"""The cluster's clock as an exercise shows and changes it."""

from __future__ import annotations

from tutor.ui.ports import Played

RATES = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Speeds to choose from."""


def clock_words(run: Played | None) -> str:
    """The cluster's name, and for a simulated one what is broken on purpose, whether its clock stands and how fast it runs."""
    if run is None or run.cluster is None:
        return ""
    clock = run.cluster.clock
    if clock is None:
        return run.cluster.name
    pace = "‖ paused" if clock.paused else f"▸ {clock.rate:g}x"
    broken = f"! {len(run.broken)} broken   " if run.broken else ""
    return f"{broken}{run.cluster.name} {pace}"


def toggle_pause(run: Played | None) -> None:
    """Stop the clock, or let it go on."""
    clock = run.cluster.clock if run and run.cluster else None
    if clock is None:
        return
    if clock.paused:
        clock.resume()
    else:
        clock.pause()


def change_rate(run: Played | None, direction: int) -> None:
    """Go to the next faster (1) or slower (-1) speed."""
    clock = run.cluster.clock if run and run.cluster else None
    if clock is None:
        return
    nearest = min(range(len(RATES)), key=lambda place: abs(RATES[place] - clock.rate))
    clock.set_rate(RATES[min(max(nearest + direction, 0), len(RATES) - 1)])

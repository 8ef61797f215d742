"""`doctor`: is everything there that the tutor needs, and what to do where it is not."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from tutor.cli.output import ENVIRONMENT, OK, json_option, say, say_json

MIN_COLUMNS, MIN_ROWS = 60, 16


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `level` is ok, note (something optional is missing) or problem."""

    what: str
    level: str
    detail: str
    remedy: str = ""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    doctor = commands.add_parser("doctor", help="check that everything the tutor needs is there")
    json_option(doctor)
    doctor.set_defaults(handler=run_doctor)


def run_doctor(arguments: argparse.Namespace) -> int:
    """Look at everything and print what was found; exit code 3 when something the tutor needs is missing."""
    findings = [look() for look in LOOKS]
    if arguments.json:
        say_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            say(f"[{finding.level:<7}] {finding.what}: {finding.detail}")
            if finding.remedy:
                say(f"{'':10}{finding.remedy}")
    return ENVIRONMENT if any(finding.level == "problem" for finding in findings) else OK


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("Python", "ok", version)


def _terminal() -> Finding:
    columns, rows = shutil.get_terminal_size((0, 0))
    if not sys.stdout.isatty():
        return Finding(
            "terminal", "note", "this is not a terminal", "The commands work without one; the screens need one."
        )
    if columns < MIN_COLUMNS or rows < MIN_ROWS:
        return Finding(
            "terminal",
            "problem",
            f"{columns}x{rows}",
            f"Make it at least {MIN_COLUMNS}x{MIN_ROWS}; 80x24 is comfortable.",
        )
    return Finding("terminal", "ok", f"{columns}x{rows}, TERM={os.environ.get('TERM', '')}")


def _encoding() -> Finding:
    encoding = (sys.stdout.encoding or "").lower()
    if "utf" in encoding:
        return Finding("characters", "ok", encoding)
    return Finding(
        "characters", "problem", f"output is {encoding or 'unknown'}", "Set a UTF-8 locale, e.g. LC_ALL=C.UTF-8."
    )


def _course() -> Finding:
    from tutor.course import PackError, load_pack

    try:
        pack = load_pack()
    except PackError as error:
        return Finding("course", "problem", str(error), "Install the tutor again.")
    questions = sum(len(quiz.questions) for quiz in pack.quizzes.values())
    return Finding(
        "course", "ok", f"{len(list(pack.lessons))} lessons, {questions} questions, {len(pack.exercises)} exercises"
    )


def _progress() -> Finding:
    from tutor.progress import open_progress

    with open_progress() as progress:
        if progress.warning:
            return Finding("progress", "problem", progress.warning)
        return Finding("progress", "ok", f"kept in {progress.path}")


def _simulated() -> Finding:
    from tutor.clusters import ClusterError, open_cluster

    cluster = open_cluster("simulated")
    began = time.perf_counter()
    try:
        cluster.start()
        taken = time.perf_counter() - began
        cluster.stop()
    except ClusterError as error:
        return Finding("simulated cluster", "problem", error.message, error.remedy)
    return Finding("simulated cluster", "ok", f"starts in {taken * 1000:.0f} ms")


def _kind() -> Finding:
    from tutor.clusters import ClusterError
    from tutor.clusters.programs import container_engine

    if shutil.which("kind") is None:
        return Finding("kind", "note", "not installed", "Only needed for --cluster kind; see https://kind.sigs.k8s.io.")
    try:
        engine = container_engine()
    except ClusterError as error:
        return Finding("kind", "note", error.message, error.remedy)
    return Finding("kind", "ok", f"installed, with {engine}")


def _kubectl() -> Finding:
    found = shutil.which("kubectl")
    if found is None:
        return Finding("kubectl", "note", "not installed", "Not needed: `k8s-tutor kubectl` is built in.")
    return Finding("kubectl", "ok", "installed (the built-in one needs no installation)")


LOOKS: tuple[Callable[[], Finding], ...] = (
    _python,
    _terminal,
    _encoding,
    _course,
    _progress,
    _simulated,
    _kind,
    _kubectl,
)

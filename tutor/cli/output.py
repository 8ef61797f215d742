"""What the commands share: exit codes, errors, plain text and JSON."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.course.pack import Pack
    from tutor.progress import Progress

OK = 0
FAILED = 1
USAGE = 2
ENVIRONMENT = 3
CONVERGING = 4
INTERRUPTED = 130

MAX_WIDTH = 100
"""Lines longer than this are hard to read."""


class CommandError(Exception):
    """A command cannot do what it was asked; the message says why and what to do."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


def width() -> int:
    """How many cells a line may have."""
    return min(shutil.get_terminal_size((80, 24)).columns, MAX_WIDTH)


def say(lines: str | Iterable[str]) -> None:
    """Print lines."""
    print(lines if isinstance(lines, str) else "\n".join(lines))


def warn(text: str) -> None:
    """Print to standard error, so that output meant for a program stays clean."""
    print(text, file=sys.stderr)


def say_json(data: Any) -> None:
    """Print data as JSON."""
    print(json.dumps(data, indent=2, ensure_ascii=False, default=str))


def json_option(parser: argparse.ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="print JSON for a program to read")


def built_in_pack() -> Pack:
    """The course. CommandError when its files cannot be read."""
    from tutor.course import PackError, load_pack

    try:
        return load_pack()
    except PackError as error:
        raise CommandError(str(error), ENVIRONMENT) from None


def opened_progress() -> Progress:
    """What the learner did; a warning goes to standard error when it cannot be kept."""
    from tutor.progress import open_progress

    progress = open_progress()
    if progress.warning:
        warn(progress.warning)
    return progress


def markdown(text: str) -> list[str]:
    """Markdown as plain lines for this terminal."""
    from tutor.course.markdown import parse_blocks
    from tutor.course.plain import render_blocks

    return render_blocks(parse_blocks(text, Path()), width())

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


def label(name: str, value: str, indent: int = 4, column: int = 8) -> list[str]:
    """A name and its text in lines of this terminal's width, the text in a column of its own."""
    from tutor.course.plain import wrap

    lines = wrap(value, max(20, width() - indent - column))
    heads = [f"{name}:", *[""] * (len(lines) - 1)]
    return [f"{' ' * indent}{head:<{column}}{line}" for head, line in zip(heads, lines, strict=True)]


def unknown(kind: str, wanted: str, known: Iterable[str]) -> CommandError:
    """That there is no lesson or exercise of this name: which one may be meant, and all that there are."""
    from difflib import get_close_matches

    names = list(known)
    close = [name for name in names if wanted and wanted in name] or get_close_matches(wanted, names, 1)
    guess = f" Do you mean {close[0]}?" if close else ""
    return CommandError(f"there is no {kind} {wanted!r}.{guess} The {kind}s are: {', '.join(names)}", USAGE)


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

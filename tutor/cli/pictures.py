"""`screenshot`: a picture of the tutor, as the README shows one."""

from __future__ import annotations

import argparse
from pathlib import Path

from tutor.cli.output import ENVIRONMENT, OK, USAGE, CommandError, say


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    screenshot = commands.add_parser("screenshot", help="write a picture of the tutor as SVG")
    screenshot.add_argument("file", type=Path, help="file to write")
    screenshot.add_argument("--open", metavar="LINK", help="what to show, e.g. lesson:services")
    screenshot.add_argument(
        "--keys",
        default="",
        metavar="KEYS",
        help="pressed one after the other, separated by blanks: e.g. 'f2 text:kubectl_get_pods enter wait:3'; "
        "text:WORDS types the words (_ stands for a blank), wait:SECONDS waits",
    )
    screenshot.add_argument("--size", default="100x30", metavar="WxH", help="cells, default 100x30")
    screenshot.set_defaults(handler=take_screenshot)


def take_screenshot(arguments: argparse.Namespace) -> int:
    """Run the app without a terminal and write what it shows."""
    from tutor.ui.screenshot import take

    try:
        take(arguments.file, size=_size(arguments.size), start_at=arguments.open, keys=arguments.keys.split())
    except ValueError as error:
        raise CommandError(str(error), USAGE) from None
    except OSError as error:
        raise CommandError(f"{arguments.file} cannot be written: {error.strerror}", ENVIRONMENT) from None
    say(f"Written to {arguments.file}.")
    return OK


def _size(text: str) -> tuple[int, int]:
    wide, _, high = text.partition("x")
    if not (wide.isdecimal() and high.isdecimal()):
        raise ValueError(f"{text!r} is no size; write e.g. 100x30")
    return int(wide), int(high)

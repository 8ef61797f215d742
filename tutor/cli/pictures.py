"""`screenshot`: a picture of the tutor, as the README shows one."""

from __future__ import annotations

import argparse
from pathlib import Path

from tutor.cli.output import ENVIRONMENT, OK, CommandError, say


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    screenshot = commands.add_parser("screenshot", help="write a picture of the tutor as SVG")
    screenshot.add_argument("file", type=Path, help="file to write")
    screenshot.add_argument("--open", metavar="LINK", help="what to show, e.g. lesson:services")
    screenshot.add_argument("--size", default="100x30", metavar="WxH", help="cells, default 100x30")
    screenshot.set_defaults(handler=take_screenshot)


def take_screenshot(arguments: argparse.Namespace) -> int:
    """Run the app without a terminal and write what it shows."""
    from tutor.ui.screenshot import take

    wide, _, high = arguments.size.partition("x")
    try:
        take(arguments.file, size=(int(wide), int(high)), start_at=arguments.open)
    except ValueError:
        raise CommandError(f"{arguments.size!r} is no size; write e.g. 100x30") from None
    except OSError as error:
        raise CommandError(f"{arguments.file} cannot be written: {error.strerror}", ENVIRONMENT) from None
    say(f"Written to {arguments.file}.")
    return OK

"""`progress`: what the learner has done, and moving it between machines."""

from __future__ import annotations

import argparse
from pathlib import Path

from tutor.cli.output import (
    ENVIRONMENT,
    OK,
    USAGE,
    CommandError,
    built_in_pack,
    json_option,
    opened_progress,
    say,
    say_json,
)


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    progress = commands.add_parser("progress", help="show what you have done")
    json_option(progress)
    progress.add_argument("--export", type=Path, metavar="FILE", help="write it all to a JSON file")
    progress.add_argument("--import", type=Path, metavar="FILE", dest="source", help="take in an exported file")
    progress.add_argument("--reset", action="store_true", help="forget everything (needs --yes)")
    progress.add_argument("--yes", action="store_true", help="do not ask")
    progress.set_defaults(handler=show_progress)


def show_progress(arguments: argparse.Namespace) -> int:
    """Print a report, or export, import or forget."""
    from tutor.progress import ProgressError, contents_of

    pack = built_in_pack()
    with opened_progress() as progress:
        try:
            if arguments.export:
                progress.export(arguments.export)
                say(f"Your progress is in {arguments.export}.")
                return OK
            if arguments.source:
                progress.import_from(arguments.source)
                say(f"What was in {arguments.source} has been added to your progress.")
                return OK
            if arguments.reset:
                if not arguments.yes:
                    raise CommandError("this forgets every answer and exercise; say so with --reset --yes", USAGE)
                progress.reset()
                say("Your progress is empty.")
                return OK
        except ProgressError as error:
            raise CommandError(str(error), ENVIRONMENT) from None
        course = contents_of(pack.lessons, pack.quizzes, pack.exercises)
        if arguments.json:
            say_json(progress.report(course))
        else:
            say(progress.report_lines(course))
    return OK

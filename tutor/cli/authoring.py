"""`lint`: everything an author should mend in a lesson pack."""

from __future__ import annotations

import argparse
from pathlib import Path

from tutor.cli.output import FAILED, OK, USAGE, CommandError, json_option, say, say_json


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    lint = commands.add_parser("lint", help="check a lesson pack")
    lint.add_argument(
        "path", nargs="?", type=Path, help="folder with lessons/ and quizzes/; without it the built-in course"
    )
    json_option(lint)
    lint.set_defaults(handler=run_lint)


def run_lint(arguments: argparse.Namespace) -> int:
    """Print every problem as `file:line: what is wrong; what is expected`."""
    from tutor.course import lint

    if arguments.path is not None and not arguments.path.is_dir():
        raise CommandError(f"{arguments.path} is no folder. Name one that holds lessons/ and quizzes/", USAGE)
    problems = lint(arguments.path)
    if arguments.json:
        say_json([{"path": str(p.path), "line": p.line, "message": p.message, "remedy": p.remedy} for p in problems])
    else:
        say([str(problem) for problem in problems] or ["No problems."])
    return FAILED if problems else OK

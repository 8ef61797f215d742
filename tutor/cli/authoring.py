"""`lint`: everything an author should mend in a lesson pack."""

from __future__ import annotations

import argparse
import os
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

    if arguments.path is not None:
        _check_folder(arguments.path)
    problems = lint(arguments.path)
    if arguments.json:
        say_json([{"path": str(p.path), "line": p.line, "message": p.message, "remedy": p.remedy} for p in problems])
    else:
        say([str(problem) for problem in problems] or ["No problems."])
    return FAILED if problems else OK


def _check_folder(path: Path) -> None:
    """Refuse what cannot be a pack, naming the pack around it if there is one. A `lessons` folder without its course.yaml is for
    the linter to tell of."""
    around = next((folder for folder in path.resolve().parents if (folder / "lessons" / "course.yaml").is_file()), None)
    if path.is_dir() and (path / "lessons").is_dir():
        return
    if around is not None and path.exists():
        command = f"k8s-tutor lint {os.path.relpath(around)}"
        raise CommandError(f"{path} is a part of a lesson pack. Check the whole pack: {command}", USAGE)
    problem = "has no folder lessons/, so it is no lesson pack" if path.is_dir() else "is no folder"
    raise CommandError(f"{path} {problem}. Name a folder that holds lessons/ and quizzes/", USAGE)

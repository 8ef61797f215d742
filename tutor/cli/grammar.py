"""The grammar of the command line. Loads every command, which a line for kubectl does without."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

from tutor import __version__
from tutor.cli import (
    authoring,
    clusters,
    doctor,
    exercises,
    images,
    kubectl,
    lessons,
    measure,
    own_shell,
    pictures,
    progress,
    quizzes,
)
from tutor.cli.output import USAGE

COMMANDS = (
    lessons,
    quizzes,
    exercises,
    own_shell,
    clusters,
    images,
    kubectl,
    progress,
    doctor,
    authoring,
    pictures,
    measure,
)


class Parser(argparse.ArgumentParser):
    """A parser whose errors also say where the right words are listed; the commands below it do the same."""

    def error(self, message: str) -> NoReturn:
        """End with the usage, what is wrong, and what to type to find out more."""
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n{self.prog} --help says what is possible.\n")


def build_parser() -> argparse.ArgumentParser:
    """The grammar of the command line; each module of this package adds its own commands."""
    parser = Parser(
        prog="k8s-tutor",
        description="Learn container orchestration in a terminal. Without a command the tutor opens.",
        epilog="Exit codes: 0 done or passed, 1 not passed, 2 wrong usage, 3 something is in the way, 4 still converging.",
    )
    parser.add_argument("--version", action="version", version=f"k8s-tutor {__version__}")
    parser.add_argument(
        "--cluster",
        metavar="SPEC",
        help="cluster to play on: simulated (default), kind, or context:NAME of your kubeconfig",
    )
    parser.add_argument(
        "--open", metavar="LINK", help="open at e.g. lesson:services, quiz:services, exercise:fix-selector"
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for module in COMMANDS:
        module.register(commands)
    return parser

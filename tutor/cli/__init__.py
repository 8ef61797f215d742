"""The command line: everything the screens can do, without a screen.

Exit codes: 0 done or passed; 1 not passed, or problems found; 2 wrong usage; 3 something around the tutor is in the way (a
cluster, a file); 4 still converging, ask again; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.cli.output import ENVIRONMENT, INTERRUPTED, USAGE, CommandError

if TYPE_CHECKING:
    import argparse


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    cluster, words = _cluster_first(given)
    if words[:1] == ["kubectl"]:
        from tutor.cli.kubectl import run_kubectl

        return run_kubectl(words[1:], cluster)  # its flags are kubectl's own, not argparse's
    from tutor.cli.grammar import build_parser

    arguments = build_parser().parse_args(given)
    handler = getattr(arguments, "handler", _open_screens)
    try:
        code: int = handler(arguments)
        sys.stdout.flush()
    except CommandError as error:
        print(f"k8s-tutor: {error}", file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone, as in `k8s-tutor lesson show services | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _refused(error)
    return code


def _refused(error: OSError) -> int:
    """Say which file or folder the operating system refused, and end: a full disk, a folder nobody may write."""
    what = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    advice = "The tutor keeps its files in the folder that K8S_TUTOR_HOME names; it has to be writable and have room."
    print(f"k8s-tutor: {what}. {advice}", file=sys.stderr)
    try:
        sys.stdout.flush()
    except OSError:  # what could not be written must not be tried once more when Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ENVIRONMENT


def _cluster_first(given: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """The value of a leading --cluster, if there is one, and what comes after it."""
    if len(given) > 1 and given[0] == "--cluster":
        return given[1], given[2:]
    if given and given[0].startswith("--cluster="):
        return given[0].partition("=")[2], given[1:]
    return None, given


def _open_screens(arguments: argparse.Namespace) -> int:
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        why = "the screens need a terminal. Without one use the commands: k8s-tutor --help lists them"
        raise CommandError(why, USAGE)
    from tutor.course import PackError
    from tutor.ui import run

    try:
        return run(arguments.cluster, arguments.open)
    except PackError as error:
        raise CommandError(str(error), ENVIRONMENT) from None
    except ValueError as error:
        raise CommandError(f"--open {arguments.open}: {error}", USAGE) from None

"""Where the program starts, as `k8s-tutor` and as `python -m tutor`.

Ctrl+c ends it without a traceback at any moment: while modules are still being loaded and after the work is done the process just
ends; in between, what is going on is interrupted and cleans up behind itself.
"""

from __future__ import annotations

import os
import signal

INTERRUPTED = 130


def start() -> int:
    """Run the command line and return its exit code."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        from tutor.cli import main

        return main()  # somebody who started us wants ctrl+c to do nothing
    signal.signal(signal.SIGINT, _end_at_once)
    try:
        from tutor.cli import main

        signal.signal(signal.SIGINT, signal.default_int_handler)
        return main()
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGINT, _end_at_once)


def _end_at_once(number: int, frame: object) -> None:
    """There is nothing to clean up, and an exception would surface in the middle of an import."""
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    raise SystemExit(start())

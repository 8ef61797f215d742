"""The tutor's screens, made with Textual. Everything else in the program runs without this package.

    from tutor.ui import run
    exit_code = run("simulated")

Importing this package imports nothing heavy; `run` does.
"""

from __future__ import annotations


def run(cluster_spec: str | None = None, start_at: str | None = None) -> int:
    """Open the tutor in this terminal and return an exit code when the learner leaves.

    `cluster_spec` is what `tutor.clusters.open_cluster` takes, or None for the learner's last choice; `start_at` is a
    link such as `lesson:services`, `quiz:services` or `exercise:scale-to-five`, or None for the home screen.
    Raises PackError when the course cannot be read, and ValueError when the link leads nowhere.
    """
    import gc

    gc.disable()  # what is loaded now stays; looking for garbage in it delays what the learner sees first
    import logging
    import os

    logging.getLogger().addHandler(logging.NullHandler())  # what libraries log would be drawn across the screens
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)  # left behind by some shells, they would outweigh the terminal's real size for ever
    from tutor.ui.app import TutorApp
    from tutor.ui.services import Services

    services = Services(cluster_spec)
    services.check()  # what cannot be read is said before the terminal is taken over
    if start_at is not None:
        services.pack.resolve(start_at)
    app = TutorApp(services, start_at=start_at)
    app.run()
    return app.return_code or 0

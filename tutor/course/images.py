"""The images the tutor brings itself: small web servers that behave well, or badly in one way each."""

from __future__ import annotations

REPOSITORY = "web-app"

TAGS = frozenset(
    (
        "v2.0.0",
        "v2.1.0",
        "v2.2.0",
        "v2.3.0-slow",
        "v2.4.0-broken",
        "v2.5.0-crash",
        "v2.6.0-leak",
    )
)
"""The tags that exist; any of them may also end in `-strict`, which refuses to start without DB_PASSWORD."""


def exists(image: str) -> bool:
    """Whether an image such as `web-app:v2.1.0` is one of the tutor's own."""
    repository, _, tag = image.partition(":")
    return repository == REPOSITORY and tag.removesuffix("-strict") in TAGS

"""One module a screen, each imported when it is first shown."""

from __future__ import annotations

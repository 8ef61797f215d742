"""Requests that commands sent, in words."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""Methods that change something, unless the request is a dry run."""


@dataclass(frozen=True)
class SentRequest:
    """A request that a command sent to the API server. `path` has its query; `code` is the answer's."""

    method: str
    path: str
    code: int

    @property
    def changes(self) -> bool:
        """Whether it has changed something."""
        dry = "dryRun" in parse_qs(urlsplit(self.path).query)
        asks = "/selfsubject" in self.path
        return self.method in CHANGING and self.code < 400 and not dry and not asks

    @property
    def short_path(self) -> str:
        """The path without its query."""
        return urlsplit(self.path).path

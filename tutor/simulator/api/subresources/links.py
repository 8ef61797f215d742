"""Links in what comes through a proxy subresource lead back through it (apimachinery, pkg/util/proxy/transport.go)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_ATTRIBUTE = re.compile(
    r"""(?P<head>\s(?:href|src|action|cite|background|data|formaction|longdesc|icon|poster|manifest|profile|usemap|codebase)\s*=\s*)"""
    r"""(?P<quote>["'])(?P<url>[^"']*)(?P=quote)""",
    re.IGNORECASE,
)


def through(url: str, prefix: str, host: str) -> str:
    """A URL of the server as one of the proxy. One of somebody else, and one that is relative, stays as it is."""
    parts = urlsplit(url)
    if (parts.netloc and parts.netloc != host) or not parts.path.startswith("/") or parts.path.startswith(prefix):
        return url
    return urlunsplit(("", "", prefix.rstrip("/") + parts.path, parts.query, parts.fragment))


def rewritten(page: bytes, prefix: str, host: str) -> bytes:
    """A page of HTML with its links led through the proxy."""

    def attribute(match: re.Match[str]) -> str:
        return f"{match['head']}{match['quote']}{through(match['url'], prefix, host)}{match['quote']}"

    def tag(match: re.Match[str]) -> str:
        return _ATTRIBUTE.sub(attribute, match[0])

    return _TAG.sub(tag, page.decode(errors="surrogateescape")).encode(errors="surrogateescape")

"""Text and bytes: scripts are text, files and pipes are bytes, and no byte may be lost between them."""

from __future__ import annotations


def decode(data: bytes) -> str:
    """Bytes as text; bytes that are not UTF-8 survive a round trip through `encode`."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """Text as bytes; the reverse of `decode`. Half a surrogate pair becomes a question mark."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")

"""The bytes of a file, cheap to share and cheap to extend.

Contents never change. A longer one made by `extended` shares the buffer of the one it came from, as long as nothing
else has been added to that buffer; so a log file that grows line by line is not copied with every line, and
snapshots still see only their own part of it.
"""

from __future__ import annotations

from typing import Any


class Content:
    """The first `size` bytes of a buffer that only ever grows."""

    __slots__ = ("_buffer", "_bytes", "size")

    def __init__(self, data: bytes = b"") -> None:
        self._buffer: bytearray | None = None
        self._bytes: bytes | None = data
        self.size = len(data)

    def extended(self, data: bytes) -> Content:
        """These bytes followed by others."""
        buffer = self._buffer
        if buffer is None or len(buffer) != self.size:
            buffer = bytearray(self.data())
        buffer += data
        longer = Content()
        longer._buffer, longer._bytes, longer.size = buffer, None, len(buffer)
        return longer

    def data(self) -> bytes:
        """All of it; remembered, because files are read in pieces."""
        if self._bytes is None:
            assert self._buffer is not None
            self._bytes = bytes(memoryview(self._buffer)[: self.size])
        return self._bytes

    def __deepcopy__(self, memo: dict[int, Any]) -> Content:
        return self

    def __reduce__(self) -> tuple[type[Content], tuple[bytes]]:
        return Content, (self.data(),)

"""What curl and wget have in common: the way to a URL, and where what comes back goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.shell.calls import Surroundings

if TYPE_CHECKING:
    from tutor.shell.commands.reach import Reply

MAX_BODY = 8 * 1024 * 1024
"""Bytes of a body that are taken at most."""


class TooLarge(Exception):
    """The body is larger than MAX_BODY."""


def save(surroundings: Surroundings, reply: Reply, file: str) -> int:
    """Write a body to a file ("-": standard output) and return its size. OSError, TooLarge."""
    if file != "-":
        data: list[bytes] = []
        size = _each_piece(reply, data.append)
        if file != "/dev/null":
            surroundings.files.write(file, b"".join(data))
        return size
    return _each_piece(reply, lambda piece: surroundings.call.write(piece, stderr=False))


def _each_piece(reply: Reply, take: Callable[[bytes], object]) -> int:
    size = 0
    for piece in reply.body():
        size += len(piece)
        if size > MAX_BODY:
            raise TooLarge
        take(piece)
    return size

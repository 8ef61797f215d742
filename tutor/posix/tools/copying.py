"""dd: copies in blocks, and says how much it has copied."""

from __future__ import annotations

import re

from tutor.posix import limits
from tutor.posix.errors import FileError, ToolError
from tutor.posix.process import Outcome, Process
from tutor.posix.tools.base import Tool, tool_class
from tutor.posix.waits import Exit, Readable

_SUFFIXES = {"": 1, "c": 1, "w": 2, "b": 512, "k": 2**10, "K": 2**10, "M": 2**20, "G": 2**30}
_SUFFIXES |= {"kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9}
_UNITS = ("", "K", "M", "G", "T")
BYTES_A_SECOND = 1e9
"""How fast it says it copied when the machine's clock has not moved."""


def _number(text: str) -> int:
    match = re.fullmatch(r"([0-9]{1,15})([a-zA-Z]{0,2})", text)
    if match is None or match[2] not in _SUFFIXES:
        raise ToolError(f"invalid number '{text}'")
    return int(match[1]) * _SUFFIXES[match[2]]


def _human(amount: float) -> str:
    unit = 0
    while amount >= 1024 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{amount:.1f}{_UNITS[unit]}B"


@tool_class("dd")
class Dd(Tool):
    """dd [if=FILE] [of=FILE] [bs=N] [count=N] [skip=N] [seek=N] [conv=notrunc|fsync] [status=none|noxfer]"""

    allocated = 0
    """Bytes of memory it holds: one block."""

    def begin(self, process: Process) -> Outcome:
        words = dict(self._word(word) for word in self.argv[1:])
        self.block = _number(words.get("bs") or words.get("ibs") or "512")
        if self.block < 1:
            raise ToolError("invalid number '0'")
        self.allocated = self.block
        self.left = _number(words["count"]) * self.block if "count" in words else None
        self.skip = _number(words.get("skip", "0")) * self.block
        self.quiet = words.get("status", "")
        self.read = self.written = self.piece = 0
        self.target = words.get("of", "standard output")
        self.started = process.now
        if "if" in words:
            process.attach(0, process.open(words["if"], "r"))
        if "of" in words:
            self._open_output(process, words)
        return None

    @staticmethod
    def _word(word: str) -> tuple[str, str]:
        name, equals, value = word.partition("=")
        if not equals or name not in ("if", "of", "bs", "ibs", "obs", "count", "skip", "seek", "conv", "status"):
            raise ToolError(f"invalid argument '{word}'")
        return name, value

    def _open_output(self, process: Process, words: dict[str, str]) -> None:
        seek = _number(words.get("seek", "0")) * self.block
        keep = "notrunc" in words.get("conv", "").split(",") or seek > 0
        stream = process.open(words["of"], "+" if keep else "w")
        if seek and hasattr(stream, "offset"):
            stream.offset = seek
        process.attach(1, stream)

    def work(self, process: Process) -> Outcome:
        self.written += self.piece
        self.piece = 0
        wanted = limits.READ_SIZE if self.left is None else min(limits.READ_SIZE, self.left)
        if self.skip:
            wanted = min(limits.READ_SIZE, self.skip)
        data = process.read(0, wanted) if wanted else b""
        if data is None:
            return Readable(fd=0)
        if not data:
            return self._finish(process)
        if self.skip:
            self.skip -= len(data)
            return None
        self.read += len(data)
        self.piece = len(data)
        if self.left is not None:
            self.left -= len(data)
        process.write(1, data)
        return None

    def write_failed(self, process: Process, reason: str) -> Exit | None:
        process.complain(f"error writing '{self.target}': {reason}")
        self.read = (self.read + self.block - 1) // self.block * self.block  # it reads whole blocks
        self.quiet = self.quiet or "noxfer"
        return self._finish(process, 1)

    def _finish(self, process: Process, status: int = 0) -> Exit:
        if self.quiet != "none":
            lines = [f"{self._records(self.read)} records in", f"{self._records(self.written)} records out"]
            if self.quiet != "noxfer":
                seconds = max(process.now - self.started, self.written / BYTES_A_SECOND, 1e-6)
                speed = f"{seconds:.6f} seconds, {_human(self.written / seconds)}/s"
                lines.append(f"{self.written} bytes ({_human(self.written)}) copied, {speed}")
            try:
                process.write(2, "\n".join([*lines, ""]))
            except FileError:
                return Exit(1)
        return Exit(status)

    def _records(self, size: int) -> str:
        return f"{size // self.block}+{int(size % self.block > 0)}"

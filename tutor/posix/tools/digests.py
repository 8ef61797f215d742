"""md5sum, sha1sum, sha256sum, sha512sum, base64, od, hexdump, xxd-like views of bytes."""

from __future__ import annotations

import base64
import binascii
import re

from tutor.posix.errors import ToolError
from tutor.posix.process import Outcome, Process
from tutor.posix.text import decode
from tutor.posix.tools.base import tool_class
from tutor.posix.tools.inputs import GatherTool, InputTool
from tutor.posix.tools.options import integer
from tutor.posix.waits import Exit


@tool_class("md5sum", "sha1sum", "sha256sum", "sha512sum")
class Digest(GatherTool):
    """Prints digests, or with -c checks the files a list names."""

    def begin(self, process: Process) -> Outcome:
        options = self.options("cbtsw", {"check": "c", "status": "s"})
        self.inputs = options.operands or ["-"]
        self.check, self.silent = "c" in options.flags, "s" in options.flags
        self.method = self.argv[0].rsplit("/", 1)[-1]
        return None

    def _digest(self, data: bytes) -> str:
        import hashlib  # only here: it takes longer to load than most tools take to run

        return hashlib.new(self.method.removesuffix("sum"), data, usedforsecurity=False).hexdigest()

    def end_of_input(self, process: Process) -> None:
        data = bytes(self.data)
        self.data.clear()
        if self.check:
            self._check(process, decode(data))
        else:
            process.write(1, f"{self._digest(data)}  {self.name()}\n")

    def _check(self, process: Process, text: str) -> None:
        for line in text.splitlines():
            digest, _, name = line.partition(" ")
            name = name.lstrip(" *")
            found = process.files.lookup(process.path(name)) if name else None
            good = found is not None and self._digest(process.files.read(process.path(name))) == digest
            if not self.silent:
                process.write(1, f"{name}: {'OK' if good else 'FAILED'}\n")
            self.status = self.status if good else 1


@tool_class("base64")
class Base64(InputTool):
    """Works on the stream, three bytes (or four letters) at a time, so that it can stand in an endless pipe."""

    def begin(self, process: Process) -> Outcome:
        options = self.options("dDiw:", {"decode": "d", "wrap": "w"})
        self.inputs = options.operands[:1] or ["-"]
        self.decoding = bool({"d", "D"} & options.flags)
        self.width = integer(options.value("w") or "76")
        self.rest, self.column = b"", 0
        return None

    def feed(self, process: Process, data: bytes) -> None:
        self.rest += b"".join(data.split()) if self.decoding else data
        unit = 4 if self.decoding else 3
        self._pass(process, len(self.rest) // unit * unit)

    def end_of_input(self, process: Process) -> None:
        self._pass(process, len(self.rest))
        if not self.decoding and self.column and self.width:
            process.write(1, "\n")

    def _pass(self, process: Process, size: int) -> None:
        piece, self.rest = self.rest[:size], self.rest[size:]
        if self.decoding:
            try:
                process.write(1, base64.b64decode(piece, validate=True))
            except binascii.Error:
                raise ToolError("truncated input" if len(piece) % 4 else "invalid input") from None
            return
        process.write(1, self._wrap(base64.b64encode(piece).decode()))

    def _wrap(self, text: str) -> str:
        if not self.width:
            return text
        out = list[str]()
        while text:
            room = self.width - self.column
            out.append(text[:room])
            self.column += len(text[:room])
            text = text[room:]
            if self.column == self.width:
                out.append("\n")
                self.column = 0
        return "".join(out)


@tool_class("od", "hexdump", "xxd")
class Dump(GatherTool):
    """od -c, od -x1-style -t x1, hexdump -C and plain xxd."""

    def begin(self, process: Process) -> Outcome:
        options = self.options("Ccxbt:A:N:n:vps:")
        self.inputs = options.operands or ["-"]
        program = self.argv[0].rsplit("/", 1)[-1]
        self.limit = integer(options.value("N") or options.value("n") or "-1")
        kind = options.value("t") or ""
        self.addresses = options.value("A") != "n"
        if program == "od" and not ("c" in options.flags or re.match(r"[xc]1?", kind)):
            raise ToolError("only od -c and od -t x1 are simulated")
        if program == "hexdump" and "C" not in options.flags:
            raise ToolError("only hexdump -C is simulated")
        styles = {"xxd": "xxd", "hexdump": "canonical"}
        self.style = styles.get(program, "chars" if "c" in options.flags or kind[:1] == "c" else "hex")
        return None

    def finish(self, process: Process) -> Outcome:
        data = bytes(self.data) if self.limit < 0 else bytes(self.data[: self.limit])
        for start in range(0, len(data), 16):
            process.write(1, self._row(start, data[start : start + 16]) + "\n")
        if self.style != "xxd" and self.addresses:
            process.write(1, f"{len(data):08x}\n" if self.style == "canonical" else f"{len(data):07o}\n")
        return Exit(self.status)

    def _row(self, start: int, row: bytes) -> str:
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        if self.style == "xxd":
            pairs = " ".join(row[at : at + 2].hex() for at in range(0, len(row), 2))
            return f"{start:08x}: {pairs:<39}  {shown}"
        if self.style == "canonical":
            return f"{start:08x}  {row[:8].hex(' '):<23}  {row[8:].hex(' '):<23}  |{shown}|"
        cells = (_character(byte) if self.style == "chars" else f"{byte:02x}".rjust(3) for byte in row)
        return (f"{start:07o}" if self.addresses else "") + "".join(cells)


def _character(byte: int) -> str:
    named = {0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
    text = named.get(byte) or (chr(byte) if 32 <= byte < 127 else f"{byte:03o}")
    return text.rjust(4)

"""tar: making, listing and unpacking archives. `kubectl cp` runs it inside the container."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from tutor.posix import limits, patterns
from tutor.posix.errors import FileError, ToolError
from tutor.posix.process import Outcome, Process
from tutor.posix.streams import Stream
from tutor.posix.tools.base import Tool, tool_class
from tutor.posix.tools.options import Options, parse_options
from tutor.posix.tools.walking import walk
from tutor.posix.tree import FileInfo, join, parent_of
from tutor.posix.waits import Exit, Readable

if TYPE_CHECKING:
    import tarfile

_LETTERS = "cxtvzmpoOPhjJkf:C:X:T:"
_NAMES = {
    "create": "c",
    "extract": "x",
    "list": "t",
    "file": "f",
    "directory": "C",
    "gzip": "z",
    "exclude": "X",
    "verbose": "v",
    "no-same-owner": "o",
    "no-same-permissions": "o",
    "warning": "T",
}


@tool_class("tar")
class Tar(Tool):
    """tar -c, -x and -t with -f, -C, -v, -z, -O and --exclude; "-" is standard output or input."""

    def begin(self, process: Process) -> Outcome:
        options = self._arguments()
        chosen = options.flags & {"c", "x", "t"}
        if len(chosen) != 1:
            raise ToolError("must specify one of -c, -x, -t")
        if {"j", "J"} & options.flags:
            raise ToolError("only gzip compression is simulated")
        self.action = chosen.pop()
        self.flags, self.names = options.flags, options.operands
        self.excluded = options.values.get("X", [])
        self.file = options.value("f") or "-"
        self.base = process.path(options.value("C") or ".")
        self.data = bytearray()
        if not process.files.is_directory(self.base):
            raise ToolError(f"can't change directory to '{options.value('C')}': No such file or directory")
        if self.action == "c":
            self._create(process)
            return Exit(self.status)
        if self.file != "-":
            source: Stream = process.open(self.file, "r")
            process.attach(0, source)
        return None

    def _arguments(self) -> Options:
        argv = list(self.argv)
        if len(argv) > 1 and not argv[1].startswith("-"):
            argv[1] = "-" + argv[1]
        return parse_options(argv, _LETTERS, _NAMES)

    def work(self, process: Process) -> Outcome:
        piece = process.read(0)
        if piece is None:
            return Readable(fd=0)
        self.data += piece
        if len(self.data) > limits.INPUT_SIZE:
            raise ToolError("out of memory")
        if piece:
            return None
        self._unpack(process)
        return Exit(self.status)

    def _create(self, process: Process) -> None:
        if not self.names:
            raise ToolError("empty archive")
        import tarfile  # here and below: it takes longer to load than most tools take to run

        buffer = io.BytesIO()
        with tarfile.open(
            fileobj=buffer, mode="w:gz" if "z" in self.flags else "w", format=tarfile.GNU_FORMAT
        ) as archive:
            for name in self.names:
                self._add(process, archive, name)
        if self.file == "-":
            process.write(1, buffer.getvalue())
        else:
            process.files.write(process.path(self.file), buffer.getvalue())

    def _add(self, process: Process, archive: tarfile.TarFile, top: str) -> None:
        try:
            found = list(walk(process, join(self.base, top)))
        except FileError as error:
            self.complain(process, f"{top}: {error.reason}")
            self.status = 1
            return
        for path, info in found:
            name = (top.rstrip("/") + path[len(join(self.base, top)) :]).lstrip("/")
            if info.kind == "device" or any(patterns.matches(pattern, name) for pattern in self.excluded):
                continue
            data = process.files.read(path) if info.kind == "file" else b""
            archive.addfile(_entry(name, info, len(data)), io.BytesIO(data))
            self._report(process, name, 2 if self.file == "-" else 1)

    def _report(self, process: Process, name: str, fd: int) -> None:
        if "v" in self.flags:
            process.write(fd, name + "\n")

    def _unpack(self, process: Process) -> None:
        import tarfile

        try:
            with tarfile.open(fileobj=io.BytesIO(bytes(self.data))) as archive:
                for entry in archive:
                    if not self.names or any(
                        entry.name == name or entry.name.startswith(name + "/") for name in self.names
                    ):
                        self._member(process, archive, entry)
        except (tarfile.TarError, EOFError, OSError) as error:
            raise ToolError("invalid tar magic" if self.data else "short read") from error

    def _member(self, process: Process, archive: tarfile.TarFile, entry: tarfile.TarInfo) -> None:
        if self.action == "t":
            process.write(1, entry.name + ("/" if entry.isdir() else "") + "\n")
            return
        stream = archive.extractfile(entry) if entry.isfile() else None
        data = stream.read(limits.INPUT_SIZE) if stream else b""
        if "O" in self.flags:
            process.write(1, data)
            return
        path = self.base.rstrip("/") + join("/", entry.name)  # ".." in a name cannot lead out
        self._report(process, entry.name, 1)
        self._place(process, path, entry, data)

    def _place(self, process: Process, path: str, entry: tarfile.TarInfo, data: bytes) -> None:
        files = process.files
        _make_parents(process, path if entry.isdir() else parent_of(path))
        if entry.isdir():
            return
        old = files.lookup(path, follow=False)
        if old is not None and not old.is_directory:
            files.remove(path)
        if entry.issym():
            files.make_link(path, entry.linkname)
        elif entry.isfile():
            files.write(path, data)
            files.change(path, mode=entry.mode & 0o777, time=None if "m" in self.flags else float(entry.mtime))


def _entry(name: str, info: FileInfo, size: int) -> tarfile.TarInfo:
    import tarfile

    entry = tarfile.TarInfo(name)
    kinds = {"directory": tarfile.DIRTYPE, "link": tarfile.SYMTYPE}
    entry.type = kinds.get(info.kind, tarfile.REGTYPE)
    entry.size, entry.mode, entry.mtime = size, info.mode, max(0, int(info.modified))
    entry.uid, entry.gid, entry.linkname = info.uid, info.gid, info.target
    return entry


def _make_parents(process: Process, path: str) -> None:
    if path != "/" and not process.files.is_directory(path):
        _make_parents(process, parent_of(path))
        process.files.make_directory(path)

"""ls, stat and du."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.posix.dates import strftime
from tutor.posix.errors import FileError, ToolError
from tutor.posix.tools.base import Invocation, describe, tool
from tutor.posix.tools.walking import child, walk
from tutor.posix.tree import FileInfo
from tutor.posix.users import group_name, user_name

_LETTERS = "la1RAdhtrSnFpiCL"
_KINDS = {"directory": "d", "link": "l", "device": "c", "file": "-"}


def _kilobytes(info: FileInfo) -> int:
    """What a file takes on a disk of 4096-byte blocks."""
    return 0 if info.kind in ("link", "device") else -(-info.size // 4096) * 4


def mode_text(info: FileInfo) -> str:
    """Kind and permissions as `ls -l` shows them: "drwxr-xr-x"."""
    bits = "".join(letter if info.mode >> (8 - index) & 1 else "-" for index, letter in enumerate("rwxrwxrwx"))
    for bit, at, letter in ((0o4000, 2, "s"), (0o2000, 5, "s"), (0o1000, 8, "t")):
        if info.mode & bit:
            bits = bits[:at] + (letter if bits[at] == "x" else letter.upper()) + bits[at + 1 :]
    return _KINDS[info.kind] + bits


def human(size: int) -> str:
    """A size as `-h` shows it: "4.0K"."""
    if size < 1024:
        return str(size)
    value, unit = float(size), 0
    while value >= 1024 and unit < 5:
        value, unit = value / 1024, unit + 1
    return f"{value:.1f}{' KMGTP'[unit]}"


@dataclass(frozen=True)
class _Entry:
    name: str
    path: str
    info: FileInfo


@tool("ls")
def ls(invocation: Invocation) -> int:
    names = {"all": "a", "almost-all": "A", "recursive": "R", "human-readable": "h", "reverse": "r", "directory": "d"}
    argv = [word for word in invocation.argv if not word.startswith("--color")]
    options = Invocation(invocation.process, argv).options(_LETTERS, names)
    return _Listing(invocation, options.flags).run(options.operands or ["."])


class _Listing:
    def __init__(self, invocation: Invocation, flags: set[str]) -> None:
        self.invocation = invocation
        self.process = invocation.process
        self.flags = flags
        self.status = 0
        self.first = True

    def run(self, names: list[str]) -> int:
        files, directories = list[_Entry](), list[_Entry]()
        for name in names:
            entry = self._entry(name, name, follow="L" in self.flags or not {"l", "d"} & self.flags)
            if entry is not None:
                is_directory = entry.info.is_directory and "d" not in self.flags
                (directories if is_directory else files).append(entry)
        if files:
            self._print(self._sorted(files))
            self.first = False
        for entry in self._sorted(directories):
            self._directory(entry.path, titled=len(names) > 1 or "R" in self.flags)
        return self.status

    def _entry(self, name: str, path: str, *, follow: bool) -> _Entry | None:
        try:
            return _Entry(name, path, self.invocation.files.info(self.process.path(path), follow=follow))
        except FileError as error:
            self._fail(path, error)
            return None

    def _fail(self, name: str, error: FileError) -> None:
        self.invocation.complain(f"{name}: {error.reason}")
        self.status = 1

    def _directory(self, top: str, *, titled: bool) -> None:
        queue = [top]
        while queue:
            path = queue.pop(0)
            try:
                names = self.invocation.files.list(self.process.path(path))
            except FileError as error:
                self._fail(f"can't open '{path}'", error)
                continue
            if titled:
                self.invocation.out(("" if self.first else "\n") + f"{path}:\n")
            self.first = False
            entries = self._entries(path, names)
            self._print(entries, total=True)
            if "R" in self.flags:
                queue[:0] = [
                    entry.path for entry in entries if entry.info.is_directory and entry.name not in (".", "..")
                ]

    def _entries(self, path: str, names: list[str]) -> list[_Entry]:
        if not {"a", "A"} & self.flags:
            names = [name for name in names if not name.startswith(".")]
        dots = [".", ".."] if "a" in self.flags else []
        entries = [self._entry(name, child(path, name), follow="L" in self.flags) for name in dots + names]
        return self._sorted([entry for entry in entries if entry is not None])

    def _sorted(self, entries: list[_Entry]) -> list[_Entry]:
        entries = sorted(entries, key=lambda entry: entry.name)
        if "t" in self.flags:
            entries.sort(key=lambda entry: -entry.info.modified)
        elif "S" in self.flags:
            entries.sort(key=lambda entry: -entry.info.size)
        return entries[::-1] if "r" in self.flags else entries

    def _print(self, entries: list[_Entry], *, total: bool = False) -> None:
        if "l" in self.flags or "n" in self.flags:
            if total:
                self.invocation.out(f"total {sum(_kilobytes(entry.info) for entry in entries)}\n")
            self.invocation.out("".join(row + "\n" for row in self._rows(entries)))
        elif "1" in self.flags or not self._terminal():
            self.invocation.out("".join(self._name(entry) + "\n" for entry in entries))
        else:
            self.invocation.out(_in_columns([self._name(entry) for entry in entries]))

    def _terminal(self) -> bool:
        return 1 in self.process.streams and self.process.streams[1].tty

    def _name(self, entry: _Entry) -> str:
        marks = {"directory": "/", "link": "@"}
        mark = marks.get(entry.info.kind, "*" if entry.info.mode & 0o111 and entry.info.kind == "file" else "")
        wanted = "F" in self.flags or ("p" in self.flags and mark == "/")
        return entry.name + (mark if wanted else "")

    def _rows(self, entries: list[_Entry]) -> list[str]:
        cells = [self._cells(entry) for entry in entries]
        widths = [max((len(row[column]) for row in cells), default=0) for column in range(5)]
        return [
            f"{row[0]} {row[1]:>{max(widths[1], 4)}} {row[2]:<{max(widths[2], 8)}} {row[3]:<{max(widths[3], 8)}} "
            f"{row[4]:>{max(widths[4], 9)}} {row[5]} {row[6]}"
            for row in cells
        ]

    def _cells(self, entry: _Entry) -> tuple[str, ...]:
        info, files = entry.info, self.invocation.files
        numeric = "n" in self.flags
        owner = str(info.uid) if numeric else user_name(files, info.uid) or str(info.uid)
        group = str(info.gid) if numeric else group_name(files, info.gid) or str(info.gid)
        size = human(info.size) if "h" in self.flags else str(info.size)
        recent = abs(self.process.now - info.modified) < 182 * 86400
        time = strftime("%b %e %H:%M" if recent else "%b %e  %Y", info.modified)
        target = f" -> {info.target}" if info.kind == "link" else ""
        return mode_text(info), "2" if info.is_directory else "1", owner, group, size, time, self._name(entry) + target


def _in_columns(names: list[str], width: int = 80) -> str:
    """Names in as many columns as fit a terminal, filled downwards."""
    if not names:
        return ""
    cell = max(map(len, names)) + 2
    columns = max(1, width // cell)
    rows = -(-len(names) // columns)
    lines = ("".join(name.ljust(cell) for name in names[row::rows]).rstrip() for row in range(rows))
    return "".join(line + "\n" for line in lines)


@tool("stat")
def stat(invocation: Invocation) -> int:
    options = invocation.options("c:Lt", {"format": "c"})
    invocation.require(options.operands)
    status = 0
    for name in options.operands:
        try:
            info = invocation.files.info(invocation.path(name), follow="L" in options.flags)
        except FileError as error:
            invocation.complain(f"can't stat '{name}': {error.reason}")
            status = 1
            continue
        form = options.value("c")
        invocation.out(
            _stat_format(invocation, form, name, info) if form is not None else _stat_text(invocation, name, info)
        )
    return status


def _stat_format(invocation: Invocation, form: str, name: str, info: FileInfo) -> str:
    owner, group = user_name(invocation.files, info.uid), group_name(invocation.files, info.gid)
    values = {
        "n": name,
        "s": str(info.size),
        "a": f"{info.mode:o}",
        "A": mode_text(info),
        "u": str(info.uid),
        "g": str(info.gid),
        "U": owner or "UNKNOWN",
        "G": group or "UNKNOWN",
        "Y": str(int(info.modified)),
        "y": strftime("%Y-%m-%d %H:%M:%S", info.modified),
        "F": "symbolic link" if info.kind == "link" else "regular file" if info.kind == "file" else info.kind,
        "%": "%",
    }
    out, index = list[str](), 0
    while index < len(form):
        if form[index] == "%" and index + 1 < len(form):
            if form[index + 1] not in values:
                raise ToolError(f"%{form[index + 1]} is not simulated")
            out.append(values[form[index + 1]])
            index += 2
        else:
            out.append(form[index])
            index += 1
    return "".join(out) + "\n"


def _stat_text(invocation: Invocation, name: str, info: FileInfo) -> str:
    def value(form: str) -> str:
        return _stat_format(invocation, form, name, info)

    lines = ("  File: %n", "  Size: %s\t%F", "Access: (0%a/%A)  Uid: ( %u/ %U)   Gid: ( %g/ %G)", "Modify: %y")
    return "".join(map(value, lines))


@tool("du")
def du(invocation: Invocation) -> int:
    options = invocation.options("shak", {"summarize": "s", "human-readable": "h"})
    status = 0
    for top in options.operands or ["."]:
        try:
            sizes = _sizes(invocation, top)
        except FileError as error:
            invocation.complain(describe(error))
            status = 1
            continue
        for name, (size, is_directory) in reversed(sizes.items()):
            if name == top or ("s" not in options.flags and (is_directory or "a" in options.flags)):
                shown = human(size) if "h" in options.flags else str(-(-size // 1024))
                invocation.out(f"{shown}\t{name}\n")
    return status


def _sizes(invocation: Invocation, top: str) -> dict[str, tuple[int, bool]]:
    """Bytes below every name, in the order of the walk."""
    sizes = dict[str, tuple[int, bool]]()
    for name, info in walk(invocation.process, top):
        sizes[name] = (0 if info.is_directory else info.size, info.is_directory)
    for name, (size, is_directory) in list(sizes.items()):
        parent = name
        while not is_directory and parent != top and "/" in parent:
            parent = parent.rsplit("/", 1)[0] or "/"
            if parent in sizes:
                sizes[parent] = (sizes[parent][0] + size, True)
    return sizes

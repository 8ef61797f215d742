"""mkdir, rmdir, rm, cp, mv, touch, ln, chmod, chown, mktemp, truncate: tools that change the file tree."""

from __future__ import annotations

import re

from tutor.posix.errors import FileError, ToolError
from tutor.posix.tools.base import Invocation, tool
from tutor.posix.tools.options import integer
from tutor.posix.tools.walking import child, copy_all, remove_all, walk
from tutor.posix.tree import FileInfo, name_of, parent_of
from tutor.posix.users import user_id

_CLAUSE = re.compile(r"([ugoa]*)([-+=])([rwxX]*)")


@tool("mkdir")
def mkdir(invocation: Invocation) -> int:
    options = invocation.options("pm:v", {"parents": "p", "mode": "m"})
    invocation.require(options.operands)
    mode = parse_mode(options.value("m") or "777", 0o777)
    status = 0
    for name in options.operands:
        try:
            path = invocation.path(name)
            if "p" in options.flags:
                _make_parents(invocation, path)
            if not ("p" in options.flags and invocation.files.is_directory(path)):
                invocation.files.make_directory(path, mode)
        except FileError as error:
            status = _fail(invocation, f"can't create directory '{name}'", error)
    return status


def _make_parents(invocation: Invocation, path: str) -> None:
    parent = parent_of(path)
    if parent != "/" and not invocation.files.is_directory(parent):
        missing = [parent]
        while parent_of(missing[-1]) != "/" and not invocation.files.is_directory(parent_of(missing[-1])):
            missing.append(parent_of(missing[-1]))
        for directory in reversed(missing):
            invocation.files.make_directory(directory)


def _fail(invocation: Invocation, what: str, error: FileError) -> int:
    invocation.complain(f"{what}: {error.reason}")
    return 1


@tool("rmdir")
def rmdir(invocation: Invocation) -> int:
    options = invocation.options("p")
    invocation.require(options.operands)
    status = 0
    for name in options.operands:
        try:
            if not invocation.files.info(invocation.path(name), follow=False).is_directory:
                raise FileError("ENOTDIR", name)
            invocation.files.remove(invocation.path(name))
        except FileError as error:
            status = _fail(invocation, f"'{name}'", error)
    return status


@tool("rm", "unlink")
def rm(invocation: Invocation) -> int:
    options = invocation.options("rRfiv", {"recursive": "r", "force": "f"})
    if "f" not in options.flags:
        invocation.require(options.operands)
    status = 0
    for name in options.operands:
        try:
            if name_of(invocation.path(name)) == "" or name.rstrip("/").rsplit("/", 1)[-1] in (".", ".."):
                raise ToolError(f"refusing to remove '{name}'")
            info = invocation.files.info(invocation.path(name), follow=False)
            if not info.is_directory:
                invocation.files.remove(invocation.path(name))
            elif {"r", "R"} & options.flags:
                remove_all(invocation.process, name)
            else:
                raise FileError("EISDIR", name)
        except FileError as error:
            if error.code != "ENOENT" or "f" not in options.flags:
                words = (
                    f"'{name}' is a directory" if error.code == "EISDIR" else f"can't remove '{name}': {error.reason}"
                )
                invocation.complain(words)
                status = 1
    return status


def _targets(invocation: Invocation, operands: list[str], directory: str | None) -> list[tuple[str, str]]:
    """Pairs of source and target for cp, mv and ln: into a directory, or one file onto another name."""
    if directory is None:
        invocation.require(operands, 2)
        *operands, directory = operands
        if not invocation.files.is_directory(invocation.path(directory)):
            if len(operands) > 1:
                raise FileError("ENOTDIR", directory)
            return [(operands[0], directory)]
    return [(source, child(directory, source.rstrip("/").rsplit("/", 1)[-1])) for source in operands]


@tool("cp")
def cp(invocation: Invocation) -> int:
    options = invocation.options("rRapfdLTt:v", {"recursive": "r", "archive": "a"})
    deep, keep = bool({"r", "R", "a"} & options.flags), bool({"a", "p"} & options.flags)
    status = 0
    for source, target in _targets(invocation, options.operands, options.value("t")):
        try:
            if invocation.files.lookup(invocation.path(source)) and invocation.path(source) == invocation.path(target):
                raise ToolError(f"'{source}' and '{target}' are the same file")
            copy_all(invocation.process, source, target, keep=keep, deep=deep)
        except FileError as error:
            what = f"can't stat '{source}'" if error.path == invocation.path(source) else f"can't create '{target}'"
            status = _fail(invocation, what, error)
        except ToolError as error:
            invocation.complain(error.message)
            status = 1
    return status


@tool("mv")
def mv(invocation: Invocation) -> int:
    options = invocation.options("fnTt:v")
    status = 0
    for source, target in _targets(invocation, options.operands, options.value("t")):
        if "n" in options.flags and invocation.files.lookup(invocation.path(target)):
            continue
        try:
            invocation.files.info(invocation.path(source), follow=False)
            _move(invocation, source, target)
        except FileError as error:
            status = _fail(invocation, f"can't rename '{source}'", error)
    return status


def _move(invocation: Invocation, source: str, target: str) -> None:
    try:
        invocation.files.rename(invocation.path(source), invocation.path(target))
    except FileError as error:
        if error.code != "EXDEV":
            raise
        copy_all(invocation.process, source, target, keep=True, deep=True)
        remove_all(invocation.process, source)


@tool("ln")
def ln(invocation: Invocation) -> int:
    options = invocation.options("sfnTv", {"symbolic": "s", "force": "f"})
    if "s" not in options.flags:
        raise ToolError("hard links are not simulated; use ln -s")
    operands = options.operands if len(options.operands) != 1 else [*options.operands, "."]
    keep_link = bool({"n", "T"} & options.flags)
    status = 0
    pairs = [(operands[0], operands[1])] if keep_link and len(operands) == 2 else _targets(invocation, operands, None)
    for source, target in pairs:
        try:
            path = invocation.path(target)
            if "f" in options.flags and invocation.files.lookup(path, follow=False):
                invocation.files.remove(path)
            invocation.files.make_link(path, source)
        except FileError as error:
            status = _fail(invocation, target, error)
    return status


@tool("touch")
def touch(invocation: Invocation) -> int:
    options = invocation.options("cmad:t:r:", {"no-create": "c"})
    if {"d", "t", "r"} & options.values.keys():
        raise ToolError("setting another time than now is not simulated")
    invocation.require(options.operands)
    status = 0
    for name in options.operands:
        try:
            path = invocation.path(name)
            if invocation.files.lookup(path) is not None:
                invocation.files.change(path, time=invocation.process.now)
            elif "c" not in options.flags:
                invocation.files.write(path, b"")
        except FileError as error:
            status = _fail(invocation, name, error)
    return status


def parse_mode(text: str, old: int, *, is_directory: bool = False) -> int:
    """Permission bits for "644" or "u+x,go-w"; raises ToolError for anything else."""
    if re.fullmatch(r"[0-7]{1,4}", text):
        return int(text, 8) & 0o777
    mode = old
    for clause in text.split(","):
        match = _CLAUSE.fullmatch(clause)
        if not match:
            raise ToolError(f"invalid mode '{text}'")
        who = "ugo" if not match[1] or "a" in match[1] else match[1]
        searchable = is_directory or bool(old & 0o111)
        letters = match[3].replace("X", "x" if searchable else "")
        bits = sum({"r": 4, "w": 2, "x": 1}[letter] for letter in set(letters))
        for person, shift in (("u", 6), ("g", 3), ("o", 0)):
            if person in who:
                kept = mode & ~(7 << shift)
                now = mode >> shift & 7
                new = bits if match[2] == "=" else now | bits if match[2] == "+" else now & ~bits
                mode = kept | new << shift
    return mode


@tool("chmod")
def chmod(invocation: Invocation) -> int:
    words = ["chmod", *(word for word in invocation.argv[1:] if word not in ("-R", "-v", "-f", "--recursive"))]
    recursive = any(word in ("-R", "--recursive") for word in invocation.argv[1:])
    invocation.require(words[1:], 2)
    status = 0
    for top in words[2:]:
        try:
            for name, info in _found(invocation, top, recursive=recursive):
                if info.kind != "link":
                    mode = parse_mode(words[1], info.mode, is_directory=info.is_directory)
                    invocation.files.change(invocation.path(name), mode=mode)
        except FileError as error:
            status = _fail(invocation, top, error)
    return status


def _found(invocation: Invocation, top: str, *, recursive: bool) -> list[tuple[str, FileInfo]]:
    if recursive:
        return list(walk(invocation.process, top))
    return [(top, invocation.files.info(invocation.path(top)))]


@tool("chown", "chgrp")
def chown(invocation: Invocation) -> int:
    options = invocation.options("Rhfv", {"recursive": "R"})
    invocation.require(options.operands, 2)
    who, *names = options.operands
    user, _, group = who.partition(":") if invocation.argv[0].endswith("chown") else ("", "", who)
    status = 0
    for top in names:
        try:
            for name, info in _found(invocation, top, recursive="R" in options.flags):
                uid = _id(invocation, user, "/etc/passwd") if user else info.uid
                gid = _id(invocation, group, "/etc/group") if group else info.gid
                invocation.files.change(invocation.path(name), owner=(uid, gid))
        except FileError as error:
            status = _fail(invocation, top, error)
    return status


def _id(invocation: Invocation, text: str, path: str) -> int:
    number = integer(text) if text.isdecimal() else user_id(invocation.files, text, path)
    if number is None:
        raise ToolError(f"unknown user or group {text}")
    return number


@tool("mktemp")
def mktemp(invocation: Invocation) -> int:
    options = invocation.options("dup:qt")
    template = options.operands[0] if options.operands else "/tmp/tmp.XXXXXX"
    head = template.rstrip("X")
    if len(template) - len(head) < 6:
        raise ToolError("Invalid argument")
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    name = head + "".join(
        letters[byte % 62] for byte in invocation.process.machine.random.take(len(template) - len(head))
    )
    if "d" in options.flags:
        invocation.files.make_directory(invocation.path(name), 0o700)
    elif "u" not in options.flags:
        invocation.files.write(invocation.path(name), b"", mode=0o600)
    invocation.out(name + "\n")
    return 0


@tool("truncate")
def truncate(invocation: Invocation) -> int:
    options = invocation.options("cs:", {"size": "s"})
    invocation.require(options.operands)
    match = re.fullmatch(r"(\d{1,9})([kKmMgG]?)", options.value("s") or "")
    if not match:
        raise ToolError("you must specify a size with -s")
    size = int(match[1]) * {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}[match[2].lower()]
    for name in options.operands:
        path = invocation.path(name)
        old = invocation.files.read(path) if invocation.files.lookup(path) else b""
        if size > (1 << 26):
            raise FileError("ENOSPC", name)
        invocation.files.write(path, old[:size].ljust(size, b"\0"))
    return 0

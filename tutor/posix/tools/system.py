"""Tools about the machine and its users: hostname, uname, id, whoami, nproc, date, env, printenv, which and others."""

from __future__ import annotations

import re

from tutor.posix.commands import DEFAULT_PATH, find
from tutor.posix.dates import strftime
from tutor.posix.errors import CommandNotFound, FileError, NotExecutable, ToolError
from tutor.posix.namespace import Namespace
from tutor.posix.process import Outcome, Process
from tutor.posix.text import decode
from tutor.posix.times import parse_time
from tutor.posix.tools.base import Invocation, Tool, describe, tool, tool_class
from tutor.posix.tree import join, name_of, parent_of
from tutor.posix.users import group_name, user_name
from tutor.posix.waits import Exit


@tool("hostname")
def hostname(invocation: Invocation) -> int:
    options = invocation.options("sfidI")
    if options.operands:
        raise ToolError("sethostname: Operation not permitted")
    name = invocation.process.machine.host.hostname
    address, full = _own_entry(invocation.files, name)
    shown = name
    if {"i", "I"} & options.flags:
        if not address:
            raise ToolError(f"{name}: Unknown host")
        shown = address
    elif "f" in options.flags:
        shown = full
    elif "d" in options.flags:
        shown = full.partition(".")[2]
    elif "s" in options.flags:
        shown = name.split(".")[0]
    invocation.out(shown + "\n")
    return 0


def _own_entry(files: Namespace, name: str) -> tuple[str, str]:
    """The address and the full name that /etc/hosts gives a host."""
    try:
        lines = decode(files.read("/etc/hosts")).splitlines()
    except FileError:
        return "", name
    for line in lines:
        words = line.partition("#")[0].split()
        if name in words[1:]:
            return words[0], words[1]
    return "", name


@tool("uname")
def uname(invocation: Invocation) -> int:
    host = invocation.process.machine.host
    flags = invocation.options("asnrvmpo").flags or {"s"}
    values = {
        "s": "Linux",
        "n": host.hostname,
        "r": host.kernel,
        "v": "#1 SMP",
        "m": host.architecture,
        "o": "GNU/Linux",
    }
    invocation.out(" ".join(value for letter, value in values.items() if letter in flags or "a" in flags) + "\n")
    return 0


@tool("nproc")
def nproc(invocation: Invocation) -> int:
    invocation.out(f"{invocation.process.machine.host.processors}\n")
    return 0


@tool("whoami")
def whoami(invocation: Invocation) -> int:
    uid = invocation.files.user.uid
    name = user_name(invocation.files, uid)
    if name is None:
        raise ToolError(f"unknown uid {uid}")
    invocation.out(name + "\n")
    return 0


@tool("id")
def identity(invocation: Invocation) -> int:
    flags = invocation.options("ugGn").flags
    files = invocation.files
    user, groups = files.user, list(dict.fromkeys((files.user.gid, *files.user.groups)))
    names = {gid: group_name(files, gid) for gid in groups}
    if "n" in flags and not {"u", "g", "G"} & flags:
        raise ToolError("-n needs one of -u, -g and -G")
    if "u" in flags:
        invocation.out((user_name(files, user.uid) if "n" in flags else None) or str(user.uid))
    elif "g" in flags or "G" in flags:
        shown = groups if "G" in flags else groups[:1]
        invocation.out(" ".join((names[gid] if "n" in flags else None) or str(gid) for gid in shown))
    else:
        invocation.out(f"uid={_named(user.uid, user_name(files, user.uid))} gid={_named(user.gid, names[user.gid])}")
        if user.groups or user.uid == 0:
            listed = user.groups if user.gid in user.groups else (user.gid, *user.groups)
            invocation.out(" groups=" + ",".join(_named(gid, names[gid]) for gid in listed))
    invocation.out("\n")
    return 0


def _named(number: int, name: str | None) -> str:
    return str(number) if name is None else f"{number}({name})"


@tool("date")
def date(invocation: Invocation) -> int:
    seconds = any(word in ("-Is", "-Iseconds", "--iso-8601=seconds") for word in invocation.argv)
    argv = ["-I" if word.startswith(("-I", "--iso-8601")) else word for word in invocation.argv]
    options = Invocation(invocation.process, argv).options(
        "uRId:r:s:", {"utc": "u", "date": "d", "reference": "r", "iso-8601": "I"}
    )
    if "s" in options.values:
        raise ToolError("can't set date: Operation not permitted")
    now = invocation.process.now
    text, reference = options.value("d"), options.value("r")
    if text is not None:
        now = parse_time(text, now)
    elif reference is not None:
        now = invocation.files.info(invocation.path(reference)).modified
    form = "%a %b %e %H:%M:%S UTC %Y"
    if "R" in options.flags:
        form = "%a, %d %b %Y %H:%M:%S +0000"
    if "I" in options.flags:
        form = "%Y-%m-%dT%H:%M:%S+00:00" if seconds else "%Y-%m-%d"
    if options.operands:
        if not options.operands[0].startswith("+"):
            raise ToolError(f"invalid date '{options.operands[0]}'")
        form = options.operands[0][1:]
    invocation.out(strftime(form, now) + "\n")
    return 0


@tool("printenv")
def printenv(invocation: Invocation) -> int:
    environment, names = invocation.process.environment, invocation.argv[1:]
    if not names:
        invocation.out("".join(f"{name}={value}\n" for name, value in environment.items()))
        return 0
    found = [environment[name] for name in names if name in environment]
    invocation.out("".join(value + "\n" for value in found))
    return int(len(found) < len(names))


@tool_class("env")
class Env(Tool):
    """env [-i] [-u NAME] [NAME=VALUE]... [COMMAND]: takes the command's place."""

    def begin(self, process: Process) -> Outcome:
        options = self.options("iu:", {"ignore-environment": "i", "unset": "u"}, mixed=False)
        environment = {} if "i" in options.flags else dict(process.environment)
        for name in options.values.get("u", []):
            environment.pop(name, None)
        words = list(options.operands)
        while words and re.match(r"[^=]+=", words[0]):
            name, _, value = words.pop(0).partition("=")
            environment[name] = value
        process.environment = environment
        if words:
            become(process, words)
            return None
        process.write(1, "".join(f"{name}={value}\n" for name, value in environment.items()))
        return Exit(0)


def become(process: Process, argv: list[str]) -> None:
    """Let a process go on as another program. Raises ToolError (127 or 126) when that cannot be."""
    try:
        process.become(argv)
    except CommandNotFound:
        raise ToolError(f"can't execute '{argv[0]}': No such file or directory", 127) from None
    except NotExecutable as error:
        raise ToolError(f"can't execute '{argv[0]}': {error.reason}", 126) from None


@tool("which")
def which(invocation: Invocation) -> int:
    status = 0
    for name in invocation.options("a").operands:
        try:
            invocation.out(
                find(invocation.process, name, invocation.process.environment.get("PATH", DEFAULT_PATH)) + "\n"
            )
        except (CommandNotFound, NotExecutable):
            status = 1
    return status


@tool("tty")
def tty(invocation: Invocation) -> int:
    streams = invocation.process.streams
    terminal = 0 in streams and streams[0].tty
    invocation.out("/dev/pts/0\n" if terminal else "not a tty\n")
    return int(not terminal)


@tool("sync")
def sync(invocation: Invocation) -> int:
    return 0


@tool("uptime")
def uptime(invocation: Invocation) -> int:
    machine = invocation.process.machine
    seconds = int(machine.now - machine.started)
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    since = (f"{days} day{'s' * (days != 1)}, " if days else "") + (
        f"{hours:2}:{minutes:02}" if hours else f"{minutes} min"
    )
    invocation.out(f" {strftime('%H:%M:%S', machine.now)} up {since}\n")
    return 0


@tool("basename")
def basename(invocation: Invocation) -> int:
    words = [word for word in invocation.argv[1:] if word != "--"]
    invocation.require(words, 1, 2)
    name = words[0].rstrip("/").rsplit("/", 1)[-1] or ("/" if words[0].startswith("/") else "")
    if len(words) > 1 and name != words[1]:
        name = name.removesuffix(words[1])
    invocation.out(name + "\n")
    return 0


@tool("dirname")
def dirname(invocation: Invocation) -> int:
    words = [word for word in invocation.argv[1:] if word != "--"]
    invocation.require(words)
    for word in words:
        head, slash, _ = word.rstrip("/").rpartition("/")
        invocation.out((head.rstrip("/") or ("/" if slash or word.startswith("/") else ".")) + "\n")
    return 0


@tool("readlink")
def readlink(invocation: Invocation) -> int:
    options = invocation.options("fnqse")
    invocation.require(options.operands)
    for name in options.operands:
        if {"f", "e"} & options.flags:
            invocation.out(invocation.files.resolve(invocation.path(name)) + "\n")
            continue
        info = invocation.files.lookup(invocation.path(name), follow=False)
        if info is None or info.kind != "link":
            return 1
        invocation.out(info.target + "\n")
    return 0


@tool("realpath")
def realpath(invocation: Invocation) -> int:
    options = invocation.options("esm")
    invocation.require(options.operands)
    status = 0
    for name in options.operands:
        try:
            path = invocation.files.resolve(invocation.path(name))
            if "m" not in options.flags:
                invocation.files.info(parent_of(path))
            invocation.out(join(parent_of(path), name_of(path)) + "\n")
        except FileError as error:
            invocation.complain(describe(error))
            status = 1
    return status


@tool("pwd")
def pwd(invocation: Invocation) -> int:
    invocation.out(invocation.process.cwd + "\n")
    return 0

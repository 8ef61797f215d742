"""sh, ash, bash and dash: a shell as a program of its own."""

from __future__ import annotations

import re

from tutor.posix.builtins.state import set_options
from tutor.posix.dialect import Dialect
from tutor.posix.errors import FileError, ShellError, ToolError
from tutor.posix.frames.scripts import PromptFrame, ScriptFrame
from tutor.posix.process import Outcome, Process
from tutor.posix.shell import Shell
from tutor.posix.text import decode
from tutor.posix.tools.base import Tool, tool_class
from tutor.posix.variables import Variable, Variables
from tutor.posix.waits import Exit

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DIALECTS = {"ash": "busybox", "dash": "dash", "bash": "bash"}


def _variables(process: Process, dialect: Dialect) -> Variables:
    """What a shell makes of its environment: it exports where it is, all but dash how deep shells are nested, and only bash
    and newer ones of BusyBox pass on names that no variable can have."""
    environment = dict(process.environment)
    passes_on = dialect.kind == "bash" or (dialect.kind == "busybox" and process.machine.host.passes_on_names)
    if not passes_on:
        environment = {name: value for name, value in environment.items() if _NAME.fullmatch(name)}
    variables = Variables.of(environment)
    variables.set("PWD", process.cwd, export=True)
    if dialect.kind != "dash":
        depth = environment.get("SHLVL", "")
        variables.set("SHLVL", str(int(depth[:6]) + 1 if depth.isdecimal() else 1), export=True)
    return variables


@tool_class("sh", "ash", "dash", "bash")
class ShellCommand(Tool):
    """Reads the shell's own arguments, then gives its process to the shell they ask for."""

    def begin(self, process: Process) -> Outcome:
        name = self.argv[0].rsplit("/", 1)[-1].lstrip("-")
        dialect = Dialect(_DIALECTS.get(name, process.machine.host.shell))
        variables = _variables(process, dialect)
        for variable, value in (("IFS", " \t\n"), ("OPTIND", "1"), ("PPID", str(process.parent))):
            variables.table[variable] = Variable(value)
        shell = Shell(variables, name=self.argv[0], dialect=dialect)
        shell.process = process
        try:
            status = self._start(process, shell)
        except ShellError as error:
            raise ToolError(error.message, error.status) from None
        if status is not None:
            return Exit(status)
        process.program = shell
        return None

    def _start(self, process: Process, shell: Shell) -> int | None:
        argv, text = self._options(shell)
        if text is not None:
            if not argv:
                raise ToolError("-c requires an argument", 2)
            shell.name, shell.variables.positional = (argv[1] if len(argv) > 1 else self.argv[0]), argv[2:]
            shell.frames = [ScriptFrame(argv[0], tail=True)]
        elif argv and "s" not in shell.options:
            try:
                script = decode(process.files.read(process.path(argv[0])))
            except FileError as error:
                reason = (
                    f"{argv[0]}: {error.reason}"
                    if shell.dialect.kind == "bash"
                    else f"can't open '{argv[0]}': {error.reason}"
                )
                self.complain(process, reason)
                return 127 if shell.dialect.kind == "bash" else 2
            shell.name, shell.script, shell.variables.positional = argv[0], True, argv[1:]
            shell.frames = [ScriptFrame(script)]
        else:
            shell.variables.positional = argv
            shell.interactive = shell.interactive or (0 in process.streams and process.streams[0].tty)
            shell.frames = [PromptFrame()]
        shell.options.discard("s")
        return None

    def _options(self, shell: Shell) -> tuple[list[str], str | None]:
        """Operands, and "" in second place when -c makes the first of them the script."""
        words, command = self.argv[1:], None
        kept = list[str]()
        while words and words[0][:1] in ("-", "+") and len(words[0]) > 1 and words[0] != "--":
            word = words.pop(0)
            if word in ("--login", "--norc", "--noprofile", "--posix"):
                continue
            command = "" if "c" in word[1:] and word[0] == "-" else command
            shell.interactive = shell.interactive or ("i" in word[1:] and word[0] == "-")
            if "s" in word[1:]:
                shell.options.add("s")
            rest = word[0] + "".join(letter for letter in word[1:] if letter not in "cils")
            if len(rest) > 1:
                kept += [rest, *([words.pop(0)] if "o" in rest and words else [])]
        set_options(shell, ["sh", *kept], 1)
        return (words[1:] if words[:1] == ["--"] else words), command

"""sed: running a script over lines."""

from __future__ import annotations

import re
from collections import deque

from tutor.posix import limits, regex
from tutor.posix.errors import FileError, ToolError
from tutor.posix.process import Outcome, Process
from tutor.posix.text import decode, encode
from tutor.posix.tools.base import tool_class
from tutor.posix.tools.inputs import LineTool
from tutor.posix.tools.sed_script import Address, SedCommand, expand_replacement, parse_script
from tutor.posix.waits import Exit

_MAX_JUMPS = 10_000


@tool_class("sed")
class Sed(LineTool):
    """One line is held back, because `$` has to know whether it is the last; scripts that read lines themselves get all."""

    def begin(self, process: Process) -> Outcome:
        self.suffix = ""
        self.argv = [self.argv[0], *(self._in_place_option(word) for word in self.argv[1:])]
        options = self.options(
            "nErie:f:sz", {"quiet": "n", "silent": "n", "regexp-extended": "E", "expression": "e", "file": "f"}
        )
        scripts = list(options.values.get("e", []))
        scripts += [decode(process.files.read(process.path(name))) for name in options.values.get("f", [])]
        operands = list(options.operands)
        if not scripts:
            if not operands:
                raise ToolError("no script given", 1)
            scripts = [operands.pop(0)]
        self.quiet, self.in_place = "n" in options.flags, "i" in options.flags
        self.extended = bool({"E", "r"} & options.flags)
        self.inputs = operands or ["-"]
        if self.in_place and not operands:
            raise ToolError("no input files")
        self.commands = parse_script("\n".join(scripts))
        self.last_pattern = ""
        self._check_patterns()
        self.gathers = any(command.name in ("n", "N", "D") for command in self.commands)
        self.number, self.held, self.queue, self.size = 0, "", deque[tuple[str, bool]](), 0
        self.space, self.ended = "", True
        self.active: set[int] = set()
        self.opened_at: dict[int, int] = {}
        self.appended: list[str] = []
        self.collected = list[str]()
        self.quitting: int | None = None
        return None

    def _in_place_option(self, word: str) -> str:
        """`-i` without the suffix of a backup, which is kept."""
        match = re.fullmatch(r"(?:-i|--in-place=?)(\W.*|bak|orig|old|)", word)
        if not match:
            return word
        self.suffix = match[1]
        return "-i"

    def _check_patterns(self) -> None:
        for command in self.commands:
            for address in (command.first, command.last):
                if address and address.pattern:
                    self._regex(address.pattern, address.ignore_case)
            if command.name == "s" and command.pattern:
                self._regex(command.pattern, "i" in command.flags)

    def _regex(self, pattern: str, ignore_case: bool) -> regex.Regex:
        self.last_pattern = pattern = pattern or self.last_pattern
        return regex.compile_regex(pattern, extended=self.extended, ignore_case=ignore_case)

    def begin_input(self, process: Process) -> None:
        if self.in_place:
            self.number, self.collected = 0, []

    def cannot_open(self, process: Process, error: FileError) -> None:
        self.complain(process, f"{self.name()}: {error.reason}")
        self.status = 1

    def line(self, process: Process, line: str, *, ended: bool) -> None:
        self.queue.append((line, ended))
        if self.gathers:
            self.size += len(line)
            if self.size > limits.INPUT_SIZE:
                raise ToolError("out of memory")
        elif len(self.queue) > 1:
            self._cycle(process)

    def end_of_input(self, process: Process) -> None:
        super().end_of_input(process)
        if self.in_place:
            self._drain(process)
            if self.suffix:
                backup = process.path(self.name() + self.suffix)
                process.files.write(backup, process.files.read(process.path(self.name())))
            process.files.write(process.path(self.name()), encode("".join(self.collected)))

    def finish(self, process: Process) -> Outcome:
        self._drain(process)
        return Exit(self.status if self.quitting is None else self.quitting)

    def _drain(self, process: Process) -> None:
        while self.queue and self.quitting is None:
            self._cycle(process)

    def _put(self, process: Process, text: str) -> None:
        if self.in_place:
            self.collected.append(text)
        else:
            process.write(1, text)

    def _last(self) -> bool:
        return not self.queue and (self.in_place or self.index >= len(self.inputs))

    def _cycle(self, process: Process) -> None:
        """Run the script over the next line."""
        if self.quitting is not None:
            return
        self.space, self.ended = self.queue.popleft()
        self.number += 1
        printed = self._commands(process)
        if printed and not self.quiet:
            self._put(process, self.space + "\n" * self.ended)
        for text in self.appended:
            self._put(process, text + "\n")
        self.appended.clear()
        self.done = self.quitting is not None

    def _commands(self, process: Process) -> bool:
        """Run all commands; False when the pattern space is not to be printed."""
        index, jumps, self.substituted = 0, 0, False
        while index < len(self.commands):
            command = self.commands[index]
            selected = self._selected(index, command) != command.negated
            if command.name == "{":
                index = index + 1 if selected else command.jump
                continue
            following = self._execute(process, command) if selected else index + 1
            if following is None:
                index += 1
            elif following < 0:
                return following == _PRINT
            else:
                jumps += following <= index
                if jumps > _MAX_JUMPS or len(self.space) > limits.LINE_SIZE:
                    raise ToolError("script does not come to an end")
                index = following
        return True

    def _selected(self, index: int, command: SedCommand) -> bool:
        if command.first is None:
            return True
        if command.last is None:
            return self._at(command.first)
        if index in self.active:
            if self._closes(index, command.last):
                self.active.discard(index)
            return (
                command.last.number <= 0 or self.number <= command.last.number or self.number == self.opened_at[index]
            )
        if not self._at(command.first):
            return False
        self.opened_at[index] = self.number
        if (
            command.last.pattern is not None
            or command.last.number > self.number
            or (command.last.number == -1 and not self._last())
        ):
            self.active.add(index)
        return True

    def _closes(self, index: int, last: Address) -> bool:
        if last.pattern is not None or last.number == -1:
            return self._at(last)
        return self.number >= last.number

    def _at(self, address: Address) -> bool:
        if address.pattern is not None:
            return self._regex(address.pattern, address.ignore_case).search(self.space) is not None
        if address.number == -1:
            return self._last()
        if address.step:
            return self.number >= address.number and (self.number - address.number) % address.step == 0
        return self.number == address.number

    def _execute(self, process: Process, command: SedCommand) -> int | None:
        """Do one command: None to go on, the index to jump to, or _PRINT or _DELETE to end the cycle."""
        name = command.name
        if name == "s":
            self._substitute(process, command)
        elif name == "y":
            self.space = self.space.translate(str.maketrans(command.pattern, command.replacement))
        elif name in _SPACE_COMMANDS:
            self._spaces(name)
        elif name in _OUTPUT_COMMANDS:
            return self._output(process, command)
        elif name in ("n", "N", "D", "d"):
            return self._lines(process, name)
        elif name == "q":
            self.quitting = command.occurrence
            return _PRINT
        elif name in ("b", "t", "T"):
            take = name == "b" or self.substituted == (name == "t")
            self.substituted = self.substituted and name == "b"
            return command.jump if take else None
        return None

    def _spaces(self, name: str) -> None:
        if name == "x":
            self.space, self.held = self.held, self.space
        elif name in "hH":
            self.held = self.space if name == "h" else f"{self.held}\n{self.space}"
        else:
            self.space = self.held if name == "g" else f"{self.space}\n{self.held}"

    def _output(self, process: Process, command: SedCommand) -> int | None:
        name = command.name
        if name == "p":
            self._put(process, self.space + "\n")
        elif name == "P":
            self._put(process, self.space.split("\n")[0] + "\n")
        elif name == "=":
            self._put(process, f"{self.number}\n")
        elif name == "l":
            self._put(process, self.space.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n") + "$\n")
        elif name == "i":
            self._put(process, command.text + "\n")
        elif name == "a":
            self.appended.append(command.text)
        elif name == "r":
            path = process.path(command.text)
            self.appended += [decode(process.files.read(path)).removesuffix("\n")] if process.files.lookup(path) else []
        elif name == "w":
            process.files.write(process.path(command.text), encode(self.space + "\n"), append=True)
        else:
            if command.last is None or command.negated or self.number == command.last.number or self._is_end(command):
                self._put(process, command.text + "\n")
            return _DELETE
        return None

    def _is_end(self, command: SedCommand) -> bool:
        """Whether this is the last line of the range of a `c`, which prints its text once."""
        return self.commands.index(command) not in self.active

    def _lines(self, process: Process, name: str) -> int | None:
        if name == "d":
            return _DELETE
        if name == "D":
            _first, newline, rest = self.space.partition("\n")
            if newline:
                self.queue.appendleft((rest, self.ended))
                self.number -= 1
            return _DELETE
        if not self.queue:
            return _PRINT
        if name == "n":
            if not self.quiet:
                self._put(process, self.space + "\n")
            self.space, self.ended = self.queue.popleft()
        else:
            line, self.ended = self.queue.popleft()
            self.space += "\n" + line
        self.number += 1
        return None

    def _substitute(self, process: Process, command: SedCommand) -> None:
        expression = self._regex(command.pattern, "i" in command.flags)
        out, index, count, changed = list[str](), 0, 0, False
        while index <= len(self.space) and (match := expression.search(self.space, index)):
            count += 1
            out.append(self.space[index : match.start])
            if count >= command.occurrence:
                out.append(expand_replacement(command.replacement, match))
                changed = True
            else:
                out.append(match.group(0) or "")
            if match.end == match.start:
                out.append(self.space[match.end : match.end + 1])
            index = max(match.end, match.start + 1)
            if changed and "g" not in command.flags:
                break
        if changed:
            self.space = "".join(out) + self.space[index:]
            self.substituted = True
            if "p" in command.flags:
                self._put(process, self.space + "\n")


_PRINT, _DELETE = -1, -2
_SPACE_COMMANDS = frozenset("xhHgG")
_OUTPUT_COMMANDS = frozenset("pP=liarwc")

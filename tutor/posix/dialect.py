"""How three well-known shells word their messages: busybox ash, dash and bash.

Learners meet all of them in containers and search the web for what they see, so the words matter. Sources: the
shells' own behaviour (busybox `ash_vmsg`, dash `exverror`, bash `error.c`).
"""

from __future__ import annotations

from dataclasses import dataclass

from tutor.posix.errors import END_OF_FILE, ShellSyntaxError

KINDS = ("busybox", "dash", "bash")


@dataclass(frozen=True)
class Dialect:
    """`kind` is one of KINDS; `bash` also expands braces and knows a few names of its own."""

    kind: str = "busybox"

    def message(
        self, shell: str, text: str, *, line: int, command: str = "", script: bool = False, interactive: bool = False
    ) -> str:
        """A whole line for standard error. `command` is the builtin it is about, `script` a script file that runs."""
        about = f"{command}: " if command else ""
        if self.kind == "bash":
            where = "" if interactive else f"line {line}: "
            return f"{shell}: {where}{about}{text}\n"
        if self.kind == "dash":
            return f"{shell}: {line}: {about}{text}\n"
        where = f"line {line}: " if (script or command) and not interactive else ""
        return f"{shell}: {about}{where}{text}\n"

    def not_found(self, name: str) -> str:
        return f"{name}: command not found" if self.kind == "bash" else f"{name}: not found"

    def cannot_run(self, name: str, reason: str) -> str:
        return f"{name}: {reason}"

    def cannot_open(self, path: str, reason: str, *, creating: bool) -> str:
        if self.kind == "bash":
            return f"{path}: {reason}"
        reason = {"No such file or directory": "nonexistent directory" if creating else "no such file"}.get(
            reason, reason
        )
        if self.kind == "dash":
            reason = {"nonexistent directory": "Directory nonexistent", "no such file": "No such file"}.get(
                reason, reason
            )
        return f"can't create {path}: {reason}" if creating else f"can't open {path}: {reason}"

    def cannot_change_directory(self, path: str, reason: str) -> str:
        if self.kind == "bash":
            return f"{path}: {reason}"
        return f"can't cd to {path}" + ("" if self.kind == "dash" else f": {reason}")

    def syntax_error(self, error: ShellSyntaxError) -> str:
        if self.kind == "bash":
            return self._bash_syntax_error(error)
        head = "Syntax error: " if self.kind == "dash" else "syntax error: "
        if error.detail:
            detail = error.detail[:1].upper() + error.detail[1:] if self.kind == "dash" else error.detail
            return head + detail
        expecting = f' (expecting "{error.expecting}")' if error.expecting else ""
        if self.kind == "dash":
            found = "End of file" if error.found == END_OF_FILE else error.found
            return f"{head}{found} unexpected{expecting}"
        return f"{head}unexpected {error.found}{expecting}"

    @staticmethod
    def _bash_syntax_error(error: ShellSyntaxError) -> str:
        if error.incomplete:
            return "syntax error: unexpected end of file"
        if error.detail:
            return f"syntax error: {error.detail}"
        found = error.found.strip('"')
        return f"syntax error near unexpected token `{found}'"

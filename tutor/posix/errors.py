"""What can go wrong, as exceptions that carry what a message needs. None of them ever leaves the machine."""

from __future__ import annotations

_MESSAGES = {
    "EACCES": "Permission denied",
    "EAGAIN": "Resource temporarily unavailable",
    "EBADF": "Bad file descriptor",
    "EBUSY": "Device or resource busy",
    "EEXIST": "File exists",
    "EFBIG": "File too large",
    "EINVAL": "Invalid argument",
    "EISDIR": "Is a directory",
    "ELOOP": "Too many levels of symbolic links",
    "EMFILE": "Too many open files",
    "ENAMETOOLONG": "File name too long",
    "ENOENT": "No such file or directory",
    "ENOEXEC": "Exec format error",
    "ENOSPC": "No space left on device",
    "ENOTDIR": "Not a directory",
    "ENOTEMPTY": "Directory not empty",
    "EPERM": "Operation not permitted",
    "EROFS": "Read-only file system",
    "EXDEV": "Invalid cross-device link",
}


class FileError(Exception):
    """An operation on a file failed. `code` is the POSIX name of the error, such as "ENOENT"."""

    def __init__(self, code: str, path: str = "") -> None:
        super().__init__(code, path)
        self.code = code
        self.path = path

    @property
    def reason(self) -> str:
        """The words a user knows the error by, such as "No such file or directory"."""
        return _MESSAGES[self.code]


class BrokenPipe(Exception):
    """Nobody reads what is written any more; the writer gets SIGPIPE."""


class ShellError(Exception):
    """A command line cannot go on (an unset variable under `set -u`, a bad substitution ...)."""

    def __init__(self, message: str, status: int = 2) -> None:
        super().__init__(message, status)
        self.message = message
        self.status = status


class ShellSyntaxError(Exception):
    """A script does not follow the grammar.

    `incomplete` says that more text could still make it right, which is how an interactive shell knows to
    ask for another line. `found` is the token that does not fit ("" for a whole message of its own in `detail`).
    """

    def __init__(self, found: str = "", *, expecting: str = "", detail: str = "", line: int = 1) -> None:
        super().__init__(found, expecting, detail, line)
        self.found = found
        self.expecting = expecting
        self.detail = detail
        self.line = line
        self.incomplete = found == END_OF_FILE or detail in UNTERMINATED


END_OF_FILE = "end of file"
UNTERMINATED = frozenset({"unterminated quoted string", "unterminated here-document"})


class CommandNotFound(Exception):
    """No program of that name. Status 127 in a shell."""


class NotExecutable(Exception):
    """There is such a file but it cannot be run. Status 126 in a shell."""

    def __init__(self, name: str, reason: str = "Permission denied") -> None:
        super().__init__(name, reason)
        self.name = name
        self.reason = reason


class ToolError(Exception):
    """A tool gives up: `message` goes to standard error after the tool's name."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message, status)
        self.message = message
        self.status = status

"""Subcommands of agnhost that look at files: `mounttest` and `test-webserver`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from urllib.parse import quote, unquote

from tutor.posix import FileError
from tutor.posix.tree import FileInfo
from tutor.simulator.images.programs.agnhost.flags import GoServer, flag, not_found, number, split_request, switch
from tutor.simulator.images.programs.base import Here, Program
from tutor.simulator.images.programs.client import Client
from tutor.simulator.images.traffic import HTTP, Request, Response

CONTENT = "mount-tester new file\n"
NEW_FILES = (0o644, 0o666, 0o660, 0o777)
OVERLAY, EXT4 = 0x794C7630, 0xEF53
"""What statfs(2) says of a container's own files and of a directory on the node's disk."""
LOOK_AGAIN_SECONDS = 2.0
_BITS = ((0o4000, "u"), (0o2000, "g"), (0o1000, "t"))


def mode_text(info: FileInfo) -> str:
    """A mode as Go's FileMode shows it."""
    special = ("d" if info.is_directory else "") + "".join(letter for bit, letter in _BITS if info.mode & bit)
    return (special or "-") + permission_text(info.mode)[1:]


def permission_text(mode: int) -> str:
    """Permission bits as Go's FileMode shows them."""
    letters = "rwxrwxrwx"
    return "-" + "".join(letter if mode & (0o400 >> at) else "-" for at, letter in enumerate(letters))


class MountTest(Client):
    """Writes files and says what it finds of them, in the order in which the options are looked at."""

    def __init__(self) -> None:
        super().__init__()
        self._failed = False
        self._loop = ""
        self._until = 0.0
        self._once = True

    def start(self, here: Here) -> None:
        self._show(here, flag(here, "fs_type"), self._type, "error from statfs")
        for mode in NEW_FILES:
            self._create(here, flag(here, f"new_file_0{mode:o}"), mode)
        self._show(here, flag(here, "file_mode"), self._mode, "error from Stat")
        self._show(here, flag(here, "file_perm"), self._permissions, "error from Stat")
        self._show(here, flag(here, "file_owner"), self._owner, "error from stat")
        self._content(here, flag(here, "file_content"))
        self._loop = flag(here, "file_content_in_loop")
        self._once = switch(here, "break_on_expected_content", default=True)
        self._until = here.now + number(here, "retry_time", 180)
        self.wake_at = here.now

    def step(self, here: Here) -> None:
        if self._loop and here.now < self._until and not self._looked(here):
            self.wake_at = here.now + LOOK_AGAIN_SECONDS
            return
        self.wake_at = None
        here.exit(1 if self._failed else 0)

    def _looked(self, here: Here) -> bool:
        """Read a file once more; says whether that was all."""
        self._failed = False
        try:
            text = here.files.read(self._loop).decode(errors="replace")
        except FileError as error:
            self._failed = True
            here.log(f"Error reading file {self._loop}: {_words('open', self._loop, error)}, retrying\n")
            return False
        here.log(f'content of file "{self._loop}": {text}\n')
        if self._once and text != CONTENT:
            here.log(f"Unexpected content. Expected: {CONTENT}. Retrying\n")
        return self._once and text == CONTENT

    def _show(self, here: Here, path: str, found: Callable[[Here, str, FileInfo], str], complaint: str) -> None:
        if not path:
            return
        try:
            here.log(found(here, path, here.files.info(path)))
        except FileError as error:
            self._failed = True
            why = error.reason[:1].lower() + error.reason[1:]
            here.log(f'{complaint}("{path}"): {why if complaint != "error from Stat" else f"stat {path}: {why}"}\n')

    @staticmethod
    def _type(here: Here, path: str, info: FileInfo) -> str:
        mount = here.files.mount_of(here.files.resolve(path))
        kind = "tmpfs" if here.is_tmpfs(mount.path) else str(OVERLAY if mount is here.files.root else EXT4)
        return f'mount type of "{path}": {kind}\n'

    @staticmethod
    def _mode(here: Here, path: str, info: FileInfo) -> str:
        return f'mode of file "{path}": {mode_text(info)}\n'

    @staticmethod
    def _permissions(here: Here, path: str, info: FileInfo) -> str:
        return f'perms of file "{path}": {permission_text(info.mode)}\n'

    @staticmethod
    def _owner(here: Here, path: str, info: FileInfo) -> str:
        return f'owner UID of "{path}": {info.uid}\nowner GID of "{path}": {info.gid}\n'

    def _create(self, here: Here, path: str, mode: int) -> None:
        """Write a file with exactly this mode if it is new, and show it."""
        if not path:
            return
        files = here.files
        before, files.umask = files.umask, 0
        try:
            files.write(path, CONTENT.encode(), mode=mode)
        except FileError as error:
            self._failed = True
            here.log(f'error writing new file "{path}": {_words("open", path, error)}\n')
            return
        finally:
            files.umask = before
        self._content(here, path)

    def _content(self, here: Here, path: str) -> None:
        if not path:
            return
        try:
            text = here.files.read(path).decode(errors="replace")
        except FileError as error:
            self._failed = True
            here.log(f'error reading file content for "{path}": {_words("open", path, error)}\n')
            return
        here.log(f'content of file "{path}": {text}\n')


def _words(operation: str, path: str, error: FileError) -> str:
    """How Go words an error with a file."""
    return f"{operation} {path}: {error.reason[:1].lower()}{error.reason[1:]}"


class TestWebserver(GoServer):
    """Serves all files of the container."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__()
        self._port = 80

    def start(self, here: Here) -> None:
        self._port = number(here, "port", 80)

    def ports(self) -> Mapping[int, str]:
        return {self._port: HTTP}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        path = unquote(split_request(request)[0])
        info = here.files.lookup(path.rstrip("/") or "/")
        if info is None:
            return not_found()
        if info.is_directory != path.endswith("/"):
            name = path.rstrip("/").rpartition("/")[2]
            return Response(301, b"", {"Location": f"{quote(name)}/" if info.is_directory else f"../{quote(name)}"})
        if not info.is_directory:
            return self._file(here, path)
        if here.files.lookup(f"{path}index.html") is not None:
            return self._file(here, f"{path}index.html")
        return self._directory(here, path)

    @staticmethod
    def _file(here: Here, path: str) -> Response:
        kinds = {"html": "text/html; charset=utf-8", "json": "application/json", "jpg": "image/jpeg"}
        try:
            content = here.files.read(path)
        except FileError:
            return Response(403, b"403 Forbidden\n", {"Content-Type": "text/plain; charset=utf-8"})
        kind = kinds.get(path.rpartition(".")[2], "text/plain; charset=utf-8")
        return Response(200, content, {"Content-Type": kind, "Cache-Control": "private"})

    @staticmethod
    def _directory(here: Here, path: str) -> Response:
        names = [name + ("/" if here.files.is_directory(path + name) else "") for name in here.files.list(path)]
        rows = "".join(f'<a href="{quote(name)}">{escape(name)}</a>\n' for name in names)
        page = f'<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n{rows}</pre>\n'
        return Response(200, page.encode(), {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "private"})


SUBCOMMANDS: Mapping[str, Callable[[], Program]] = {"mounttest": MountTest, "test-webserver": TestWebserver}

"""wget, for the Services and Pods of the cluster, with the messages of busybox's, which learners meet in containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.posix.errors import ToolError
from tutor.posix.tools.options import Options, parse_options
from tutor.shell.commands.http_tools import TooLarge, save

if TYPE_CHECKING:
    from tutor.shell.calls import Surroundings
    from tutor.shell.commands.kubectl import ClusterAccess
    from tutor.shell.commands.reach import Reply, Url

DEFAULT_TIMEOUT = 30.0
"""Seconds to wait for an answer unless -T says otherwise."""
_LETTERS = "qO:ST:cx"
_NAMES = {
    "quiet": "q",
    "output-document": "O",
    "server-response": "S",
    "timeout": "T",
    "spider": "x",
    "continue": "c",
}


class Wget:
    """The command."""

    def __init__(self, access: ClusterAccess) -> None:
        self._access = access

    def __call__(self, surroundings: Surroundings) -> int:
        """Run it."""
        try:
            options = parse_options(surroundings.argv, _LETTERS, _NAMES)
            if len(options.operands) != 1:
                raise ToolError("usage: wget [-q] [-O FILE] [-S] [-T SECONDS] [--spider] URL", 1)
            self._fetch(surroundings, options)
        except ToolError as problem:
            surroundings.err(f"wget: {problem.message}\n")
            return 1
        return 0

    def _fetch(self, surroundings: Surroundings, options: Options) -> None:
        from tutor.shell.commands.reach import Url

        try:
            url = Url.of(options.operands[0])
        except ValueError:
            raise ToolError(f"not an http or https URL: {options.operands[0]}") from None
        reply = self._ask(surroundings, url, options)
        try:
            if "S" in options.flags:
                surroundings.err("".join(f"  {line}\n" for line in reply.head.split("\r\n") if line))
            if reply.status >= 400:
                raise ToolError(f"server returned error: {reply.status_line}")
            if "x" not in options.flags:
                _save(surroundings, options, url, reply)
        finally:
            reply.close()

    def _ask(self, surroundings: Surroundings, url: Url, options: Options) -> Reply:
        from urllib3.exceptions import HTTPError, ReadTimeoutError

        from tutor.kubectl.errors import KubectlError
        from tutor.shell.commands.reach import NotOffered, Reach, Refused, Unresolved

        try:
            reach = Reach(self._access)
            target = reach.find(url)
            return reach.open(target, url, "GET", {"User-Agent": "Wget", "Accept": "*/*"}, None, _timeout(options))
        except Unresolved as problem:
            surroundings.call.tip = problem.tip
            raise ToolError(f"bad address '{url.host}'") from None
        except Refused as problem:
            surroundings.call.tip = problem.tip
            raise ToolError(f"can't connect to remote host ({url.host}): Connection refused") from None
        except NotOffered as problem:
            raise ToolError(str(problem)) from None
        except ReadTimeoutError:
            raise ToolError("download timed out") from None
        except (HTTPError, KubectlError):
            raise ToolError("the cluster's API server, which passes requests on, does not answer") from None


def _save(surroundings: Surroundings, options: Options, url: Url, reply: Reply) -> None:
    file = options.value("O") or url.path.split("?")[0].rsplit("/", 1)[-1] or "index.html"
    if options.value("O") is None and surroundings.files.exists(file):
        raise ToolError(f"can't open '{file}': File exists")
    try:
        save(surroundings, reply, file)
    except OSError as problem:
        raise ToolError(f"can't open '{file}': {problem.strerror}") from None
    except TooLarge:
        raise ToolError("the download is too large for the workspace") from None
    if file != "-" and "q" not in options.flags:
        surroundings.err(f"'{file}' saved\n")


def _timeout(options: Options) -> float:
    try:
        return max(0.001, min(float(options.value("T") or DEFAULT_TIMEOUT), 3600.0))
    except ValueError:
        raise ToolError(f"invalid number '{options.value('T')}'") from None

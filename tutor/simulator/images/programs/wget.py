"""wget, as BusyBox has it"""

from __future__ import annotations

from tutor.simulator.images.programs.base import Here
from tutor.simulator.images.programs.client import Client, Url, parse_url
from tutor.simulator.images.programs.curl import status_head
from tutor.simulator.images.traffic import REASONS, ConnectionFailed, Request, Response


class Wget(Client):
    """busybox wget"""

    def start(self, here: Here) -> None:
        quiet, target, limit, spider, post, url = False, None, 900.0, False, None, ""
        self._headers = "-S" in here.argv[1:] or "--server-response" in here.argv[1:]
        words = iter(here.argv[1:])
        for word in words:
            if word in ("-O", "--output-document"):
                target = next(words, "")
            elif word.startswith(("-qO", "-O")):
                quiet, target = quiet or word.startswith("-q"), word.partition("O")[2] or next(words, "")
            elif word in ("-T", "--timeout", "-t", "--tries", "--header", "-U"):
                value = next(words, "")
                limit = float(value) if word in ("-T", "--timeout") and value else limit
            elif word.startswith(("-T", "--timeout=")):
                limit = float(word.removeprefix("--timeout=").removeprefix("-T") or limit)
            elif word in ("-q", "--quiet"):
                quiet = True
            elif word in ("-S", "--spider", "--no-check-certificate", "-c"):
                spider = spider or word == "--spider"
            elif word.startswith("--post-data"):
                post = (word.partition("=")[2] or next(words, "")).encode()
            elif not word.startswith("-"):
                url = word
        if not url:
            self.finish(here, 0.0, 1, ("stderr", "BusyBox v1.36.1 multi-call binary.\n\nUsage: wget [-cqS] URL...\n"))
            return
        self._ask(here, parse_url(url), quiet=quiet, target=target, limit=limit, spider=spider, post=post)

    def _ask(
        self, here: Here, url: Url, *, quiet: bool, target: str | None, limit: float, spider: bool, post: bytes | None
    ) -> None:
        headers = {"Host": url.host, "User-Agent": "Wget"}
        request = Request("POST" if post is not None else "GET", url.path, headers, post or b"", url.scheme)
        try:
            response = here.request(url.host, url.port, request)
        except ConnectionFailed as error:
            self._failed(here, url, error, quiet, limit)
            return
        addresses = here.resolve(url.host) or [url.host]
        said = "" if quiet else f"Connecting to {url.host} ({addresses[0]}:{url.port})\n"
        if self._headers:
            said += "".join(f"  {line}\n" for line in status_head(response).splitlines())
        if response.seconds > limit:
            self.finish(here, limit, 1, ("stderr", f"{said}wget: download timed out\n"))
        elif response.status >= 400:
            reason = REASONS.get(response.status, "")
            text = f"{said}wget: server returned error: HTTP/1.1 {response.status} {reason}\n"
            self.finish(here, response.seconds, 1, ("stderr", text))
        else:
            self._take(here, url, response, said, quiet=quiet, target=target, spider=spider)

    def _take(
        self, here: Here, url: Url, response: Response, said: str, *, quiet: bool, target: str | None, spider: bool
    ) -> None:
        """Do with the answer what was asked for."""
        size = len(response.body)
        if spider:
            note = "" if quiet else "remote file exists\n"
            self.finish(here, response.seconds, 0, ("stderr", said + note))
        elif target == "-":
            note = "" if quiet else f"writing to stdout\n{_bar('-', size)}written to stdout\n"
            self.finish(here, response.seconds, 0, ("stderr", said + note), ("stdout", response.text))
        else:
            name = target or url.path.split("?")[0].rstrip("/").rpartition("/")[2] or "index.html"
            if target is None and here.read(name) is not None:
                text = f"{said}wget: can't open '{name}': File exists\n"
                self.finish(here, response.seconds, 1, ("stderr", text))
                return
            note = "" if quiet else f"saving to '{name}'\n{_bar(name, size)}'{name}' saved\n"
            self.save(name, response.body, f"{said}wget: can't open '{name}': {{why}}\n")
            self.finish(here, response.seconds, 0, ("stderr", said + note))

    def _failed(self, here: Here, url: Url, error: ConnectionFailed, quiet: bool, limit: float) -> None:
        if error.kind == "no-host":
            self.finish(here, error.seconds, 1, ("stderr", f"wget: bad address '{url.shown}'\n"))
            return
        said = "" if quiet else f"Connecting to {url.host} ({error.address})\n"
        if error.kind == "timeout":
            self.finish(here, min(limit, error.seconds), 1, ("stderr", f"{said}wget: download timed out\n"))
            return
        address = error.address.rpartition(":")[0] or url.host
        why = "No route to host" if error.kind == "unreachable" else "Connection refused"
        text = f"{said}wget: can't connect to remote host ({address}): {why}\n"
        self.finish(here, error.seconds, 1, ("stderr", text))


def _bar(name: str, size: int) -> str:
    """The bar of a transfer that is over."""
    return f"{name[:20]:<20} 100% |{'*' * 32}| {size:>5}  0:00:00 ETA\n"


PROGRAMS = {"wget": Wget}

"""What a command is, and the surroundings its handler gets.

A command is declared, not registered: `commands/<verb>.py` defines `COMMAND = Command(...)` and the verb is listed in
`commands/__init__.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import Flag, Options
from tutor.kubectl.kubeconfig import KubeConfig, Overrides

if TYPE_CHECKING:
    from tutor.kubectl.client import Api
    from tutor.kubectl.discovery import Mapper
    from tutor.kubectl.io import KubectlIO
    from tutor.kubectl.tracing import Trace

Handler = Callable[["Invocation"], None]
Completer = Callable[["Invocation", Sequence[str], str], list[str]]


@dataclass(frozen=True)
class Command:
    """One command or group of subcommands.

    `usage` is what follows the parent's name in help (`get TYPE [NAME] [flags]`); `arguments` says what completes them:
    `resources` (types, then names), `nodes`, `pods`, `types`, `contexts`, `none`, or a tuple of words.
    """

    name: str
    short: str
    usage: str
    run: Handler | None = None
    flags: tuple[Flag, ...] = ()
    long: str = ""
    examples: str = ""
    aliases: tuple[str, ...] = ()
    subcommands: tuple[Command, ...] = ()
    arguments: str | tuple[str, ...] = "none"
    suggest_for: tuple[str, ...] = ()

    def subcommand(self, name: str) -> Command | None:
        for command in self.subcommands:
            if name == command.name or name in command.aliases:
                return command
        return None


@dataclass
class Invocation:
    """One run of a command: its flags, arguments and streams, and the cluster it talks to, connected when first used."""

    command: Command
    path: str
    options: Options
    io: KubectlIO
    config: KubeConfig
    parents: tuple[Command, ...] = field(default=())

    @property
    def args(self) -> list[str]:
        return self.options.args

    @property
    def overrides(self) -> Overrides:
        options = self.options
        own = {flag.name for flag in self.command.flags}

        def text(name: str) -> str:
            """A global flag's value, unless the command has a flag of that name for itself (`create rolebinding --user`)."""
            return "" if name in own else options.text(name)

        return Overrides(
            context=text("context"),
            cluster=text("cluster"),
            user=text("user"),
            server=text("server"),
            token=text("token"),
            insecure="insecure-skip-tls-verify" not in own and options.flag("insecure-skip-tls-verify"),
            tls_server_name=text("tls-server-name"),
            ca_file=text("certificate-authority"),
            client_cert_file=text("client-certificate"),
            client_key_file=text("client-key"),
            username=text("username"),
            password=text("password"),
            proxy=text("proxy-url"),
        )

    @cached_property
    def api(self) -> Api:
        from tutor.kubectl.client import Api

        endpoint = self.config.endpoint(self.overrides)
        connection = self.config.connection(endpoint)
        return Api(connection, self.io, self._request_timeout(), self._impersonation(), self._trace())

    @cached_property
    def mapper(self) -> Mapper:
        from tutor.kubectl.discovery import Mapper

        return Mapper(self.api, self._report_unreachable, lambda text: self.err(f"Warning: {text}\n"))

    @cached_property
    def namespace(self) -> str:
        """The namespace of `--namespace`, else the context's, else `default`."""
        return self.options.text("namespace") or self.config.namespace(self.options.text("context"))

    @property
    def namespace_enforced(self) -> bool:
        return bool(self.options.text("namespace"))

    def _request_timeout(self) -> float | None:
        from tutor.kubectl.duration import parse_duration

        text = self.options.text("request-timeout")
        try:
            seconds = float(text) if text.isdigit() else parse_duration(text)
        except ValueError:
            raise KubectlError(
                "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed "
                "by a corresponding time unit (e.g. 1s | 2m | 3h)"
            ) from None
        return seconds or None

    def _trace(self) -> Trace | None:
        """The log of `-v=6` and more."""
        level = self.options.number("v")
        if level < 6:
            return None
        from tutor.kubectl.tracing import Trace

        trace = Trace(self.io, level)
        trace.config_loaded(self.config.shown_path)
        return trace

    def _report_unreachable(self, reason: str) -> None:
        """The complaints kubectl writes while it asks, several times, what the server has (client-go `memory/memcache.go`)."""
        from tutor.kubectl.tracing import log_line
        from tutor.kubectl.unreachable import ATTEMPTS, DEFAULT_ATTEMPTS

        text = f'"Couldn\'t get current server API group list" err={json.dumps(reason)}'
        for _ in range(ATTEMPTS.get(self.path.split()[1], DEFAULT_ATTEMPTS)):
            self.err(log_line(self.io, "E", "memcache.go:381", text))

    def _impersonation(self) -> dict[str, str]:
        from tutor.kubectl.connection import SEVERAL

        headers = {"Impersonate-User": self.options.text("as"), "Impersonate-Uid": self.options.text("as-uid")}
        headers["Impersonate-Group"] = SEVERAL.join(self.options.many("as-group"))
        for extra in self.options.many("as-user-extra"):
            key, equals, value = extra.partition("=")
            if not equals:
                raise KubectlError(f"--as-user-extra requires key=value format. got: {extra}")
            name = f"Impersonate-Extra-{key}"
            headers[name] = f"{headers[name]}{SEVERAL}{value}" if name in headers else value
        given = {name: value for name, value in headers.items() if value}
        if given and "Impersonate-User" not in given:
            user = self.config.context(self.options.text("context")).get("user", "")
            raise KubectlError(f"requesting uid, groups or user-extra for {user} without impersonating a user")
        return given

    def out(self, text: str) -> None:
        self.io.stdout(text)

    def err(self, text: str) -> None:
        self.io.stderr(text)

    def usage_error(self, message: str) -> KubectlError:
        """An error that points at the command's help."""
        return KubectlError(f"{message}\nSee '{self.path} -h' for help and examples")

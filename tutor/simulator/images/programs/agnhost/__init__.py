"""agnhost, the test program of the Kubernetes project: one binary with many servers and clients as subcommands.

What each does is told by test/images/agnhost in the Kubernetes sources.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tutor.simulator.images.programs.agnhost import (
    consumers,
    files,
    guestbook,
    netexec,
    nettest,
    probes,
    servers,
    tools,
)
from tutor.simulator.images.programs.agnhost.flags import command_words
from tutor.simulator.images.programs.agnhost.resource_consumer import ResourceConsumer
from tutor.simulator.images.programs.base import MIB, Here, Program
from tutor.simulator.images.traffic import Request, Response

SUBCOMMANDS: Mapping[str, Callable[[], Program]] = {
    **consumers.SUBCOMMANDS,
    **files.SUBCOMMANDS,
    **guestbook.SUBCOMMANDS,
    **netexec.SUBCOMMANDS,
    **nettest.SUBCOMMANDS,
    **probes.SUBCOMMANDS,
    **servers.SUBCOMMANDS,
    **tools.SUBCOMMANDS,
}
NOT_SIMULATED = (
    "audit-proxy",
    "crd-conversion-webhook",
    "external-metrics",
    "fake-registry-server",
    "h2c-server",
    "mtlsclient",
    "mtlsserver",
    "net",
    "no-snat-test-proxy",
    "podcertificatesigner",
    "port-forward-tester",
    "stress",
    "test-service-account-issuer-discovery",
    "webhook",
)


class Agnhost(Program):
    """Runs the subcommand that its arguments name; of those that are not simulated it says so."""

    resident = 12 * MIB

    def __init__(self) -> None:
        super().__init__()
        self._command: Program = tools.Pause()

    def clone(self) -> Program:
        other = super().clone()
        assert isinstance(other, Agnhost)
        other._command = self._command.clone()
        return other

    def start(self, here: Here) -> None:
        words = command_words(here.argv)
        name = words[0] if words else ""
        make = SUBCOMMANDS.get(name)
        if make is None:
            self._refuse(here, name)
            return
        self._command = make()
        self._command.start(here)
        self.wake_at = self._command.wake_at

    @staticmethod
    def _refuse(here: Here, name: str) -> None:
        if name in NOT_SIMULATED:
            here.log(f"agnhost: the subcommand {name} is not simulated\n", "stderr")
        elif name:
            here.log(f'Error: unknown command "{name}" for "app"\n', "stderr")
        else:
            names = "".join(f"  {known}\n" for known in sorted(SUBCOMMANDS))
            here.log(f"Usage:\n  app [command]\n\nAvailable Commands:\n{names}")
        here.exit(1 if name else 0)

    def step(self, here: Here) -> None:
        self.wake_at = None
        self._command.step(here)
        self.wake_at = self._command.wake_at

    def ports(self) -> Mapping[int, str]:
        return self._command.ports()

    def datagram_ports(self) -> tuple[int, ...]:
        return self._command.datagram_ports()

    def port_taken(self, here: Here, port: int) -> None:
        self._command.port_taken(here, port)
        self.wake_at = self._command.wake_at

    def serve(self, here: Here, port: int, request: Request) -> Response:
        response = self._command.serve(here, port, request)
        self.wake_at = self._command.wake_at
        return response

    def signal(self, here: Here, name: str) -> None:
        self._command.signal(here, name)
        self.wake_at = self._command.wake_at

    def memory(self, now: float) -> float:
        return max(float(self.resident), self._command.memory(now))


PROGRAMS: Mapping[str, type[Program]] = {"agnhost": Agnhost, "resource-consumer": ResourceConsumer}

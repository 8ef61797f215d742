"""getent hosts and ahosts: the addresses of names as programs of the container find them (getent(1))."""

from __future__ import annotations

from tutor.simulator.images.programs.base import Here
from tutor.simulator.images.programs.client import Client
from tutor.simulator.images.traffic import ConnectionFailed

NOT_FOUND = 2


class Getent(Client):
    """getent hosts|ahosts|passwd|group KEY..."""

    def start(self, here: Here) -> None:
        words = list(here.argv[1:])
        database, keys = (words[0] if words else ""), words[1:]
        if database in ("passwd", "group"):
            lines = self._listed(here, database, keys)
        elif database in ("hosts", "ahosts", "ahostsv4"):
            lines = [line for key in keys for line in self._host(here, key, database)] if keys else []
        else:
            self.finish(here, 0.0, 1, ("stderr", f"Unknown database: {database}\n"))
            return
        self.finish(here, 0.002, 0 if lines else NOT_FOUND, ("stdout", "".join(f"{line}\n" for line in lines)))

    @staticmethod
    def _listed(here: Here, database: str, keys: list[str]) -> list[str]:
        lines = (here.read(f"/etc/{database}") or b"").decode(errors="replace").splitlines()
        return [line for line in lines if not keys or line.split(":")[0] in keys or line.split(":")[2:3] == keys[:1]]

    @staticmethod
    def _host(here: Here, name: str, database: str) -> list[str]:
        hosts = (here.read("/etc/hosts") or b"").decode(errors="replace").splitlines()
        for line in hosts if database == "hosts" else ():
            words = line.partition("#")[0].split()
            if name in words:
                return [f"{words[0]:<15} {'  '.join(words[1:])}"]
        try:
            found = here.resolve(name)
        except ConnectionFailed:
            return []
        if database == "hosts":
            return [f"{address:<15} {name}" for address in found]
        return [f"{address:<15} {kind:<6} {name}" for address in found for kind in ("STREAM", "DGRAM", "RAW")]


PROGRAMS = {"getent": Getent}

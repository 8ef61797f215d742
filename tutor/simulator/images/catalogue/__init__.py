"""Which images exist: a table of public ones and the course's own, as a registry would have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from tutor.simulator.images.catalogue.behaviours import BEHAVIOURS, Behaviour
from tutor.simulator.images.catalogue.releases import release
from tutor.simulator.images.model import Image
from tutor.simulator.images.reference import Reference
from tutor.simulator.images.traffic import HTTP

MB = 1_000_000
TABLE = "public.txt"
NEWEST = "1.29.2"
"""The version of an image whose tag names none."""


@dataclass(frozen=True, slots=True)
class _Repository:
    """A row of the table: tags that differ in little but their names."""

    name: str
    tags: tuple[str, ...]
    size: int
    ports: tuple[int, ...]
    shell: str
    options: Mapping[str, str]

    def image(self, tag: str) -> Image:
        """The image of one tag."""
        behaviour = BEHAVIOURS.get(self.name) or self._generic()
        alpine = "alpine" in tag
        told = release(self.name, tag, self.shell)
        return Image(
            repository=self.name,
            tag=tag,
            size=self.size // (3 if alpine else 1),
            program=behaviour.program,
            entrypoint=behaviour.entrypoint,
            command=behaviour.command,
            programs=behaviour.programs,
            directory=behaviour.directory,
            user=behaviour.user,
            ports=self.ports,
            shell="busybox" if alpine and self.shell else self.shell,
            files={**({"/etc/os-release": told} if told else {}), **behaviour.files},
            aliases=behaviour.aliases,
            options={"tag": tag, "version": _version(tag), **self.options, **behaviour.options},
        )

    def _generic(self) -> Behaviour:
        """Stays up when it has something to do, and ends at once otherwise."""
        command = (self.name.rpartition("/")[2],)
        return Behaviour("server" if self.ports or self.options.get("log") else "nothing", command)


def _version(tag: str) -> str:
    number = tag.partition("-")[0].removeprefix("v")
    if not number[:1].isdigit():
        return NEWEST
    return number if number.count(".") > 1 else f"{number}.0"


@cache
def _table() -> dict[str, _Repository]:
    text = resources.files(__name__).joinpath(TABLE).read_text(encoding="utf-8")
    rows = [_parse(line) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {row.name: row for row in rows}


def _parse(line: str) -> _Repository:
    fields = [field.strip() for field in line.split("|")]
    name, tags, size, ports, shell, log, *more = fields
    options = {"ports": ports, "log": log}
    if more:
        options |= {"needs": more[0].replace(" ", "|"), "complaint": more[1] if len(more) > 1 else ""}
    numbers = tuple(int(port) for port in ports.split())
    return _Repository(
        name, tuple(tags.split()), int(float(size) * MB), numbers, "" if shell == "-" else shell, options
    )


_added: dict[str, _Repository] = {}
"""Images of the learner's own, by repository."""
ADDED_SIZE = 50 * MB


def add(reference: Reference, ports: tuple[int, ...] = ()) -> None:
    """Have the registry know one more image: a program that stays up and, with `ports`, answers HTTP requests there."""
    known = _added.get(reference.repository) or _table().get(reference.repository)
    tags = tuple(dict.fromkeys([*(known.tags if known else ()), reference.tag]))
    name = reference.repository.rpartition("/")[2]
    options = {"ports": " ".join(map(str, ports)), "log": f"{name} {reference.tag} starting", "speaks": HTTP}
    if known is not None and reference.repository in BEHAVIOURS:
        _added[reference.repository] = replace(known, tags=tags)  # another tag of a program that is known in detail
    else:
        shell = known.shell if known else "busybox"
        _added[reference.repository] = _Repository(reference.repository, tags, ADDED_SIZE, ports, shell, options)


def forget_added() -> None:
    """Have the registry know only the images it comes with."""
    _added.clear()


def _known(repository: str) -> _Repository | None:
    return _added.get(repository) or _table().get(repository)


def repositories() -> list[str]:
    """All repositories there are, by their full names."""
    return sorted({**_table(), **_added})


def tags(repository: str) -> tuple[str, ...]:
    """The tags of a repository, by its full name; none when it does not exist."""
    row = _known(repository)
    return row.tags if row else ()


def find(reference: Reference) -> Image | None:
    """The image a registry has under a name; None when there is none."""
    row = _known(reference.repository)
    if row is None:
        return None
    if reference.digest:
        return next((image for tag in row.tags if (image := row.image(tag)).digest == reference.digest), None)
    return row.image(reference.tag) if reference.tag in row.tags else None

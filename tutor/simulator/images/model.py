"""What is known of an image: what it runs, what is in it, how large it is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Image:
    """One image of the catalogue. `size` is in bytes, unpacked."""

    repository: str
    """In full: "docker.io/library/nginx"."""
    tag: str
    size: int
    program: str
    """The program it runs unless told otherwise: a name in `programs`, or "" when it runs `command` in its shell."""
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    """Further programs in it, by the names they are called by."""
    environment: tuple[tuple[str, str], ...] = ()
    directory: str = "/"
    user: int = 0
    ports: tuple[int, ...] = ()
    shell: str = "dash"
    """Which shell `sh` is: "busybox", "dash", "bash", or "" when there is none, nor any other tool."""
    files: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Programs by further paths where they are."""
    options: Mapping[str, str] = field(default_factory=dict)
    """For the program: a version, a line to log ..."""

    @property
    def name(self) -> str:
        """As container statuses show it."""
        return f"{self.repository}:{self.tag}"

    @property
    def has_new_busybox(self) -> bool:
        """Whether its BusyBox is 1.37 or newer, as in what is built on a current Alpine."""
        number = self.tag.split("-")[0].split(".")
        numbered = self.repository.endswith("/busybox") and len(number) > 1 and number[1].isdecimal()
        return self.shell == "busybox" and not (numbered and int(number[1]) < 37)

    def main_names(self) -> tuple[str, ...]:
        """What its own program is called by: the last wrapper's argument that is a program."""
        words = [word for word in (*self.entrypoint, *self.command) if not word.startswith("-")]
        return tuple(words[:2]) if self.program else ()

    @property
    def digest(self) -> str:
        """Stands for the content: tags of one repository with the same options share it."""
        content = f"{self.repository}|{self.program}|{sorted(self.options.items())}|{self.size}"
        return "sha256:" + hashlib.sha256(content.encode()).hexdigest()

    @property
    def id(self) -> str:
        """The imageID of container statuses."""
        return f"{self.repository}@{self.digest}"

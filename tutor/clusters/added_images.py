"""Images that the learner has added to the simulated registry, kept from one run to the next."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from tutor.clusters.base import ClusterError
from tutor.folders import private_folder, write_private

FILE = "images.json"
MAX_PORT = 65535


@dataclass(frozen=True, slots=True)
class AddedImage:
    """An image by its full name with its tag, and the port it answers HTTP requests on, if any."""

    name: str
    port: int | None = None


def added_images() -> list[AddedImage]:
    """Those that have been added, the oldest first; none when the file is damaged."""
    try:
        entries = json.loads((private_folder("clusters") / FILE).read_text(encoding="utf-8"))
        return [AddedImage(str(entry["name"]), entry.get("port")) for entry in entries]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def add_image(name: str, port: int | None = None) -> AddedImage:
    """Remember one more, in place of an earlier one of that name. ClusterError for a name that is none; OSError."""
    from tutor.simulator.images.reference import InvalidReference, parse

    try:
        full = str(parse(name))
    except InvalidReference as error:
        raise ClusterError(f"{name!r} is no name of an image: {error}", "Write e.g. shop:1.0") from None
    if "@" in full:
        raise ClusterError("an image is added by its tag, not by a digest", "Write e.g. shop:1.0")
    if port is not None and not 0 < port <= MAX_PORT:
        raise ClusterError(f"{port} is no port", f"Ports go from 1 to {MAX_PORT}")
    image = AddedImage(full, port)
    kept = [other for other in added_images() if other.name != full]
    write_private(
        private_folder("clusters") / FILE, json.dumps([asdict(one) for one in [*kept, image]], indent=2) + "\n"
    )
    return image


def catalogue_names() -> list[str]:
    """Every repository the registry comes with, by its full name."""
    from tutor.simulator.images.catalogue import repositories

    return repositories()


def tell_registry() -> None:
    """Have the simulated registry of this process know them."""
    from tutor.simulator.images import catalogue
    from tutor.simulator.images.reference import parse

    catalogue.forget_added()
    for image in added_images():
        catalogue.add(parse(image.name), (image.port,) if image.port else ())

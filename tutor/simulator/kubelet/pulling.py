"""Images on nodes: what is there, what has to be fetched and how long that takes (pkg/kubelet/images/image_manager.go)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from tutor.simulator.images import reference
from tutor.simulator.images.catalogue import find
from tutor.simulator.images.model import Image
from tutor.simulator.kubelet.state import BackOff, PodRecord, Reason, next_backoff

BYTES_A_SECOND = 150e6
"""How fast a node fetches and unpacks an image, counted in unpacked bytes."""
SETUP_SECONDS = 0.6
PRESENT_SECONDS = 0.02
"""What it takes to find out that a registry has nothing newer."""
REFUSAL_SECONDS = 0.4


class Present(NamedTuple):
    """The image is there."""

    image: Image


class Pull(NamedTuple):
    """The image is being fetched: until when, how long that takes, and how long with waiting for other pulls."""

    until: float
    seconds: float
    with_waiting: float


class Refused(NamedTuple):
    """The image cannot be had now: the waiting reason, and the event to write first, if any."""

    reason: Reason
    event: tuple[str, str, str] | None
    """Type, reason, message."""


class Puller:
    """All nodes' images. A node fetches one image after the other."""

    def __init__(self) -> None:
        self._there: dict[str, dict[str, float]] = {}
        """By node: image names and the moment each is there."""
        self._busy: dict[str, float] = {}

    def images(self, node: str, now: float) -> list[str]:
        """The names of the images a node has."""
        return [name for name, at in self._there.get(node, {}).items() if at <= now]

    def put(self, node: str, name: str, now: float) -> None:
        """An image is on a node from now on. Raises InvalidReference."""
        self._there.setdefault(node, {})[str(reference.parse(name))] = now

    def keep_only(self, node: str, names: Collection[str], now: float) -> None:
        """Remove the images of a node that are there, but for these."""
        there = self._there.get(node, {})
        self._there[node] = {name: at for name, at in there.items() if at > now or name in names}

    def want(self, record: PodRecord, name: str, policy: str, now: float) -> Present | Pull | Refused:
        """Begin to get an image for a container."""
        try:
            parsed = reference.parse(name)
        except reference.InvalidReference as error:
            message = f'Failed to apply default image tag "{name}": couldn\'t parse image name "{name}": {error}'
            return Refused(Reason("InvalidImageName", message), ("Warning", "InspectFailed", message))
        there = self._there.setdefault(record.node, {})
        full = str(parsed)
        if policy != "Always" and there.get(full, now + 1) <= now:
            found = find(parsed)
            if found is not None:
                return Present(found)
        if policy == "Never":
            message = f'Container image "{name}" is not present with pull policy of Never'
            return Refused(Reason("ErrImageNeverPull", message), ("Warning", "ErrImageNeverPull", message))
        entry = record.pulls.get(name)
        if entry is not None and now - entry.updated < entry.seconds:
            cause = record.pull_errors.get(name)
            text = f'Back-off pulling image "{name}"'
            message = f"{text}: {cause.reason}: {cause.message}" if cause else text
            return Refused(Reason("ImagePullBackOff", message), ("Normal", "BackOff", text))
        return self._begin(record.node, full, find(parsed), now)

    def _begin(self, node: str, full: str, image: Image | None, now: float) -> Pull:
        there = self._there[node]
        start = max(now, self._busy.get(node, now))
        if image is None:
            seconds = REFUSAL_SECONDS
        elif there.get(full, start + 1) <= start:
            seconds = PRESENT_SECONDS
        else:
            seconds = SETUP_SECONDS + image.size / BYTES_A_SECOND
        until = start + seconds
        self._busy[node] = until
        if image is not None:
            there[full] = min(until, there.get(full, until))
        return Pull(until, seconds, until - now)

    def outcome(self, record: PodRecord, name: str, now: float) -> Present | Refused:
        """What came of a pull that is over."""
        parsed = reference.parse(name)
        image = find(parsed)
        if image is not None:
            record.pulls.pop(name, None)
            record.pull_errors.pop(name, None)
            return Present(image)
        full = str(parsed)
        message = (
            f'rpc error: code = NotFound desc = failed to pull and unpack image "{full}": '
            f"failed to resolve image: {full}: not found"
        )
        entry = record.pulls.get(name)
        record.pulls[name] = next_backoff(entry, now, now) if entry else BackOff(10.0, now)
        cause = record.pull_errors[name] = Reason("ErrImagePull", message)
        return Refused(cause, ("Warning", "Failed", f'Failed to pull image "{name}": {message}'))

    def save(self) -> Any:
        """The state as an immutable value."""
        return tuple((node, tuple(there.items())) for node, there in self._there.items()), tuple(self._busy.items())

    def load(self, state: Any) -> None:
        """Go back to a saved state."""
        there, busy = state
        self._there = {node: dict(names) for node, names in there}
        self._busy = dict(busy)


def go_duration(seconds: float) -> str:
    """A duration as Go prints it, in whole milliseconds."""
    if seconds < 1:
        return f"{int(seconds * 1000)}ms"
    minutes, rest = divmod(seconds, 60)
    text = f"{int(rest * 1000) / 1000:g}s"
    return f"{int(minutes)}m{text}" if minutes else text

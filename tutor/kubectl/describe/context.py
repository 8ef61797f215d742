"""What describers may ask for beside the object itself: its events, related objects, the time."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.kubectl.command import Invocation
from tutor.kubectl.describe.events import write_events
from tutor.kubectl.describe.writer import Writer
from tutor.kubectl.duration import age
from tutor.kubectl.errors import ApiError
from tutor.kubectl.objects import Object, annotations_of, get, name_of, namespace_of

MIRROR_POD = "kubernetes.io/config.mirror"


@dataclass(frozen=True)
class Context:
    """One describe command; `show_events` is `--show-events`."""

    invocation: Invocation
    show_events: bool
    chunk_size: int = 500

    @property
    def now(self) -> float:
        return self.invocation.io.now()

    def since(self, timestamp: str | None) -> str:
        return age(timestamp, self.now)

    def list_all(self, path: str, **query: str) -> list[Object]:
        """All objects of a collection."""
        parameters = {**query, "limit": str(self.chunk_size)} if self.chunk_size else dict(query)
        found: list[Object] = []
        while True:
            page = self.invocation.api.get(path, parameters)
            found += page.get("items") or []
            token = get(page, "metadata.continue")
            if not token:
                return found
            parameters["continue"] = token

    def events(self, obj: Object, *, with_kind: bool = True, uid: str | None = None) -> list[Object]:
        """The events about an object, none when they cannot be listed."""
        namespace = namespace_of(obj)
        fields = {"name": name_of(obj), "namespace": namespace}
        if with_kind:
            fields["kind"] = str(obj.get("kind", ""))
        fields["uid"] = (
            uid if uid is not None else annotations_of(obj).get(MIRROR_POD, str(get(obj, "metadata.uid", "")))
        )
        selector = ",".join(f"involvedObject.{key}={value}" for key, value in fields.items())
        path = f"/api/v1/namespaces/{namespace}/events" if namespace else "/api/v1/events"
        try:
            return self.list_all(path, fieldSelector=selector)
        except ApiError:
            return []

    def write_events(self, writer: Writer, obj: Object, *, with_kind: bool = True) -> None:
        """The list of events at the end of a description, when it is wanted."""
        if self.show_events:
            write_events(writer, self.events(obj, with_kind=with_kind), self.now)

"""Watches: what happens to the objects of a selection, from a revision on.

A hub listens to the store once and hands each change to the watches of its resource. Bytes are made when a host pulls, once
for all watches that want the same form.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from tutor.simulator import errors
from tutor.simulator.api.http import encode
from tutor.simulator.api.listing import ListOptions, list_objects
from tutor.simulator.api.routing import Route
from tutor.simulator.api.selectors import selection, single_name
from tutor.simulator.api.views import Presenter
from tutor.simulator.store import Change, Obj, Store

BUFFER = 20_000
"""Changes that wait for a slow client before its watch is ended."""
EXPIRED_IN_FLIGHT = "The resourceVersion for the provided watch is too old."


class WatchHub:
    """Hands the store's changes to watches."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._watches: dict[str, set[Watch]] = {}
        store.subscribe(self._on_change)
        store.on_reset(self._on_reset)

    def add(self, watch: Watch) -> None:
        self._watches.setdefault(watch.storage, set()).add(watch)

    def remove(self, watch: Watch) -> None:
        self._watches.get(watch.storage, set()).discard(watch)

    def count(self) -> int:
        """How many watches are open."""
        return sum(len(watches) for watches in self._watches.values())

    def _on_change(self, change: Change) -> None:
        for watch in self._watches.get(change.resource, ()):
            watch.offer(change)

    def _on_reset(self) -> None:
        for watches in self._watches.values():
            for watch in watches:
                watch.expire()


@dataclass(slots=True)
class Selection:
    """Which objects a watch shows."""

    namespace: str
    name: str | None
    test: Callable[[Obj], bool] | None

    def shows(self, obj: Obj) -> bool:
        metadata = obj["metadata"]
        if self.namespace and metadata.get("namespace") != self.namespace:
            return False
        if self.name is not None and metadata["name"] != self.name:
            return False
        return self.test is None or self.test(obj)


class Watch:
    """One watch: a `Stream` of lines, each a JSON watch event."""

    def __init__(self, hub: WatchHub, route: Route, options: ListOptions, presenter: Callable[[], Presenter]) -> None:
        self.storage = route.resource.storage_id
        self.timeout_seconds: float | None = options.timeout_seconds or None
        self.poll_seconds: float | None = None
        self._hub = hub
        self._presenter = presenter
        self._bookmarks = options.bookmarks
        self._changes: deque[Change] = deque()
        self._pending: list[bytes] = []
        self._first = True
        self._ended = False
        self._wake: Callable[[], None] = lambda: None
        self._selection = _selection(route, options)
        self._begin(route, options)
        hub.add(self)

    # -- the beginning

    def _begin(self, route: Route, options: ListOptions) -> None:
        """What comes before changes: the objects that are there (for no revision or 0, or on request), or the changes since."""
        revision = options.revision or 0
        if revision and not options.send_initial_events:
            self._replay(revision)
            return
        self._last = self._hub.store.revision
        if options.send_initial_events is False:
            return
        page = list_objects(self._hub.store, route, _all(options))
        presenter = self._presenter()
        for obj in page.objects:
            self._pending.append(self._line("ADDED", presenter, obj))
        if options.send_initial_events and options.bookmarks:
            mark = presenter.bookmark(self._last, initial_events_end=True)
            self._pending.append(encode({"type": "BOOKMARK", "object": mark}))

    def _replay(self, revision: int) -> None:
        """Changes after a revision that the client has. A revision of the future, as after a restored snapshot, is unknown too."""
        store = self._hub.store
        self._last = revision
        changes = store.changes_since(self.storage, revision) if revision <= store.revision else None
        if changes is None:
            self._fail(f"too old resource version: {revision} ({store.revision})")
            return
        for change in changes:
            if change.revision > revision:
                self.offer(change)

    # -- what happens

    def offer(self, change: Change) -> None:
        """Take a change in, if it concerns what the watch shows. Called in the middle of a write: only remembers."""
        if self._ended:
            return
        selection = self._selection
        if not (selection.shows(change.obj) or (change.old is not None and selection.shows(change.old))):
            return
        if len(self._changes) >= BUFFER:
            self._changes.clear()
            self._fail(EXPIRED_IN_FLIGHT)
            return
        self._changes.append(change)
        if len(self._changes) == 1:
            self._wake()

    def expire(self) -> None:
        """The history is gone: tell the client to start over."""
        self._changes.clear()
        self._fail(EXPIRED_IN_FLIGHT)

    def _fail(self, why: str) -> None:
        if not self._ended:
            self._pending.append(encode({"type": "ERROR", "object": errors.expired(why).status()}))
            self._ended = True
            self._wake()

    # -- Stream

    def pull(self) -> bytes:
        """The lines of all events that have not been sent."""
        if self._changes:
            presenter = self._presenter()
            changes, self._changes = self._changes, deque()
            for change in changes:
                self._pending.append(self._event(presenter, change))
                self._last = change.revision
        if not self._pending:
            return b""
        lines, self._pending = b"".join(self._pending), []
        return lines

    def _event(self, presenter: Presenter, change: Change) -> bytes:
        """A change as the watch sees it: an object that enters or leaves the selection is added or deleted."""
        kind = change.type
        shown = change.obj
        if kind == "MODIFIED":
            now = self._selection.shows(change.obj)
            before = change.old is not None and self._selection.shows(change.old)
            kind = "MODIFIED" if now and before else "ADDED" if now else "DELETED"
            if kind == "DELETED" and change.old is not None:
                version = change.obj["metadata"]["resourceVersion"]
                shown = {**change.old, "metadata": {**change.old["metadata"], "resourceVersion": version}}
                return self._line(kind, presenter, shown)
        if presenter.accepted.view == "Table":
            return self._line(kind, presenter, shown)
        form = (kind, presenter.form)
        line: bytes | None = change.encoded.get(form)
        if line is None:
            line = change.encoded[form] = self._line(kind, presenter, shown)
        return line

    def _line(self, kind: str, presenter: Presenter, obj: Obj) -> bytes:
        first, self._first = self._first, False
        return encode({"type": kind, "object": presenter.event(obj, first=first)})

    def tick(self) -> bytes:
        """A bookmark, if the client wants them."""
        if not self._bookmarks or self._ended:
            return self.pull()
        lines = self.pull()
        self._last = self._hub.store.revision
        mark = encode({"type": "BOOKMARK", "object": self._presenter().bookmark(self._last)})
        return lines + mark

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self._ended

    def on_ready(self, wake: Callable[[], None]) -> None:
        """Call `wake` when there is something to pull."""
        self._wake = wake

    def close(self) -> None:
        """Stop watching."""
        self._ended = True
        self._changes.clear()
        self._hub.remove(self)


def _selection(route: Route, options: ListOptions) -> Selection:
    resource = route.resource
    test = selection(resource, options.labels, options.fields)
    if test is not None and (resource.storage or resource.type is not None):
        inner = test

        def test_served(obj: Obj) -> bool:
            return inner(resource.read(obj))

        test = test_served
    return Selection(route.namespace, route.name or single_name(options.fields), test)


def _all(options: ListOptions) -> ListOptions:
    """The options of the list that gives a watch its first objects."""
    return replace(options, limit=0, token="", revision=None, match="", send_initial_events=None)

"""What the learner chose about looks and the cluster, kept with their progress."""

from __future__ import annotations

from tutor.progress.settings import Settings


class UiSettings:
    """The choices by name, each with its default."""

    def __init__(self, stored: Settings) -> None:
        self._stored = stored

    @property
    def theme(self) -> str:
        """`dark`, `light` or `contrast`."""
        return str(self._stored.get("theme", "dark"))

    @theme.setter
    def theme(self, name: str) -> None:
        self._stored.set("theme", name)

    @property
    def ascii_diagrams(self) -> bool:
        """Whether diagrams are drawn with ASCII only."""
        return bool(self._stored.get("ascii-diagrams", False))

    @ascii_diagrams.setter
    def ascii_diagrams(self, wanted: bool) -> None:
        self._stored.set("ascii-diagrams", wanted)

    @property
    def diagrams_as_text(self) -> bool:
        """Whether the text alternative stands in place of every diagram."""
        return bool(self._stored.get("diagrams-as-text", False))

    @diagrams_as_text.setter
    def diagrams_as_text(self, wanted: bool) -> None:
        self._stored.set("diagrams-as-text", wanted)

    @property
    def own_editor(self) -> bool:
        """Whether `vi`, `nano` and `kubectl edit` open the learner's own editor, where there is one."""
        return bool(self._stored.get("own-editor", False))

    @own_editor.setter
    def own_editor(self, wanted: bool) -> None:
        self._stored.set("own-editor", wanted)

    @property
    def cluster(self) -> str:
        """What `tutor.clusters.open_cluster` takes."""
        return str(self._stored.get("cluster", "simulated"))

    @cluster.setter
    def cluster(self, spec: str) -> None:
        self._stored.set("cluster", spec)

    def first_time(self, what: str) -> bool:
        """Whether this is asked about `what` for the first time."""
        return self._stored.first_time(what)

"""Writes the lines of a description: indented by level, tabs aligned at the end, labels and annotations one below the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tutor.kubectl.duration import rfc1123
from tutor.kubectl.objects import LAST_APPLIED, Object
from tutor.kubectl.tabwriter import align

_LONGEST_ANNOTATION = 140  # characters (kubectl `maxAnnotationLen`)


class Writer:
    """Collects a description. `write` puts two blanks before the text for each level."""

    def __init__(self) -> None:
        self._text: list[str] = []

    def write(self, level: int, text: str) -> None:
        self._text.append("  " * level + text)

    def line(self, level: int, label: str, value: object) -> None:
        """`Label:<tab>value`."""
        self.write(level, f"{label}:\t{value}\n")

    def raw(self) -> str:
        """The text with its tabs."""
        return "".join(self._text)

    def aligned(self) -> str:
        """The text with its columns aligned, as describe prints it."""
        return align(self.raw())

    def labels(self, title: str, labels: Mapping[str, str] | None, indent: str = "") -> None:
        """`Labels:  a=b` and further pairs below, `<none>` for none."""
        self._text.append(f"{indent}{title}:\t")
        pairs = [f"{key}={value}" for key, value in sorted((labels or {}).items())]
        self._stack(pairs, indent)

    def stack(self, title: str, lines: Sequence[str]) -> None:
        """A title with several values one below the other, `<none>` for none."""
        self._text.append(f"{title}:\t")
        self._stack(lines, "")

    def _stack(self, lines: Sequence[str], indent: str) -> None:
        self._text.append(f"\n{indent}\t".join(lines) + "\n" if lines else "<none>\n")

    def annotations(self, title: str, annotations: Mapping[str, str] | None) -> None:
        """Like labels; long or many-lined values go below their key. The last-applied annotation is left out, as kubectl does."""
        shown = {key: value for key, value in sorted((annotations or {}).items()) if key != LAST_APPLIED}
        self._text.append(f"{title}:\t")
        if not shown:
            self._text.append("<none>\n")
        for index, (key, value) in enumerate(shown.items()):
            self._text.append("\t" if index else "")
            self._text.append(_annotation(key, value.removesuffix("\n")))

    def metadata(self, obj: Object) -> None:
        """Labels and annotations of an object."""
        metadata = obj.get("metadata") or {}
        self.labels("Labels", metadata.get("labels"))
        self.annotations("Annotations", metadata.get("annotations"))

    def table(self, level: int, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """A table with dashes under its headers."""
        self.write(level, "\t".join(headers) + "\n")
        self.write(level, "\t".join("-" * len(header) for header in headers) + "\n")
        for row in rows:
            self.write(level, "\t".join(str(cell) for cell in row) + "\n")

    def workload_conditions(self, conditions: Sequence[Object] | None) -> None:
        """Type, status and reason, as workloads show them."""
        if conditions:
            self.write(0, "Conditions:\n")
            rows = [(f"{item.get('type', '')} ", item.get("status", ""), item.get("reason", "")) for item in conditions]
            self.table(1, ("Type", "Status", "Reason"), rows)


def _annotation(key: str, value: str) -> str:
    if len(value) + len(key) + 2 <= _LONGEST_ANNOTATION and "\n" not in value:
        return f"{key}: {value}\n"
    return f"{key}:\n" + "".join(f"\t  {_shorten(line)}\n" for line in value.split("\n"))


def _shorten(text: str) -> str:
    limit = _LONGEST_ANNOTATION - 2
    return text[:limit] + "..." if len(text) > limit else text


def truth(value: object) -> str:
    return "True" if value else "False"


def moment(timestamp: str | None) -> str:
    """A point in time as descriptions show it."""
    return rfc1123(timestamp)

"""Prints server-side Tables the way `kubectl get` does: wide columns, labels, namespaces, kinds, watch events.

Follows cli-runtime `pkg/printers/tableprinter.go`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from tutor.kubectl.duration import age
from tutor.kubectl.objects import Object, get
from tutor.kubectl.printers.text import go_value
from tutor.kubectl.tabwriter import TabWriter


@dataclass(frozen=True)
class TableOptions:
    """What the user asked to see. `kind` is the `pod` of `pod/web-1`, empty to print names alone."""

    wide: bool = False
    no_headers: bool = False
    with_namespace: bool = False
    kind: str = ""
    label_columns: tuple[str, ...] = ()
    show_labels: bool = False
    now: float = 0.0


@dataclass
class TablePrinter:
    """Prints one or more Tables of a type; headers come once, and again when the columns change."""

    options: TableOptions
    _columns: list[Object] = field(default_factory=list)
    _headers_printed: bool = False

    def print(self, table: Object, writer: TabWriter, event: str = "") -> None:
        """Writes a Table's rows. `event` is the watch event's type for `--output-watch-events`."""
        options = self.options
        columns = table.get("columnDefinitions") or []
        if self._headers_printed and (not columns or columns == self._columns):
            options = replace(options, no_headers=True)
        if columns and columns != self._columns:
            self._columns = columns
            self._headers_printed = False
        rows = table.get("rows") or []
        if not rows:
            return
        self._headers_printed = True
        if not options.no_headers:
            writer.write("\t".join(_headers(self._columns, options, event)) + "\n")
        for row in rows:
            writer.write("\t".join(_cells(row, self._columns, options, event)) + "\n")


def _headers(columns: list[Object], options: TableOptions, event: str) -> list[str]:
    names = ["EVENT"] if event else []
    if options.with_namespace:
        names.append("NAMESPACE")
    names += [column["name"].upper() for column in columns if _visible(column, options)]
    names += [label.rpartition("/")[2].upper() for label in options.label_columns]
    return [*names, "LABELS"] if options.show_labels else names


def _visible(column: Object, options: TableOptions) -> bool:
    return options.wide or not column.get("priority")


def _cells(row: Object, columns: list[Object], options: TableOptions, event: str) -> list[str]:
    metadata = get(row, "object.metadata", {})
    cells = [event] if event else []
    if options.with_namespace:
        cells.append(str(metadata.get("namespace", "")))
    cells += _own_cells(row, columns, options)
    labels = metadata.get("labels") or {}
    cells += [labels.get(label, "") for label in options.label_columns]
    return [*cells, format_labels(labels)] if options.show_labels else cells


def _own_cells(row: Object, columns: list[Object], options: TableOptions) -> list[str]:
    shown = []
    named = False
    for column, cell in zip(columns, row.get("cells", []), strict=False):
        if not _visible(column, options):
            continue
        text = cell_text(cell)
        if options.kind and not named and column.get("format") == "name" and column.get("type") == "string":
            named = True
            text = f"{options.kind}/{text}"
        shown.append(text)
    return shown


def cell_text(cell: Any) -> str:
    """A cell's text on one line; what follows a line break is cut off with `...`."""
    text = "" if cell is None else cell if isinstance(cell, str) else go_value(cell)
    for index, character in enumerate(text):
        if character in "\n\r\f":
            return text[:index] + "..."
    return text.replace("\x1b", "^[")


def format_labels(labels: dict[str, str]) -> str:
    """`a=b,c=d` in the order of keys, `<none>` for no labels."""
    return ",".join(f"{key}={labels[key]}" for key in sorted(labels)) or "<none>"


def table_of(obj: Object, now: float) -> Object:
    """A Table of names and ages, for servers that answer with plain objects."""
    items = obj["items"] if isinstance(obj.get("items"), list) else [obj]
    rows = [
        {"cells": [get(item, "metadata.name", ""), age(get(item, "metadata.creationTimestamp"), now)], "object": item}
        for item in items
    ]
    columns = [{"name": "Name", "type": "string", "format": "name"}, {"name": "Age", "type": "string"}]
    return {"kind": "Table", "columnDefinitions": columns, "rows": rows}

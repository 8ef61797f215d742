"""`-o custom-columns=HEADER:PATH,...`, following kubectl `pkg/cmd/get/customcolumn.go`."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.jsonpath import JsonPath, JsonPathError, relaxed
from tutor.kubectl.objects import Object, is_list
from tutor.kubectl.printers.text import go_value
from tutor.kubectl.tabwriter import table_writer

_TEMPLATE = "Expected format is one line of space separated headers, one line of space separated column specs."


class ColumnsFailed(KubectlError):
    """A path that does not fit an object; `printed` is the header and the rows above it."""

    def __init__(self, message: str, printed: str) -> None:
        super().__init__(message)
        self.printed = printed


@dataclass(frozen=True)
class Column:
    header: str
    path: JsonPath


def columns_from_spec(spec: str) -> list[Column]:
    if not spec:
        raise KubectlError("custom-columns format specified but no custom columns given")
    columns = []
    for part in spec.split(","):
        header, colon, path = part.partition(":")
        if not colon:
            raise KubectlError(f"unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>")
        columns.append(Column(header, _parse(path)))
    return columns


def columns_from_template(text: str) -> list[Column]:
    """Two lines: headers, then paths, separated by blanks (`custom-columns-file`)."""
    lines = text.splitlines()
    if not lines:
        raise KubectlError(f"invalid template, missing header line. {_TEMPLATE}")
    if len(lines) < 2:
        raise KubectlError(f"invalid template, missing spec line. {_TEMPLATE}")
    headers, paths = lines[0].split(), lines[1].split()
    if len(headers) != len(paths):
        raise KubectlError(f"number of headers ({len(headers)}) and field specifications ({len(paths)}) don't match")
    return [Column(header, _parse(path)) for header, path in zip(headers, paths, strict=True)]


def _parse(path: str) -> JsonPath:
    try:
        return JsonPath.parse(relaxed(path))
    except JsonPathError as problem:
        raise KubectlError(str(problem)) from None


def print_columns(obj: Object, columns: list[Column], *, headers: bool) -> str:
    """The table as aligned text; ColumnsFailed when a path does not fit an object."""
    writer = table_writer()
    if headers:
        writer.write("\t".join(column.header for column in columns) + "\n")
    try:
        for item in obj["items"] if is_list(obj) else [obj]:
            writer.write("\t".join(_cell(column, item) for column in columns) + "\n")
    except JsonPathError as problem:
        raise ColumnsFailed(str(problem), writer.flush()) from None
    return writer.flush()


def _cell(column: Column, item: Object) -> str:
    results = column.path.results(item)
    found = [go_value(value) for values in results for value in values]
    if not results or not results[0]:
        found.insert(0, "<none>")
    return ",".join(found)

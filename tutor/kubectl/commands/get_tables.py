"""`kubectl get` as tables: fetching, sorting and printing what was asked for, and the request it is asked with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tutor.kubectl.client import JSON, TABLE
from tutor.kubectl.command import Invocation
from tutor.kubectl.discovery import ApiResource
from tutor.kubectl.errors import ApiError, BareError, KubectlError, raise_all
from tutor.kubectl.jsonpath import relaxed
from tutor.kubectl.objects import Object
from tutor.kubectl.printers.sorting import Unsortable, sort_table
from tutor.kubectl.printers.table import TableOptions, TablePrinter, table_of
from tutor.kubectl.request import Request
from tutor.kubectl.resources import Builder
from tutor.kubectl.tabwriter import TabWriter, table_writer
from tutor.kubectl.tracing import log_line


@dataclass
class _Fetched:
    """One reply to print as a table: a Table, or plain objects from a server without Tables."""

    resource: ApiResource
    table: Object


def is_table_output(output: str) -> bool:
    return output in ("", "wide")


def build_request(invocation: Invocation, *, single_type: bool = False) -> Request:
    options = invocation.options
    human = is_table_output(options.text("output"))
    sorting = bool(options.text("sort-by"))
    as_table = human and options.flag("server-print")
    return Request(
        collects=True,
        args=list(invocation.args),
        filenames=options.many("filename"),
        kustomize=options.text("kustomize"),
        recursive=options.flag("recursive"),
        label_selector=options.text("selector") or None,
        field_selector=options.text("field-selector") or None,
        all_namespaces=options.flag("all-namespaces"),
        allow_empty_selector=True,
        single_type=single_type,
        subresource=options.text("subresource"),
        chunk=0 if sorting else options.number("chunk-size"),
        query={"includeObject": "Object"} if sorting and as_table else {},
        accept=TABLE if as_table else JSON,
    )


def table_options(invocation: Invocation, resource: ApiResource, *, with_kind: bool) -> TableOptions:
    options = invocation.options
    show_kind = with_kind or options.flag("show-kind")
    return TableOptions(
        wide=options.text("output") == "wide",
        no_headers=options.flag("no-headers"),
        with_namespace=options.flag("all-namespaces") and resource.namespaced,
        kind=resource.kind_qualified if show_kind else "",
        label_columns=tuple(options.many("label-columns")),
        show_labels=options.flag("show-labels"),
        now=invocation.io.now(),
    )


def as_table(obj: Object, now: float) -> Object:
    return obj if obj.get("kind") == "Table" else table_of(obj, now)


def print_tables(invocation: Invocation) -> None:
    builder = Builder(invocation, build_request(invocation))
    builder.select()
    errors: list[KubectlError] = []
    fetched = list(_fetch_tables(builder, errors))
    ignore = invocation.options.flag("ignore-not-found")
    if ignore:
        errors = [error for error in errors if not (isinstance(error, ApiError) and error.not_found)]
    if invocation.options.text("sort-by"):
        printed = _print_groups(invocation, _sorted_tables(invocation, fetched, invocation.options.text("sort-by")))
    else:
        printed = _print_groups(invocation, fetched)
    if not printed and not ignore and not errors:
        _report_nothing(invocation, fetched)
    raise_all(_unique(errors))


def _sorted_tables(invocation: Invocation, fetched: list[_Fetched], field: str) -> list[_Fetched]:
    """Each table sorted; like kubectl, a table that cannot be sorted by the field is left out without a word."""
    kept = []
    for item in fetched:
        if len(fetched) > 1:
            path = relaxed(field)
            raise KubectlError(f'couldn\'t find any field with path "{path}" in the list of objects')
        try:
            sort_table(item.table, field)
        except Unsortable as problem:
            text = f"Field {{{relaxed(field)[1:-1]}}} in [][][]reflect.Value is an unsortable type: interface, err: {problem}"
            raise BareError(log_line(invocation.io, "F", "sorter.go:375", text)) from None
        except KubectlError:
            continue
        kept.append(item)
    return kept


def _fetch_tables(builder: Builder, errors: list[KubectlError]) -> Iterator[_Fetched]:
    now = builder.invocation.io.now()
    for read in builder.readers():
        try:
            info = builder.fetch(read())
        except KubectlError as problem:
            errors.append(problem)
            continue
        yield _Fetched(info.resource, as_table(info.obj, now))
    for resource in builder.selected.types:
        try:
            for page in builder.pages(resource):
                yield _Fetched(resource, as_table(page, now))
        except KubectlError as problem:
            errors.append(problem)


def _print_groups(invocation: Invocation, fetched: list[_Fetched]) -> bool:
    """Prints the tables, a blank line between kinds; says whether there was anything to print."""
    with_kind = len({(item.resource.group, item.resource.version, item.resource.kind) for item in fetched}) > 1
    writer, printed = table_writer(), False
    printer: TablePrinter | None = None
    last: ApiResource | None = None
    separate = False
    for item in fetched:
        if printer is None or item.resource != last:
            printed = _flush(invocation, writer, separate) or printed
            separate = printed and not invocation.options.flag("no-headers")
            writer.forget_widths()
            printer = TablePrinter(table_options(invocation, item.resource, with_kind=with_kind))
            last = item.resource
        printer.print(item.table, writer)
    return _flush(invocation, writer, separate) or printed


def _flush(invocation: Invocation, writer: TabWriter, separate: bool) -> bool:
    text = writer.flush()
    if text:
        invocation.out(("\n" if separate else "") + text)
    return bool(text)


def _report_nothing(invocation: Invocation, fetched: list[_Fetched]) -> None:
    namespaced = not invocation.options.flag("all-namespaces") and all(item.resource.namespaced for item in fetched)
    where = f" in {invocation.namespace} namespace." if namespaced else ""
    invocation.err(f"No resources found{where}\n")


def _unique(errors: list[KubectlError]) -> list[KubectlError]:
    return list({error.message: error for error in errors}.values())

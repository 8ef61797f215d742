"""`kubectl get`: lists objects as tables, YAML, JSON and more. Follows kubectl `pkg/cmd/get/get.go`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tutor.kubectl.client import JSON, TABLE
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.discovery import ApiResource
from tutor.kubectl.errors import ApiError, BareError, KubectlError, raise_all
from tutor.kubectl.flags import boolean, integer, string, strings
from tutor.kubectl.jsonpath import relaxed
from tutor.kubectl.objects import Object
from tutor.kubectl.printers.output import GET_FORMATS, object_printer, split_format
from tutor.kubectl.printers.report import PRINT_FLAGS
from tutor.kubectl.printers.sorting import Unsortable, sort_objects, sort_table
from tutor.kubectl.printers.table import TableOptions, TablePrinter, table_of
from tutor.kubectl.resources import Builder, Info, Request
from tutor.kubectl.tabwriter import TabWriter, table_writer
from tutor.kubectl.tracing import log_line

SUGGEST_RESOURCES = 'Use "kubectl api-resources" for a complete list of supported resources.'


@dataclass
class _Fetched:
    """One reply to print as a table: a Table, or plain objects from a server without Tables."""

    resource: ApiResource
    table: Object


def run(invocation: Invocation) -> None:
    options = invocation.options
    _validate(invocation)
    if options.text("raw"):
        _raw(invocation)
    elif options.flag("watch") or options.flag("watch-only"):
        from tutor.kubectl.commands.get_watch import watch

        watch(invocation, build_request(invocation, single_type=True))
    elif is_table_output(options.text("output")):
        _print_tables(invocation)
    else:
        _print_objects(invocation)


def is_table_output(output: str) -> bool:
    return output in ("", "wide")


def build_request(invocation: Invocation, *, single_type: bool = False) -> Request:
    options = invocation.options
    human = is_table_output(options.text("output"))
    sorting = bool(options.text("sort-by"))
    as_table = human and options.flag("server-print")
    return Request(
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


def _validate(invocation: Invocation) -> None:
    options = invocation.options
    output = split_format(options.text("output"))[0]
    if options.text("raw"):
        _validate_raw(invocation)
        return
    if output not in ("", *GET_FORMATS):
        object_printer(invocation, options.text("output"))
    if options.flag("show-labels") and not is_table_output(output):
        raise KubectlError(f"--show-labels option cannot be used with {options.text('output')} printer")
    if options.many("label-columns") and output.startswith("custom-columns"):
        raise KubectlError(f"--label-columns option cannot be used with {options.text('output')} printer")
    watching = options.flag("watch") or options.flag("watch-only")
    if options.flag("output-watch-events") and not watching:
        raise KubectlError("--output-watch-events option can only be used with --watch or --watch-only")
    if not invocation.args and not options.many("filename") and not options.text("kustomize") and not watching:
        invocation.err(f"You must specify the type of resource to get. {SUGGEST_RESOURCES}\n\n")
        raise invocation.usage_error(
            'Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description '
            "of that resource "
            "(e.g. kubectl explain pods)."
        )


def _validate_raw(invocation: Invocation) -> None:
    options = invocation.options
    if invocation.args:
        raise KubectlError("arguments may not be passed when --raw is specified")
    if options.flag("watch") or options.flag("watch-only") or options.text("selector"):
        raise KubectlError(
            "--raw may not be specified with other flags that filter the server request or alter the output"
        )
    if options.text("output"):
        raise KubectlError("--raw and --output are mutually exclusive")


def _raw(invocation: Invocation) -> None:
    path = invocation.options.text("raw")
    if not path.startswith("/"):
        raise KubectlError(f'--raw must be a valid URL path: parse "{path}": invalid URI for request')
    for chunk in invocation.api.chunks(path):
        invocation.out(chunk.decode(errors="replace"))


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


def _print_tables(invocation: Invocation) -> None:
    builder = Builder(invocation, build_request(invocation))
    builder.select()
    errors: list[KubectlError] = []
    fetched = list(_fetch_tables(builder, errors))
    ignore = invocation.options.flag("ignore-not-found")
    if ignore:
        errors = [error for error in errors if not (isinstance(error, ApiError) and error.not_found)]
    if invocation.options.text("sort-by"):
        fetched = _sorted_tables(invocation, fetched, invocation.options.text("sort-by"))
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


def _print_objects(invocation: Invocation) -> None:
    """YAML, JSON and templates: one object as it is, anything else as a List."""
    options = invocation.options
    builder = Builder(invocation, build_request(invocation))
    selected = builder.select()
    errors: list[KubectlError] = []
    infos = list(builder.infos(errors=errors))
    if options.flag("ignore-not-found"):
        errors = [error for error in errors if not (isinstance(error, ApiError) and error.not_found)]
        if not infos:
            raise_all(errors)
            return
    if selected.single_item and errors:
        raise_all(errors)
    printer = object_printer(invocation, options.text("output"))
    if selected.single_item and len(infos) == 1:
        invocation.out(printer(infos[0].obj))
    else:
        invocation.out(printer(_as_list(invocation, infos)))
    raise_all(errors)


def _as_list(invocation: Invocation, infos: list[Info]) -> Object:
    items = [info.obj for info in infos]
    if invocation.options.text("sort-by"):
        items = sort_objects(items, invocation.options.text("sort-by"))
    return {"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}}


COMMAND = Command(
    name="get",
    short="Display one or many resources",
    usage="get [(-o|--output=)FORMAT] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags]",
    run=run,
    arguments="resources",
    suggest_for=("list", "ls"),
    long=f"""
    Prints a table of the objects you name, with the columns that matter most for their type. Choose other
    forms with -o: the whole object as YAML or JSON, single fields with JSONPath, or columns of your own.

    {SUGGEST_RESOURCES}
    """,
    examples="""
    # The pods of the current namespace
    kubectl get pods

    # The same with more columns, such as the node and the pod's IP
    kubectl get pods -o wide

    # One deployment as YAML
    kubectl get deployment web -o yaml

    # Only the phase of a pod
    kubectl get pod web-1 -o jsonpath='{.status.phase}'

    # Pods with a label, in all namespaces
    kubectl get pods -l app=web -A

    # Several types at once
    kubectl get deployments,services

    # Keep watching for changes (stop with ctrl+c)
    kubectl get pods --watch
    """,
    flags=(
        *PRINT_FLAGS,
        boolean("all-namespaces", "List objects of all namespaces; --namespace is ignored then.", "A"),
        integer("chunk-size", "Fetch large lists in pieces of this size; 0 fetches them whole.", default=500),
        string(
            "field-selector",
            "Only objects with these field values, with '=', '==' or '!=' (e.g. status.phase=Running).",
        ),
        strings("filename", "Files or folders that name the objects to get.", "f"),
        boolean("ignore-not-found", "Succeed, and print nothing, when a named object does not exist."),
        string("kustomize", "Folder with a kustomization; cannot be combined with -f or -R.", "k"),
        strings("label-columns", "Labels to show as columns of their own; may be repeated.", "L"),
        boolean("no-headers", "Leave the header line out."),
        boolean("output-watch-events", "With --watch or --watch-only, show the type of each event."),
        string("raw", "URL path to request from the server as it is."),
        boolean("recursive", "Go into the folders below the one given with -f.", "R"),
        string(
            "selector",
            "Only objects whose labels match; supports '=', '==', '!=', 'in', 'notin' (e.g. -l app=web,tier!=db).",
            "l",
        ),
        boolean("server-print", "Let the server make the table's columns.", default=True),
        boolean("show-kind", "Show the type before each name."),
        boolean("show-labels", "Show all labels as the last column."),
        string("sort-by", "JSONPath of the field to sort by (e.g. .metadata.creationTimestamp)."),
        string("subresource", "Get this subresource of the object, such as status or scale."),
        boolean("watch", "Print the objects, then every change to them.", "w"),
        boolean("watch-only", "Print changes only."),
    ),
)

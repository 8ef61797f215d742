"""`kubectl get --watch`: prints objects, then each change as it happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tutor.kubectl.command import Invocation
from tutor.kubectl.commands.get_tables import as_table, is_table_output, table_options
from tutor.kubectl.discovery import ApiResource
from tutor.kubectl.errors import ApiError, KubectlError
from tutor.kubectl.objects import Object, get
from tutor.kubectl.printers.output import object_printer
from tutor.kubectl.printers.table import TablePrinter
from tutor.kubectl.request import Request
from tutor.kubectl.resources import Builder
from tutor.kubectl.tabwriter import table_writer

Show = Callable[[Object, str], None]


def watch(invocation: Invocation, request: Request) -> None:
    """Runs until ctrl+c or until the server ends the watch."""
    options = invocation.options
    if options.text("sort-by"):
        kind = "--watch" if options.flag("watch") else "--watch-only"
        tail = " for watch events received" if options.flag("watch") else ""
        invocation.err(f"warning: {kind} requested, --sort-by will be ignored{tail}\n")
    builder = Builder(invocation, request)
    builder.select()
    try:
        resource, name, current = _current(builder)
    except ApiError as problem:
        if problem.not_found and options.flag("ignore-not-found"):
            return
        raise
    show = _printer(invocation, resource)
    if not options.flag("watch-only"):
        for obj in _objects(current, human=is_table_output(options.text("output"))):
            show(obj, "ADDED")
    skip_first = bool(name)  # watching one object repeats it once
    for event in _events(builder, resource, name, current):
        if not skip_first:
            show(event["object"], event["type"])
        skip_first = False


def _current(builder: Builder) -> tuple[ApiResource, str, Object]:
    """The type, the name when it is a single object, and the reply to start from."""
    named = list(builder.named())
    if len(named) > 1:
        raise KubectlError(
            "watch is only supported on individual resources and resource collections - "
            f"{len(named)} resources were found"
        )
    if named:
        info = builder.fetch(named[0])
        return info.resource, info.name, info.obj
    resource = builder.selected.types[0]
    pages = list(builder.pages(resource))
    merged = dict(pages[-1])
    key = "rows" if merged.get("kind") == "Table" else "items"
    merged[key] = [item for page in pages for item in page.get(key) or []]
    return resource, "", merged


def _objects(current: Object, *, human: bool) -> Iterator[Object]:
    if human or not isinstance(current.get("items"), list):
        yield current
    else:
        for item in current["items"]:
            kind = str(current.get("kind", "")).removesuffix("List")
            yield {"apiVersion": current.get("apiVersion"), "kind": kind, **item}


def _events(builder: Builder, resource: ApiResource, name: str, current: Object) -> Iterator[Object]:
    query = dict(builder.request.query)
    if builder.request.label_selector:
        query["labelSelector"] = builder.request.label_selector
    if name:
        query |= {"fieldSelector": f"metadata.name={name}", "resourceVersion": "0"}
    else:
        query["resourceVersion"] = str(get(current, "metadata.resourceVersion", ""))
        if builder.request.field_selector:
            query["fieldSelector"] = builder.request.field_selector
    namespace = str(get(current, "metadata.namespace", "")) if name else ""
    path = resource.path(namespace or builder.namespace)
    return builder.invocation.api.watch(path, query, builder.request.accept)


def _printer(invocation: Invocation, resource: ApiResource) -> Show:
    options = invocation.options
    with_events = options.flag("output-watch-events")
    if not is_table_output(options.text("output")):
        printer = object_printer(invocation, options.text("output"))

        def show_object(obj: Object, event: str) -> None:
            invocation.out(printer({"object": obj, "type": event} if with_events else obj))

        return show_object
    table_printer = TablePrinter(table_options(invocation, resource, with_kind=False))
    writer = table_writer()

    def show_table(obj: Object, event: str) -> None:
        table_printer.print(as_table(obj, invocation.io.now()), writer, event if with_events else "")
        text = writer.flush()
        if text:
            invocation.out(text)

    return show_table

"""`kubectl events`: what happened lately. Follows kubectl `pkg/cmd/events`."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.duration import age, parse_time
from tutor.kubectl.errors import BareError, KubectlError, UnknownResource
from tutor.kubectl.flags import boolean, integer, string, strings
from tutor.kubectl.gosort import go_sort
from tutor.kubectl.mutate import typed
from tutor.kubectl.objects import Object, get, namespace_of
from tutor.kubectl.printers.output import object_printer
from tutor.kubectl.printers.report import PRINT_FLAGS
from tutor.kubectl.tabwriter import TabWriter, table_writer


def run(invocation: Invocation) -> None:
    options = invocation.options
    if invocation.args:
        raise invocation.usage_error(f'unknown command "{" ".join(invocation.args)}"')
    for kind in options.many("types"):
        if kind.lower() not in ("normal", "warning"):
            raise KubectlError("valid --types are Normal or Warning")
    query = _query(invocation)
    if options.flag("watch"):
        _watch(invocation, query)
        return
    events = _listed(invocation, query)
    if not events:
        where = "." if options.flag("all-namespaces") else f" in {invocation.namespace} namespace."
        invocation.err(f"No events found{where}\n")
        return
    events = go_sort(events, lambda left, right: event_time(left) < event_time(right))
    if options.text("output"):
        printer = object_printer(invocation, options.text("output"))
        if options.text("output") == "name":
            return  # the printer of names refuses lists, and kubectl does not tell (`pkg/cmd/events/events.go`)
        invocation.out(printer({"apiVersion": "v1", "items": events, "kind": "EventList", "metadata": {}}))
        return
    writer = table_writer()
    _headings(invocation, writer)
    for event in events:
        _row(invocation, event, writer)
    invocation.out(writer.flush())


def _query(invocation: Invocation) -> dict[str, str]:
    subject = invocation.options.text("for")
    if not subject:
        return {}
    kind, slash, name = subject.partition("/")
    if not slash:
        raise KubectlError("--for must be in resource/name form")
    if "/" in name:
        raise KubectlError("arguments in resource/name form may not have more than one slash")
    try:
        resource = invocation.mapper.find(kind)
    except UnknownResource as problem:
        raise BareError(problem.message) from None
    if not name:
        return {}
    selector = f"involvedObject.kind={resource.kind},involvedObject.apiVersion={resource.api_version},involvedObject.name={name}"
    return {"fieldSelector": selector}


def _path(invocation: Invocation) -> str:
    return (
        "/api/v1/events"
        if invocation.options.flag("all-namespaces")
        else f"/api/v1/namespaces/{invocation.namespace}/events"
    )


def _wanted(invocation: Invocation, event: Object) -> bool:
    types = [kind.lower() for kind in invocation.options.many("types")]
    return not types or str(event.get("type", "")).lower() in types


def _listed(invocation: Invocation, query: dict[str, str]) -> list[Object]:
    parameters = {**query, "limit": str(invocation.options.number("chunk-size"))}
    resource = invocation.mapper.find("events.v1.")
    found: list[Object] = []
    while True:
        page = invocation.api.get(_path(invocation), parameters)
        found += [typed(item, resource) for item in page.get("items") or [] if _wanted(invocation, item)]
        token = get(page, "metadata.continue")
        if not token:
            return found
        parameters["continue"] = token


def _watch(invocation: Invocation, query: dict[str, str]) -> None:
    writer = table_writer()
    headings = False
    output = invocation.options.text("output")
    printer = object_printer(invocation, output) if output else None
    resource = invocation.mapper.find("events.v1.")
    for change in invocation.api.watch(_path(invocation), query):
        if change["type"] == "DELETED" or not _wanted(invocation, change["object"]):
            continue
        if printer:
            invocation.out(printer(typed(change["object"], resource)))
            continue
        if not headings:
            _headings(invocation, writer)
            headings = True
        _row(invocation, change["object"], writer)
        invocation.out(writer.flush())


def _headings(invocation: Invocation, writer: TabWriter) -> None:
    if not invocation.options.flag("no-headers"):
        namespace = "NAMESPACE\t" if invocation.options.flag("all-namespaces") else ""
        writer.write(f"{namespace}LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n")


def _row(invocation: Invocation, event: Object, writer: TabWriter) -> None:
    namespace = f"{namespace_of(event)}\t" if invocation.options.flag("all-namespaces") else ""
    subject = f"{get(event, 'involvedObject.kind', '')}/{get(event, 'involvedObject.name', '')}"
    message = str(event.get("message", "")).strip()
    seen = interval(event, invocation.io.now())
    writer.write(f"{namespace}{seen}\t{event.get('type', '')}\t{event.get('reason', '')}\t{subject}\t{message}\n")


def event_time(event: Object) -> float:
    """When an event was last seen, in seconds since 1970."""
    stamp = get(event, "series.lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime")
    return parse_time(stamp) or 0.0


def interval(event: Object, now: float) -> str:
    """`5m` or, for repeated events, `10s (x5 over 3m)`."""
    first = age(event.get("eventTime") or event.get("firstTimestamp"), now)
    if event.get("series"):
        return f"{age(get(event, 'series.lastObservedTime'), now)} (x{get(event, 'series.count', 0)} over {first})"
    if int(event.get("count") or 0) > 1:
        return f"{age(event.get('lastTimestamp'), now)} (x{event['count']} over {first})"
    return first


COMMAND = Command(
    name="events",
    short="List events",
    usage="events [(-o|--output=)FORMAT] [--for TYPE/NAME] [--watch] [--types=Normal,Warning]",
    run=run,
    long="""
    Events tell what controllers, the scheduler and the nodes did or could not do. They are kept for an hour.
    """,
    examples="""
    # What happened in this namespace, oldest first
    kubectl events

    # What happened to one pod
    kubectl events --for pod/web-1

    # Only warnings, everywhere
    kubectl events --types=Warning -A
    """,
    flags=(
        *PRINT_FLAGS,
        boolean("all-namespaces", "In all namespaces.", "A"),
        integer("chunk-size", "Fetch large lists in pieces of this size.", default=500),
        string("for", "Only events about this object (TYPE/NAME)."),
        boolean("no-headers", "Leave the header line out."),
        strings("types", "Only these types: Normal, Warning."),
        boolean("watch", "Print the events, then every new one.", "w"),
    ),
)

"""`kubectl logs`: prints what containers wrote. Follows kubectl `pkg/cmd/logs/logs.go`."""

from __future__ import annotations

import queue
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.duration import parse_time
from tutor.kubectl.errors import ApiError, KubectlError
from tutor.kubectl.flags import boolean, duration, integer, string
from tutor.kubectl.mutate import typed
from tutor.kubectl.objects import Object, get, name_of, namespace_of
from tutor.kubectl.pods import choose_container, has_container, named_info, pods_of, pods_resource
from tutor.kubectl.resources import Info

USAGE = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command"


@dataclass(frozen=True)
class _Stream:
    """One container's log."""

    pod: Object
    container: str

    @property
    def prefix(self) -> str:
        return f"[pod/{name_of(self.pod)}/{self.container}] "


_TIME_PARTS = (
    ("2006", r"\d{4}"),
    ("-", "-"),
    ("01", r"\d\d"),
    ("-", "-"),
    ("02", r"\d\d"),
    ("T", "T"),
    ("15", r"\d\d"),
    (":", ":"),
    ("04", r"\d\d"),
    (":", ":"),
    ("05", r"\d\d(\.\d+)?"),
    ("Z07:00", r"Z|[+-]\d\d:\d\d"),
)
"""How Go reads a time by its layout, to say where it stopped (time.Parse)."""


def run(invocation: Invocation) -> None:
    container = _check(invocation)
    _check_options(invocation, container)
    pods = _pods(invocation)
    streams = [stream for pod in pods for stream in _streams(invocation, pod, container)]
    options = invocation.options
    if options.flag("follow") and len(streams) > 1:
        limit = options.number("max-log-requests")
        if len(streams) > limit:
            raise KubectlError(
                f"you are attempting to follow {len(streams)} log streams, but maximum allowed concurrency is {limit}, "
                "use --max-log-requests to increase the limit"
            )
        _follow_all(invocation, streams)
        return
    for stream in streams:
        _print_one(invocation, stream)


def _check(invocation: Invocation) -> str:
    """Validates the arguments and what has to be read; returns the container asked for."""
    options, args = invocation.options, invocation.args
    container = options.text("container")
    if len(args) > 2 or (not args and not options.text("selector")):
        raise invocation.usage_error(USAGE)
    if len(args) == 1 and options.text("selector"):
        raise invocation.usage_error("only a selector (-l) or a POD name is allowed")
    if options.seconds("pod-running-timeout") <= 0:
        raise KubectlError("--pod-running-timeout must be higher than zero")
    if options.text("since-time"):
        _since_time(options.text("since-time"))
    return args[1] if len(args) == 2 else container


def _check_options(invocation: Invocation, container: str) -> None:
    """Validates the flags against each other (kubectl `LogsOptions.Validate`)."""
    options = invocation.options
    if options.text("since-time") and options.seconds("since"):
        raise KubectlError("at most one of `sinceTime` or `sinceSeconds` may be specified")
    if options.flag("all-containers") and container:
        raise KubectlError(f"--all-containers=true should not be specified with container name {container}")
    if options.given("container") and len(invocation.args) == 2:
        raise KubectlError("only one of -c or an inline [CONTAINER] arg is allowed")
    if options.number("limit-bytes") < 0:
        raise KubectlError("--limit-bytes must be greater than 0")
    if options.seconds("since") < 0:
        raise KubectlError("--since must be greater than 0")
    if options.number("tail") < -1:
        raise KubectlError("--tail must be greater than or equal to -1")


def _pods(invocation: Invocation) -> list[Object]:
    selector = invocation.options.text("selector")
    if selector:
        return _selected_pods(invocation, selector)
    word = invocation.args[0]
    try:
        info = named_info(invocation, word)
    except ApiError as problem:
        if problem.not_found:
            message = f'error from server (NotFound): {problem.message} in namespace "{invocation.namespace}"'
            raise KubectlError(message) from None
        raise
    return [info.obj] if info.resource.plural == "pods" else _workload_pods(invocation, info)


def _selected_pods(invocation: Invocation, selector: str) -> list[Object]:
    resource = pods_resource(invocation)
    reply = invocation.api.get(resource.path(invocation.namespace), {"labelSelector": selector})
    pods = [typed(pod, resource) for pod in reply.get("items") or []]
    if not pods:
        invocation.err(f"No resources found in {invocation.namespace} namespace.\n")
    return pods


def _workload_pods(invocation: Invocation, info: Info) -> list[Object]:
    try:
        found = pods_of(invocation, info)
    except KubectlError as problem:
        raise KubectlError(f"cannot get the logs from *v1.{info.obj['kind']}: {problem.message}") from None
    if not found:
        raise KubectlError("timed out waiting for the condition")
    if invocation.options.flag("all-pods"):
        return found
    if len(found) > 1:
        invocation.err(f"Found {len(found)} pods, using pod/{name_of(found[0])}\n")
    return found[:1]


def _streams(invocation: Invocation, pod: Object, container: str) -> Iterator[_Stream]:
    if invocation.options.flag("all-containers"):
        for kind in ("initContainers", "containers", "ephemeralContainers"):
            for item in get(pod, f"spec.{kind}", []):
                yield _Stream(pod, item["name"])
        return
    if container and not has_container(pod, container):
        choose_container(invocation, pod, container)
    yield _Stream(pod, choose_container(invocation, pod, container, quiet=invocation.options.flag("all-pods")))


def _query(invocation: Invocation, stream: _Stream) -> dict[str, str]:
    options = invocation.options
    query = {"container": stream.container}
    for flag in ("follow", "previous", "timestamps"):
        if options.flag(flag):
            query[flag] = "true"
    if options.flag("insecure-skip-tls-verify-backend"):
        query["insecureSkipTLSVerifyBackend"] = "true"
    if options.number("limit-bytes"):
        query["limitBytes"] = str(options.number("limit-bytes"))
    if options.seconds("since"):
        query["sinceSeconds"] = str(-int(-options.seconds("since") // 1))
    if options.text("since-time"):
        query["sinceTime"] = _since_time(options.text("since-time"))
    tail = options.number("tail")
    if options.text("selector") and not options.given("tail") and not options.flag("follow"):
        tail = 10
    if tail >= 0:
        query["tailLines"] = str(tail)
    return query


def _since_time(text: str) -> str:
    rest = text
    for part, pattern in _TIME_PARTS:
        found = re.match(pattern, rest)
        if found is None:
            raise KubectlError(f'{_parsing(text)}: cannot parse "{rest}" as "{part}"')
        rest = rest[found.end() :]
    if rest:
        raise KubectlError(f'{_parsing(text)}: extra text: "{rest}"')
    if parse_time(text) is None:
        raise KubectlError(f"{_parsing(text)}: day or time of day out of range")
    return text


def _parsing(text: str) -> str:
    return f'parsing time "{text}" as "2006-01-02T15:04:05Z07:00"'


def _log_chunks(invocation: Invocation, stream: _Stream) -> Iterator[bytes]:
    path = pods_resource(invocation).path(namespace_of(stream.pod), name_of(stream.pod), "log")
    return invocation.api.chunks(path, _query(invocation, stream))


def _print_one(invocation: Invocation, stream: _Stream) -> None:
    try:
        for text in _texts(invocation, stream):
            invocation.out(text)
    except ApiError as problem:
        if not invocation.options.flag("ignore-errors"):
            raise
        invocation.out(f"error: {problem.message}\n")


def _texts(invocation: Invocation, stream: _Stream) -> Iterator[str]:
    """The log as text, whole lines with a prefix when one is asked for."""
    options = invocation.options
    if not (options.flag("prefix") or options.flag("all-pods")):
        for chunk in _log_chunks(invocation, stream):
            yield chunk.decode(errors="replace")
        return
    rest = b""
    for chunk in _log_chunks(invocation, stream):
        *complete, rest = (rest + chunk).split(b"\n")
        for line in complete:
            yield f"{stream.prefix}{line.decode(errors='replace')}\n"
    if rest:
        yield stream.prefix + rest.decode(errors="replace")


def _follow_all(invocation: Invocation, streams: list[_Stream]) -> None:
    """Follows several logs at once; their lines are mixed in the order they arrive."""
    arrived: queue.SimpleQueue[str | KubectlError | None] = queue.SimpleQueue()

    def pump(stream: _Stream) -> None:
        try:
            for text in _texts(invocation, stream):
                arrived.put(text)
        except KubectlError as problem:
            arrived.put(problem)
        arrived.put(None)

    for stream in streams:
        threading.Thread(target=pump, args=(stream,), daemon=True).start()
    open_streams = len(streams)
    while open_streams:
        item = arrived.get()
        if isinstance(item, KubectlError):
            raise item
        if item is None:
            open_streams -= 1
        else:
            invocation.out(item)


COMMAND = Command(
    name="logs",
    short="Print the logs for a container in a pod",
    usage="logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]",
    run=run,
    arguments="pods",
    long="""
    Prints what a container wrote to its output. After a crash, --previous prints what the container before the
    present one wrote, which is usually where the reason is. """,
    examples="""
    # A pod's log
    kubectl logs web-1

    # Keep printing (stop with ctrl+c)
    kubectl logs -f web-1

    # The container that crashed
    kubectl logs web-1 --previous

    # One container of several, and a deployment's first pod
    kubectl logs web-1 -c sidecar
    kubectl logs deploy/web

    # The last 20 lines of every pod with a label
    kubectl logs -l app=web --tail=20 --prefix
    """,
    flags=(
        boolean("all-containers", "All containers of the pod."),
        boolean("all-pods", "All pods of the workload; their names precede each line."),
        string("container", "The container to print.", "c"),
        boolean("follow", "Keep printing what is written.", "f"),
        boolean("ignore-errors", "When following several logs, go on when one fails."),
        boolean("insecure-skip-tls-verify-backend", "Do not check the certificate of the node the log comes from."),
        integer("limit-bytes", "Print at most this many bytes; 0 prints all."),
        integer("max-log-requests", "How many logs may be followed at once.", default=5),
        duration("pod-running-timeout", "How long to wait until a pod runs.", default=20.0),
        boolean("prefix", "Put the pod's and container's name before each line."),
        boolean("previous", "The container that ran before the present one.", "p"),
        string("selector", "Pods whose labels match.", "l"),
        duration("since", "Only what is newer than this (like 5s, 2m, 3h)."),
        string("since-time", "Only what is newer than this point in time (RFC 3339)."),
        integer("tail", "Number of lines from the end; -1 is all, or 10 with a selector.", default=-1),
        boolean("timestamps", "Put the time before each line."),
    ),
)

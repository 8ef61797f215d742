"""Commands the kubelet runs in containers for itself: lifecycle hooks (pkg/kubelet/lifecycle/handlers.go)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tutor.simulator.images.container import Container
from tutor.simulator.images.traffic import HTTP, HTTPS, ConnectionFailed, Request
from tutor.simulator.kubelet.asking import port_number
from tutor.simulator.kubelet.look import Look, on_grid
from tutor.simulator.kubelet.refusals import sync_refusal
from tutor.simulator.kubelet.state import Operation, Reason

POLL_SECONDS = 0.1
LISTEN_SECONDS = 0.05
"""A process that began less than so long ago does not listen yet."""


class ExecResult(NamedTuple):
    """How a command in a container ended."""

    code: int
    output: str


class NotStarted(NamedTuple):
    """A command that could not be started, and why."""

    why: str


def start_command(look: Look, container: Container, argv: list[str]) -> int | NotStarted:
    """Run a command in a container; its process id when it could be started."""
    from tutor.posix import CommandNotFound, NotExecutable

    world = look.services.world
    try:
        return container.enter(world).execute(container, world, argv)
    except (CommandNotFound, NotExecutable) as error:
        return NotStarted(sync_refusal(argv[0], look.services.ids.uid(), denied=isinstance(error, NotExecutable)))


def command_result(container: Container, pid: int) -> ExecResult | None:
    """The outcome of a command that has ended; None while it runs."""
    inside = container.inside
    session = inside.session(pid) if inside else None
    if inside is None or session is None:
        return ExecResult(137, "")
    if session.status is None:
        return None
    output = b"".join(data for _, data in session.take_output())
    inside.forget(pid)
    return ExecResult(session.status, output.decode(errors="replace"))


def http_hook(look: Look, action: Mapping[str, Any], container: Mapping[str, Any]) -> str:
    """Ask a container's server for a hook; what went wrong, or nothing. Any answer will do, whatever its status."""
    host = action.get("host") or look.record.ip
    port = port_number(action.get("port", 80), container)
    path = action.get("path") or "/"
    failed = f'Get "{str(action.get("scheme") or "HTTP").lower()}://{host}:{port}{path}": dial tcp {host}:{port}: '
    run = look.own(container["name"]).current
    if not action.get("host") and run is not None and look.now - (run.started or 0.0) < LISTEN_SECONDS:
        own = run.container is not None and run.container.listens(port, HTTP)
        if own:  # a sidecar's server may well be there by now
            return f"{failed}connect: connection refused"
    secure = str(action.get("scheme") or "HTTP").upper() == "HTTPS"
    try:
        try:
            look.services.world.direct(host, port, Request("GET", path, protocol=HTTPS if secure else HTTP))
        except ConnectionFailed as error:
            if not secure or error.kind != "protocol":
                raise
            look.services.world.direct(host, port, Request("GET", path))
            text = f"request to HTTPS lifecycle hook {host}:{port} got HTTP response, retry with HTTP succeeded"
            look.event("Warning", "LifecycleHTTPFallback", text)
    except ConnectionFailed as error:
        return failed + ("i/o timeout" if error.kind == "timeout" else "connect: connection refused")
    return ""


# -- after the start


def begin_post_start(look: Look, name: str) -> None:
    """Run the hook of a container that has just started, if it has one."""
    hook = (look.spec(name).get("lifecycle") or {}).get("postStart")
    own = look.own(name)
    if not hook or own.current is None or own.current.container is None:
        return
    if hook.get("sleep"):
        until = look.now + float(hook["sleep"].get("seconds", 0))
        look.record.operation = Operation("hook", name, on_grid(until), "sleep")
    elif hook.get("exec"):
        begun = start_command(look, own.current.container, list(hook["exec"].get("command") or ()))
        detail = f"pid {begun}" if isinstance(begun, int) else f"exec {begun.why}"
        look.record.operation = Operation("hook", name, look.now, detail)
    else:
        problem = http_hook(look, hook.get("httpGet") or {}, look.spec(name))
        look.record.operation = Operation("hook", name, look.now, f"http {problem}")


def finish_post_start(look: Look, operation: Operation) -> None:
    """See what came of the hook; one that failed ends its container."""
    name, own = operation.container, look.own(operation.container)
    kind, _, rest = operation.detail.partition(" ")
    run = own.current
    if kind == "failed":
        _after_failure(look, operation, rest)
        return
    if run is None or run.container is None or not run.is_running or kind == "sleep":
        return
    result: ExecResult | None = None
    if kind == "pid":
        result = command_result(run.container, int(rest))
        if result is None:
            look.record.operation = operation._replace(until=on_grid(look.now + POLL_SECONDS))
            return
    hook = look.spec(name)["lifecycle"]["postStart"]
    where = f'for Container "{name}" in Pod "{look.full_name}" failed - error:'
    text = " ".join((hook.get("exec") or {}).get("command") or ())
    if kind == "http" and rest:
        _fail_hook(look, operation, f"HTTP lifecycle hook ({hook['httpGet'].get('path', '')}) {where} {rest}")
    elif kind == "exec":
        _fail_hook(look, operation, f'Exec lifecycle hook ([{text}]) {where} {rest}, message: ""')
    elif result is not None and result.code != 0:
        why = f"command '{text}' exited with {result.code}: {result.output}, message: {_quoted(result.output)}"
        _fail_hook(look, operation, f"Exec lifecycle hook ([{text}]) {where} {why}")


def _quoted(text: str) -> str:
    import json

    return json.dumps(text)


def _fail_hook(look: Look, operation: Operation, message: str) -> None:
    from tutor.simulator.kubelet.stopping import begin_stop

    look.event("Warning", "FailedPostStartHook", "PostStartHook failed", operation.container)
    grace = float(look.pod["spec"].get("terminationGracePeriodSeconds", 30))
    begin_stop(look, look.own(operation.container), grace, "FailedPostStartHook")
    look.record.operation = operation._replace(until=on_grid(look.now + POLL_SECONDS), detail=f"failed {message}")


def _after_failure(look: Look, operation: Operation, message: str) -> None:
    """The container whose hook failed is being stopped; the sync goes on when it has."""
    own = look.own(operation.container)
    if own.current is not None and own.current.is_running:
        stop_at = own.stop.kill_at if own.stop else look.now
        look.record.operation = operation._replace(until=stop_at, detail=operation.detail)
        return
    own.failure = Reason("PostStartHookError", message)
    look.record.failed = True

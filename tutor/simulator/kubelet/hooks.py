"""Commands the kubelet runs in containers for itself: lifecycle hooks (pkg/kubelet/lifecycle/handlers.go)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tutor.simulator.images.container import Container, World
from tutor.simulator.images.traffic import ConnectionFailed, Request
from tutor.simulator.kubelet.look import Look, on_grid
from tutor.simulator.kubelet.state import Operation, Reason

POLL_SECONDS = 0.1
NOT_FOUND = 127


class ExecResult(NamedTuple):
    """How a command in a container ended."""

    code: int
    output: str


def start_command(container: Container, world: World, argv: list[str]) -> int | ExecResult:
    """Run a command in a container; its process id, or the outcome when it could not be started."""
    from tutor.posix import CommandNotFound, NotExecutable

    try:
        pid = container.enter(world).execute(container, world, argv)
    except (CommandNotFound, NotExecutable):
        text = (
            f'OCI runtime exec failed: exec failed: unable to start container process: exec: "{argv[0]}": '
            "executable file not found in $PATH: unknown"
        )
        return ExecResult(NOT_FOUND, text)
    return pid


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
    """Ask a container's server for a hook; what went wrong, or nothing."""
    from tutor.simulator.kubelet.probing import port_number

    host = action.get("host") or look.record.ip
    port = port_number(action.get("port", 80), container)
    try:
        response = look.services.world.direct(host, port, Request("GET", action.get("path") or "/"))
    except ConnectionFailed as error:
        return f"{error.kind}"
    return "" if response.status < 400 else f"HTTP status {response.status}"


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
        begun = start_command(own.current.container, look.services.world, list(hook["exec"].get("command") or ()))
        detail = f"pid {begun}" if isinstance(begun, int) else f"ended {begun.code} {begun.output}"
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
    elif kind == "ended":
        code, _, text = rest.partition(" ")
        result = ExecResult(int(code), text)
    if kind == "http" and rest:
        _fail_hook(
            look,
            operation,
            f'Http lifecycle hook for Container "{name}" in Pod "{look.full_name}" failed - error: {rest}',
        )
    elif result is not None and result.code != 0:
        command = list((look.spec(name)["lifecycle"]["postStart"].get("exec") or {}).get("command") or ())
        text = " ".join(command)
        message = (
            f'Exec lifecycle hook ([{text}]) for Container "{name}" in Pod "{look.full_name}" failed - error: '
            f"command '{text}' exited with {result.code}: {result.output}, message: {_quoted(result.output)}"
        )
        _fail_hook(look, operation, message)


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

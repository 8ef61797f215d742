"""`kubectl attach`: connects to the process a container runs. Follows kubectl `pkg/cmd/attach/attach.go`."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import boolean, duration, string
from tutor.kubectl.objects import Object, get, name_of, namespace_of
from tutor.kubectl.pods import choose_container, find_pod, pods_resource
from tutor.kubectl.streams import raise_for_status, start


def run(invocation: Invocation) -> None:
    words = invocation.args
    if not words:
        raise KubectlError("at least 1 argument is required for attach")
    if len(words) > 2:
        raise KubectlError(
            f"expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw {len(words)}: [{' '.join(words)}]"
        )
    pod = find_pod(invocation, "/".join(words))
    options = invocation.options
    container = choose_container(invocation, pod, options.text("container"), quiet=options.flag("quiet"))
    attach_to(
        invocation, pod, container, stdin=options.flag("stdin"), tty=options.flag("tty"), quiet=options.flag("quiet")
    )


def attach_to(invocation: Invocation, pod: Object, container: str, *, stdin: bool, tty: bool, quiet: bool) -> None:
    """Attaches until the container ends or ctrl+c."""
    phase = get(pod, "status.phase", "")
    if phase in ("Succeeded", "Failed"):
        raise KubectlError(f"cannot attach a container in a completed pod; current phase is {phase}")
    tty = tty and invocation.io.is_tty
    if not quiet:
        invocation.err(
            "All commands and output from this session will be recorded in container logs, including "
            "credentials and sensitive "
            "information passed through the command prompt.\nIf you don't see a command prompt, try pressing enter.\n"
        )
    parameters = [("container", container)]
    parameters += [("stderr", "true")] if not tty else []
    parameters += [("stdin", "true")] if stdin else []
    parameters.append(("stdout", "true"))
    parameters += [("tty", "true")] if tty else []
    path = pods_resource(invocation).path(namespace_of(pod), name_of(pod), "attach")
    raise_for_status(start(invocation, path, parameters).run(stdin=stdin, tty=tty))


COMMAND = Command(
    name="attach",
    short="Attach to a running container",
    usage="attach (POD | TYPE/NAME) -c CONTAINER",
    run=run,
    arguments="pods",
    long="""
    Shows what the container's own process writes from now on, and with -i passes your input to it. To run
    another command beside it, use kubectl exec.
    """,
    flags=(
        string("container", "The container to attach to.", "c"),
        duration("pod-running-timeout", "How long to wait until a pod runs.", default=60.0),
        boolean("quiet", "Only print what the container prints.", "q"),
        boolean("stdin", "Pass your input to the container.", "i"),
        boolean("tty", "Use the container's terminal.", "t"),
    ),
)

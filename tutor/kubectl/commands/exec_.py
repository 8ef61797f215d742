"""`kubectl exec`: runs a command in a container. Follows kubectl `pkg/cmd/exec/exec.go`."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import boolean, duration, string, strings
from tutor.kubectl.objects import Object, get, name_of, namespace_of
from tutor.kubectl.pods import choose_container, find_pod, pods_resource
from tutor.kubectl.streams import raise_for_status, start
from tutor.kubectl.targets import builder_for


def run(invocation: Invocation) -> None:
    options = invocation.options
    words = invocation.args
    dash = options.before_dash
    files = options.many("filename")
    if (len(words) > 1 or (files and words)) and dash < 0:
        raise invocation.usage_error(
            "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead"
        )
    if (not words or dash == 0) and not files:
        raise KubectlError("pod, type/name or --filename must be specified")
    command = words[dash:] if dash >= 0 else []
    if not command:
        raise KubectlError("you must specify at least one command for the container")
    pod = _pod_of_file(invocation) if files else find_pod(invocation, words[0])
    phase = get(pod, "status.phase", "")
    if phase in ("Succeeded", "Failed"):
        raise KubectlError(f"cannot exec into a container in a completed pod; current phase is {phase}")
    container = choose_container(invocation, pod, options.text("container"), quiet=options.flag("quiet"))
    _stream(invocation, pods_resource(invocation).path(namespace_of(pod), name_of(pod), "exec"), container, command)


def _pod_of_file(invocation: Invocation) -> Object:
    """The pod that `-f` names, or one of the object it names."""
    infos = list(builder_for(invocation, []).manifest_infos())
    if len(infos) != 1 or "-" in invocation.options.many("filename"):  # what a stream holds counts as a list
        raise KubectlError("cannot exec into multiple objects at a time")
    return find_pod(invocation, f"{infos[0].resource.qualified}/{infos[0].name}")


def _stream(invocation: Invocation, path: str, container: str, command: list[str]) -> None:
    options = invocation.options
    stdin, tty = options.flag("stdin"), options.flag("tty")
    if tty and not invocation.io.is_tty:
        invocation.err("Unable to use a TTY - input is not a terminal or the right kind of file\n")
        tty = False
    parameters = [("command", word) for word in command]
    parameters.append(("container", container))
    parameters += [("stderr", "true")] if not tty else []
    parameters += [("stdin", "true")] if stdin else []
    parameters.append(("stdout", "true"))
    parameters += [("tty", "true")] if tty else []
    raise_for_status(start(invocation, path, parameters).run(stdin=stdin, tty=tty))


COMMAND = Command(
    name="exec",
    short="Execute a command in a container",
    usage="exec (POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]",
    run=run,
    arguments="pods",
    long="""
    Runs a command inside a running container, next to what runs there already. Everything after -- is the
    command. With -i the command gets your input, with -t a terminal: use -it for a shell. """,
    examples="""
    # One command
    kubectl exec web-1 -- date

    # A shell (leave it with exit)
    kubectl exec -it web-1 -- /bin/sh

    # In one container of several, and in a deployment's first pod
    kubectl exec web-1 -c sidecar -- ls /
    kubectl exec deploy/web -- env
    """,
    flags=(
        string("container", "The container to run in.", "c"),
        strings("filename", "File that names the pod.", "f"),
        duration("pod-running-timeout", "How long to wait until a pod runs.", default=60.0),
        boolean("quiet", "Only print what the command prints.", "q"),
        boolean("stdin", "Pass your input to the command.", "i"),
        boolean("tty", "Give the command a terminal.", "t"),
    ),
)

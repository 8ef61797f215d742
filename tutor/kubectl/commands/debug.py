"""`kubectl debug`: a debugging container beside a pod's own, a copy of a pod, or a pod on a node. Follows kubectl `pkg/cmd/debug`."""

from __future__ import annotations

import re
from contextlib import closing

from tutor.kubectl.client import STRATEGIC_MERGE_PATCH
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.commands.attach import attach_to
from tutor.kubectl.debug_pods import (
    Wanted,
    copied_pod,
    ephemeral_container,
    free_name,
    node_pod,
    random_suffix,
    read_custom,
)
from tutor.kubectl.debug_profiles import PROFILES
from tutor.kubectl.errors import Interrupted, KubectlError
from tutor.kubectl.flags import boolean, string, strings
from tutor.kubectl.manifests import read_text
from tutor.kubectl.mutate import typed
from tutor.kubectl.objects import Object, get, name_of, namespace_of
from tutor.kubectl.pods import pods_resource
from tutor.kubectl.request import Request
from tutor.kubectl.resources import Builder, Info
from tutor.kubectl.waiting import deadline_in, follow

_KEPT = ("labels", "annotations", "liveness", "readiness", "startup", "init-containers")
_IMAGE = re.compile(r"(?:[\w.-]+(?::\d+)?/)*[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?::[\w.-]{1,128})?(?:@[\w+.:-]+)?")
_STATUSES = ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")


def run(invocation: Invocation) -> None:
    options = invocation.options
    dash = options.before_dash if options.before_dash >= 0 else len(invocation.args)
    names, command = invocation.args[:dash], invocation.args[dash:]
    if options.text("profile") not in PROFILES:
        raise KubectlError(f"unknown profile: {options.text('profile')}")
    wanted = _wanted(invocation, command)
    _validate(invocation, wanted, names)
    request = Request(
        args=[name if "/" in name else f"pods/{name}" for name in names], filenames=options.many("filename")
    )
    builder = Builder(invocation, request)
    builder.select()
    attach = options.flag("attach") if options.given("attach") else wanted.stdin
    for info in builder.infos():
        pod, container = _debug(invocation, info, wanted)
        if attach and container:
            _attach(invocation, pod, container, wanted)


def _wanted(invocation: Invocation, command: list[str]) -> Wanted:
    options = invocation.options
    path = options.text("custom")
    return Wanted(
        image=options.text("image"),
        container=options.text("container"),
        command=command,
        arguments_only=options.flag("arguments-only"),
        env=[{"name": name, "value": value} for name, value in _pairs(options.many("env"), "env").items()],
        pull_policy=options.text("image-pull-policy"),
        stdin=options.flag("stdin"),
        tty=options.flag("tty"),
        target=options.text("target"),
        profile=options.text("profile"),
        keep={name: options.flag(f"keep-{name}") for name in _KEPT},
        custom=read_custom(read_text(invocation.io.files, path), path) if path else None,
        images=_pairs(options.many("set-image"), "set-image"),
        share_processes=options.flag("share-processes") if options.given("share-processes") else None,
        same_node=options.flag("same-node"),
    )


def _pairs(texts: list[str], flag: str) -> dict[str, str]:
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise KubectlError(
                f'invalid argument "{text}" for "--{flag}" flag: {text} must be formatted as key=value\n'
                "See 'kubectl debug --help' for usage."
            )
        found[name] = value
    return found


def _validate(invocation: Invocation, wanted: Wanted, names: list[str]) -> None:
    options = invocation.options
    if options.flag("attach") and not wanted.image and not wanted.container:
        raise KubectlError("you must specify --container or create a new container using --image in order to attach.")
    if options.text("copy-to"):
        if not wanted.image and not wanted.images and not wanted.command:
            raise KubectlError("you must specify --image, --set-image or command arguments.")
        if wanted.command and not wanted.container and not wanted.image:
            raise KubectlError("you must specify an existing container or a new image when specifying args.")
    else:
        _validate_without_copy(invocation, wanted)
    for image in (wanted.image, *wanted.images.values()):
        if image and not _IMAGE.fullmatch(image):
            raise KubectlError(f'invalid image name "{image}": invalid reference format')
    if not names and not options.many("filename"):
        raise KubectlError("NAME or filename is required for debug")
    if wanted.pull_policy not in ("", "Always", "IfNotPresent", "Never"):
        raise KubectlError(f"invalid image pull policy: {wanted.pull_policy}")
    if wanted.target and options.text("copy-to"):
        raise KubectlError("--target is incompatible with --copy-to. Use --share-processes instead.")
    if wanted.target and not options.flag("quiet"):
        invocation.out(
            f'Targeting container "{wanted.target}". If you don\'t see processes from this container it may be '
            "because the container runtime doesn't support this feature.\n"
        )
    if wanted.tty and not wanted.stdin:
        raise KubectlError("-i/--stdin is required for containers with -t/--tty=true")
    if wanted.profile == "legacy":
        invocation.err(
            "--profile=legacy is deprecated and planned to be removed in v1.39. It is recommended to specify other "
            'profile, for example "--profile=general".\n'
        )


def _validate_without_copy(invocation: Invocation, wanted: Wanted) -> None:
    for flag, given in (
        ("replace", invocation.options.flag("replace")),
        ("same-node", wanted.same_node),
        ("set-image", bool(wanted.images)),
    ):
        if given:
            raise KubectlError(f"--{flag} may only be used with --copy-to.")
    if not wanted.image:
        raise KubectlError("you must specify --image when not using --copy-to.")


def _debug(invocation: Invocation, info: Info, wanted: Wanted) -> tuple[Object, str]:
    """Makes what is asked for; the pod and the container to attach to."""
    if info.resource.qualified == "nodes":
        return _debug_node(invocation, info, wanted)
    if info.resource.qualified != "pods":
        kind = f"{info.resource.group}/{info.resource.version}, Kind={info.resource.kind}"
        raise KubectlError(f'"{kind}" not supported by debug')
    if invocation.options.text("copy-to"):
        return _debug_copy(invocation, info, wanted)
    return _debug_in_place(invocation, info, wanted)


def _debug_node(invocation: Invocation, info: Info, wanted: Wanted) -> tuple[Object, str]:
    container = wanted.container or "debugger"
    name = f"node-debugger-{info.name}-{random_suffix()}"
    if not invocation.options.flag("quiet"):
        invocation.out(f"Creating debugging pod {name} with container {container} on node {info.name}.\n")
    pod = node_pod(wanted, info.obj, name, container)
    resource = pods_resource(invocation)
    return typed(invocation.api.post(resource.path(invocation.namespace), pod), resource), container


def _debug_in_place(invocation: Invocation, info: Info, wanted: Wanted) -> tuple[Object, str]:
    name = wanted.container or _free_name(invocation, info.obj)
    container = ephemeral_container(wanted, info.obj, name)
    present = get(info.obj, "spec.ephemeralContainers", [])
    order = [{"name": item["name"]} for item in [*present, container]]
    patch = {"spec": {"$setElementOrder/ephemeralContainers": order, "ephemeralContainers": [container]}}
    path = info.resource.path(info.namespace, info.name, "ephemeralcontainers")
    return typed(invocation.api.patch(path, patch, STRATEGIC_MERGE_PATCH), info.resource), name


def _debug_copy(invocation: Invocation, info: Info, wanted: Wanted) -> tuple[Object, str]:
    name = wanted.container
    if not name and wanted.image:
        name = _free_name(invocation, info.obj)
    pod, container = copied_pod(wanted, info.obj, invocation.options.text("copy-to"), name)
    created = typed(invocation.api.post(info.collection, pod), info.resource)
    if invocation.options.flag("replace"):
        body = {"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0}
        invocation.api.delete(info.path, body)
    return created, container


def _free_name(invocation: Invocation, pod: Object) -> str:
    name = free_name(pod)
    if not invocation.options.flag("quiet"):
        invocation.out(f"Defaulting debug container name to {name}.\n")
    return name


def _attach(invocation: Invocation, pod: Object, container: str, wanted: Wanted) -> None:
    """Waits for the container, then attaches; one that has ended already shows its log."""
    info = Info(pods_resource(invocation), namespace_of(pod), name_of(pod))
    running = _wait(invocation, info, container)
    if "terminated" in _state(running, container):
        _print_log(invocation, info, container)
        return
    try:
        attach_to(
            invocation, running, container, stdin=wanted.stdin, tty=wanted.tty, quiet=invocation.options.flag("quiet")
        )
    except Interrupted:
        raise
    except KubectlError as problem:
        invocation.err(
            f"warning: couldn't attach to pod/{info.name}, falling back to streaming logs: {problem.message}\n"
        )
        _print_log(invocation, info, container)


def _wait(invocation: Invocation, info: Info, container: str) -> Object:
    """The pod once the container runs or has ended; what it waits for is said."""
    said = ""
    with closing(follow(invocation.api, info, deadline_in(0))) as states:
        for pod in states:
            if pod is None:
                raise KubectlError('pods "" not found')
            state = _state(pod, container)
            if "running" in state or "terminated" in state:
                return pod
            message = get(state, "waiting.message", "")
            if message and message != said and not invocation.options.flag("quiet"):
                invocation.err(f"Warning: container {container}: {message}\n")
                said = message
    raise KubectlError("the server ended the watch")


def _state(pod: Object, container: str) -> Object:
    for kind in _STATUSES:
        for status in get(pod, f"status.{kind}", []):
            if status.get("name") == container:
                return dict(status.get("state") or {})
    return {}


def _print_log(invocation: Invocation, info: Info, container: str) -> None:
    path = info.resource.path(info.namespace, info.name, "log")
    invocation.out(invocation.api.text(path, {"container": container}))


COMMAND = Command(
    name="debug",
    short="Create debugging sessions for troubleshooting workloads and nodes",
    usage="debug (POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ]",
    run=run,
    arguments="pods",
    long="""
    For pods whose image has no shell, or that crash before you can look inside. Without --copy-to, a container
    of your choice is added to the running pod, where it shares the network and, with --target, sees the processes of
    another container; it stays until the pod is gone. With --copy-to, a copy of the pod is made that you may change at
    will. For a node, a pod is started there that has the node's files at /host. """,
    examples="""
    # A shell beside a running pod's containers
    kubectl debug -it web-1 --image=busybox

    # The same, seeing the processes of the container web
    kubectl debug -it web-1 --image=busybox --target=web

    # A copy of a crashing pod that starts a shell instead
    kubectl debug web-1 -it --copy-to=web-debug --container=web -- sh

    # A copy with other images
    kubectl debug web-1 --copy-to=web-debug --set-image=*=busybox

    # A shell on a node
    kubectl debug node/node-1 -it --image=busybox
    """,
    flags=(
        boolean("arguments-only", "What follows -- are arguments of the image's own command."),
        boolean("attach", "Wait for the container and attach to it; with -i that is the default."),
        string("container", "Name of the debugging container.", "c"),
        string("copy-to", "Make a copy of the pod with this name."),
        string("custom", "File with a partial container that changes what the profile makes."),
        strings("env", "NAME=value variables for the container."),
        strings("filename", "Files that name what to debug.", "f"),
        string("image", "Image of the debugging container."),
        string("image-pull-policy", "When to pull the image: Always, IfNotPresent or Never."),
        boolean("keep-annotations", "With --copy-to: keep the annotations."),
        boolean("keep-init-containers", "With --copy-to: keep the init containers.", default=True),
        boolean("keep-labels", "With --copy-to: keep the labels, so that Services and controllers see the copy."),
        boolean("keep-liveness", "With --copy-to: keep the liveness probes."),
        boolean("keep-readiness", "With --copy-to: keep the readiness probes."),
        boolean("keep-startup", "With --copy-to: keep the startup probes."),
        string(
            "profile",
            "What the container may do: general, baseline, restricted, netadmin or sysadmin.",
            default="general",
        ),
        boolean("quiet", "Only print what the container prints.", "q"),
        boolean("replace", "With --copy-to: delete the original pod."),
        boolean("same-node", "With --copy-to: put the copy on the same node."),
        strings("set-image", "With --copy-to: NAME=image for containers of the copy; * means all."),
        boolean("share-processes", "With --copy-to: let the containers see each other's processes.", default=True),
        boolean("stdin", "Pass your input to the container.", "i"),
        string("target", "See the processes of this container."),
        boolean("tty", "Give the container a terminal.", "t"),
    ),
)

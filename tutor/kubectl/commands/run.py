"""`kubectl run`: starts one pod. Follows kubectl `pkg/cmd/run/run.go`."""

from __future__ import annotations

import json
import re
from contextlib import closing
from datetime import UTC, datetime

from tutor.kubectl.change_cause import RECORD, recorded
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.commands.attach import attach_to
from tutor.kubectl.errors import BareError, Interrupted, KubectlError
from tutor.kubectl.flags import array, boolean, duration, string
from tutor.kubectl.merge import json_merge_apply
from tutor.kubectl.mutate import SAVE_CONFIG, field_manager, pruned, typed, with_last_applied, write_query
from tutor.kubectl.objects import Object, get, name_of, namespace_of
from tutor.kubectl.pods import pods_resource
from tutor.kubectl.printers.report import DRY_RUN, PRINT_FLAGS, Reporter, dry_run_mode
from tutor.kubectl.resources import Info
from tutor.kubectl.waiting import deadline_in, follow

_IMAGE = re.compile(r"[a-z0-9]+(?:[._/:@-]+[A-Za-z0-9_]+)*")
_ENV_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")


def run(invocation: Invocation) -> None:
    _validate(invocation)
    options = invocation.options
    name = invocation.args[0]
    mode = dry_run_mode(invocation)
    labels = _labels(options.text("labels")) or {"run": name}
    reporter = Reporter(invocation, "created", dry_run=mode, ordered=True)
    created = [_create(invocation, _pod(invocation, name, labels), mode)]
    if options.flag("expose"):
        created.append(_create(invocation, _service(invocation, name, labels), mode))
    if not _attaching(invocation):
        for obj in created:
            reporter.report(obj)
        return
    try:
        _attach(invocation, created[0])
    finally:
        if options.flag("rm"):
            _remove(invocation, created)


def _attaching(invocation: Invocation) -> bool:
    options = invocation.options
    return options.flag("attach") or (not options.given("attach") and (options.flag("stdin") or options.flag("tty")))


def _validate(invocation: Invocation) -> None:
    options = invocation.options
    if not invocation.args or options.before_dash == 0:
        raise invocation.usage_error("NAME is required for run")
    image = options.text("image")
    if not image:
        raise KubectlError("--image is required")
    if not _IMAGE.fullmatch(image):
        raise KubectlError(f'Invalid image name "{image}": invalid reference format'.replace("Invalid", "invalid", 1))
    if options.flag("tty") and not options.flag("stdin"):
        raise KubectlError("-i/--stdin is required for containers with -t/--tty=true")
    if options.flag("expose") and not options.text("port"):
        raise KubectlError("--port must be set when exposing a service")
    if options.text("port") and not options.text("port").isdigit():
        raise KubectlError("--port must be a number")
    if options.flag("rm") and not _attaching(invocation):
        raise KubectlError("--rm should only be used for attached containers")
    if _attaching(invocation) and options.text("dry-run") != "none":
        raise KubectlError(
            "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)"
        )
    if options.text("image-pull-policy") not in ("", "Always", "IfNotPresent", "Never"):
        raise KubectlError(
            f"invalid image pull policy: {options.text('image-pull-policy')}, valid values are: Always, IfNotPresent, Never"
        )
    if options.text("restart") not in ("Always", "OnFailure", "Never"):
        raise KubectlError(
            f"invalid restart policy: {options.text('restart')}, valid values are: Always, OnFailure, Never"
        )


def _labels(text: str) -> dict[str, str]:
    labels = {}
    for part in text.split(",") if text else []:
        key, equals, value = part.partition("=")
        if not equals or "=" in value:
            raise KubectlError(f"unexpected label spec: {part}")
        if not key:
            raise KubectlError("unexpected empty label key")
        labels[key] = value
    return labels


def _pod(invocation: Invocation, name: str, labels: dict[str, str]) -> Object:
    options = invocation.options
    words = invocation.args[1:]
    container: Object = {"name": name, "image": options.text("image")}
    if words:
        container["command" if options.flag("command") else "args"] = words
    container |= pruned({"ports": _ports(options.text("port")), "env": [_env(text) for text in options.many("env")]})
    container["resources"] = {}
    container |= pruned({"imagePullPolicy": options.text("image-pull-policy")})
    if options.flag("stdin"):
        container["stdin"] = True
        container |= {} if options.flag("leave-stdin-open") else {"stdinOnce": True}
    if options.flag("tty"):
        container["tty"] = True
    if options.flag("privileged"):
        container["securityContext"] = {"privileged": True}
    spec = {"containers": [container], "restartPolicy": options.text("restart"), "dnsPolicy": "ClusterFirst"}
    metadata: Object = {"name": name, "labels": labels}
    annotations = dict(text.partition("=")[::2] for text in options.many("annotations"))
    metadata |= {"annotations": annotations} if annotations else {}
    obj: Object = {"kind": "Pod", "apiVersion": "v1", "metadata": metadata, "spec": spec, "status": {}}
    return _overridden(invocation, obj)


def _ports(port: str) -> list[Object]:
    return [{"containerPort": int(port)}] if port else []


def _env(text: str) -> Object:
    name, equals, value = text.partition("=")
    if not equals or not _ENV_NAME.fullmatch(name):
        raise KubectlError(f"invalid env: {text}")
    return {"name": name} | ({"value": value} if value else {})


def _overridden(invocation: Invocation, obj: Object) -> Object:
    from tutor.kubectl.strategic_apply import apply_strategic

    text = invocation.options.text("overrides")
    if not text:
        return obj
    try:
        overrides = json.loads(text)
    except ValueError:
        raise KubectlError("Invalid JSON Patch") from None
    if invocation.options.text("override-type") == "strategic":
        return apply_strategic("Pod", obj, overrides)
    merged: Object = json_merge_apply(obj, overrides)
    return merged


def _service(invocation: Invocation, name: str, labels: dict[str, str]) -> Object:
    port = int(invocation.options.text("port"))
    spec = {"ports": [{"protocol": "TCP", "port": port, "targetPort": port}], "selector": labels}
    return {
        "kind": "Service",
        "apiVersion": "v1",
        "metadata": {"name": name},
        "spec": spec,
        "status": {"loadBalancer": {}},
    }


def _create(invocation: Invocation, obj: Object, mode: str) -> Object:
    if invocation.namespace_enforced:
        obj["metadata"]["namespace"] = invocation.namespace
    obj = recorded(invocation, obj)
    if invocation.options.flag("save-config"):
        obj = with_last_applied(obj)
    if mode == "client":
        return obj
    resource = invocation.mapper.for_object(obj)
    query = write_query(invocation.options.text("field-manager"), mode)
    return typed(invocation.api.post(resource.path(invocation.namespace), obj, query), resource)


def _attach(invocation: Invocation, pod: Object) -> None:
    """Waits until the pod runs (or has ended), attaches or prints its log, and ends with the container's exit code."""
    options = invocation.options
    info = Info(pods_resource(invocation), namespace_of(pod), name_of(pod))
    running = _wait(invocation, info, {"Running", "Succeeded", "Failed"})
    container = running["spec"]["containers"][0]["name"]
    if get(running, "status.phase") == "Running":
        _attach_running(invocation, info, running, container)
    else:
        _print_log(invocation, info, container)
    if options.text("restart") != "Always" and not options.flag("leave-stdin-open"):
        _raise_for_exit(_wait(invocation, info, {"Succeeded", "Failed"}))


def _attach_running(invocation: Invocation, info: Info, pod: Object, container: str) -> None:
    """Prints what was written so far, then attaches; when the container ended meanwhile, prints the rest of its log."""
    options = invocation.options
    _print_log(invocation, info, container, follow="false")
    since = datetime.fromtimestamp(int(invocation.io.now()), UTC).isoformat().replace("+00:00", "Z")
    try:
        attach_to(
            invocation,
            pod,
            container,
            stdin=options.flag("stdin"),
            tty=options.flag("tty"),
            quiet=options.flag("quiet"),
        )
    except Interrupted:
        raise
    except KubectlError as problem:
        invocation.err(
            f"warning: couldn't attach to pod/{info.name}, falling back to streaming logs: {problem.message}\n"
        )
        _print_log(invocation, info, container, sinceTime=since)


def _print_log(invocation: Invocation, info: Info, container: str, **query: str) -> None:
    path = info.resource.path(info.namespace, info.name, "log")
    for chunk in invocation.api.chunks(path, {"container": container, "follow": "true", **query}):
        invocation.out(chunk.decode(errors="replace"))


def _wait(invocation: Invocation, info: Info, phases: set[str]) -> Object:
    with closing(
        follow(invocation.api, info, deadline_in(invocation.options.seconds("pod-running-timeout")))
    ) as states:
        for state in states:
            if state is None:
                raise KubectlError(f'pods "{info.name}" not found')
            if get(state, "status.phase") in phases:
                return state
    raise KubectlError("the server ended the watch")


def _raise_for_exit(pod: Object) -> None:
    if get(pod, "status.phase") == "Succeeded":
        return
    place = f"pod {namespace_of(pod)}/{name_of(pod)}"
    statuses = get(pod, "status.containerStatuses", [])
    ended = get(statuses[0], "state.terminated", {}) if statuses else {}
    code = int(ended.get("exitCode", 0))
    if not code:
        raise KubectlError(f"{place} failed with unknown exit code")
    raise BareError(f"{place} terminated ({ended.get('reason', '')})\n{ended.get('message', '')}", code)


def _remove(invocation: Invocation, created: list[Object]) -> None:
    for obj in created:
        resource = invocation.mapper.for_object(obj)
        body = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"}
        invocation.api.delete(resource.path(namespace_of(obj), name_of(obj)), body)
        invocation.out(f'{resource.kind_qualified} "{name_of(obj)}" deleted from {namespace_of(obj)} namespace\n')


COMMAND = Command(
    name="run",
    short="Run a particular image on the cluster",
    usage=(
        'run NAME --image=image [--env="key=value"] [--port=port] [--dry-run=server|client] [--overrides=inline-json] '
        "[--command] -- [COMMAND] [args...]"
    ),
    run=run,
    long="""
    Creates one pod. Nothing replaces it when it is gone: for something that is to keep running, create a deployment.
    """,
    examples="""
    # A pod with nginx
    kubectl run web --image=nginx

    # A throw-away shell in the cluster
    kubectl run -it --rm test --image=busybox --restart=Never -- sh

    # Print the manifest
    kubectl run web --image=nginx --dry-run=client -o yaml
    """,
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        SAVE_CONFIG,
        field_manager("kubectl-run"),
        RECORD,
        array("annotations", "KEY=value annotation for the pod; may be repeated."),
        boolean("attach", "Wait for the pod and attach to it."),
        boolean("command", "What follows -- replaces the image's command instead of its arguments."),
        array("env", "NAME=value variable for the container; may be repeated."),
        boolean("expose", "Also create a service for the pod; needs --port."),
        string("image", "Image to run.", required=True),
        string("image-pull-policy", "When to pull the image: Always, IfNotPresent or Never."),
        string("labels", "Labels of the pod, as KEY=value with commas between.", "l"),
        boolean("leave-stdin-open", "Keep the container's input open after the first attach."),
        string("override-type", "How --overrides is merged: merge or strategic.", default="merge"),
        string("overrides", "JSON to merge into the pod."),
        duration("pod-running-timeout", "How long to wait until the pod runs.", default=60.0),
        string("port", "Port the container listens on."),
        boolean("privileged", "Run with the host's privileges."),
        boolean("quiet", "Only print what the container prints.", "q"),
        string("restart", "Restart policy: Always, OnFailure or Never.", default="Always"),
        boolean("rm", "Delete the pod when the attached session ends."),
        boolean("stdin", "Keep the container's input open and pass yours.", "i"),
        boolean("tty", "Give the container a terminal.", "t"),
    ),
)

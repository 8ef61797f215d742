"""`kubectl scale`: sets the number of replicas. Follows kubectl `pkg/cmd/scale/scale.go`."""

from __future__ import annotations

from tutor.kubectl.change_cause import RECORD, recording_patch
from tutor.kubectl.client import MERGE_PATCH
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import ApiError, KubectlError, TimedOut, raise_all
from tutor.kubectl.flags import duration, integer, string
from tutor.kubectl.objects import Object, get
from tutor.kubectl.printers.report import DRY_RUN, PRINT_FLAGS, Reporter, dry_run_mode
from tutor.kubectl.resources import Info
from tutor.kubectl.targets import ALL, FILE_FLAGS, SELECTOR, builder_for, live_infos
from tutor.kubectl.waiting import deadline_in, follow


def run(invocation: Invocation) -> None:
    options = invocation.options
    replicas = options.number("replicas")
    if replicas < 0:
        raise KubectlError("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0")
    if options.number("current-replicas") < -1:
        raise KubectlError("The --current-replicas must specify an integer of -1 or greater")
    mode = dry_run_mode(invocation)
    errors: list[KubectlError] = []
    infos = list(live_infos(builder_for(invocation, invocation.args), errors))
    if options.text("resource-version") and len(infos) > 1:
        raise KubectlError("cannot use --resource-version with multiple resources")
    reporter = Reporter(invocation, "scaled", dry_run=mode)
    for info in infos:
        if mode != "client":
            _scale(invocation, info, replicas, mode)
            cause = recording_patch(invocation)
            if cause and mode == "none":
                invocation.api.patch(info.path, cause, MERGE_PATCH)
        info.obj.setdefault("spec", {})["replicas"] = replicas
        reporter.report(info.obj)
    raise_all(errors)
    if not infos:
        raise KubectlError("no objects passed to scale")


def _scale(invocation: Invocation, info: Info, replicas: int, mode: str) -> None:
    options = invocation.options
    path = info.resource.path(info.namespace, info.name, "scale")
    query = {"dryRun": "All"} if mode == "server" else None
    if "scale" not in info.resource.subresources:
        status = {"reason": "NotFound", "message": "the server could not find the requested resource"}
        raise ApiError(status)
    if options.number("current-replicas") >= 0 or options.text("resource-version"):
        scale = invocation.api.get(path)
        _check_precondition(invocation, scale)
        scale.setdefault("spec", {})["replicas"] = replicas
        invocation.api.put(path, scale, query)
    else:
        invocation.api.patch(path, {"spec": {"replicas": replicas}}, MERGE_PATCH, query)
    if options.seconds("timeout") and mode == "none":
        _wait(invocation, info, replicas)


def _check_precondition(invocation: Invocation, scale: Object) -> None:
    wanted, actual = invocation.options.number("current-replicas"), get(scale, "spec.replicas", 0)
    if wanted >= 0 and actual != wanted:
        raise KubectlError(f"Expected replicas to be {wanted}, was {actual}")
    version = invocation.options.text("resource-version")
    current = get(scale, "metadata.resourceVersion")
    if version and current != version:
        raise KubectlError(f"Expected resource version to be {version}, was {current}")


def _wait(invocation: Invocation, info: Info, replicas: int) -> None:
    deadline = deadline_in(invocation.options.seconds("timeout"))
    try:
        for state in follow(invocation.api, info, deadline):
            observed = get(state, "status.observedGeneration", 0) >= get(state, "metadata.generation", 0)
            if state is None or (observed and get(state, "status.replicas", 0) == replicas):
                return
    except TimedOut:
        raise TimedOut("timed out waiting for the condition") from None


COMMAND = Command(
    name="scale",
    short="Set a new size for a deployment, replica set, or replication controller",
    usage="scale [--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME)",
    run=run,
    arguments="resources",
    long="""
    Changes how many pods a deployment, replica set or stateful set keeps running. If an autoscaler manages the
    object, it will set its own number again. """,
    examples="""
    # Five pods
    kubectl scale deploy/web --replicas=5

    # Only if there are two now
    kubectl scale deployment web --current-replicas=2 --replicas=3

    # None: stop everything and keep the deployment
    kubectl scale deploy/web --replicas=0
    """,
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        RECORD,
        ALL,
        *FILE_FLAGS,
        SELECTOR,
        integer("current-replicas", "Only scale when this is the present number; -1 does not look.", default=-1),
        integer("replicas", "The new number of pods.", default=-1, required=True),
        string("resource-version", "Only scale when the object has this version."),
        duration("timeout", "How long to wait until the new number is reached; 0 does not wait."),
    ),
)

"""`kubectl rollout`: status, history, undo, pause, resume, restart."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime

from tutor.kubectl.client import STRATEGIC_MERGE_PATCH
from tutor.kubectl.command import Command, Handler, Invocation
from tutor.kubectl.commands.rollout_history import HISTORY, UNDO
from tutor.kubectl.errors import ApiError, ExitStatus, KubectlError, TimedOut, raise_all
from tutor.kubectl.flags import boolean, duration, integer
from tutor.kubectl.help import show_help
from tutor.kubectl.mutate import field_manager, typed
from tutor.kubectl.objects import Object, get
from tutor.kubectl.printers.report import PRINT_FLAGS, Reporter
from tutor.kubectl.resources import Info
from tutor.kubectl.rollout_status import status_of
from tutor.kubectl.targets import FILE_FLAGS, SELECTOR, builder_for, known_infos
from tutor.kubectl.waiting import deadline_in, follow

MakePatch = Callable[[Object, Invocation], Object | None]


def _status(invocation: Invocation) -> None:
    _require_target(invocation)
    options = invocation.options
    if options.number("revision") < 0:
        raise KubectlError(f"revision must be a positive integer: {options.number('revision')}")
    infos = list(known_infos(builder_for(invocation, invocation.args, allow_empty_selector=True)))
    errors: list[KubectlError] = []
    for info in infos:
        try:
            _follow_status(invocation, info)
        except KubectlError as problem:
            errors.append(problem)
    raise_all(errors)
    if not infos:
        invocation.err(f"No resources found in {invocation.namespace} namespace.\n")


def _require_target(invocation: Invocation) -> None:
    options = invocation.options
    if not invocation.args and not options.many("filename") and not options.text("kustomize"):
        raise KubectlError("required resource not specified")


def _follow_status(invocation: Invocation, info: Info) -> None:
    options = invocation.options
    deadline = deadline_in(options.seconds("timeout"))
    try:
        with closing(follow(invocation.api, info, deadline)) as states:
            for state in states:
                if state is None:
                    raise KubectlError("object has been deleted")
                message, done = status_of(typed(state, info.resource), options.number("revision"))
                invocation.out(message)
                if done or not options.flag("watch"):
                    return
    except TimedOut:
        raise TimedOut("timed out waiting for the condition") from None


def _changing(operation: str, unchanged: str, make_patch: MakePatch) -> Handler:
    """A handler that patches every chosen object and prints `operation`, or `unchanged` where there was nothing to do."""

    def run(invocation: Invocation) -> None:
        _require_target(invocation)
        errors: list[KubectlError] = []
        infos = list(known_infos(builder_for(invocation, invocation.args, allow_empty_selector=True), errors))
        if not infos and not errors:
            invocation.err(f"No resources found in {invocation.namespace} namespace.\n")
            return
        reporter = Reporter(invocation, operation)
        for info in infos:
            try:
                _change_one(invocation, info, make_patch, reporter, unchanged)
            except KubectlError as problem:
                errors.append(problem)
        raise_all(errors)

    return run


def _change_one(invocation: Invocation, info: Info, make_patch: MakePatch, reporter: Reporter, unchanged: str) -> None:
    try:
        patch = make_patch(info.obj, invocation)
    except KubectlError as problem:
        raise KubectlError(f'error: {info.resource.qualified} "{info.name}" {problem.message}') from None
    if patch is None:
        reporter.report(info.obj, unchanged)
        return
    try:
        changed = invocation.api.patch(
            info.path, patch, STRATEGIC_MERGE_PATCH, {"fieldManager": invocation.options.text("field-manager")}
        )
    except ApiError as problem:
        raise KubectlError(f"failed to patch: {problem.message}") from None
    reporter.report(typed(changed, info.resource))


def _pause(obj: Object, _: Invocation) -> Object | None:
    if obj["kind"] != "Deployment":
        raise KubectlError("pausing is not supported")
    if get(obj, "spec.paused"):
        raise KubectlError("is already paused")
    return {"spec": {"paused": True}}


def _resume(obj: Object, _: Invocation) -> Object | None:
    if obj["kind"] != "Deployment":
        raise KubectlError("resuming is not supported")
    if not get(obj, "spec.paused"):
        raise KubectlError("is not paused")
    return {"spec": {"paused": None}}


def _restart(obj: Object, invocation: Invocation) -> Object | None:
    if obj["kind"] not in ("Deployment", "DaemonSet", "StatefulSet"):
        raise KubectlError("restarting is not supported")
    if get(obj, "spec.paused"):
        raise KubectlError("can't restart paused deployment (run rollout resume first)")
    moment = datetime.fromtimestamp(int(invocation.io.now())).astimezone().isoformat().replace("+00:00", "Z")
    annotations = {"kubectl.kubernetes.io/restartedAt": moment}
    return {"spec": {"template": {"metadata": {"annotations": annotations}}}}


_CHANGE_FLAGS = (*PRINT_FLAGS, *FILE_FLAGS, SELECTOR, field_manager("kubectl-rollout"))


def _without_subcommand(invocation: Invocation) -> None:
    """Shows the help, on standard output unlike other groups, and fails."""
    if invocation.args:
        raise invocation.usage_error(f'unknown command "{" ".join(invocation.args)}"')
    show_help(invocation.command, invocation.path, invocation.io)
    raise ExitStatus(1)


COMMAND = Command(
    name="rollout",
    short="Manage the rollout of a resource",
    usage="rollout SUBCOMMAND",
    run=_without_subcommand,
    long="""
    Watches, pauses, repeats and undoes the rolling updates of deployments, daemon sets and stateful sets.
    """,
    examples="""
    # Wait until an update is done
    kubectl rollout status deploy/web

    # Go back to the version before
    kubectl rollout undo deploy/web
    """,
    subcommands=(
        HISTORY,
        Command(
            name="pause",
            short="Mark the provided resource as paused",
            usage="rollout pause RESOURCE",
            run=_changing("paused", "already paused", _pause),
            arguments="resources",
            long="A paused deployment does not roll out changes of its template until it is resumed.",
            flags=_CHANGE_FLAGS,
        ),
        Command(
            name="restart",
            short="Restart a resource",
            usage="rollout restart RESOURCE",
            run=_changing("restarted", "restarted", _restart),
            arguments="resources",
            long="Replaces all pods by new ones, with the same rolling update a change of the template makes.",
            flags=_CHANGE_FLAGS,
        ),
        Command(
            name="resume",
            short="Resume a paused resource",
            usage="rollout resume RESOURCE",
            run=_changing("resumed", "already resumed", _resume),
            arguments="resources",
            flags=_CHANGE_FLAGS,
        ),
        Command(
            name="status",
            short="Show the status of the rollout",
            usage="rollout status (TYPE NAME | TYPE/NAME) [flags]",
            run=_status,
            arguments="resources",
            long=""" Waits until the latest update is complete and says what it is waiting for. Fails when the update
            exceeded its deadline. """,
            flags=(
                *FILE_FLAGS,
                SELECTOR,
                integer("revision", "Only look at this revision; 0 is the latest."),
                duration("timeout", "How long to wait; 0 waits as long as needed."),
                boolean("watch", "Keep watching until the update is done.", "w", default=True),
            ),
        ),
        UNDO,
    ),
)

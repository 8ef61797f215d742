"""`kubectl delete`: deletes objects and waits until they are gone. Follows kubectl `pkg/cmd/delete/delete.go`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import ApiError, KubectlError, TimedOut, raise_all
from tutor.kubectl.flags import boolean, duration, integer, string, strings
from tutor.kubectl.objects import Object, get
from tutor.kubectl.printers.report import DRY_RUN, dry_run_mode
from tutor.kubectl.raw import RAW, send_raw
from tutor.kubectl.request import Request
from tutor.kubectl.resources import Builder, Info
from tutor.kubectl.waiting import deadline_in, wait_until_gone

_FORCE_WARNING = (
    "Immediate deletion does not wait for confirmation that the running resource has been terminated. "
    "The resource may continue to run on the cluster indefinitely."
)
_POLICIES = {
    "background": "Background",
    "true": "Background",
    "orphan": "Orphan",
    "false": "Orphan",
    "foreground": "Foreground",
}


@dataclass(frozen=True)
class _Plan:
    """The flags, worked out."""

    grace: int
    ignore_missing: bool
    policy: str
    mode: str


def run(invocation: Invocation) -> None:
    if invocation.options.text("raw"):
        send_raw(invocation, "DELETE")
        return
    plan = _plan(invocation)
    builder = Builder(invocation, _request(invocation))
    builder.select()
    if plan.grace == 0 and invocation.options.flag("force"):
        invocation.err(f"Warning: {_FORCE_WARNING}\n")
    errors: list[KubectlError] = []
    infos = list(_targets(builder, errors))
    if invocation.options.flag("interactive") and not _confirmed(invocation, infos):
        invocation.out("deletion is cancelled\n")
        return
    deleted = _delete_all(invocation, infos, plan, errors)
    if plan.ignore_missing:
        errors = [error for error in errors if not (isinstance(error, ApiError) and error.not_found)]
    raise_all(errors)
    if not infos:
        invocation.out("No resources found\n")
    elif invocation.options.flag("wait") and plan.mode == "none":
        _wait(invocation, deleted)


def _request(invocation: Invocation) -> Request:
    options = invocation.options
    return Request(
        args=list(invocation.args),
        filenames=options.many("filename"),
        kustomize=options.text("kustomize"),
        recursive=options.flag("recursive"),
        label_selector=options.text("selector") or None,
        field_selector=options.text("field-selector") or None,
        all_objects=options.flag("all"),
        all_namespaces=options.flag("all-namespaces"),
    )


def _plan(invocation: Invocation) -> _Plan:
    options = invocation.options
    if options.text("output") not in ("", "name"):
        raise KubectlError(f"unexpected -o output mode: {options.text('output')}. We only support '-o name'")
    selecting = options.flag("all") or bool(options.text("selector")) or bool(options.text("field-selector"))
    for flag in ("selector", "field-selector"):
        if options.flag("all") and options.text(flag):
            raise KubectlError("setting 'all' parameter but found a non empty selector. ")
    ignore = options.flag("ignore-not-found") or (selecting and not options.given("ignore-not-found"))
    policy = _POLICIES.get(options.text("cascade"))
    if options.text("cascade") in ("true", "false") and policy:
        invocation.err(
            f"warning: --cascade={options.text('cascade')} is deprecated (boolean value) and can be replaced with "
            f"--cascade={policy.lower()}.\n"
        )
    if policy is None:
        raise KubectlError(
            f'invalid cascade value ({options.text("cascade")}). Must be "background", "foreground", or "orphan"'
        )
    return _Plan(_grace(invocation), ignore, policy, dry_run_mode(invocation))


def _grace(invocation: Invocation) -> int:
    """Seconds to ask for; -1 leaves each object its own grace period."""
    options = invocation.options
    grace, force = options.number("grace-period"), options.flag("force")
    if options.flag("now"):
        if grace != -1:
            raise KubectlError("--now and --grace-period cannot be specified together")
        grace = 1
    if grace == 0 and not force:
        return 1
    if force and grace > 0:
        raise KubectlError("--force and --grace-period greater than 0 cannot be specified together")
    return 0 if force and grace < 0 else grace


def _targets(builder: Builder, errors: list[KubectlError]) -> Iterator[Info]:
    """What to delete; named objects are not fetched first."""
    for read in builder.readers():
        try:
            yield read()
        except KubectlError as problem:
            errors.append(problem)
    for resource in builder.selected.types:
        try:
            yield from builder.listed(resource)
        except KubectlError as problem:
            errors.append(problem)


def _confirmed(invocation: Invocation, infos: list[Info]) -> bool:
    if not infos:
        return False
    invocation.out(f"You are about to delete the following {len(infos)} resource(s):\n")
    for info in infos:
        invocation.out(f"{info.title}\n")
    invocation.out("Do you want to continue? (y/N): ")
    answer = invocation.io.stdin.readline() if invocation.io.stdin else ""
    return answer.strip().lower() == "y"


def _delete_all(
    invocation: Invocation, infos: list[Info], plan: _Plan, errors: list[KubectlError]
) -> list[tuple[Info, str]]:
    """Deletes one after the other; returns what was deleted with its UID."""
    deleted = []
    warned = not invocation.namespace_enforced or invocation.options.flag("all-namespaces")
    for info in infos:
        if not info.resource.namespaced and not warned:
            invocation.err("Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n")
            warned = True
        try:
            uid = _delete_one(invocation, info, plan)
        except ApiError as problem:
            errors.append(
                problem.with_prefix(f"error when deleting {json.dumps(info.source)}: ") if info.source else problem
            )
            continue
        deleted.append((info, uid))
    return deleted


def _delete_one(invocation: Invocation, info: Info, plan: _Plan) -> str:
    reply: Object = {}
    if plan.mode != "client":
        body: Object = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": plan.policy}
        if plan.grace >= 0:
            body["gracePeriodSeconds"] = plan.grace
        if plan.mode == "server":
            body["dryRun"] = ["All"]  # beside a body, the server ignores the query
        reply = invocation.api.delete(info.path, body)
    _report(invocation, info, plan)
    return str(get(reply, "details.uid") or get(reply, "metadata.uid") or "")


def _report(invocation: Invocation, info: Info, plan: _Plan) -> None:
    if invocation.options.text("output") == "name":
        invocation.out(f"{info.title}\n")
        return
    operation = "force deleted" if plan.grace == 0 else "deleted"
    if info.resource.namespaced:
        operation += f" from {info.namespace} namespace"
    operation += {"client": " (dry run)", "server": " (server dry run)"}.get(plan.mode, "")
    invocation.out(f'{info.resource.kind_qualified} "{info.name}" {operation}\n')


def _wait(invocation: Invocation, deleted: list[tuple[Info, str]]) -> None:
    deadline = deadline_in(invocation.options.seconds("timeout"))
    for info, uid in deleted:
        try:
            wait_until_gone(invocation.api, info, uid, deadline)
        except TimedOut:
            raise TimedOut(f"timed out waiting for the condition on {info.resource.plural}/{info.name}") from None
        except ApiError as problem:
            if problem.reason not in ("Forbidden", "MethodNotAllowed"):
                raise


COMMAND = Command(
    name="delete",
    short="Delete resources by file names, stdin, resources and names, or by resources and label selector",
    usage="delete ([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)])",
    run=run,
    arguments="resources",
    long="""
    Deletes objects and waits until they are gone. Pods get time to end in order (30 seconds unless they say
    otherwise); --force does not wait for the node to confirm. What an object owns, such as a deployment's pods, is
    deleted after it. """,
    examples="""
    # One pod
    kubectl delete pod web-1

    # What a file describes
    kubectl delete -f deployment.yaml

    # All pods with a label
    kubectl delete pods -l app=web

    # Do not wait
    kubectl delete pod web-1 --wait=false
    """,
    flags=(
        DRY_RUN,
        boolean("all", "Every object of the type in the namespace."),
        boolean("all-namespaces", "In all namespaces.", "A"),
        string(
            "cascade",
            'What happens to owned objects: "background", "orphan" or "foreground".',
            default="background",
            bare="background",
        ),
        string("field-selector", "Only objects with these field values."),
        strings("filename", "Files or folders that name the objects to delete.", "f"),
        RAW,
        boolean("force", "Remove objects from the API at once, without waiting for the node."),
        integer("grace-period", "Seconds to end in order; -1 keeps each object's own, 1 is at once.", default=-1),
        boolean("ignore-not-found", "Succeed when an object does not exist."),
        boolean("interactive", "Ask before deleting.", "i"),
        string("kustomize", "Folder with a kustomization; cannot be combined with -f or -R.", "k"),
        boolean("now", "The same as --grace-period=1."),
        string("output", 'Use "-o name" for short output (resource/name).', "o"),
        boolean("recursive", "Go into the folders below the one given with -f.", "R"),
        string("selector", "Only objects whose labels match.", "l"),
        duration("timeout", "How long to wait; 0 waits as long as needed."),
        boolean("wait", "Wait until the objects are gone.", default=True),
    ),
)

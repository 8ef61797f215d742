"""`kubectl apply`: makes objects as their manifests say, creating or changing them. Follows kubectl `pkg/cmd/apply/apply.go`."""

from __future__ import annotations

import json
from typing import Any

from tutor.kubectl.change_cause import RECORD, recorded
from tutor.kubectl.client import STRATEGIC_MERGE_PATCH
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.commands.apply_last import SUBCOMMANDS
from tutor.kubectl.commands.apply_patch import make_patch
from tutor.kubectl.commands.apply_server import apply_on_server
from tutor.kubectl.errors import ApiError, KubectlError, raise_all
from tutor.kubectl.flags import boolean, duration, integer, string, strings
from tutor.kubectl.merge import json_merge_apply
from tutor.kubectl.mutate import (
    VALIDATE,
    as_new,
    field_manager,
    typed,
    validation,
    with_last_applied,
    write_query,
)
from tutor.kubectl.objects import LAST_APPLIED, Object, annotations_of, get
from tutor.kubectl.printers.report import DRY_RUN, PRINT_FLAGS, Reporter, dry_run_mode
from tutor.kubectl.request import Request
from tutor.kubectl.resources import Builder, Info
from tutor.kubectl.strategic_apply import apply_strategic


def run(invocation: Invocation) -> None:
    options = invocation.options
    if not options.many("filename") and not options.text("kustomize"):
        raise KubectlError("must specify one of -f and -k")
    if invocation.args:
        raise invocation.usage_error(f"Unexpected args: [{' '.join(invocation.args)}]")
    mode = dry_run_mode(invocation)
    _check_flags(invocation, mode)
    request = Request(
        args=[],
        filenames=options.many("filename"),
        kustomize=options.text("kustomize"),
        recursive=options.flag("recursive"),
        label_selector=options.text("selector") or None,
    )
    builder = Builder(invocation, request)
    builder.select()
    applied = _apply_all(invocation, builder, mode)
    if options.flag("prune"):
        from tutor.kubectl.commands.apply_prune import prune

        prune(invocation, applied, mode)


def _check_flags(invocation: Invocation, mode: str) -> None:
    options = invocation.options
    server_side = options.flag("server-side")
    if options.flag("force-conflicts") and not server_side:
        raise KubectlError("--force-conflicts only works with --server-side")
    if mode == "client" and server_side:
        raise KubectlError("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)")
    if options.flag("force") and server_side:
        raise KubectlError("--force cannot be used with --server-side")
    if options.flag("prune") and not options.flag("all") and not options.text("selector"):
        raise KubectlError(
            "all resources selected for prune without explicitly passing --all. To prune all resources, pass "
            "the --all flag. "
            "If you did not mean to prune all resources, specify a label selector"
        )


def _apply_all(invocation: Invocation, builder: Builder, mode: str) -> list[Object]:
    """Applies every object of the files; the ones that fail are reported at the end."""
    manifests = builder.selected.manifests
    reporter = Reporter(invocation, "configured", dry_run=mode)
    errors: list[KubectlError] = []
    applied: list[tuple[Object, str]] = []
    for manifest in manifests:
        try:
            info = builder.manifest_info(manifest)
            outcome = _apply_one(invocation, info, mode)
        except KubectlError as problem:
            errors.append(problem)
            continue
        applied.append(outcome)
        if not reporter.prints_objects:
            reporter.report(*outcome)
    if not manifests and not errors:
        raise KubectlError("no objects passed to apply")
    if reporter.prints_objects and not errors:
        _print_applied(reporter, [obj for obj, _ in applied])
    raise_all(errors)
    return [obj for obj, _ in applied]


def _print_applied(reporter: Reporter, objects: list[Object]) -> None:
    if len(objects) == 1:
        reporter.report(objects[0])
    else:
        reporter.report({"apiVersion": "v1", "items": objects, "kind": "List", "metadata": {}})


def _apply_one(invocation: Invocation, info: Info, mode: str) -> tuple[Object, str]:
    """The object as it is afterwards, and the word for what happened."""
    info.obj = recorded(invocation, info.obj)
    if not info.name:
        generate = get(info.obj, "metadata.generateName", "")
        if generate:
            raise KubectlError(f"from {generate}: cannot use generate name with apply")
        raise KubectlError(
            f"error when retrieving current configuration of:\n{_described(info)}\nfrom server for: "
            f"{json.dumps(info.source)}: resource name may not be empty"
        )
    if invocation.options.flag("server-side"):
        return apply_on_server(invocation, info, mode), "serverside-applied"
    try:
        live = typed(invocation.api.get(info.path), info.resource)
    except ApiError as problem:
        if not problem.not_found:
            where = f"{_described(info)}\nfrom server for: {json.dumps(info.source)}: "
            raise problem.with_prefix(f"error when retrieving current configuration of:\n{where}") from None
        return _create(invocation, info, mode), "created"
    return _update(invocation, info, live, mode)


def _described(info: Info) -> str:
    resource = info.resource
    group_version = f"{resource.group}/{resource.version}"
    return (
        f'Resource: "{group_version}, Resource={resource.plural}", GroupVersionKind: "{group_version}, '
        f'Kind={resource.kind}"\n'
        f'Name: "{info.name}", Namespace: "{info.namespace}"'
    )


def _create(invocation: Invocation, info: Info, mode: str) -> Object:
    obj = as_new(_without_nulls(with_last_applied(info.obj)))
    if mode == "client":
        return obj
    query = write_query(
        invocation.options.text("field-manager") or "kubectl-client-side-apply", mode, validation(invocation)
    )
    try:
        return typed(invocation.api.post(info.collection, obj, query), info.resource)
    except ApiError as problem:
        raise problem.with_prefix(f"error when creating {json.dumps(info.source)}: ") from None


def _without_nulls(value: Any) -> Any:
    """A value whose maps have no null fields, also those inside lists (kubectl `pkg/cmd/apply/apply.go`, pruneNulls)."""
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value]
    return value


def _update(invocation: Invocation, info: Info, live: Object, mode: str) -> tuple[Object, str]:
    if LAST_APPLIED not in annotations_of(live):
        invocation.err(
            f"Warning: resource {info.resource.plural}/{info.name} is missing the {LAST_APPLIED} annotation "
            f"which is required by kubectl "
            "apply. kubectl apply should only be used on resources created declaratively by either kubectl "
            "create --save-config or kubectl "
            "apply. The missing annotation will be patched automatically.\n"
        )
    patch, content_type = make_patch(info, live)
    if not patch:
        return live, "unchanged"
    if mode == "client":
        patched = (
            apply_strategic(info.resource.kind, live, patch)
            if content_type == STRATEGIC_MERGE_PATCH
            else json_merge_apply(live, patch)
        )
        return patched, "configured"
    changed = _send_patch(invocation, info, live, (patch, content_type), mode)
    if get(changed, "metadata.deletionTimestamp"):
        invocation.err(f"Warning: Detected changes to resource {info.name} which is currently being deleted.\n")
    return changed, "configured"


def _send_patch(invocation: Invocation, info: Info, live: Object, patch: tuple[Object, str], mode: str) -> Object:
    query = write_query(
        invocation.options.text("field-manager") or "kubectl-client-side-apply", mode, validation(invocation)
    )
    try:
        return typed(invocation.api.patch(info.path, *patch, query), info.resource)
    except ApiError as problem:
        if invocation.options.flag("force") and problem.reason in ("Conflict", "Invalid") and mode == "none":
            return _replace_by_force(invocation, info, live)
        text = json.dumps(patch[0], separators=(",", ":"), sort_keys=True)
        prefix = (
            f"error when applying patch:\n{text}\nto:\n{_described(info)}\nfor: {json.dumps(info.source)}: "
            f"error when patching {json.dumps(info.source)}: "
        )
        raise problem.with_prefix(prefix) from None


def _replace_by_force(invocation: Invocation, info: Info, live: Object) -> Object:
    """`--force`: deletes the object, waits until it is gone, and creates it anew."""
    from tutor.kubectl.waiting import deadline_in, wait_until_gone

    invocation.api.delete(info.path, {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"})
    wait_until_gone(
        invocation.api, info, str(get(live, "metadata.uid", "")), deadline_in(invocation.options.seconds("timeout"))
    )
    try:
        return _create(invocation, info, "none")
    except ApiError as problem:
        _restore(invocation, info, live, problem)
        raise


def _restore(invocation: Invocation, info: Info, live: Object, problem: ApiError) -> None:
    """Puts the deleted object back when its successor is refused."""
    try:
        invocation.api.post(info.collection, as_new(live))
    except ApiError as second:
        raise KubectlError(
            "An error occurred force-replacing the existing object with the newly provided one:\n\n"
            f"{problem.message}.\n\nAdditionally, an error occurred attempting to restore the original object:\n\n"
            f"{second.message}"
        ) from None


COMMAND = Command(
    name="apply",
    short="Apply a configuration to a resource by file name or stdin",
    usage="apply (-f FILENAME | -k DIRECTORY)",
    run=run,
    long="""
    Makes the objects in the files as the files describe them. What does not exist is created; what exists is
    changed where the file says something else. Fields you take out of the file are removed; fields others have set are
    left alone. """,
    examples="""
    # Create or change what the file describes
    kubectl apply -f deployment.yaml

    # Everything in a folder
    kubectl apply -f manifests/

    # From another command's output
    kubectl create deployment web --image=nginx --dry-run=client -o yaml | kubectl apply -f -

    # Let the server merge and keep track of who set which field
    kubectl apply --server-side -f deployment.yaml
    """,
    subcommands=SUBCOMMANDS,
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        VALIDATE,
        field_manager(""),
        RECORD,
        boolean("all", "With --prune: consider every object of the pruned types."),
        string(
            "cascade",
            'With --prune or --force: "background", "orphan" or "foreground".',
            default="background",
            bare="background",
        ),
        strings("filename", "Files or folders with the configuration to apply.", "f"),
        boolean("force", "Delete and create again an object that cannot be changed in place."),
        boolean("force-conflicts", "With --server-side: take over fields that others manage."),
        integer("grace-period", "Seconds objects get to end when they are deleted; -1 keeps their own.", default=-1),
        string("kustomize", "Folder with a kustomization; cannot be combined with -f or -R.", "k"),
        boolean("openapi-patch", "Accepted for compatibility; patches always follow the known types.", default=True),
        boolean("overwrite", "Accepted for compatibility; the manifest always wins.", default=True),
        boolean("prune", "Delete objects that were applied before, match the selector and are no longer in the files."),
        strings("prune-allowlist", "With --prune: types to prune, as GROUP/VERSION/KIND."),
        boolean("recursive", "Go into the folders below the one given with -f.", "R"),
        string("selector", "Only objects whose labels match.", "l"),
        boolean("server-side", "Let the server merge the configuration into the object."),
        string("subresource", "With --server-side: apply to this subresource."),
        duration("timeout", "How long to wait for a deletion; 0 waits as long as needed."),
        boolean("wait", "Wait until deleted objects are gone."),
    ),
)

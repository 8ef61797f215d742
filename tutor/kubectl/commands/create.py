"""`kubectl create`: creates objects from files, or one object from flags with a subcommand."""

from __future__ import annotations

import json

from tutor.kubectl.change_cause import RECORD, recorded
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.commands import (
    create_config,
    create_network,
    create_policy,
    create_rbac,
    create_secret,
    create_workload,
)
from tutor.kubectl.errors import ApiError, KubectlError, raise_all
from tutor.kubectl.flags import boolean, string, strings
from tutor.kubectl.mutate import (
    SAVE_CONFIG,
    VALIDATE,
    as_new,
    field_manager,
    typed,
    validation,
    with_last_applied,
    write_query,
)
from tutor.kubectl.printers.report import DRY_RUN, PRINT_FLAGS, Reporter, dry_run_mode
from tutor.kubectl.raw import RAW, send_raw
from tutor.kubectl.request import Request
from tutor.kubectl.resources import Builder, Info


def run(invocation: Invocation) -> None:
    options = invocation.options
    if invocation.args:
        raise invocation.usage_error(f"Unexpected args: [{' '.join(invocation.args)}]")
    if options.text("raw"):
        for name, shown in (
            ("edit", "edit"),
            ("recursive", "recursive"),
            ("selector", "selector (-l)"),
            ("output", "output"),
        ):
            if options.given(name):
                raise KubectlError(f"--raw and --{shown} are mutually exclusive")
        send_raw(invocation, "POST")
        return
    if not options.many("filename") and not options.text("kustomize"):
        raise KubectlError("must specify one of -f and -k")
    if options.flag("edit"):
        from tutor.kubectl.editing import edit_before_create

        edit_before_create(invocation)
        return
    _create_files(invocation)


def file_builder(invocation: Invocation) -> Builder:
    """The builder for the objects of `-f` and `-k`."""
    options = invocation.options
    request = Request(
        args=[],
        filenames=options.many("filename"),
        kustomize=options.text("kustomize"),
        recursive=options.flag("recursive"),
        label_selector=options.text("selector") or None if options.has("selector") else None,
    )
    builder = Builder(invocation, request)
    builder.select()
    return builder


def _create_files(invocation: Invocation) -> None:
    mode = dry_run_mode(invocation)
    reporter = Reporter(invocation, "created", dry_run=mode)
    builder = file_builder(invocation)
    errors: list[KubectlError] = []
    for manifest in builder.selected.manifests:
        try:
            info = builder.manifest_info(manifest)
            reporter.report(create_one(invocation, info, mode))
        except KubectlError as problem:
            errors.append(problem)
    raise_all(errors)
    if not builder.selected.manifests:
        raise KubectlError("no objects passed to create")


def create_one(invocation: Invocation, info: Info, mode: str, manager: str = "") -> dict[str, object]:
    """Posts one object read from a file; the error names the file."""
    obj = as_new(recorded(invocation, info.obj))
    obj = with_last_applied(obj) if invocation.options.flag("save-config") else obj
    if mode == "client":
        return obj
    query = write_query(manager or invocation.options.text("field-manager"), mode, validation(invocation))
    try:
        return typed(invocation.api.post(info.collection, obj, query), info.resource)
    except ApiError as problem:
        raise problem.with_prefix(f"error when creating {json.dumps(info.source)}: ") from None


COMMAND = Command(
    name="create",
    short="Create a resource from a file or from stdin",
    usage="create -f FILENAME",
    run=run,
    long="""
    Creates the objects in the files you give with -f. Each must be new: to create or change, use kubectl
    apply. A subcommand creates one object from flags alone; with --dry-run=client -o yaml it prints the manifest
    instead, which is a quick way to start a file. """,
    examples="""
    # Create what a file describes
    kubectl create -f pod.yaml

    # Create a deployment from flags
    kubectl create deployment web --image=nginx --replicas=3

    # Print a manifest without creating anything
    kubectl create deployment web --image=nginx --dry-run=client -o yaml
    """,
    subcommands=(
        *create_rbac.COMMANDS,
        *create_config.COMMANDS,
        *create_secret.COMMANDS,
        *create_workload.COMMANDS,
        *create_network.COMMANDS,
        *create_policy.COMMANDS,
    ),
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        VALIDATE,
        SAVE_CONFIG,
        field_manager("kubectl-create"),
        RECORD,
        RAW,
        boolean("edit", "Open the objects in the editor before they are created."),
        strings("filename", "Files or folders with the objects to create.", "f"),
        string("kustomize", "Folder with a kustomization; cannot be combined with -f or -R.", "k"),
        boolean("recursive", "Go into the folders below the one given with -f.", "R"),
        string("selector", "Only objects whose labels match.", "l"),
    ),
)

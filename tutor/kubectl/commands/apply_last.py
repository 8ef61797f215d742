"""`kubectl apply view-last-applied|set-last-applied|edit-last-applied`."""

from __future__ import annotations

import json
from functools import partial

from tutor.kubectl.client import MERGE_PATCH
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import ApiError, KubectlError
from tutor.kubectl.flags import boolean, string, strings
from tutor.kubectl.mutate import VALIDATE, field_manager, last_applied_text, typed, write_query
from tutor.kubectl.objects import LAST_APPLIED, Object, annotations_of
from tutor.kubectl.printers.report import DRY_RUN, PRINT_FLAGS, Reporter, dry_run_mode
from tutor.kubectl.printers.yaml import to_json, to_yaml
from tutor.kubectl.request import Request
from tutor.kubectl.resources import Builder, Info
from tutor.kubectl.targets import FILE_FLAGS, builder_for


def _view(invocation: Invocation) -> None:
    options = invocation.options
    request = Request(
        args=invocation.args,
        filenames=options.many("filename"),
        label_selector=options.text("selector") or None,
        all_objects=options.flag("all"),
    )
    builder = Builder(invocation, request)
    builder.select()
    for info in builder.infos():
        text = annotations_of(info.obj).get(LAST_APPLIED)
        if text is None:
            if not info.source:
                continue  # kubectl loses its own message here (`pkg/cmd/util/helpers.go`, AddSourceToErr)
            problem = f"no last-applied-configuration annotation found on resource: {info.name}"
            raise KubectlError(f"error when {problem}\n {json.dumps(info.source)}: <nil>")
        configuration = json.loads(text)
        invocation.out(to_json(configuration) if options.text("output") == "json" else to_yaml(configuration))


def _set(invocation: Invocation) -> None:
    options = invocation.options
    mode = dry_run_mode(invocation)
    builder = Builder(invocation, Request(args=[], filenames=options.many("filename")))
    builder.select()
    reporter = Reporter(invocation, "configured", dry_run=mode)
    for info in builder.manifest_infos():
        live = typed(invocation.api.get(info.path), info.resource)
        if LAST_APPLIED not in annotations_of(live) and not options.flag("create-annotation"):
            raise KubectlError(
                f"no last-applied-configuration annotation found on resource: {info.name}, to create the "
                f"annotation, run the command with "
                "--create-annotation"
            )
        patch = {"metadata": {"annotations": {LAST_APPLIED: last_applied_text(info.obj, annotated=False)}}}
        if mode != "client":
            live = typed(invocation.api.patch(info.path, patch, MERGE_PATCH, write_query("", mode)), info.resource)
        reporter.report(live)


def _edit(invocation: Invocation) -> None:
    from tutor.kubectl.editing import EditSession

    infos = list(builder_for(invocation, invocation.args).infos())
    as_json = invocation.options.text("output") == "json"
    for info in infos:
        text = annotations_of(info.obj).get(LAST_APPLIED)
        if text is None:
            raise KubectlError(f"no last-applied-configuration annotation found on resource: {info.name}")
        configuration = json.loads(text)
        name = f"kubectl-edit-{info.name}.{'json' if as_json else 'yaml'}"
        shown = to_json(configuration) if as_json else to_yaml(configuration)
        EditSession(invocation, name).run(shown, partial(_save, invocation, info))


def _save(invocation: Invocation, info: Info, edited: list[Object]) -> list[str]:
    """Stores the edited configuration; what the server says against it goes back to the editor."""
    patch = {"metadata": {"annotations": {LAST_APPLIED: last_applied_text(edited[0], annotated=False)}}}
    query = write_query(invocation.options.text("field-manager"))
    try:
        invocation.api.patch(info.path, patch, MERGE_PATCH, query)
    except ApiError as problem:
        return [f"# {problem.message}\n#\n"]
    invocation.out(f"{info.title} edited\n")
    return []


SUBCOMMANDS = (
    Command(
        name="edit-last-applied",
        short="Edit latest last-applied-configuration annotations of a resource/object",
        usage="apply edit-last-applied (RESOURCE/NAME | -f FILENAME)",
        run=_edit,
        arguments="resources",
        long="Opens the configuration that was applied last in the editor. Only the annotation is changed, not the object.",
        flags=(
            *FILE_FLAGS,
            VALIDATE,
            field_manager("kubectl-client-side-apply"),
            string("output", "yaml or json.", "o"),
            boolean("windows-line-endings", "Accepted for compatibility."),
        ),
    ),
    Command(
        name="set-last-applied",
        short="Set the last-applied-configuration annotation on a live object to match the contents of a file",
        usage="apply set-last-applied -f FILENAME",
        run=_set,
        flags=(
            *PRINT_FLAGS,
            DRY_RUN,
            boolean("create-annotation", "Add the annotation where there is none."),
            strings("filename", "Files with the configuration.", "f"),
        ),
    ),
    Command(
        name="view-last-applied",
        short="View the latest last-applied-configuration annotations of a resource/object",
        usage="apply view-last-applied (TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME)",
        run=_view,
        arguments="resources",
        flags=(
            boolean("all", "All objects of the type."),
            strings("filename", "Files that name the objects.", "f"),
            string("output", "yaml or json.", "o", default="yaml"),
            string("selector", "Only objects whose labels match.", "l"),
        ),
    ),
)

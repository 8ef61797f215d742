"""`kubectl patch`: changes fields of an object. Follows kubectl `pkg/cmd/patch/patch.go`."""

from __future__ import annotations

import json
from typing import Any

from tutor.kubectl.change_cause import RECORD, recording_patch
from tutor.kubectl.client import JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import ApiError, KubectlError, raise_all
from tutor.kubectl.flags import boolean, string
from tutor.kubectl.gojson import json_fault
from tutor.kubectl.json_patch import apply_json_patch
from tutor.kubectl.manifests import load_yaml, read_text
from tutor.kubectl.merge import json_merge_apply
from tutor.kubectl.mutate import field_manager, typed, write_query
from tutor.kubectl.objects import Object
from tutor.kubectl.printers.report import DRY_RUN, PRINT_FLAGS, Reporter, dry_run_mode
from tutor.kubectl.request import Request
from tutor.kubectl.resources import Builder, Info
from tutor.kubectl.scheme import in_scheme
from tutor.kubectl.strategic_apply import apply_strategic
from tutor.kubectl.targets import FILE_FLAGS, live_infos

_TYPES = {"json": JSON_PATCH, "merge": MERGE_PATCH, "strategic": STRATEGIC_MERGE_PATCH}


def run(invocation: Invocation) -> None:
    options = invocation.options
    content_type, from_files = _content_type(invocation), options.flag("local")
    mode = dry_run_mode(invocation)
    patch = _read_patch(invocation)
    request = Request(
        args=invocation.args,
        filenames=options.many("filename"),
        kustomize=options.text("kustomize"),
        recursive=options.flag("recursive"),
        subresource=options.text("subresource"),
    )
    builder = Builder(invocation, request)
    builder.select()
    reporter = Reporter(invocation, "patched", dry_run=mode)
    errors: list[KubectlError] = []
    for info in builder.manifest_infos() if from_files else live_infos(builder, errors):
        local = mode == "client" or from_files
        after = _locally(info, patch, content_type) if local else _send(invocation, info, patch, content_type, mode)
        cause = recording_patch(invocation)
        if cause and not local:
            after = _send(invocation, info, cause, MERGE_PATCH, mode)
        reporter.report(after, "patched" if after != info.obj else "patched (no change)")
    raise_all(errors)


def _content_type(invocation: Invocation) -> str:
    """That of the patch; KubectlError when the flags do not go together."""
    options = invocation.options
    if options.text("patch") and options.text("patch-file"):
        raise KubectlError("cannot specify --patch and --patch-file together")
    if not options.text("patch") and not options.text("patch-file"):
        raise KubectlError("must specify --patch or --patch-file containing the contents of the patch")
    if options.flag("local") and invocation.args:
        raise KubectlError("cannot specify --local and server resources")
    if options.flag("local") and options.text("dry-run") == "server":
        raise KubectlError("cannot specify --local and --dry-run=server - did you mean --dry-run=client?")
    content_type = _TYPES.get(options.text("type").lower())
    if content_type is None:
        raise KubectlError(f'--type must be one of [json merge strategic], not "{options.text("type")}"')
    return content_type


def _read_patch(invocation: Invocation) -> Any:
    options = invocation.options
    file = options.text("patch-file")
    text = _patch_file(invocation, file) if file else options.text("patch")
    if text.lstrip().startswith("{"):
        return _json_or_bytes(text)
    try:
        return load_yaml(text, "patch")
    except KubectlError as problem:
        reason = problem.message.removeprefix("error parsing patch: error converting YAML to JSON: ")
        raise KubectlError(f"unable to parse {json.dumps(options.text('patch'))}: {reason}") from None


def _json_or_bytes(text: str) -> Any:
    """What looks like JSON is left for the server to judge, as kubectl does."""
    try:
        return json.loads(text)
    except ValueError:
        return text.encode()


def _send(invocation: Invocation, info: Info, patch: Any, content_type: str, mode: str) -> Object:
    options = invocation.options
    path = info.resource.path(info.namespace, info.name, options.text("subresource"))
    try:
        return typed(
            invocation.api.patch(path, patch, content_type, write_query(options.text("field-manager"), mode)),
            info.resource,
        )
    except ApiError as problem:
        if problem.code == 415:
            resource = info.resource
            kind = f"{resource.group}/{resource.version}, Kind={resource.kind}"
            raise KubectlError(f"{content_type} is not supported by {kind}: {problem.message}") from None
        raise


def _locally(info: Info, patch: Any, content_type: str) -> Object:
    """The object with the patch applied here; the refusals are those of kubectl's `getPatchedJSON` and its JSON libraries."""
    resource = info.resource
    if content_type == STRATEGIC_MERGE_PATCH and not in_scheme(resource):
        kind = f"{resource.api_version}, Kind={resource.kind}"
        raise KubectlError(f"strategic merge patch is not supported for {kind} locally, try --type merge")
    if content_type == JSON_PATCH:
        if isinstance(patch, bytes):
            raise KubectlError(json_fault(patch.decode()))
        result: Object = apply_json_patch(info.obj, patch)
        return result
    if content_type == MERGE_PATCH:
        if isinstance(patch, list):
            raise KubectlError("json: cannot unmarshal array into Go value of type unstructured.detector")
        if not isinstance(patch, dict):
            raise KubectlError("Invalid JSON Patch")
        merged: Object = json_merge_apply(info.obj, patch)
        return merged
    if not isinstance(patch, dict | None):
        raise KubectlError("invalid JSON document")
    return apply_strategic(resource.kind, info.obj, patch or {})


def _patch_file(invocation: Invocation, path: str) -> str:
    try:
        return read_text(invocation.io.files, path)
    except KubectlError as problem:
        raise KubectlError(f"unable to read patch file: {problem.message}") from None


COMMAND = Command(
    name="patch",
    short="Update fields of a resource",
    usage="patch (-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE]",
    run=run,
    arguments="resources",
    long="""
    Changes only the fields a patch names. The default, a strategic merge patch, knows that containers are told
    apart by their names; a merge patch replaces lists as a whole; a JSON patch is a list of operations. """,
    examples="""
    # Mark a node as unschedulable
    kubectl patch node node-1 -p '{"spec":{"unschedulable":true}}'

    # Change one container's image
    kubectl patch deployment web -p '{"spec":{"template":{"spec":{"containers":[{"name":"nginx","image":"nginx:1.27"}]}}}}'

    # An operation on a path
    kubectl patch deployment web --type=json -p='[{"op":"replace","path":"/spec/replicas","value":3}]'
    """,
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        field_manager("kubectl-patch"),
        RECORD,
        *FILE_FLAGS,
        boolean("local", "Do not ask the server; only work on the files."),
        string("patch", "The patch, as JSON or YAML.", "p"),
        string("patch-file", "File with the patch."),
        string("subresource", "Patch this subresource, such as status or scale."),
        string("type", "Kind of patch: json, merge or strategic.", default="strategic"),
    ),
)

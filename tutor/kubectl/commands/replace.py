"""`kubectl replace`: puts a whole object in the place of an existing one. Follows kubectl `pkg/cmd/replace/replace.go`."""

from __future__ import annotations

import json

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import ApiError, KubectlError, raise_all
from tutor.kubectl.flags import boolean, duration, integer, string
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
from tutor.kubectl.objects import Object, get
from tutor.kubectl.printers.report import DRY_RUN, PRINT_FLAGS, Reporter, dry_run_mode
from tutor.kubectl.raw import RAW, send_raw
from tutor.kubectl.resources import Info
from tutor.kubectl.targets import FILE_FLAGS, builder_for, readable_infos
from tutor.kubectl.waiting import deadline_in, wait_until_gone

_FORCE_TIMEOUT = 300.0  # seconds --force waits for the old object to go, unless --timeout says otherwise


def run(invocation: Invocation) -> None:
    options = invocation.options
    if options.text("raw"):
        send_raw(invocation, "PUT")
        return
    if not options.many("filename") and not options.text("kustomize"):
        raise KubectlError("must specify one of -f and -k")
    force = options.flag("force")
    for flag in ("grace-period", "timeout"):
        if options.given(flag) and not force:
            raise KubectlError(f"--{flag} must have --force specified")
    mode = dry_run_mode(invocation)
    if force and mode != "none":
        raise KubectlError("--dry-run can not be used when --force is set")
    reporter = Reporter(invocation, "replaced", dry_run=mode)
    errors: list[KubectlError] = []
    infos = list(readable_infos(builder_for(invocation, []), errors))
    uids = [_deleted(invocation, info) for info in infos] if force else []
    for info, uid in zip(infos, uids, strict=True) if force else ():
        deadline = deadline_in(options.seconds("timeout") or _FORCE_TIMEOUT)
        wait_until_gone(invocation.api, info, uid, deadline)
    for info in infos:
        try:
            reporter.report(_created(invocation, info) if force else _replace(invocation, info, mode))
        except KubectlError as problem:
            errors.append(problem)
    raise_all(errors)


def _body(invocation: Invocation, info: Info) -> Object:
    return with_last_applied(info.obj) if invocation.options.flag("save-config") else info.obj


def _replace(invocation: Invocation, info: Info, mode: str) -> Object:
    obj = _body(invocation, info)
    if mode == "client":
        return obj
    path = info.resource.path(info.namespace, info.name, invocation.options.text("subresource"))
    query = write_query(invocation.options.text("field-manager"), mode, validation(invocation))
    try:
        current = invocation.api.get(path)
        if not get(obj, "metadata.resourceVersion"):
            version = get(current, "metadata.resourceVersion")
            obj = {**obj, "metadata": {**(obj.get("metadata") or {}), "resourceVersion": version}}
        return typed(invocation.api.put(path, obj, query), info.resource)
    except ApiError as problem:
        raise problem.with_prefix(f"error when replacing {json.dumps(info.source)}: ") from None


def _deleted(invocation: Invocation, info: Info) -> str:
    """Deletes an object; the UID it had, empty when there was none."""
    body: Object = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"}
    grace = invocation.options.number("grace-period")
    if grace >= 0:
        body["gracePeriodSeconds"] = grace
    try:
        reply = invocation.api.delete(info.path, body)
    except ApiError as problem:
        if not problem.not_found:
            raise
        return ""
    where = f" from {info.namespace} namespace" if info.namespace else ""
    invocation.out(f'{info.resource.kind_qualified} "{info.name}" deleted{where}\n')
    return str(get(reply, "details.uid") or get(reply, "metadata.uid") or "")


def _created(invocation: Invocation, info: Info) -> Object:
    """Creates the object anew, once the old one is gone."""
    query = write_query(invocation.options.text("field-manager"), "none", validation(invocation))
    return typed(invocation.api.post(info.collection, as_new(_body(invocation, info)), query), info.resource)


COMMAND = Command(
    name="replace",
    short="Replace a resource by file name or stdin",
    usage="replace -f FILENAME",
    run=run,
    long="""
    Puts the object of the file in the place of the existing one, as a whole: fields the file does not have are
    gone afterwards. With --force the old object is deleted first, which is needed where fields cannot be changed. """,
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        VALIDATE,
        SAVE_CONFIG,
        field_manager("kubectl-replace"),
        *FILE_FLAGS,
        string(
            "cascade", 'With --force: "background", "orphan" or "foreground".', default="background", bare="background"
        ),
        RAW,
        boolean("force", "Delete the object and create it again."),
        integer("grace-period", "With --force: seconds the old object gets to end.", default=-1),
        string("subresource", "Replace this subresource, such as status."),
        duration("timeout", "With --force: how long to wait until the old object is gone."),
        boolean("wait", "Accepted for compatibility."),
    ),
)

"""`kubectl diff`: what apply would change. Follows kubectl `pkg/cmd/diff/diff.go`.

The exit code is 0 for no difference, 1 for differences, above 1 for failures.
"""

from __future__ import annotations

import difflib
import posixpath

from tutor.kubectl.client import APPLY_PATCH
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.commands.apply_patch import make_patch
from tutor.kubectl.commands.apply_prune import surplus
from tutor.kubectl.errors import ApiError, ExitStatus, KubectlError
from tutor.kubectl.flags import boolean, integer, strings
from tutor.kubectl.mutate import field_manager, typed
from tutor.kubectl.objects import Object, name_of, namespace_of, without_managed_fields
from tutor.kubectl.printers.yaml import to_yaml
from tutor.kubectl.resources import Info
from tutor.kubectl.targets import FILE_FLAGS, SELECTOR, builder_for

_DIRECTORIES = ("/tmp/LIVE-0000000000", "/tmp/MERGED-0000000000")  # names kubectl's own diff program would show


def run(invocation: Invocation) -> None:
    try:
        different = _diff_all(invocation)
    except KubectlError as problem:
        problem.exit_code += 1
        raise
    if different:
        raise ExitStatus(1)


def _diff_all(invocation: Invocation) -> bool:
    options = invocation.options
    if not options.many("filename") and not options.text("kustomize"):
        raise KubectlError("must specify one of -f and -k")
    if invocation.args:
        raise invocation.usage_error(f"Unexpected args: [{' '.join(invocation.args)}]")
    if options.flag("force-conflicts") and not options.flag("server-side"):
        raise KubectlError("--force-conflicts only works with --server-side")
    shown = _Shown(invocation)
    kept: list[Object] = []
    for info in builder_for(invocation, []).manifest_infos():
        live = _live(invocation, info)
        kept.append(live or info.obj)
        shown.add(info, _text(invocation, live), _text(invocation, _merged(invocation, info, live)))
    if options.flag("prune"):
        for resource, obj in surplus(invocation, kept):
            info = Info(resource, namespace_of(obj), name_of(obj), obj)
            shown.add(info, _masked(invocation, obj), "")
    return shown.finish()


class _Shown:
    """Shows the differences: at once, or at the end with the program that the surroundings have for it."""

    def __init__(self, invocation: Invocation) -> None:
        self._invocation = invocation
        self._different = False
        self._kept: list[tuple[str, str, str]] = []

    def add(self, info: Info, before: str, after: str) -> None:
        if before == after:
            return
        self._different = True
        self._kept.append((_file_name(info), before, after))
        if self._invocation.io.external_diff is None:
            self._invocation.out(_unified(*self._kept.pop()))

    def finish(self) -> bool:
        """Whether anything differs."""
        show = self._invocation.io.external_diff
        if show is None or not self._kept:
            return self._different
        status = show(self._kept)
        if status > 1:
            raise ExitStatus(status - 1)  # one is added to every failure
        return status == 1


def _live(invocation: Invocation, info: Info) -> Object:
    """The object as it is now; empty when there is none."""
    try:
        return typed(invocation.api.get(info.path), info.resource)
    except ApiError as problem:
        if not problem.not_found:
            raise
        return {}


def _file_name(info: Info) -> str:
    resource = info.resource
    parts = (resource.group, resource.version, resource.kind, info.namespace, info.name)
    return ".".join(part for part in parts if part)


def _unified(name: str, before: str, after: str) -> str:
    """What `diff -u -N` prints."""
    paths = [posixpath.join(directory, name) for directory in _DIRECTORIES]
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    lines = difflib.unified_diff(old, new, paths[0], paths[1])
    return f"diff -u -N {paths[0]} {paths[1]}\n" + "".join(lines)


def _merged(invocation: Invocation, info: Info, live: Object) -> Object:
    """The object as it would be, from a request that stores nothing."""
    options = invocation.options
    query = {"dryRun": "All"}
    if options.flag("server-side"):
        query |= {
            "fieldManager": options.text("field-manager") or "kubectl",
            "force": str(options.flag("force-conflicts")).lower(),
        }
        return typed(invocation.api.patch(info.path, info.obj, APPLY_PATCH, query), info.resource)
    query["fieldManager"] = options.text("field-manager") or "kubectl-client-side-apply"
    if not live:
        return typed(invocation.api.post(info.collection, info.obj, query), info.resource)
    patch, content_type = make_patch(info, live, annotate=False)
    return typed(invocation.api.patch(info.path, patch, content_type, query), info.resource) if patch else live


def _text(invocation: Invocation, obj: Object) -> str:
    if not obj:
        return ""
    return _masked(invocation, obj if invocation.options.flag("show-managed-fields") else without_managed_fields(obj))


def _masked(invocation: Invocation, shown: Object) -> str:
    """An object as text, without the values of a secret."""
    if shown.get("kind") == "Secret" and not invocation.options.flag("show-secrets"):
        shown = {**shown, "data": dict.fromkeys(shown.get("data") or {}, "***")}
    return to_yaml(shown)


COMMAND = Command(
    name="diff",
    short="Diff the live version against a would-be applied version",
    usage="diff -f FILENAME",
    run=run,
    long="""
    Shows what kubectl apply would change, without changing it. Lines that begin with - are there now, lines
    that begin with + would be there. The exit code is 1 when there are differences. """,
    flags=(
        *FILE_FLAGS,
        SELECTOR,
        field_manager(""),
        integer("concurrency", "Accepted for compatibility.", default=1),
        boolean("force-conflicts", "With --server-side: take over fields that others manage."),
        boolean("prune", "Also show what apply --prune would delete."),
        strings("prune-allowlist", "Types that --prune looks at, as GROUP/VERSION/KIND."),
        boolean("server-side", "Let the server merge the configuration."),
        boolean("show-managed-fields", "Keep metadata.managedFields."),
        boolean("show-secrets", "Show the values of secrets."),
    ),
)

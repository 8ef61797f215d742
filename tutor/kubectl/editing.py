"""The loop of `kubectl edit`: show an object in the editor, send what changed, come back with the server's reasons when
it refuses.

Follows kubectl `pkg/cmd/util/editor/editoptions.go`.
"""

from __future__ import annotations

from collections.abc import Callable

from tutor.kubectl.change_cause import recorded
from tutor.kubectl.client import MERGE_PATCH, STRATEGIC_MERGE_PATCH
from tutor.kubectl.command import Invocation
from tutor.kubectl.commands.create import create_one, file_builder
from tutor.kubectl.errors import ApiError, ExitStatus, KubectlError
from tutor.kubectl.manifests import parse_documents
from tutor.kubectl.merge import three_way_json_patch, two_way_patch
from tutor.kubectl.merge_keys import BUILTIN_GROUPS
from tutor.kubectl.mutate import typed, validation, with_last_applied, write_query
from tutor.kubectl.objects import Object, get, name_of, without_managed_fields
from tutor.kubectl.printers.report import Reporter, dry_run_mode
from tutor.kubectl.printers.yaml import compact_json, to_json, to_yaml
from tutor.kubectl.resources import Info

HEADER = """# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
"""
_ATTEMPTS = 100  # a bound on rounds with the editor, for editors that always save the same wrong text

Save = Callable[[list[Object]], list[str]]


class EditSession:
    """One file in the editor, as often as it takes."""

    def __init__(self, invocation: Invocation, name: str) -> None:
        if invocation.io.editor is None:
            raise KubectlError(
                "there is no editor here: change the file in the workspace and run kubectl apply -f FILE"
            )
        self._editor = invocation.io.editor
        self._invocation = invocation
        self._name = name

    def run(self, original: str, save: Save) -> None:
        """Opens `original` until it is saved or given up. `save` gets the edited objects and returns the server's objections."""
        body = original
        reasons: list[str] = []
        for _ in range(_ATTEMPTS):
            edited = self._editor(self._name, HEADER + "".join(reasons) + body)
            if edited is None or without_comments(edited) == without_comments(original):
                self._invocation.err("Edit cancelled, no changes made.\n")
                return
            if not without_comments(edited).strip():
                self._invocation.err("Edit cancelled, saved file was empty.\n")
                return
            if reasons and without_comments(edited) == without_comments(body):
                raise KubectlError("Edit cancelled, no valid changes were saved.")
            body = without_header(edited)
            reasons = self._attempt(edited, save)
            if not reasons:
                return
        raise KubectlError("Edit cancelled, no valid changes were saved.")

    def _attempt(self, edited: str, save: Save) -> list[str]:
        try:
            objects = [document for document in parse_documents(edited, "edited-file") if document is not None]
        except KubectlError as problem:
            return [f"# The edited file had a syntax error: {_commented(problem.message)}\n#\n"]
        return save([item for obj in objects for item in (obj["items"] if obj.get("kind") == "List" else [obj])])


def _commented(text: str) -> str:
    return text.replace("\n", "\n# ")


def without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def without_header(text: str) -> str:
    """The text without the comment lines it begins with."""
    lines = text.splitlines(keepends=True)
    while lines and lines[0].startswith("#"):
        lines.pop(0)
    return "".join(lines)


def edit_live(invocation: Invocation, infos: list[Info]) -> None:
    """Edits live objects and patches what changed."""
    if not infos:
        raise KubectlError("edit cancelled, no objects found")
    objects = [without_managed_fields(info.obj) for info in infos]
    shown = objects[0] if len(objects) == 1 else {"apiVersion": "v1", "items": objects, "kind": "List", "metadata": {}}
    as_json = invocation.options.text("output") == "json"
    name = f"kubectl-edit-{infos[0].name}.{'json' if as_json else 'yaml'}"
    saver = _Saver(invocation, infos)
    EditSession(invocation, name).run(to_json(shown) if as_json else to_yaml(shown), saver.save)


class _Saver:
    """Sends the changes of one round; remembers what was saved in an earlier one."""

    def __init__(self, invocation: Invocation, infos: list[Info]) -> None:
        self._invocation = invocation
        self._by_uid = {get(info.obj, "metadata.uid"): info for info in infos}
        self._saved: set[str] = set()

    def save(self, edited: list[Object]) -> list[str]:
        reasons: list[str] = []
        for obj in edited:
            info = self._by_uid.get(get(obj, "metadata.uid"))
            if info is None:
                raise KubectlError("no original object found for the edited object: metadata.uid must stay as it was")
            if info.title not in self._saved:
                reasons += self._save_one(info, obj)
        return reasons

    def _save_one(self, info: Info, obj: Object) -> list[str]:
        before = without_managed_fields(info.obj)
        if any(obj.get(key) != before.get(key) for key in ("apiVersion", "kind")) or name_of(obj) != info.name:
            raise KubectlError("At least one of apiVersion, kind and name was changed")
        obj = recorded(self._invocation, obj)
        if self._invocation.options.flag("save-config"):
            obj = with_last_applied(obj)
        builtin = info.resource.group in BUILTIN_GROUPS
        patch = two_way_patch(info.resource.kind, before, obj) if builtin else three_way_json_patch(before, obj, before)
        if not patch:
            self._say(info, "skipped")
            return []
        if self._invocation.options.flag("output-patch"):
            self._invocation.out(f"Patch: {compact_json(patch)}\n")
        return self._send(info, patch, STRATEGIC_MERGE_PATCH if builtin else MERGE_PATCH)

    def _say(self, info: Info, word: str) -> None:
        self._invocation.out(f"{info.title} {word}\n")

    def _send(self, info: Info, patch: Object, content_type: str) -> list[str]:
        options = self._invocation.options
        path = info.resource.path(info.namespace, info.name, options.text("subresource"))
        query = write_query(options.text("field-manager"), "none", validation(self._invocation))
        try:
            typed(self._invocation.api.patch(path, patch, content_type, query), info.resource)
        except ApiError as problem:
            return self._objection(info, problem)
        self._saved.add(info.title)
        self._say(info, "edited")
        return []

    def _objection(self, info: Info, problem: ApiError) -> list[str]:
        """Invalid changes go back to the editor with the reasons; other failures end the edit."""
        subject = f'{info.resource.qualified} "{info.name}"'
        if problem.reason == "Invalid":
            self._invocation.err(f"error: {subject} is invalid\n")
            causes = get(problem.status, "details.causes", [])
            listed = "".join(
                f"# * {_commented(cause.get('field', ''))}: {_commented(cause.get('message', ''))}\n"
                for cause in causes
            )
            return [f"# {subject} was not valid{':' if causes else ''}\n{listed}#\n"]
        missing = "could not be found on the server"
        text = missing if problem.not_found else f"could not be patched: {problem.message}"
        self._invocation.err(f"error: {subject} {text}\n")
        raise ExitStatus(1)


def edit_before_create(invocation: Invocation) -> None:
    """`kubectl create --edit`: each object goes through the editor first."""
    mode = dry_run_mode(invocation)
    reporter = Reporter(invocation, "created", dry_run=mode)
    builder = file_builder(invocation)
    for info in builder.manifest_infos():

        def save(objects: list[Object], info: Info = info) -> list[str]:
            info.obj = objects[0]
            try:
                reporter.report(create_one(invocation, info, mode))
            except ApiError as problem:
                return [f"# {_commented(problem.message)}\n#\n"]
            return []

        EditSession(invocation, f"kubectl-create-{info.name}.yaml").run(to_yaml(info.obj), save)

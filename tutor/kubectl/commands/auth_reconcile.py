"""`kubectl auth reconcile`: makes roles and bindings have at least what a file says.

Follows component-helpers `auth/rbac/reconciliation`: rules are compared by what they allow, one verb, group and
resource at a time.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import ApiError, KubectlError, raise_all
from tutor.kubectl.flags import boolean, string, strings
from tutor.kubectl.mutate import typed
from tutor.kubectl.objects import Object, annotations_of, labels_of
from tutor.kubectl.printers.report import DRY_RUN, PRINT_FLAGS, Reporter, dry_run_mode
from tutor.kubectl.request import Request
from tutor.kubectl.resources import Builder, Info

GROUP = "rbac.authorization.k8s.io"
PROTECTED = "rbac.authorization.kubernetes.io/autoupdate"
_ROLES, _BINDINGS = ("Role", "ClusterRole"), ("RoleBinding", "ClusterRoleBinding")
_RULE_FIELDS = ("verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs")


@dataclass
class _Outcome:
    """What has to be done to an object and why."""

    obj: Object
    operation: str = ""
    protected: bool = False
    missing: list[Object] = field(default_factory=list)
    extra: list[Object] = field(default_factory=list)


def run(invocation: Invocation) -> None:
    options = invocation.options
    if invocation.args:
        raise KubectlError("no arguments are allowed")
    if not options.many("filename") and not options.text("kustomize"):
        raise KubectlError("must specify one of -f and -k")
    mode = dry_run_mode(invocation)
    if mode == "server":
        raise KubectlError("--dry-run=server for command reconcile is not supported yet")
    request = Request(
        args=[],
        filenames=options.many("filename"),
        kustomize=options.text("kustomize"),
        recursive=options.flag("recursive"),
    )
    builder = Builder(invocation, request)
    builder.select()
    reporter = Reporter(invocation, "reconciled", dry_run=mode)
    errors: list[KubectlError] = []
    for manifest in builder.selected.manifests:
        try:
            info = builder.manifest_info(manifest)
            if info.resource.group == GROUP:
                _reconcile(invocation, info, reporter, confirm=mode == "none")
        except KubectlError as problem:
            errors.append(problem)
    raise_all(errors)


def _reconcile(invocation: Invocation, info: Info, reporter: Reporter, *, confirm: bool) -> None:
    try:
        live: Object | None = typed(invocation.api.get(info.path), info.resource)
    except ApiError as problem:
        if not problem.not_found:
            raise
        live = None
    is_role = info.resource.kind in _ROLES
    remove = invocation.options.flag("remove-extra-permissions" if is_role else "remove-extra-subjects")
    outcome = _compare(info.obj, live, remove=remove, is_role=is_role)
    if confirm and outcome.operation and not outcome.protected:
        outcome.obj = typed(_send(invocation, info, outcome), info.resource)
    reporter.report(outcome.obj)
    _explain(invocation, outcome, is_role=is_role, remove=remove)


def _compare(wanted: Object, live: Object | None, *, remove: bool, is_role: bool) -> _Outcome:
    key = "rules" if is_role else "subjects"
    if live is None:
        return _Outcome(wanted, "create", missing=list(wanted.get(key) or []))
    if not is_role and live.get("roleRef") != wanted.get("roleRef"):
        return _Outcome(wanted, "recreate", missing=list(wanted.get(key) or []))
    merged = {**live, "metadata": {**live["metadata"]}}
    for name, values in (("labels", labels_of(wanted)), ("annotations", annotations_of(wanted))):
        if values:
            merged["metadata"][name] = {**values, **(live["metadata"].get(name) or {})}
    before, after = list(live.get(key) or []), list(wanted.get(key) or [])
    missing = _uncovered(before, after) if is_role else [item for item in after if item not in before]
    extra = _uncovered(after, before) if is_role else [item for item in before if item not in after]
    if remove and extra:
        merged[key] = after if is_role else [item for item in [*before, *missing] if item in after]
    elif missing:
        merged[key] = [*before, *missing]
    changed = merged != live
    protected = annotations_of(live).get(PROTECTED) == "false"
    return _Outcome(merged, "update" if changed else "", protected, missing, extra)


def _uncovered(owner: list[Object], servant: list[Object]) -> list[Object]:
    """The single permissions of `servant` that `owner` does not give."""
    return [single for rule in servant for single in _singles(rule) if not any(_covers(held, single) for held in owner)]


def _singles(rule: Object) -> Iterable[Object]:
    """A rule taken apart: one verb, one group, one resource, one name."""
    for verb, url in itertools.product(rule.get("verbs") or [], rule.get("nonResourceURLs") or []):
        yield {"verbs": [verb], "nonResourceURLs": [url]}
    names = rule.get("resourceNames") or [None]
    resources = itertools.product(
        rule.get("apiGroups") or [], rule.get("resources") or [], rule.get("verbs") or [], names
    )
    for group, resource, verb, name in resources:
        single: Object = {"verbs": [verb], "apiGroups": [group], "resources": [resource]}
        yield {**single, "resourceNames": [name]} if name is not None else single


def _covers(held: Object, single: Object) -> bool:
    for name in ("verbs", "apiGroups", "resources"):
        if name in single and not {"*", *single[name]} & set(held.get(name) or []):
            return False
    if "nonResourceURLs" in single:
        url = single["nonResourceURLs"][0]
        return any(
            own == url or (own.endswith("*") and url.startswith(own[:-1])) for own in held.get("nonResourceURLs") or []
        )
    own_names = held.get("resourceNames") or []
    return not own_names or set(single.get("resourceNames") or [None]) <= set(own_names)


def _send(invocation: Invocation, info: Info, outcome: _Outcome) -> Object:
    if outcome.operation == "update":
        return invocation.api.put(info.path, outcome.obj)
    if outcome.operation == "recreate":
        invocation.api.delete(info.path, {"kind": "DeleteOptions", "apiVersion": "v1"})
    return invocation.api.post(info.collection, outcome.obj)


def _explain(invocation: Invocation, outcome: _Outcome, *, is_role: bool, remove: bool) -> None:
    if not outcome.operation:
        return
    caveat = f", but object opted out ({PROTECTED}: false)" if outcome.protected else ""
    invocation.err(f"\treconciliation required {outcome.operation}{caveat}\n")
    word = "rules" if is_role else "subjects"
    for title, items in (
        (f"missing {word} added", outcome.missing),
        (f"extra {word} removed", outcome.extra if remove else []),
    ):
        if items:
            invocation.err(f"\t{title}:\n")
            invocation.err("".join(f"\t\t{_go(item, is_role=is_role)}\n" for item in items))


def _go(item: Object, *, is_role: bool) -> str:
    """A rule or subject as Go prints the structure."""
    if is_role:
        names = ("Verbs", "APIGroups", "Resources", "ResourceNames", "NonResourceURLs")
        shown = (f"{name}:[{' '.join(item.get(key) or [])}]" for name, key in zip(names, _RULE_FIELDS, strict=True))
    else:
        keys = {"Kind": "kind", "APIGroup": "apiGroup", "Name": "name", "Namespace": "namespace"}
        shown = (f"{name}:{item.get(key, '')}" for name, key in keys.items())
    return "{" + " ".join(shown) + "}"


COMMAND = Command(
    name="reconcile",
    short="Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects",
    usage="auth reconcile -f FILENAME",
    run=run,
    long="""
    Creates the roles and bindings of a file, or adds to existing ones what the file allows and they do not yet.
    What is allowed beyond the file stays, unless you ask to remove it. """,
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        strings("filename", "Files with the roles and bindings.", "f"),
        string("kustomize", "Folder with a kustomization; cannot be combined with -f or -R.", "k"),
        boolean("recursive", "Go into the folders below the one given with -f.", "R"),
        boolean("remove-extra-permissions", "Take away what roles allow beyond the file."),
        boolean("remove-extra-subjects", "Take away the subjects that bindings have beyond the file."),
    ),
)

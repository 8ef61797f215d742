"""`kubectl rollout history` and `kubectl rollout undo`: the revisions of a deployment, daemon set or stateful set."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.kubectl.change_cause import CHANGE_CAUSE
from tutor.kubectl.client import JSON_PATCH, STRATEGIC_MERGE_PATCH
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import ApiError, KubectlError, raise_all
from tutor.kubectl.flags import integer
from tutor.kubectl.objects import LAST_APPLIED, Object, annotations_of, controller_of, get
from tutor.kubectl.printers.output import object_printer
from tutor.kubectl.printers.report import DRY_RUN, PRINT_FLAGS, Reporter, dry_run_mode
from tutor.kubectl.resources import Info
from tutor.kubectl.rollout_status import REVISION
from tutor.kubectl.selectors import selector_text
from tutor.kubectl.strategic_apply import apply_strategic
from tutor.kubectl.tabwriter import align
from tutor.kubectl.targets import FILE_FLAGS, SELECTOR, builder_for, known_infos

HASH_LABEL = "pod-template-hash"
# kubectl `pkg/polymorphichelpers/rollback.go`: annotations that stay the deployment's own when it is rolled back
_KEPT = frozenset(
    {
        LAST_APPLIED,
        REVISION,
        "deployment.kubernetes.io/revision-history",
        "deployment.kubernetes.io/desired-replicas",
        "deployment.kubernetes.io/max-replicas",
        "deprecated.deployment.rollback.to",
    }
)


@dataclass(frozen=True)
class Revision:
    """One earlier or present version: its pod template, why it was made, and the object that keeps it."""

    number: int
    template: Object
    cause: str
    keeper: Object
    shown: Object  # what `rollout history -o` prints: the ReplicaSet, or the workload as it was then


def revisions(invocation: Invocation, info: Info) -> list[Revision]:
    """All revisions, oldest first."""
    if info.obj["kind"] == "Deployment":
        found = [_from_replica_set(item) for item in _owned(invocation, info, "replicasets.apps")]
    elif info.obj["kind"] in ("DaemonSet", "StatefulSet"):
        found = [
            _from_controller_revision(info.obj, item) for item in _owned(invocation, info, "controllerrevisions.apps")
        ]
    else:
        kind = f"{info.obj['kind']}.{info.resource.group}" if info.resource.group else info.obj["kind"]
        raise KubectlError(f'no history viewer has been implemented for "{kind}"')
    return sorted(found, key=lambda revision: revision.number)


def _owned(invocation: Invocation, info: Info, kind: str) -> list[Object]:
    resource = invocation.mapper.find(kind)
    query = {"labelSelector": selector_text(get(info.obj, "spec.selector"))}
    items = invocation.api.get(resource.path(info.namespace), query).get("items") or []
    uid = get(info.obj, "metadata.uid")
    owned = [item for item in items if (controller_of(item) or {}).get("uid") == uid]
    return [{"apiVersion": resource.api_version, "kind": resource.kind, **item} for item in owned]


def _from_replica_set(item: Object) -> Revision:
    annotations = annotations_of(item)
    number = int(annotations.get(REVISION, "0") or 0)
    return Revision(number, get(item, "spec.template", {}), annotations.get(CHANGE_CAUSE, ""), item, item)


def _from_controller_revision(owner: Object, item: Object) -> Revision:
    restored = apply_strategic(str(owner["kind"]), owner, item.get("data") or {})
    cause = annotations_of(item).get(CHANGE_CAUSE, "")
    return Revision(int(item.get("revision", 0)), get(restored, "spec.template", {}), cause, item, restored)


def _history(invocation: Invocation) -> None:
    options = invocation.options
    wanted = options.number("revision")
    if wanted < 0:
        raise KubectlError(f"revision must be a positive integer: {wanted}")
    if not invocation.args and not options.many("filename") and not options.text("kustomize"):
        raise KubectlError("required resource not specified")
    errors: list[KubectlError] = []
    for info in known_infos(builder_for(invocation, invocation.args, allow_empty_selector=True), errors):
        found = revisions(invocation, info)
        chosen = [item for item in found if item.number == wanted] if wanted else found
        if wanted and found and not chosen:
            raise KubectlError("unable to find the specified revision")
        if options.text("output"):
            printer = object_printer(invocation, options.text("output"))
            for item in chosen:
                invocation.out(printer(item.shown))
        else:
            invocation.out(_history_text(info, chosen, wanted))
    raise_all(errors)


def _history_text(info: Info, found: list[Revision], wanted: int) -> str:
    if not found:
        return f"{info.title} \nNo rollout history found.\n"
    if wanted:
        return f"{info.title} with revision #{wanted}\n{template_text(found[0])}\n"
    rows = "".join(f"{item.number}\t{item.cause or '<none>'}\n" for item in found)
    return f"{info.title} \n{align('REVISION' + chr(9) + 'CHANGE-CAUSE' + chr(10) + rows)}\n"


def template_text(revision: Revision) -> str:
    """The pod template as `describe` shows it, without column alignment, as kubectl leaves it here."""
    from tutor.kubectl.describe.pod_template import describe_pod_template
    from tutor.kubectl.describe.writer import Writer

    template = revision.template
    if revision.cause:
        annotations = {**get(template, "metadata.annotations", {}), CHANGE_CAUSE: revision.cause}
        template = {**template, "metadata": {**(template.get("metadata") or {}), "annotations": annotations}}
    writer = Writer()
    describe_pod_template(template, writer)
    return writer.raw()


def _undo(invocation: Invocation) -> None:
    options = invocation.options
    if not invocation.args and not options.many("filename") and not options.text("kustomize"):
        raise KubectlError("required resource not specified")
    mode = dry_run_mode(invocation)
    errors: list[KubectlError] = []
    for info in known_infos(builder_for(invocation, invocation.args, allow_empty_selector=True), errors):
        try:
            _undo_one(invocation, info, mode)
        except KubectlError as problem:
            errors.append(problem)
    raise_all(errors)


def _undo_one(invocation: Invocation, info: Info, mode: str) -> None:
    if LAST_APPLIED in annotations_of(info.obj):
        invocation.err(_managed_warning(info))
    wanted = invocation.options.number("to-revision")
    target = _target(invocation, info, wanted)
    if mode == "client":
        text = template_text(target)
        if info.resource.kind != "Deployment":  # kubectl `pkg/polymorphichelpers/rollback.go`, printPodTemplate
            text = f"will roll back to {text}"
        Reporter(invocation, text, dry_run=mode).report(info.obj)
        return
    if get(info.obj, "spec.paused"):
        raise KubectlError(
            "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again"
        )
    reporter = Reporter(invocation, "rolled back", dry_run=mode)
    if _without_hash(target.template) == _without_hash(get(info.obj, "spec.template", {})):
        reporter.report(info.obj, f"skipped rollback (current template already matches revision {wanted})")
        return
    try:
        _restore(invocation, info, target, mode)
    except ApiError as problem:
        raise KubectlError(f"failed restoring revision {wanted}: {problem.message}") from None
    reporter.report(info.obj)


def _managed_warning(info: Info) -> str:
    return (
        f"Warning: resource {info.resource.plural}/{info.name} was previously managed with 'kubectl apply'. "
        f"Rolling back will not update the "
        f"{LAST_APPLIED} annotation, which may cause unexpected behavior on future 'kubectl apply' operations. "
        "Consider using 'kubectl apply' with your previous configuration file instead.\n"
    )


def _target(invocation: Invocation, info: Info, wanted: int) -> Revision:
    """The revision to go to: the one asked for, else the one before the latest."""
    found = revisions(invocation, info)
    missing = KubectlError(f"unable to find specified revision {wanted} in history")
    if wanted < 0:
        raise missing
    if wanted:
        chosen = [item for item in found if item.number == wanted]
        if not chosen:
            raise missing
        return chosen[0]
    if len(found) < 2:
        if info.obj["kind"] == "Deployment":
            raise KubectlError(f'no rollout history found for deployment "{info.name}"')
        raise KubectlError("no last revision to roll back to")
    return found[-2]


def _without_hash(template: Object) -> Object:
    metadata = dict(template.get("metadata") or {})
    metadata["labels"] = {key: value for key, value in (metadata.get("labels") or {}).items() if key != HASH_LABEL}
    kept = {key: value for key, value in metadata.items() if value not in (None, {})}
    return {**template, "metadata": kept}


def _restore(invocation: Invocation, info: Info, target: Revision, mode: str) -> None:
    query = {"dryRun": "All"} if mode == "server" else None
    if info.obj["kind"] != "Deployment":
        invocation.api.patch(info.path, target.keeper.get("data"), STRATEGIC_MERGE_PATCH, query)
        return
    annotations = {key: value for key, value in annotations_of(info.obj).items() if key in _KEPT}
    annotations |= {key: value for key, value in annotations_of(target.keeper).items() if key not in _KEPT}
    operations = [
        {"op": "replace", "path": "/spec/template", "value": _without_hash(target.template)},
        {"op": "replace", "path": "/metadata/annotations", "value": annotations},
    ]
    invocation.api.patch(info.path, operations, JSON_PATCH, query)


HISTORY = Command(
    name="history",
    short="View rollout history",
    usage="rollout history (TYPE NAME | TYPE/NAME) [flags]",
    run=_history,
    arguments="resources",
    long="Lists the revisions with their change cause (the annotation kubernetes.io/change-cause), or shows one in detail.",
    flags=(*PRINT_FLAGS, *FILE_FLAGS, SELECTOR, integer("revision", "Show this revision in detail.")),
)

UNDO = Command(
    name="undo",
    short="Undo a previous rollout",
    usage="rollout undo (TYPE NAME | TYPE/NAME) [flags]",
    run=_undo,
    arguments="resources",
    long="Rolls back to an earlier revision: another rolling update, to the pod template that revision had.",
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        *FILE_FLAGS,
        SELECTOR,
        integer("to-revision", "Revision to go back to; 0 is the one before the latest."),
    ),
)

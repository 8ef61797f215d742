"""Changes to the pod template of workloads: where the pod spec is, and the patch loop of `kubectl set`."""

from __future__ import annotations

import copy
from collections.abc import Callable

from tutor.kubectl.change_cause import change_cause, recorded
from tutor.kubectl.client import STRATEGIC_MERGE_PATCH
from tutor.kubectl.command import Invocation
from tutor.kubectl.errors import ApiError, KubectlError, raise_all
from tutor.kubectl.merge import two_way_patch
from tutor.kubectl.mutate import typed, write_query
from tutor.kubectl.objects import Object, get
from tutor.kubectl.printers.report import Reporter, dry_run_mode
from tutor.kubectl.resources import Info
from tutor.kubectl.targets import builder_for, known_infos

Change = Callable[[Object], list[str]]


def pod_spec(obj: Object) -> Object:
    """The pod spec inside a pod or workload; KubectlError for kinds without one."""
    paths = {"Pod": "spec", "CronJob": "spec.jobTemplate.spec.template.spec"}
    spec = get(obj, paths.get(str(obj["kind"]), "spec.template.spec"))
    if not isinstance(spec, dict):
        raise KubectlError(f"the object is not a pod or does not have a pod template: {obj['kind']}")
    return spec


def all_containers(obj: Object, *, init: bool = True) -> list[Object]:
    spec = pod_spec(obj)
    return [*(spec.get("initContainers") or [] if init else []), *(spec.get("containers") or [])]


def change_all(invocation: Invocation, resources: list[str], change: Change, operation: str, what: str) -> None:
    """Changes every chosen object in memory and sends the difference.

    `change` edits an object in place and returns problems to report; `what` names the change in the message for a
    refused patch.
    """
    mode = dry_run_mode(invocation)
    local = mode == "client" or (invocation.options.has("local") and invocation.options.flag("local"))
    reporter = Reporter(invocation, operation, dry_run=mode)
    errors: list[KubectlError] = []
    for info in chosen_infos(invocation, resources, errors):
        before = copy.deepcopy(info.obj)
        try:
            errors += [KubectlError(problem) for problem in change(info.obj)]
        except KubectlError as problem:
            errors.append(KubectlError(f"error: {info.resource.plural}/{info.name} {problem.message}\n"))
            continue
        patch = two_way_patch(info.resource.kind, before, info.obj)
        if not patch:
            continue
        if change_cause(invocation):
            info.obj = recorded(invocation, info.obj)
            patch = two_way_patch(info.resource.kind, before, info.obj)
        try:
            reporter.report(info.obj if local else _send(invocation, info, patch, mode))
        except ApiError as problem:
            if what == "selector":  # which kubectl does not wrap
                raise
            colon = "" if what.startswith("resources ") else ":"  # kubectl writes none there
            errors.append(KubectlError(f"failed to patch {what}{colon} {problem.message}"))
    raise_all(errors)


def chosen_infos(invocation: Invocation, resources: list[str], errors: list[KubectlError]) -> list[Info]:
    """The objects `kubectl set` is to change, with --local as the files have them."""
    local = invocation.options.has("local") and invocation.options.flag("local")
    if local and not invocation.options.many("filename") and not invocation.options.text("kustomize"):
        raise KubectlError(
            "you must specify resources by --filename when --local is set.\nExample resource specifications include:\n"
            "   '-f rsrc.yaml'\n   '--filename=rsrc.json'"
        )
    builder = builder_for(invocation, resources)
    if local:
        return list(builder.manifest_infos())
    return list(known_infos(builder, errors))


def _send(invocation: Invocation, info: Info, patch: Object, mode: str) -> Object:
    query = write_query(invocation.options.text("field-manager"), mode)
    return typed(invocation.api.patch(info.path, patch, STRATEGIC_MERGE_PATCH, query), info.resource)

"""`kubectl apply --prune`: deletes what was applied before and is no longer in the files. Follows kubectl `pkg/cmd/apply/prune.go`."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.kubectl.command import Invocation
from tutor.kubectl.discovery import ApiResource
from tutor.kubectl.errors import KubectlError, UnknownResource
from tutor.kubectl.mutate import typed
from tutor.kubectl.objects import LAST_APPLIED, Object, annotations_of, get, name_of, namespace_of
from tutor.kubectl.printers.report import Reporter
from tutor.kubectl.tracing import log_line

# kubectl `pkg/util/prune/prune.go`: what is pruned when --prune-allowlist names nothing
_DEFAULT = (
    ("", "v1", "ConfigMap"),
    ("", "v1", "Endpoints"),
    ("", "v1", "Namespace"),
    ("", "v1", "PersistentVolumeClaim"),
    ("", "v1", "PersistentVolume"),
    ("", "v1", "Pod"),
    ("", "v1", "ReplicationController"),
    ("", "v1", "Secret"),
    ("", "v1", "Service"),
    ("batch", "v1", "Job"),
    ("batch", "v1", "CronJob"),
    ("networking.k8s.io", "v1", "Ingress"),
    ("apps", "v1", "DaemonSet"),
    ("apps", "v1", "Deployment"),
    ("apps", "v1", "ReplicaSet"),
    ("apps", "v1", "StatefulSet"),
)
_DEPRECATED = (
    "Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace "
    "flag in a future release. To preserve the current behaviour, list the resources you want to target explicitly in "
    "the --prune-allowlist flag."
)


def prune(invocation: Invocation, applied: list[Object], mode: str) -> None:
    """Deletes, type by type, what the selector finds, apply once made, and the files no longer hold."""
    reporter = Reporter(invocation, "pruned", dry_run=mode)
    for resource, item in surplus(invocation, applied):
        if mode != "client":
            body: Object = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"}
            if mode == "server":
                body["dryRun"] = ["All"]  # beside a body, the server ignores the query
            invocation.api.delete(resource.path(namespace_of(item), name_of(item)), body)
        reporter.report(item)


def surplus(invocation: Invocation, applied: list[Object]) -> Iterator[tuple[ApiResource, Object]]:
    """What the selector finds in the namespaces of the objects applied, apply once made, and is not among them."""
    kept = {get(obj, "metadata.uid") for obj in applied}
    namespaces = sorted({namespace_of(obj) for obj in applied if namespace_of(obj)})
    for resource in _resources(invocation):
        if resource.namespaced:
            for namespace in namespaces:
                yield from _surplus_of(invocation, resource, namespace, kept)
        else:
            yield from _surplus_of(invocation, resource, "", kept)


def _resources(invocation: Invocation) -> list[ApiResource]:
    wanted = [_parse(text) for text in invocation.options.many("prune-allowlist")] or list(_DEFAULT)
    if not invocation.options.many("prune-allowlist"):
        invocation.err(log_line(invocation.io, "W", "prune.go:71", _DEPRECATED))
    found = []
    for group, version, kind in wanted:
        try:
            found.append(invocation.mapper.for_kind(group, version, kind))
        except UnknownResource:
            if invocation.options.many("prune-allowlist"):
                raise
    return sorted(found, key=lambda resource: not resource.namespaced)


def _parse(text: str) -> tuple[str, str, str]:
    parts = text.split("/")
    if len(parts) != 3:
        raise KubectlError(f"invalid GroupVersionKind format: {text}, please follow <group/version/kind>")
    group = "" if parts[0] == "core" else parts[0]
    return group, parts[1], parts[2]


def _surplus_of(
    invocation: Invocation, resource: ApiResource, namespace: str, kept: set[str]
) -> Iterator[tuple[ApiResource, Object]]:
    selector = invocation.options.text("selector")
    listed = invocation.api.get(resource.path(namespace), {"labelSelector": selector} if selector else None)
    for item in listed.get("items") or []:
        if LAST_APPLIED in annotations_of(item) and get(item, "metadata.uid") not in kept:
            yield resource, typed(item, resource)

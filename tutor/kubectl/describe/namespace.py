"""`kubectl describe` for namespaces, resource quotas and limit ranges."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.kubectl.describe.context import Context
from tutor.kubectl.describe.writer import Writer, moment
from tutor.kubectl.errors import ApiError
from tutor.kubectl.objects import Object, get, name_of, namespace_of
from tutor.kubectl.quantity import canonical

_SCOPES = {
    "Terminating": "Matches all pods that have an active deadline. "
    "These pods have a limited lifespan on a node before being actively terminated by the system.",
    "NotTerminating": "Matches all pods that do not have an active deadline. "
    "These pods usually include long running pods whose container command is not expected to terminate.",
    "BestEffort": "Matches all pods that do not have resource requirements set. "
    "These pods have a best effort quality of service.",
    "NotBestEffort": "Matches all pods that have at least one resource requirement set. "
    "These pods have a burstable or guaranteed quality of service.",
}
_LIMIT_HEADERS = ("Type", "Resource", "Min", "Max", "Default Request", "Default Limit", "Max Limit/Request Ratio")
_LIMIT_FIELDS = ("min", "max", "defaultRequest", "default", "maxLimitRequestRatio")


def describe_namespace(context: Context, obj: Object) -> str:
    writer = Writer()
    writer.line(0, "Name", name_of(obj))
    writer.metadata(obj)
    writer.line(0, "Status", get(obj, "status.phase", ""))
    conditions = get(obj, "status.conditions", [])
    if conditions:
        writer.write(0, "Conditions:\n")
        rows = [
            (
                item["type"],
                item["status"],
                moment(item.get("lastTransitionTime")),
                item.get("reason", ""),
                item.get("message", ""),
            )
            for item in conditions
        ]
        writer.table(1, ("Type", "Status", "LastTransitionTime", "Reason", "Message"), rows)
    quotas = _list(context, name_of(obj), "resourcequotas")
    if quotas is not None:
        writer.write(0, "\n")
        _quotas(writer, quotas)
    limits = _list(context, name_of(obj), "limitranges")
    if limits is not None:
        writer.write(0, "\n")
        _limit_ranges(writer, limits)
    return writer.aligned()


def _list(context: Context, namespace: str, plural: str) -> list[Object] | None:
    try:
        return context.list_all(f"/api/v1/namespaces/{namespace}/{plural}")
    except ApiError as problem:
        if problem.not_found:
            return None
        raise


def _quotas(writer: Writer, quotas: Sequence[Object]) -> None:
    if not quotas:
        writer.write(0, "No resource quota.\n")
        return
    writer.write(0, "Resource Quotas\n")
    for quota in sorted(quotas, key=name_of):
        writer.line(1, "Name", name_of(quota))
        scopes = sorted(get(quota, "spec.scopes", []))
        if scopes:
            writer.line(1, "Scopes", ", ".join(scopes))
            for scope in scopes:
                writer.write(1, f"* {_SCOPES.get(scope, '')}\n")
        writer.write(1, "Resource\tUsed\tHard\n")
        writer.write(1, "--------\t---\t---\n")
        for name, used, hard in _amounts(quota):
            writer.write(1, f"{name}\t{used}\t{hard}\n")


def _amounts(quota: Object) -> list[tuple[str, str, str]]:
    hard, used = get(quota, "status.hard", {}), get(quota, "status.used", {})
    return [(name, canonical(str(used.get(name, "0"))), canonical(str(hard[name]))) for name in sorted(hard)]


def _limit_ranges(writer: Writer, limits: Sequence[Object]) -> None:
    if not limits:
        writer.write(0, "No LimitRange resource.\n")
        return
    writer.write(0, "Resource Limits\n " + "\t".join(_LIMIT_HEADERS) + "\n")
    writer.write(0, " ----\t--------\t---\t---\t---------------\t-------------\t-----------------------\n")
    for item in limits:
        _limits(writer, item, " ")


def _limits(writer: Writer, item: Object, prefix: str) -> None:
    for limit in get(item, "spec.limits", []):
        names = sorted({name for field in _LIMIT_FIELDS for name in limit.get(field) or {}})
        for name in names:
            values = [canonical(str((limit.get(field) or {}).get(name, "-"))) for field in _LIMIT_FIELDS]
            writer.write(0, "\t".join((f"{prefix}{limit.get('type', '')}", name, *values)) + "\n")


def describe_resource_quota(context: Context, obj: Object) -> str:
    writer = Writer()
    writer.line(0, "Name", name_of(obj))
    writer.line(0, "Namespace", namespace_of(obj))
    scopes = sorted(get(obj, "spec.scopes", []))
    if scopes:
        writer.line(0, "Scopes", ", ".join(scopes))
        for scope in scopes:
            if scope in _SCOPES:
                writer.write(0, f" * {_SCOPES[scope]}\n")
    writer.table(0, ("Resource", "Used", "Hard"), _amounts(obj))
    return writer.aligned()


def describe_limit_range(context: Context, obj: Object) -> str:
    writer = Writer()
    writer.line(0, "Name", name_of(obj))
    writer.line(0, "Namespace", namespace_of(obj))
    writer.write(0, "\t".join(_LIMIT_HEADERS) + "\n")
    writer.write(0, "----\t--------\t---\t---\t---------------\t-------------\t-----------------------\n")
    _limits(writer, obj, "")
    return writer.aligned()

"""APIServices: API groups that the API server hands on to a Service (kube-aggregator, pkg/apis/apiregistration)."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.simulator.clock import timestamp
from tutor.simulator.errors import FieldError, invalid, required
from tutor.simulator.objects import get_condition
from tutor.simulator.resources.base import Column, Context, Resource
from tutor.simulator.resources.printing import AGE, NAME
from tutor.simulator.store import Obj


def _default(obj: Obj) -> None:
    service = obj.setdefault("spec", {}).get("service")
    if service is not None and service.get("port") is None:
        service["port"] = 443


def _prepare(context: Context, obj: Obj) -> None:
    """A group that the API server serves itself is there at once (kube-aggregator, pkg/controllers/status/local)."""
    local = {
        "type": "Available",
        "status": "True",
        "lastTransitionTime": timestamp(context.now),
        "reason": "Local",
        "message": "Local APIServices are always available",
    }
    obj["status"] = {} if obj["spec"].get("service") else {"conditions": [local]}


def _validate(obj: Obj) -> Iterator[FieldError]:
    spec = obj["spec"]
    expected = f"{spec.get('version', '')}.{spec.get('group', '')}"
    name = obj["metadata"]["name"]
    if name != expected:
        yield invalid("metadata.name", name, f'must be `spec.version+"."+spec.group`: {expected!r}')
    if not spec.get("version"):
        yield required("spec.version")
    for field in ("groupPriorityMinimum", "versionPriority"):
        if not 0 < int(spec.get(field) or 0) <= 20000:
            yield invalid(f"spec.{field}", spec.get(field, 0), "must be positive and less than 20000")
    service = spec.get("service")
    for field in ("namespace", "name") if service is not None else ():
        if not service.get(field):
            yield required(f"spec.service.{field}")


def _service(obj: Obj, _: float) -> str:
    service = obj["spec"].get("service")
    return f"{service['namespace']}/{service['name']}" if service else "Local"


def _available(obj: Obj, _: float) -> str:
    condition = get_condition(obj.get("status") or {}, "Available")
    if condition is None:
        return "Unknown"
    return "True" if condition["status"] == "True" else f"{condition['status']} ({condition.get('reason', '')})"


RESOURCES = (
    Resource(
        group="apiregistration.k8s.io",
        version="v1",
        kind="APIService",
        plural="apiservices",
        namespaced=False,
        categories=("api-extensions",),
        columns=(
            NAME,
            Column("Service", _service, description="Who serves the group; Local: the API server itself."),
            Column("Available", _available, description="Whether it answers."),
            AGE,
        ),
        default=_default,
        prepare_create=_prepare,
        validate=_validate,
        has_status=True,
        schema="io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService",
    ),
)

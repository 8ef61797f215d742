"""deployments/scale and its like: the number of replicas of any kind as one kind, autoscaling/v1 Scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.simulator.api import listing, patching, stamping
from tutor.simulator.api.bodies import Expected, read_object
from tutor.simulator.api.call import Call
from tutor.simulator.api.http import Response
from tutor.simulator.api.negotiation import content_type
from tutor.simulator.api.options import WriteOptions, write_options
from tutor.simulator.api.ownership import applying
from tutor.simulator.api.ownership import managers as ownership
from tutor.simulator.api.ownership.managers import Manager
from tutor.simulator.api.ownership.scales import parent_managers, scale_managers
from tutor.simulator.api.ownership.typed import Node
from tutor.simulator.api.views import Presenter
from tutor.simulator.api.writing import check_identity
from tutor.simulator.errors import ApiError, invalid, invalid_object
from tutor.simulator.objects import copy_json
from tutor.simulator.resources.base import Column, Resource, Scale
from tutor.simulator.resources.printing import AGE, NAME, at
from tutor.simulator.schemas import table
from tutor.simulator.schemas.types import ANY
from tutor.simulator.store import Obj

HANDLES = ("scale",)
_SCALES = Resource(
    group="autoscaling",
    version="v1",
    kind="Scale",
    plural="scales",
    columns=(
        Column("Name", NAME.cell, description=NAME.description),
        Column("Desired", at("spec", "replicas", default=0), type="integer", description="Replicas wanted."),
        Column("Available", at("status", "replicas", default=0), type="integer", description="Replicas there are."),
        AGE,
    ),
)
"""What prints a Scale (pkg/printers/internalversion/printers.go)."""
_SHOWN_METADATA = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")


def handle(call: Call) -> Response:
    """GET, PUT and PATCH."""
    if call.route.verb == "get":
        return _answer(call, listing.get_object(call.store, call.route))
    return _answer(call, _update(call) if call.route.verb == "update" else _patch(call))


def _answer(call: Call, obj: Obj) -> Response:
    """The Scale of an object in the form that was asked for; as a Table it has columns of its own."""
    scale = _scale_of(call, obj)
    if call.accepted.view != "Table":
        return call.answer(scale)
    presenter = Presenter(_SCALES, call.accepted, call.api.cluster.clock.now + call.api.offset, 0)
    return call.answer(presenter.one(scale))


def _expected() -> Expected:
    return Expected("autoscaling/v1", "Scale", table.kind_type("autoscaling", "v1", "Scale"))


def _where(call: Call) -> Scale:
    scale = call.resource.scale
    assert scale is not None  # the route would not have been found
    return scale


def _at(obj: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        obj = obj.get(name) if isinstance(obj, Mapping) else None
    return obj


def _scale_of(call: Call, obj: Obj) -> Obj:
    where, shown = _where(call), call.presenter().whole(obj)
    if call.resource.type is not None and _at(obj, where.spec_replicas) is None:
        why = f'the spec replicas field ".{".".join(where.spec_replicas)}" does not exist'
        raise ApiError(500, "InternalError", f"Internal error occurred: {why}", {"causes": [{"message": why}]})
    spec = {"replicas": _at(obj, where.spec_replicas) or 0}
    status: dict[str, Any] = {"replicas": _at(obj, where.status_replicas) or 0}
    if where.selector and (selector := selector_text(_at(obj, where.selector))):
        status["selector"] = selector
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {key: shown["metadata"][key] for key in _SHOWN_METADATA if key in shown["metadata"]},
        "spec": {key: value for key, value in spec.items() if value},
        "status": status,
    }


def selector_text(selector: Any) -> str:
    """A selector as a query has it (metav1.LabelSelectorAsSelector(...).String()); plain maps and texts too."""
    if isinstance(selector, str):
        return selector
    if not isinstance(selector, Mapping):
        return ""
    if not ({"matchLabels", "matchExpressions"} & selector.keys()):
        return ",".join(f"{key}={value}" for key, value in sorted(selector.items()))
    terms = [(key, f"{key}={value}") for key, value in (selector.get("matchLabels") or {}).items()]
    for expression in selector.get("matchExpressions") or ():
        terms.append((expression["key"], _expression_text(expression)))
    return ",".join(text for _, text in sorted(terms))


def _expression_text(expression: Mapping[str, Any]) -> str:
    key, operator = expression["key"], expression["operator"]
    if operator in ("Exists", "DoesNotExist"):
        return key if operator == "Exists" else f"!{key}"
    values = ",".join(sorted(expression.get("values") or ()))
    return f"{key} {'in' if operator == 'In' else 'notin'} ({values})"


def _update(call: Call) -> Obj:
    options = write_options(call.request, "UpdateOptions")
    scale = read_object(call, _expected(), options.validation)
    check_identity(call, scale)
    return _write(call, scale, options)


def _patch(call: Call) -> Obj:
    kind = content_type(call.request) if call.request.headers.get("content-type") else ""
    options = patching.check_kind(call, kind)
    if kind == patching.APPLY:
        return _apply(call, options)
    live = _scale_of(call, _with_replicas(call, listing.get_object(call.store, call.route)))
    scale = patching.patched_object(call, kind, options, _expected(), live)
    check_identity(call, scale)
    return _write(call, scale, options)


def _apply(call: Call, options: WriteOptions) -> Obj:
    """Server-side apply: the managers of the parent's number of replicas are those of the Scale's."""
    wanted, where = _expected(), _where(call).spec_replicas
    stored = listing.get_object(call.store, call.route)
    config = patching.applied_configuration(call, wanted)
    config["metadata"].setdefault("name", call.route.name)
    check_identity(call, config)
    parents = ownership.read(stored)
    manager = Manager(options.manager, "Apply", wanted.api_version, "scale")
    result = applying.apply(
        Node(wanted.type or ANY),
        _scale_of(call, _with_replicas(call, stored)),
        config,
        scale_managers(parents, where, wanted.api_version),
        manager,
        force=options.force,
        now="",
    )
    managers = parent_managers(parents, result.managers, where, call.resource.api_version)

    def stamp(_: Obj | None, new: Obj) -> None:
        stamping.put(new, managers)

    return _write(call, result.obj, options, stamp)


def _with_replicas(call: Call, obj: Obj) -> Obj:
    """A custom resource may leave out how many replicas it wants: to a patch that is none."""
    where = _where(call).spec_replicas
    if _at(obj, where) is not None:
        return obj
    copied: Obj = copy_json(obj)
    _put(copied, where, 0)
    return copied


def _write(call: Call, scale: Obj, options: WriteOptions, stamp: stamping.Stamp | None = None) -> Obj:
    route, resource = call.route, call.resource
    replicas = (scale.get("spec") or {}).get("replicas", 0)
    custom = resource.type is not None
    if replicas < 0 and not custom:
        problem = invalid("spec.replicas", replicas, "must be greater than or equal to 0")
        raise invalid_object("Scale", "autoscaling", route.name, [problem])
    obj = copy_json(listing.get_object(call.store, route))
    _put(obj, _where(call).spec_replicas, replicas)
    wanted = scale["metadata"]
    obj["metadata"] |= {key: wanted[key] for key in ("resourceVersion", "uid") if wanted.get(key)}
    if stamp is None:
        custom_stamp = _custom_stamp(call, options, obj) if custom else None
        stamp = custom_stamp or stamping.update_stamp(call, options.manager, "scale")
    writer = call.writer(dry_run=options.dry_run, stamp=stamp)
    return call.registry.update(resource, route.namespace, route.name, obj, writer)


def _custom_stamp(call: Call, options: WriteOptions, new: Obj) -> stamping.Stamp | None:
    """Records who has changed the number of replicas of a custom resource; None when nobody is the manager of anything."""
    old, where, wanted = listing.get_object(call.store, call.route), _where(call).spec_replicas, _expected()
    parents = ownership.read(old)
    if not parents or wanted.type is None:
        return None
    scales = [_scale_of(call, _with_replicas(call, obj)) for obj in (old, new)]
    manager = Manager(options.manager, "Update", wanted.api_version, "scale")
    known = scale_managers(parents, where, wanted.api_version)
    result = ownership.updated(Node(wanted.type), scales[0], scales[1], known, manager, "", ())
    managers = parent_managers(parents, result, where, call.resource.api_version)
    return lambda _, obj: stamping.put(obj, managers)


def _put(obj: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        obj = obj.setdefault(name, {})
    obj[path[-1]] = value

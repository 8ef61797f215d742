"""From a CustomResourceDefinition to the kinds it declares: one `Resource` a version.

Source: apiextensions-apiserver, pkg/registry/customresource (strategy.go, tableconvertor.go) and pkg/apiserver.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from tutor.simulator import errors
from tutor.simulator.clock import parse_timestamp
from tutor.simulator.errors import FieldError, invalid
from tutor.simulator.objects import deleting
from tutor.simulator.resources.base import Column, Context, Resource, Scale
from tutor.simulator.resources.json_path import compile_path, simple_steps
from tutor.simulator.resources.printing import AGE, NAME, human_duration
from tutor.simulator.resources.versions import by_priority
from tutor.simulator.schemas.pruning import fill_defaults, pruned
from tutor.simulator.schemas.rules import broken_rules
from tutor.simulator.schemas.structural import Schema, struct_of_schema
from tutor.simulator.schemas.validation import BLOCKING, problems
from tutor.simulator.store import Obj

Json = Mapping[str, Any]
CRDS = "customresourcedefinitions.apiextensions.k8s.io"
UNCHECKED = (
    "some validation rules were not checked because the object was invalid; "
    "correct the existing errors to complete validation"
)


def resources_of(crd: Obj) -> list[tuple[Resource, bool]]:
    """The kinds of a definition, in the order that clients prefer, and whether each is served."""
    spec, names = crd["spec"], crd["status"]["acceptedNames"]
    versions = by_priority(spec["versions"], lambda version: version["name"])
    stored = next(version for version in versions if version["storage"])
    return [(_resource(crd, names, version, stored), bool(version.get("served"))) for version in versions]


def _resource(crd: Obj, names: Json, version: Json, stored: Json) -> Resource:
    spec = crd["spec"]
    group, schema = spec["group"], schema_of(version)
    subresources = version.get("subresources") or {}
    convert = version is not stored
    api_version = f"{group}/{version['name']}"
    reverse = ".".join(reversed(group.split(".")))
    has_status = "status" in subresources
    return Resource(
        group=group,
        version=version["name"],
        kind=names["kind"],
        plural=names["plural"],
        namespaced=spec["scope"] == "Namespaced",
        singular=names.get("singular", ""),
        short_names=tuple(names.get("shortNames") or ()),
        categories=tuple(names.get("categories") or ()),
        columns=(NAME, *_columns(version.get("additionalPrinterColumns"))),
        default=partial(fill_defaults, schema),
        prepare_create=partial(_prepare_create, f"{names['plural']}.{group}", has_status, deleting(crd)),
        validate=partial(_validate, schema, subresources.get("scale")),
        validate_update=partial(_validate_update, schema),
        validate_status=partial(_validate_status, schema, subresources.get("scale")),
        deprecated=_deprecated(version, names["kind"], api_version),
        has_status=has_status,
        has_generation=True,
        unconditional_update=False,
        scale=_scale(subresources.get("scale")),
        fields=_fields(version.get("selectableFields") or ()),
        storage=crd["metadata"]["name"] if convert else "",
        to_storage=partial(_converted, f"{group}/{stored['name']}", schema_of(stored)),
        from_storage=partial(_converted, api_version, schema),
        type=struct_of_schema(f"{reverse}.{version['name']}.{names['kind']}", schema),
        preferred=False,
    )


def schema_of(version: Json) -> Schema:
    """The schema of a version, with what every object has."""
    schema: Schema = (version.get("schema") or {}).get("openAPIV3Schema") or {"type": "object"}
    common = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}}
    return {**schema, "properties": {**(schema.get("properties") or {}), **common}}


def _converted(api_version: str, schema: Schema, obj: Obj) -> Obj:
    """An object of another version of its kind: without conversion only what both versions know stays."""
    rest = {key: value for key, value in obj.items() if key != "metadata"}
    converted: Obj = pruned(schema, rest)
    fill_defaults(schema, converted)
    return {**converted, "apiVersion": api_version, "metadata": obj["metadata"]}


def _prepare_create(definition: str, has_status: bool, terminating: bool, _: Context, obj: Obj) -> None:
    if terminating:
        plural, group = definition.split(".", 1)
        why = "create not allowed while custom resource definition is terminating"
        raise errors.forbidden(plural, group, obj["metadata"]["name"], why)
    if has_status:
        obj.pop("status", None)


def _deprecated(version: Json, kind: str, api_version: str) -> str:
    """What every request for a version that is on its way out is warned of."""
    if not version.get("deprecated"):
        return ""
    return version.get("deprecationWarning") or f"{api_version} {kind} is deprecated"


# -- validation


def _validate(schema: Schema, scale: Json | None, obj: Obj) -> list[FieldError]:
    value = _checked_part(obj)
    found = list(problems(schema, {**value, "metadata": {}}))
    if scale:
        for key in ("specReplicasPath", "statusReplicasPath"):
            found.extend(_negative(obj, scale.get(key) or ""))
    return _with_rules(schema, found, obj)


def _checked_part(obj: Obj) -> Obj:
    """An object as its schema sees it: of the metadata the names alone."""
    metadata = {key: obj["metadata"][key] for key in ("name", "generateName") if key in obj["metadata"]}
    return {**{key: item for key, item in obj.items() if key != "metadata"}, "metadata": metadata}


def _with_rules(schema: Schema, found: list[FieldError], obj: Obj) -> list[FieldError]:
    """Problems, and the rules that are broken, or the notice that problems kept them from being looked at."""
    if not has_rules(schema):
        return found
    if any(problem.type.removeprefix("FieldValue") in BLOCKING for problem in found):
        return [*found, invalid("<nil>", None, UNCHECKED)]
    return [*found, *broken_rules(schema, _checked_part(obj), root=True)]


def _validate_update(schema: Schema, obj: Obj, old: Obj) -> list[FieldError]:
    """The rules that compare an object with what it was."""
    if not has_rules(schema) or any(
        problem.type.removeprefix("FieldValue") in BLOCKING for problem in problems(schema, {**obj, "metadata": {}})
    ):
        return []
    return list(broken_rules(schema, _checked_part(obj), _checked_part(old), root=True))


def _validate_status(schema: Schema, scale: Json | None, obj: Obj) -> list[FieldError]:
    """The problems of the status alone: the rest has been let in before. Messages name fields from the status on."""
    declared = (schema.get("properties") or {}).get("status")
    found = [
        FieldError(problem.type, f"status.{problem.field}".rstrip("."), problem.detail)
        for problem in (problems(declared, obj["status"]) if declared and "status" in obj else ())
    ]
    found.extend(_negative(obj, (scale or {}).get("statusReplicasPath") or ""))
    return _with_rules(schema, found, obj)


def _negative(obj: Obj, path: str) -> Iterator[FieldError]:
    value: Any = obj
    for name in simple_steps(path) or ():
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, int) and value < 0:
        yield invalid(path, value, "should be a non-negative integer")


def has_rules(schema: Any) -> bool:
    """Whether a schema has rules in the Common Expression Language somewhere."""
    if isinstance(schema, list):
        return any(map(has_rules, schema))
    if not isinstance(schema, dict):
        return False
    return bool(schema.get("x-kubernetes-validations")) or any(map(has_rules, schema.values()))


# -- scale and field selectors


def _scale(declared: Json | None) -> Scale | None:
    if not declared:
        return None
    paths = (declared.get(key) for key in ("specReplicasPath", "statusReplicasPath", "labelSelectorPath"))
    return Scale(*(simple_steps(path or "") or () for path in paths))


def _fields(declared: Iterable[Json]) -> dict[str, Callable[[Obj], str]]:
    return {item["jsonPath"].removeprefix("."): _text_at(item["jsonPath"]) for item in declared}


def _text_at(path: str) -> Callable[[Obj], str]:
    find = compile_path(path)

    def text(obj: Obj) -> str:
        found = find(obj)
        return _text(found[0]) if found else ""

    return text


# -- printing


def _columns(declared: Iterable[Json] | None) -> Iterator[Column]:
    if not declared:
        yield AGE
    for item in declared or ():
        path = item["jsonPath"]
        description = item.get("description") or f"Custom resource definition column (in JSONPath format): {path}"
        yield Column(
            item["name"],
            partial(_cell, compile_path(path), item["type"]),
            item["type"],
            item.get("format") or "",
            item.get("priority") or 0,
            description,
        )


def _cell(find: Callable[[Any], list[Any]], kind: str, obj: Obj, now: float) -> Any:
    found = find(obj)
    if not found or found[0] is None:
        return None
    value = found[0]
    if kind == "string":
        return _text(value)
    if kind == "date":
        return _date(value, now)
    if kind == "boolean":
        return value if isinstance(value, bool) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if kind == "integer" else value


def _date(value: Any, now: float) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        return human_duration(now - parse_timestamp(value))
    except ValueError:
        return "<invalid>"


def _text(value: Any) -> str:
    """A value as a template prints it."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)

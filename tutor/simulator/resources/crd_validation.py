"""The rules of CustomResourceDefinitions (apiextensions-apiserver, pkg/apis/apiextensions/validation/validation.go)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tutor.simulator.errors import FieldError, invalid, invalid_shown, not_supported, required
from tutor.simulator.names import name_problems
from tutor.simulator.objects import get_condition
from tutor.simulator.resources.json_path import BadPath, compile_path, simple_steps
from tutor.simulator.schemas.internal import text_in_memory
from tutor.simulator.schemas.structural_rules import schema_problems
from tutor.simulator.store import Obj

Json = Mapping[str, Any]
SCOPES = ("Cluster", "Namespaced")
COLUMN_TYPES = ("boolean", "date", "integer", "number", "string")
COLUMN_FORMATS = ("int32", "int64", "float", "double", "byte", "date", "date-time", "password")
_APPROVAL = "api-approved.kubernetes.io"


def validate(crd: Obj) -> Iterator[FieldError]:
    """The rules of a new or changed definition."""
    spec, name = crd["spec"], crd["metadata"]["name"]
    names = spec["names"]
    if name != f"{names.get('plural', '')}.{spec.get('group', '')}" and not _established(crd):
        yield invalid("metadata.name", name, 'must be spec.names.plural+"."+spec.group')
    yield from _group(spec.get("group") or "", crd["metadata"].get("annotations") or {})
    if not spec.get("scope"):
        yield required("spec.scope")
    elif spec["scope"] not in SCOPES:
        yield not_supported("spec.scope", spec["scope"], SCOPES)
    yield from _names(names)
    yield from _versions(spec)
    if spec.get("preserveUnknownFields"):
        why = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"
        yield invalid("spec.preserveUnknownFields", True, why)
    yield from _conversion(spec.get("conversion") or {})
    yield from _stored_versions(crd)


def validate_update(crd: Obj, old: Obj) -> Iterator[FieldError]:
    """What may not change once the names are accepted."""
    if not _established(old):
        return
    spec, before = crd["spec"], old["spec"]
    for path in (("scope",), ("names", "kind"), ("group",), ("names", "plural")):
        new, was = _at(spec, path), _at(before, path)
        if new != was:
            yield invalid(".".join(("spec", *path)), new, "field is immutable")


def _established(crd: Obj) -> bool:
    condition = get_condition(crd.get("status") or {}, "Established")
    return condition is not None and condition["status"] == "True"


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value.get(key)
    return value


def _group(group: str, annotations: Json) -> Iterator[FieldError]:
    if not group:
        yield required("spec.group")
    elif problems := name_problems(group, "subdomain"):
        yield from (invalid("spec.group", group, problem) for problem in problems)
    elif "." not in group:
        yield invalid("spec.group", group, "should be a domain with at least one dot")
    if group.endswith((".k8s.io", ".kubernetes.io")) and not annotations.get(_APPROVAL):
        why = (
            f'protected groups must have approval annotation "{_APPROVAL}", '
            "see https://github.com/kubernetes/enhancements/pull/1111"
        )
        yield required(f"metadata.annotations[{_APPROVAL}]", why)


def _names(names: Json) -> Iterator[FieldError]:
    for key in ("plural", "singular", "kind", "listKind"):
        if not names.get(key):
            yield required(f"spec.names.{key}")
            continue
        checked = names[key].lower() if key in ("kind", "listKind") else names[key]
        for problem in name_problems(checked, "dns1035"):
            yield invalid(f"spec.names.{key}", names[key], problem)
    for key in ("shortNames", "categories"):
        for i, name in enumerate(names.get(key) or ()):
            for problem in name_problems(name, "dns1035"):
                yield invalid(f"spec.names.{key}[{i}]", name, problem)
    if names.get("kind") and names.get("kind") == names.get("listKind"):
        yield invalid("spec.names.listKind", names["listKind"], "kind and listKind may not be the same")


def _conversion(conversion: Json) -> Iterator[FieldError]:
    strategy = conversion.get("strategy")
    if strategy not in ("None", "Webhook"):
        yield not_supported("spec.conversion.strategy", strategy or "", ("None", "Webhook"))
    if strategy == "Webhook":
        webhook = conversion.get("webhook") or {}
        if not webhook.get("clientConfig"):
            yield required("spec.conversion.webhookClientConfig", "required when strategy is set to Webhook")
        if not webhook.get("conversionReviewVersions"):
            yield required("spec.conversion.conversionReviewVersions")


# -- versions


def _versions(spec: Json) -> Iterator[FieldError]:
    versions = spec.get("versions") or []
    alone = len(versions) == 1
    for i, version in enumerate(versions):
        yield from _version(version, f"spec.versions[{i}]", "spec" if alone else f"spec.versions[{i}]", alone)
    names = [version.get("name") for version in versions]
    if len(set(names)) < len(names):
        yield invalid_shown("spec.versions", _shown(versions), "must contain unique version names")
    if sum(bool(version.get("storage")) for version in versions) != 1:
        why = "must have exactly one version marked as storage version"
        yield invalid_shown("spec.versions", _shown(versions), why)


def _shown(versions: list[Json]) -> str:
    """Versions as errors show them."""
    return text_in_memory("[]apiextensions.CustomResourceDefinitionVersion", versions)


def _version(version: Json, path: str, shared: str, alone: bool) -> Iterator[FieldError]:
    """The rules of one version. What only one version has, errors call a part of the spec, as older APIs had it."""
    for problem in name_problems(version.get("name") or "", "dns1035"):
        for field in (f"{path}.name", "spec.version") if alone else (f"{path}.name",):
            yield invalid(field, version.get("name") or "", problem)
    if version.get("deprecationWarning") is not None and not version.get("deprecated"):
        yield invalid(
            f"{path}.deprecationWarning", version["deprecationWarning"], "can only be set for deprecated versions"
        )
    schema = (version.get("schema") or {}).get("openAPIV3Schema")
    if schema is None:
        yield required(f"{path}.schema.openAPIV3Schema")
    else:
        where = "spec.validation" if alone else f"{path}.schema"
        yield from schema_problems(schema, f"{where}.openAPIV3Schema")
    yield from _columns(version.get("additionalPrinterColumns") or (), f"{shared}.additionalPrinterColumns")
    yield from _scale((version.get("subresources") or {}).get("scale"), f"{shared}.subresources.scale")
    for i, item in enumerate(version.get("selectableFields") or ()):
        yield from _selectable(item.get("jsonPath") or "", schema or {}, f"{shared}.selectableFields[{i}].jsonPath")


def _columns(columns: Iterable[Json], path: str) -> Iterator[FieldError]:
    for i, column in enumerate(columns):
        below = f"{path}[{i}]"
        if not column.get("name"):
            yield required(f"{below}.name")
        if not column.get("type"):
            yield required(f"{below}.type", f"must be one of {','.join(COLUMN_TYPES)}")
        elif column["type"] not in COLUMN_TYPES:
            yield invalid(f"{below}.type", column["type"], f"must be one of {','.join(COLUMN_TYPES)}")
        if column.get("format") and column["format"] not in COLUMN_FORMATS:
            yield invalid(f"{below}.format", column["format"], f"must be one of {','.join(COLUMN_FORMATS)}")
        if not column.get("jsonPath"):
            yield required(f"{below}.JSONPath")
        elif not _is_path(column["jsonPath"]):
            yield invalid(f"{below}.JSONPath", column["jsonPath"], "must be a simple json path starting with .")


def _is_path(text: str) -> bool:
    try:
        compile_path(text)
    except BadPath:
        return False
    return text.startswith(".")


def _scale(scale: Json | None, path: str) -> Iterator[FieldError]:
    if scale is None:
        return
    parts = {"specReplicasPath": "spec", "statusReplicasPath": "status", "labelSelectorPath": "status"}
    for key, part in parts.items():
        text = scale.get(key)
        if not text:
            if key != "labelSelectorPath":
                yield required(f"{path}.{key}")
            continue
        steps = simple_steps(text)
        if steps is None:
            yield invalid(f"{path}.{key}", text, "must be a simple json path starting with .")
        elif steps[0] != part and not (key == "labelSelectorPath" and steps[0] == "spec"):
            under = ".spec or .status" if key == "labelSelectorPath" else f".{part}"
            yield invalid(f"{path}.{key}", text, f"should be a json path under {under}")


def _selectable(text: str, schema: Json, path: str) -> Iterator[FieldError]:
    steps = simple_steps(text)
    if steps is None:
        yield invalid(path, text, "is an invalid path: must be a simple json path starting with .")
        return
    if steps[0] == "metadata":
        yield invalid(path, text, "must not point to fields in metadata")
        return
    found: Any = schema
    for name in steps:
        found = (found.get("properties") or {}).get(name) if isinstance(found, Mapping) else None
    if found is None:
        yield invalid(path, text, "is an invalid path: does not refer to a valid field")
    elif found.get("type") not in ("string", "boolean", "integer"):
        yield invalid(path, text, "must point to a field of type string, boolean or integer")


def _stored_versions(crd: Obj) -> Iterator[FieldError]:
    """Objects may still be stored in every version that ever was the storage version."""
    stored = (crd.get("status") or {}).get("storedVersions")
    versions = crd["spec"].get("versions") or ()
    if not stored:
        yield invalid("status.storedVersions", None, "must have at least one stored version")
        return
    names = [version.get("name") for version in versions]
    for version in versions:
        if version.get("storage") and version.get("name", "") not in stored:
            yield invalid("status.storedVersions", stored, f"must have the storage version {version.get('name', '')}")
    for i, name in enumerate(stored):
        if name not in names:
            why = (
                f"missing from spec.versions; {name} was previously a storage version, and must remain in spec.versions "
                f"until a storage migration ensures no data remains persisted in {name} and removes {name} from "
                "status.storedVersions"
            )
            yield invalid(f"status.storedVersions[{i}]", name, why)

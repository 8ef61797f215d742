"""ConfigMaps, Secrets and ServiceAccounts: what pods are given to run with."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from tutor.simulator.errors import ApiError, FieldError, forbidden_field, invalid, required, too_long
from tutor.simulator.names import name_problems
from tutor.simulator.parsing import parse_json
from tutor.simulator.resources.base import Column, Resource
from tutor.simulator.resources.container_validation import CONFIG_KEY, CONFIG_KEY_RULE
from tutor.simulator.resources.printing import AGE, NAME, at
from tutor.simulator.store import Obj

MAX_BYTES = 1024 * 1024
"""All values of a ConfigMap or Secret together."""

_REQUIRED_KEYS = {
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}


def _check_keys(keys: dict[str, str], path: str) -> Iterator[FieldError]:
    for key in keys:
        if not CONFIG_KEY.fullmatch(key):
            yield invalid(f"{path}[{key}]", key, CONFIG_KEY_RULE)


def _validate_config_map(obj: Obj) -> Iterator[FieldError]:
    data, binary = obj.get("data") or {}, obj.get("binaryData") or {}
    yield from _check_keys(data, "data")
    yield from _check_keys(binary, "binaryData")
    for key in data.keys() & binary.keys():
        yield invalid("data[" + key + "]", key, "duplicate of key present in binaryData")
    if sum(len(value.encode()) for value in data.values()) > MAX_BYTES:
        yield too_long("[]", MAX_BYTES)


def _immutable_data(obj: Obj, old: Obj) -> Iterator[FieldError]:
    if not old.get("immutable"):
        return
    if not obj.get("immutable"):
        yield forbidden_field("immutable", "field is immutable when `immutable` is set")
    for field in ("data", "binaryData"):
        if (obj.get(field) or {}) != (old.get(field) or {}):
            yield forbidden_field(field, "field is immutable when `immutable` is set")


def _default_secret(obj: Obj) -> None:
    """Type Opaque; stringData is write-only and becomes data (pkg/apis/core/v1/conversion.go)."""
    if not obj.get("type"):
        obj["type"] = "Opaque"
    plain = obj.pop("stringData", None)
    if plain:
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in plain.items()}
        obj["data"] = {**(obj.get("data") or {}), **encoded}
    for value in (obj.get("data") or {}).values():
        try:
            base64.b64decode(value or "", validate=True)
        except (binascii.Error, ValueError):
            position = next((i for i, c in enumerate(value) if not (c.isalnum() or c in "+/=")), max(len(value) - 1, 0))
            why = f"illegal base64 data at input byte {position}"
            message = f'Secret in version "v1" cannot be handled as a Secret: {why}'
            raise ApiError(400, "BadRequest", message) from None


def _validate_secret(obj: Obj) -> Iterator[FieldError]:
    data = obj.get("data") or {}
    yield from _check_keys(data, "data")
    if sum(len(value) * 3 // 4 for value in data.values()) > MAX_BYTES:
        yield too_long("data", MAX_BYTES)
    for key in _REQUIRED_KEYS.get(obj["type"], ()):
        if key not in data:
            yield required(f"data[{key}]")
        elif key.startswith(".docker") and (why := _not_an_object(base64.b64decode(data[key] or ""))):
            yield invalid(f"data[{key}]", "<secret contents redacted>", why)
    if obj["type"] == "kubernetes.io/basic-auth" and not {"username", "password"} & data.keys():
        yield required("data[username]")
        yield required("data[password]")
    if obj["type"] == "kubernetes.io/service-account-token":
        annotations = obj["metadata"].get("annotations") or {}
        if not annotations.get("kubernetes.io/service-account.name"):
            yield required("metadata.annotations[kubernetes.io/service-account.name]")


def _not_an_object(text: bytes) -> str:
    """Why a text is no JSON object, in the words of Go's encoding/json; nothing when it is one."""
    try:
        found = parse_json(text)
    except ValueError as error:
        return str(error)
    kinds = {list: "array", str: "string", bool: "bool", int: "number", float: "number"}
    if found is None or isinstance(found, dict):
        return ""
    return f"json: cannot unmarshal {kinds[type(found)]} into Go value of type map[string]interface {{}}"


def _update_secret(obj: Obj, old: Obj) -> Iterator[FieldError]:
    if obj["type"] != old["type"]:
        yield invalid("type", obj["type"], "field is immutable")
    yield from _immutable_data(obj, old)


def _keys(obj: Obj, _: float) -> int:
    return len(obj.get("data") or {}) + len(obj.get("binaryData") or {})


def _validate_account(obj: Obj) -> Iterator[FieldError]:
    for i, secret in enumerate(obj.get("imagePullSecrets") or ()):
        for problem in name_problems(secret.get("name", ""), "subdomain") if secret.get("name") else ():
            yield invalid(f"imagePullSecrets[{i}].name", secret["name"], problem)


RESOURCES = (
    Resource(
        group="",
        version="v1",
        kind="ConfigMap",
        plural="configmaps",
        short_names=("cm",),
        columns=(NAME, Column("Data", _keys, description="How many entries it has."), AGE),
        validate=_validate_config_map,
        validate_update=_immutable_data,
        update_rules_first=True,
        schema="io.k8s.api.core.v1.ConfigMap",
    ),
    Resource(
        group="",
        version="v1",
        kind="Secret",
        plural="secrets",
        columns=(
            NAME,
            Column("Type", at("type"), description="What the secret is for."),
            Column("Data", _keys, description="How many entries it has."),
            AGE,
        ),
        default=_default_secret,
        validate=_validate_secret,
        validate_update=_update_secret,
        update_rules_first=True,
        fields={"type": lambda obj: str(obj.get("type", ""))},
        schema="io.k8s.api.core.v1.Secret",
    ),
    Resource(
        group="",
        version="v1",
        kind="ServiceAccount",
        plural="serviceaccounts",
        short_names=("sa",),
        columns=(NAME, AGE),
        validate=_validate_account,
        delete_returns_object=True,
        subresources={"token": ("create",)},
        schema="io.k8s.api.core.v1.ServiceAccount",
    ),
)

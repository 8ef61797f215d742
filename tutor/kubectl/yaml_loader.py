"""A YAML loader that gives plain text the types go-yaml gives it, so that a manifest means the same here and in
kubectl.

PyYAML would turn `2024-01-01` into a date and `12:30` into a base-60 number; for Kubernetes both are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from yaml import SafeLoader as _Base
else:
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's loader is ten times as fast where it is there

_BOOL = re.compile(r"yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF|y|Y|n|N")
_INT = re.compile(r"[-+]?(0[bB][01_]+|0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]+|[1-9][0-9_]*|0)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_NULL = re.compile(r"~|null|Null|NULL|")


class ManifestLoader(_Base):
    """Reads manifests; safe, since it builds nothing but plain data."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own class attribute


def _resolver(tag: str, pattern: re.Pattern[str], first: str) -> None:
    whole = re.compile(f"^(?:{pattern.pattern})$")
    ManifestLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", whole, list(first))


_resolver("bool", _BOOL, "yYnNtTfFoO")
_resolver("int", _INT, "-+0123456789")
_resolver("float", _FLOAT, "-+0123456789.")
_resolver("merge", re.compile("<<"), "<")
ManifestLoader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(f"^(?:{_NULL.pattern})$"), ["~", "n", "N", ""]
)


class KustomizeLoader(ManifestLoader):
    """Reads kustomizations and what they name: only true and false are truth values there, as in YAML 1.2."""


def _bool_of_yaml_1_2() -> None:
    resolvers = {
        first: [entry for entry in entries if entry[0] != "tag:yaml.org,2002:bool"]
        for first, entries in ManifestLoader.yaml_implicit_resolvers.items()
    }
    KustomizeLoader.yaml_implicit_resolvers = resolvers
    KustomizeLoader.add_implicit_resolver(
        "tag:yaml.org,2002:bool", re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
    )


_bool_of_yaml_1_2()


def _construct_bool(loader: Any, node: Any) -> bool:
    return str(loader.construct_scalar(node)).lower() in ("yes", "true", "on", "y")


def _construct_int(loader: Any, node: Any) -> int:
    text = str(loader.construct_scalar(node)).replace("_", "")
    digits = text.lstrip("+-")
    base = 8 if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit() else 0
    number = int(digits, base)
    return -number if text.startswith("-") else number


def _construct_float(loader: Any, node: Any) -> float:
    text = str(loader.construct_scalar(node)).replace("_", "").lower()
    return float(text.replace(".inf", "inf").replace(".nan", "nan"))


def _construct_mapping(loader: Any, node: Any) -> Iterator[dict[str, Any]]:
    """A mapping with text for keys, as JSON has them: `y: 1` has the key "true" (sigs.k8s.io/yaml, convertToJSONableObject)."""
    found: dict[str, Any] = {}
    yield found
    loader.flatten_mapping(node)
    for key_node, value_node in node.value:
        found[_key(loader.construct_object(key_node, deep=True))] = loader.construct_object(value_node, deep=False)


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return str(key).lower()
    if isinstance(key, list | dict):
        raise yaml.YAMLError("invalid map key")
    return "null" if key is None else str(key)


ManifestLoader.add_constructor("tag:yaml.org,2002:map", _construct_mapping)
ManifestLoader.add_constructor("tag:yaml.org,2002:bool", _construct_bool)
ManifestLoader.add_constructor("tag:yaml.org,2002:int", _construct_int)
ManifestLoader.add_constructor("tag:yaml.org,2002:float", _construct_float)

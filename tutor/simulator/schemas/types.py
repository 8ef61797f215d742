"""The types of API objects as a small tree: structs with fields, lists, maps and scalars."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

ScalarKind = Literal[
    "string",
    "int32",
    "int64",
    "float64",
    "bool",
    "bytes",
    "quantity",
    "time",
    "microtime",
    "duration",
    "int-or-string",
    "any",
]
ListType = Literal["atomic", "map", "set"]


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A value without parts, as far as the API server cares. `go` is the Go type that decoding errors name."""

    kind: ScalarKind
    go: str


@dataclass(frozen=True, slots=True, eq=False)
class ListOf:
    """An array."""

    elem: Type
    go: str


@dataclass(frozen=True, slots=True, eq=False)
class MapOf:
    """An object with any keys."""

    elem: Type
    go: str


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field of a struct.

    `pointer`, `omit_empty` and `omit_zero` say what of an absent or zero value the server writes back. `via` is the Go name
    of the embedded struct that the field comes from, which decoding errors mention.
    """

    name: str
    type: Type
    pointer: bool = False
    omit_empty: bool = False
    omit_zero: bool = False
    required: bool = False
    number: int = 0
    encoding: str = ""
    merge_key: str = ""
    strategies: tuple[str, ...] = ()
    list_type: ListType = "atomic"
    map_keys: tuple[str, ...] = ()
    atomic: bool = False
    default: Any = None
    enum: tuple[str, ...] = ()
    via: str = ""
    key_defaults: Mapping[str, Any] = field(default_factory=dict)
    """For a list with keys: what a key counts as when an element leaves it out."""


@dataclass(eq=False)
class Struct:
    """An object with known fields. They are read when they are first asked for, so that types may contain themselves."""

    name: str
    """The name in the OpenAPI document, e.g. io.k8s.api.core.v1.PodSpec."""
    load: Callable[[], tuple[dict[str, Field], dict[str, tuple[Struct, int]]]]
    atomic: bool = False
    """For merging and ownership, the struct is one value."""
    keeps_unknown: bool = False
    """Fields that are not known stay (x-kubernetes-preserve-unknown-fields)."""

    @cached_property
    def _parts(self) -> tuple[dict[str, Field], dict[str, tuple[Struct, int]]]:
        return self.load()

    @cached_property
    def fields(self) -> dict[str, Field]:
        """By JSON name, with the fields of embedded structs."""
        return self._parts[0]

    @cached_property
    def embedded(self) -> dict[str, tuple[Struct, int]]:
        """Structs that are embedded in JSON but have a field of their own in protobuf: Go name to type and number."""
        return self._parts[1]

    @cached_property
    def filled(self) -> dict[str, Field]:
        """The fields that are written even when they were left out: structs by value."""
        return {
            name: found
            for name, found in self.fields.items()
            if isinstance(found.type, Struct) and not found.pointer and not found.omit_zero
        }

    @cached_property
    def zeros(self) -> dict[str, Any]:
        """The values of scalars that are written even when they were left out: such as are neither pointers nor omitted."""
        return {
            name: _ZEROS[found.type.kind]
            for name, found in self.fields.items()
            if isinstance(found.type, Scalar)
            and found.type.kind in _ZEROS
            and not (found.pointer or found.omit_empty or found.omit_zero)
        }

    @cached_property
    def go_name(self) -> str:
        """The Go name without package, as decoding errors begin: "PodSpec"."""
        return self.name.rpartition(".")[2]

    @cached_property
    def go(self) -> str:
        """The Go name with package: "v1.PodSpec"."""
        return ".".join(self.name.split(".")[-2:])


_ZEROS: Mapping[str, Any] = {"string": "", "bool": False, "int32": 0, "int64": 0, "float64": 0, "int-or-string": 0}

Type = Scalar | ListOf | MapOf | Struct

ANY = Scalar("any", "interface {}")

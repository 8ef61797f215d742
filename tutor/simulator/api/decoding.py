"""JSON data into an object as the API server would hold it: every field checked against its type, what is unknown dropped and
reported, zero values written the way Go writes them back.

Words follow the decoder of the API server (sigs.k8s.io/json and apimachinery, pkg/runtime/serializer/json).
"""

from __future__ import annotations

from typing import Any

from tutor.simulator.api.scalars import READERS, DecodeError
from tutor.simulator.parsing import Repeated
from tutor.simulator.schemas.types import Field, ListOf, MapOf, Scalar, Struct, Type

MAX_PROBLEMS = 100
"""How many unknown or repeated fields are reported at most."""

_GO_KINDS = {
    str: "string",
    int: "number",
    float: "number",
    bool: "bool",
    list: "array",
    dict: "object",
    Repeated: "object",
}


class Decoder:
    """Decodes one body. `problems` are the unknown and repeated fields, in the order of the document."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._path: list[str] = []
        self._go_path: list[str] = []
        self._owner = ""
        self._error: DecodeError | None = None

    def decode(self, type_: Struct, value: dict[str, Any]) -> dict[str, Any]:
        """The object. Raises DecodeError for the first value of a wrong type."""
        self._owner = type_.go_name
        decoded: dict[str, Any] = self._struct(type_, value)
        if self._error is not None:
            raise self._error
        return decoded

    # -- values

    def _value(self, type_: Type, value: Any) -> Any:
        kind = type(type_)
        if kind is Scalar:
            return self._scalar(type_, value)  # type: ignore[arg-type] # kind says so
        if kind is Struct:
            return self._struct(type_, value)  # type: ignore[arg-type] # kind says so
        if kind is ListOf:
            return self._list(type_, value)  # type: ignore[arg-type] # kind says so
        return self._map(type_, value)  # type: ignore[arg-type] # kind says so

    def _scalar(self, type_: Scalar, value: Any) -> Any:
        try:
            return READERS[type_.kind](value)
        except DecodeError as error:
            self._fail(error if error.message else self._mismatch(value, error.go or type_.go))
        return None

    def _mismatch(self, value: Any, go: str) -> DecodeError:
        shown = _GO_KINDS.get(type(value), "null")
        if shown == "number" and go.startswith(("int", "uint")):
            shown = f"number {value}"
        where = f"Go struct field {self._owner}.{'.'.join(self._go_path)}" if self._go_path else "Go value"
        message = f"json: cannot unmarshal {shown} into {where} of type {go}"
        return DecodeError(message, go, _unstructured_words(value, go))

    def _fail(self, error: DecodeError) -> None:
        if self._error is None:
            self._error = error

    def _list(self, type_: ListOf, value: Any) -> Any:
        if type(value) is not list:
            self._fail(self._mismatch(value, type_.go))
            return None
        path, elem = self._path, type_.elem
        decoded = []
        base = path[-1] if path else ""
        for i, item in enumerate(value):
            if path:
                path[-1] = f"{base}[{i}]"
            decoded.append(self._value(elem, item) if item is not None else _zero(elem))
        if path:
            path[-1] = base
        return decoded

    def _map(self, type_: MapOf, value: Any) -> Any:
        if not isinstance(value, dict):
            self._fail(self._mismatch(value, type_.go))
            return None
        if type(value) is Repeated:
            for key, _ in value.earlier:
                self._report("duplicate", key)
        path, elem = self._path, type_.elem
        decoded = {}
        for key, item in value.items():
            path.append(key)
            decoded[key] = self._value(elem, item) if item is not None else _zero(elem)
            path.pop()
        return decoded

    def _struct(self, type_: Struct, value: Any) -> Any:
        if not isinstance(value, dict):
            self._fail(self._mismatch(value, type_.go))
            return None
        fields = type_.fields
        decoded: dict[str, Any] = {}
        said: set[str] | None = set() if type(value) is Repeated else None
        for key, item in value.items() if said is None else value.pairs:  # type: ignore[attr-defined] # Repeated has them
            field = fields.get(key)
            if said is not None:
                self._repeated(key, said)
            if field is None:
                self._unknown(type_, key, item, decoded)
            elif item is not None:
                found = self._field(type_, field, item)
                if found is not None and not (field.omit_empty and not field.pointer and _is_zero(field.type, found)):
                    decoded[key] = found
        for key, field in type_.filled.items():
            if key not in decoded:
                decoded[key] = empty(field.type)
        for key, zero in type_.zeros.items():
            decoded.setdefault(key, zero)
        return decoded

    def _field(self, type_: Struct, field: Field, item: Any) -> Any:
        outer, self._owner = self._owner, type_.go_name
        self._path.append(field.name)
        depth = len(self._go_path)
        self._go_path.extend((field.via, field.name) if field.via else (field.name,))
        found = self._value(field.type, item)
        del self._go_path[depth:]
        self._path.pop()
        self._owner = outer
        return found

    # -- strictness

    def _unknown(self, type_: Struct, key: str, item: Any, decoded: dict[str, Any]) -> None:
        if type_.keeps_unknown:
            decoded[key] = item
        else:
            self._report("unknown", key)

    def _repeated(self, key: str, said: set[str]) -> None:
        """Report a key that occurs again, where it does."""
        if key in said:
            self._report("duplicate", key)
        said.add(key)

    def _report(self, what: str, key: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(f'{what} field "{".".join([*self._path, key])}"')


def _unstructured_words(value: Any, go: str) -> str:
    if go.startswith("[]"):
        return f"cannot restore slice from {_UNSTRUCTURED_KINDS.get(type(value), 'map')}"
    if go.startswith("map["):
        return f"cannot restore map from {_UNSTRUCTURED_KINDS.get(type(value), 'map')}"
    if go not in ("string", "bool", "int32", "int64", "float64"):
        return f"cannot restore struct from: {_UNSTRUCTURED_KINDS.get(type(value), 'map')}"
    if go == "string" and type(value) in (int, float):
        return f"cannot convert {_UNSTRUCTURED_KINDS[type(value)]} to string"
    return f"unrecognized type: {go}"


_UNSTRUCTURED_KINDS: dict[type, str] = {str: "string", bool: "bool", int: "int64", float: "float64", list: "slice"}


def _is_zero(type_: Type, value: Any) -> bool:
    """Whether Go leaves the value out of a field marked omitempty. Structs by value never are."""
    return (
        not value
        and not isinstance(type_, Struct)
        and not (isinstance(type_, Scalar) and type_.kind in _STRUCT_SCALARS)
    )


_STRUCT_SCALARS = ("quantity", "int-or-string", "any")


def _zero(type_: Type) -> Any:
    """What null becomes as an element of a list or map."""
    if isinstance(type_, Struct):
        return empty(type_)
    if isinstance(type_, Scalar):
        return {
            "string": "",
            "bool": False,
            "int32": 0,
            "int64": 0,
            "float64": 0,
            "int-or-string": 0,
            "quantity": "0",
        }.get(type_.kind)
    return None


def unset(type_: Type) -> dict[str, Any]:
    """The object with nothing set, with the nulls and zeros that Go keeps for fields it never leaves out: what a new object's
    fields are compared with to see who has set them."""
    found: dict[str, Any] = {}
    if isinstance(type_, Struct):
        for key, field in type_.fields.items():
            if key in type_.filled:
                found[key] = unset(field.type)
            elif not field.omit_empty and not field.omit_zero:
                found[key] = None if field.pointer else _zero(field.type)
    return found


def empty(type_: Type) -> dict[str, Any]:
    """The object with nothing set, as Go writes it: the structs and scalars that are always there."""
    if not isinstance(type_, Struct):
        return {}
    return {key: empty(field.type) for key, field in type_.filled.items()} | type_.zeros

"""What the official client knows about each type of the API: its fields, their types, and which are required.

Read from the text of its modules and not by importing them: a Deployment alone would bring more than a hundred classes to life,
which takes half a second and 15 MB, to learn the names of fields.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_LAST_OF_CLASS = "    attribute_map: "
"""What stands last of the three things that are read from a class."""


@dataclass(frozen=True, slots=True)
class Model:
    """A type: the type of each field by its name in JSON, and the names of those that must be there."""

    fields: dict[str, str]
    required: tuple[str, ...]


@cache
def model(name: str) -> Model | None:
    """The type of this name, such as `V1DeploymentSpec`; None if there is none.

    Raises ValueError when the client's text is not written as that of version 37 is.
    """
    file = _files().get(name.lower())
    if file is None:
        return None
    text = file.read_text(encoding="utf-8")
    start = text.find(f"\nclass {name}(")
    if start < 0:
        return None
    end = text.find("\n    }\n", text.find(_LAST_OF_CLASS, start))
    if end < 0:
        raise ValueError(f"{file.name} does not say what {name} consists of")
    return _read(ast.parse(text[start:end] + "\n    }\n").body[0])


def _read(definition: ast.stmt) -> Model:
    statements = [part for part in getattr(definition, "body", ()) if isinstance(part, ast.AnnAssign)]
    found = {part.target.id: part.value for part in statements if isinstance(part.target, ast.Name)}
    types, names = (_literal(found.pop(table)) for table in ("openapi_types", "attribute_map"))
    required = tuple(names[field] for field, value in found.items() if field in names and _is_required(value))
    return Model({names[field]: kind for field, kind in types.items()}, required)


def _literal(value: ast.expr | None) -> dict[str, str]:
    table: dict[str, str] = ast.literal_eval(value) if value is not None else {}
    return table


def _is_required(value: ast.expr | None) -> bool:
    """Whether a field has no default: nothing is assigned to it, or a Field that gives none."""
    if not isinstance(value, ast.Call):
        return value is None
    return not value.args and not any(word.arg in ("default", "default_factory") for word in value.keywords)


@cache
def _files() -> dict[str, Path]:
    """The files of the models by the name of the model in small letters."""
    package = find_spec("kubernetes")
    folders = package.submodule_search_locations if package else None
    folder = Path(next(iter(folders or ["."])), "client", "models")
    return {re.sub("_", "", file.stem): file for file in folder.glob("*.py")}

"""What types and fields are for, read when someone asks out of the models of the installed `kubernetes` package.

The package's sources are searched as text: importing its several hundred modules would take seconds.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tutor.simulator.schemas.types import Struct

_CLASS = re.compile(r'^class \w+\(BaseModel\):\n    """\n    (.*)\n', re.MULTILINE)
_FIELD = re.compile(r"^    (\w+): .* = Field\((.*)\)$", re.MULTILINE)
_ALIAS = re.compile(r'serialization_alias="((?:[^"\\]|\\.)*)"')
_DESCRIPTION = re.compile(r'description=("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True, slots=True)
class Description:
    """A type's own words and those of its fields by JSON name."""

    text: str = ""
    fields: dict[str, str] = field(default_factory=dict)


@cache
def _models() -> dict[str, Path]:
    """Model sources by class name in lower case."""
    found = importlib.util.find_spec("kubernetes")
    if found is None or not found.submodule_search_locations:
        return {}
    folder = Path(found.submodule_search_locations[0], "client", "models")
    return {path.stem.replace("_", ""): path for path in folder.glob("*.py")}


def describe(type_: Struct) -> Description:
    """What the package says of a type; nothing when it does not know it."""
    path = _source(type_.name)
    return _read(path) if path else Description()


def _source(name: str) -> Path | None:
    """io.k8s.api.core.v1.Event may be class V1Event or CoreV1Event."""
    *_, group, version, kind = name.lower().replace("-", "").split(".")
    models = _models()
    return models.get(version + kind) or models.get(group + version + kind)


def _read(path: Path) -> Description:
    text = path.read_text(encoding="utf-8")
    named = _CLASS.search(text)
    fields = {}
    for name, arguments in _FIELD.findall(text):
        described = _DESCRIPTION.search(arguments)
        if described:
            alias = _ALIAS.search(arguments)
            fields[alias[1] if alias else name] = str(ast.literal_eval(described[1]))
    return Description(named[1].removesuffix(" # noqa: E501") if named else "", fields)

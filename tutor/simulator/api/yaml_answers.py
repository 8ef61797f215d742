"""Answers in YAML as the API server writes them (sigs.k8s.io/yaml): nothing is referred to twice, text of several lines stands in
lines, and text that would be read as something else is in double quotes."""

from __future__ import annotations

import re
from typing import Any

import yaml

_TEXT = "tag:yaml.org,2002:str"
_BASE: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_ALSO_QUOTED = re.compile(r"[yYnN]|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
"""What is a boolean or a number to the API server's parser but not to ours (sigs.k8s.io/yaml, goyaml.v2/resolve.go)."""


class _Dumper(_BASE):  # type: ignore[misc] # whichever there is
    """Writes each value where it stands."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never refer to a value that came before."""
        return True


def _text(dumper: Any, value: str) -> Any:
    style = None
    if "\n" in value:
        style = "|"
    elif _ALSO_QUOTED.fullmatch(value) or dumper.resolve(yaml.ScalarNode, value, (True, False)) != _TEXT:
        style = '"'
    return dumper.represent_scalar(_TEXT, value, style=style)


_Dumper.add_representer(str, _text)


def encode_yaml(value: Any) -> bytes:
    """JSON data as YAML, keys in alphabetical order."""
    text: str = yaml.dump(value, Dumper=_Dumper, default_flow_style=False, allow_unicode=True)
    return text.encode()

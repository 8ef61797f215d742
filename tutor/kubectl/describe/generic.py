"""The description of kinds without one of their own: every field, with readable labels."""

from __future__ import annotations

import re
from typing import Any

from tutor.kubectl.describe.context import Context
from tutor.kubectl.describe.writer import Writer
from tutor.kubectl.objects import Object, name_of, namespace_of
from tutor.kubectl.printers.text import go_value

_SHOWN_ABOVE = frozenset(
    {".metadata.managedFields", ".metadata.name", ".metadata.namespace", ".metadata.labels", ".metadata.annotations"}
)
_ACRONYMS = frozenset({"API", "URL", "UID", "GUID"})
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|-")


def describe_generic(context: Context, obj: Object) -> str:
    writer = Writer()
    writer.line(0, "Name", name_of(obj))
    writer.line(0, "Namespace", namespace_of(obj))
    writer.metadata(obj)
    _content(writer, 0, obj, "")
    context.write_events(writer, obj)
    return writer.aligned()


def _content(writer: Writer, level: int, content: Object, prefix: str) -> None:
    for field in sorted(content):
        path, value = f"{prefix}.{field}", content[field]
        if path in _SHOWN_ABOVE:
            continue
        if isinstance(value, dict):
            writer.write(level, f"{label_for(field)}:\n")
            _content(writer, level + 1, value, path)
        elif isinstance(value, list):
            writer.write(level, f"{label_for(field)}:\n")
            for item in value:
                _item(writer, level + 1, item, path)
        else:
            writer.line(level, label_for(field), go_value(value))


def _item(writer: Writer, level: int, item: Any, path: str) -> None:
    if isinstance(item, dict):
        _content(writer, level, item, path)
    else:
        writer.write(level, f"{go_value(item)}\n")


def label_for(field: str) -> str:
    """`resourceVersion` as `Resource Version`, `uid` as `UID`; names with other characters stay as they are."""
    if not all(character.isalpha() or character == "-" for character in field):
        return field
    words = _joined(_WORDS.findall(field))
    return " ".join(word.upper() if word.upper() in _ACRONYMS else word[:1].upper() + word[1:] for word in words)


def _joined(words: list[str]) -> list[str]:
    """An acronym stays with a capitalised word after it: `TLS`, `Verify` is `TLSVerify`."""
    joined: list[str] = []
    for word in words:
        if joined and len(joined[-1]) > 1 and joined[-1].isupper() and word[0].isupper():
            joined[-1] += word
        else:
            joined.append(word)
    return joined

"""YAML read strictly and by line: every key is asked for by name, and what nobody asked for is a mistake.

A reader function takes a `Fields` (one mapping), asks for its keys and returns a model. A wrong or missing value is
recorded as a problem and replaced by a harmless one, so that one run finds all mistakes; the caller looks at the
collected problems before it uses any result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml

from tutor.course.problem import Problem

T = TypeVar("T")

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_MAYBE_ANCHOR = re.compile(r"(^|[\s,\[{])&\w", re.MULTILINE)
_DEPTH_LIMIT = 60
_SIZE_LIMIT = 1_000_000

SYNTAX_REMEDY = "check indentation, colons and quotes on this line and the one before it"


class Source:
    """A file (or the part of one that starts at `first_line`) being read, and the problems found in it so far."""

    def __init__(self, path: Path, problems: list[Problem], first_line: int = 1) -> None:
        self.path = path
        self._problems = problems
        self._first_line = first_line

    def problem(self, where: yaml.Node | int, message: str, remedy: str) -> None:
        """Record a mistake at a node or a line."""
        line = where if isinstance(where, int) else self.line(where)
        self._problems.append(Problem(self.path, line, message, remedy))

    def line(self, node: yaml.Node) -> int:
        """The line a node's content starts on; the text of a block scalar starts on the line after its mark."""
        below = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
        return int(node.start_mark.line) + self._first_line + int(below)

    def compose(self, text: str) -> yaml.Node | None:
        """The YAML node tree of the text; None, with a problem recorded, when it is no single YAML document."""
        if len(text) > _SIZE_LIMIT:
            self.problem(1, f"the file has {len(text)} characters", f"keep it below {_SIZE_LIMIT}")
            return None
        try:
            node = yaml.compose(text, Loader=_LOADER)
            return None if self._has_alias(text) else node
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            what = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
            line = (mark.line if mark else 0) + self._first_line
            self.problem(line, f"this is not valid YAML ({what})", SYNTAX_REMEDY)
            return None

    def _has_alias(self, text: str) -> bool:
        """Whether a YAML alias is used; a few of them can make a small file endlessly large."""
        if not _MAYBE_ANCHOR.search(text):
            return False
        events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        for event in events:
            if isinstance(event, yaml.AliasEvent):
                line = (event.start_mark.line if event.start_mark else 0) + self._first_line
                self.problem(line, f"the alias *{event.anchor} is used", "write the value out; packs have no aliases")
                return True
        return False

    def read(self, text: str, what: str, reader: Callable[[Fields], T]) -> T | None:
        """The model a reader makes of the text's top-level mapping; None when there is no mapping to read."""
        known = len(self._problems)
        node = self.compose(text)
        if isinstance(node, yaml.MappingNode):
            return _read_mapping(self, node, what, reader)
        if len(self._problems) == known:
            self.problem(self._first_line, f"{what} is not a mapping", "write `key: value` lines")
        return None


def _read_mapping(source: Source, node: yaml.MappingNode, what: str, reader: Callable[[Fields], T]) -> T:
    fields = Fields(source, node, what)
    result = reader(fields)
    fields.reject_unknown()
    return result


class Fields:
    """One mapping of a file. Every method names a key; one with a `default` may be left out."""

    def __init__(self, source: Source, node: yaml.MappingNode, what: str) -> None:
        self.source = source
        self.line = source.line(node)
        self._what = what
        self._values: dict[str, yaml.Node] = {}
        self._keys: dict[str, yaml.Node] = {}
        self._asked: set[str] = set()
        for key, value in node.value:
            self._add(key, value)

    def _add(self, key: yaml.Node, value: yaml.Node) -> None:
        name = key.value if isinstance(key, yaml.ScalarNode) else "?"
        if name in self._values:
            first = self.source.line(self._keys[name])
            self.source.problem(key, f"the key `{name}` is given twice", f"keep one; the first is on line {first}")
        elif name == "<<":
            self.source.problem(key, "merge keys (`<<`) are not used in packs", "write the keys out")
        else:
            self._keys[name], self._values[name] = key, value

    def reject_unknown(self) -> None:
        """Report the keys nobody asked for."""
        for name in self._values:
            if name not in self._asked:
                self.source.problem(self._keys[name], f"unknown key `{name}` in {self._what}", self._known(name))

    def _known(self, name: str) -> str:
        from difflib import get_close_matches

        close = get_close_matches(name, self._asked, 1, cutoff=0.75)
        return f"did you mean `{close[0]}`?" if close else f"known here: {', '.join(sorted(self._asked))}"

    def has(self, key: str) -> bool:
        """Whether the key is given."""
        self._asked.add(key)
        return key in self._values

    def names(self) -> list[str]:
        """All keys given, in file order."""
        return list(self._values)

    def lines(self) -> dict[str, int]:
        """The line each key's value starts on."""
        return {name: self.source.line(node) for name, node in self._values.items()}

    def problem(self, key: str, message: str, remedy: str) -> None:
        """Record a mistake at a key's value, or at the mapping when the key is not there."""
        self.source.problem(self._values.get(key) or self.line, message, remedy)

    def _node(self, key: str, required: bool, expected: str) -> yaml.Node | None:
        self._asked.add(key)
        node = self._values.get(key)
        if node is None and required:
            self.source.problem(self.line, f"{self._what} has no `{key}`", f"add `{key}:` with {expected}")
        return node

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty."""
        node = self._node(key, default is None, "a text")
        return (default or "") if node is None else self._scalar(key, node)

    def optional_text(self, key: str) -> str | None:
        """A text, or None when the key is not there."""
        return self.text(key) if self.has(key) else None

    def _scalar(self, key: str, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            self.source.problem(node, f"`{key}` is not a text", "write one text; long ones under `|`")
        elif node.tag == f"{_TAG}bool":
            self.source.problem(node, f"YAML reads `{node.value}` as true or false, not as a text", "put it in quotes")
        elif node.tag == f"{_TAG}null" or not node.value.strip():
            self.source.problem(node, f"`{key}` is empty", "write a text")
        elif not node.tag.startswith(_TAG) or "python" in node.tag:
            self.source.problem(node, f"the tag {node.tag} is not used in packs", "remove it")
        else:
            return str(node.value)
        return ""

    def identifier(self, key: str) -> str:
        """A stable id in kebab-case."""
        value = self.text(key)
        if value and not _IDENTIFIER.fullmatch(value):
            self.problem(key, f"`{value}` is not an id", "use lower-case letters, digits and single hyphens")
        return value

    def choice(self, key: str, options: Sequence[str]) -> str:
        """One of some words."""
        value = self.text(key)
        if value and value not in options:
            self.problem(key, f"`{value}` is not a known {key}", f"use one of: {', '.join(options)}")
        return value if value in options else options[0]

    def number(self, key: str, default: int | None = None, lowest: int = 1, highest: int = 10_000) -> int:
        """A whole number within bounds."""
        node = self._node(key, default is None, "a whole number")
        return (default or 0) if node is None else self._whole(key, node, lowest, highest)

    def _whole(self, key: str, node: yaml.Node, lowest: int, highest: int) -> int:
        if not isinstance(node, yaml.ScalarNode) or node.tag != f"{_TAG}int" or not _DECIMAL.fullmatch(node.value):
            self.source.problem(node, f"`{key}` is not a whole number", f"write a number from {lowest} to {highest}")
            return lowest
        value = int(node.value)
        if not lowest <= value <= highest:
            self.source.problem(node, f"`{key}` is {value}", f"write a number from {lowest} to {highest}")
        return value

    def flag(self, key: str) -> bool:
        """true or false; false when left out."""
        node = self._node(key, False, "")
        if node is None:
            return False
        if not isinstance(node, yaml.ScalarNode) or node.style or node.value not in ("true", "false"):
            self.source.problem(node, f"`{key}` is neither true nor false", "write `true` or `false`")
            return False
        return bool(node.value == "true")

    def numbers(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers that is not empty."""
        return tuple(self._whole(key, node, 1, 1000) for node in self._items(key, required=True))

    def texts(self, key: str, required: bool = False) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(self._scalar(key, node) for node in self._items(key, required))

    def item_lines(self, key: str) -> tuple[int, ...]:
        """The line each item of a list starts on."""
        return tuple(self.source.line(node) for node in self._items(key, required=False))

    def _items(self, key: str, required: bool) -> list[yaml.Node]:
        node = self._node(key, required, "a list")
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.source.problem(node, f"`{key}` is not a list", "write `- item` lines or [a, b]")
            return []
        if required and not node.value:
            self.source.problem(node, f"`{key}` is empty", "give at least one item")
        return list(node.value)

    def mapping(self, key: str, what: str, reader: Callable[[Fields], T]) -> T | None:
        """What a reader makes of the mapping under the key, which must be there."""
        node = self._node(key, True, "a mapping")
        return None if node is None else self._read(node, what, reader)

    def each(self, key: str, what: str, reader: Callable[[Fields], T], required: bool = False) -> tuple[T, ...]:
        """What a reader makes of each mapping in a list."""
        results = [self._read(node, what, reader) for node in self._items(key, required)]
        return tuple(result for result in results if result is not None)

    def one_or_each(self, key: str, what: str, reader: Callable[[Fields], T]) -> tuple[T, ...]:
        """What a reader makes of the mapping under the key, or of each mapping in a list that stands there."""
        if isinstance(self._node(key, True, "a mapping or a list"), yaml.SequenceNode):
            return self.each(key, what, reader, required=True)
        only = self.mapping(key, what, reader)
        return () if only is None else (only,)

    def _read(self, node: yaml.Node, what: str, reader: Callable[[Fields], T]) -> T | None:
        if isinstance(node, yaml.MappingNode):
            return _read_mapping(self.source, node, what, reader)
        self.source.problem(node, f"{what} is not a mapping", "write `key: value` lines")
        return None

    def text_map(self, key: str) -> dict[str, str]:
        """A mapping of any names to texts; empty when left out."""
        node = self._node(key, False, "")
        if node is None:
            return {}
        found = self._read(node, f"`{key}`", lambda fields: {name: fields.text(name) for name in fields.names()})
        return found or {}

    def value(self, key: str) -> Any:
        """Any JSON value, which must be there."""
        node = self._node(key, True, "a value")
        return None if node is None else self._json(node, 0)

    def _json(self, node: yaml.Node, depth: int) -> Any:
        if depth > _DEPTH_LIMIT:
            self.source.problem(node, "values are nested too deeply", f"use at most {_DEPTH_LIMIT} levels")
            return None
        if isinstance(node, yaml.SequenceNode):
            return [self._json(item, depth + 1) for item in node.value]
        if isinstance(node, yaml.MappingNode):
            fields = Fields(self.source, node, "a value")
            return {name: self._json(item, depth + 1) for name, item in fields._values.items()}
        return self._json_scalar(node)

    def _json_scalar(self, node: yaml.Node) -> Any:
        text = str(node.value)
        match node.tag.removeprefix(_TAG):
            case "str":
                return text
            case "null":
                return None
            case "bool" if text in ("true", "false"):
                return text == "true"
            case "int" if _DECIMAL.fullmatch(text):
                return int(text)
            case "float" if re.fullmatch(r"[-+]?[0-9]+\.[0-9]+", text):
                return float(text)
        self.source.problem(node, f"YAML may read `{text}` differently from what it looks like", "put it in quotes")
        return None

"""Rules for fenced blocks: a known language, lines that fit, manifests and data that are valid."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import yaml

from tutor.course.cells import cell_width

Add = Callable[[int, str, str], None]

LANGUAGES = ("yaml", "console", "sh", "text", "json")
_WIDEST = 70
_FILE_NAME = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*\.ya?ml")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def check_fence(info: str, content: str, line: int, on_page: bool, add: Add) -> None:
    """All rules on a fence that opens on `line`. On a lesson's page YAML has to say whether it is a whole manifest."""
    language, _, rest = info.strip().partition(" ")
    rest = rest.strip()
    if language not in LANGUAGES:
        remedy = f"name one of: {', '.join(LANGUAGES)}"
        add(line, f"the fence has the language `{language}`" if language else "the fence has no language", remedy)
    _widths(content, line, add)
    if language == "yaml":
        _yaml(content, rest, line, on_page, add)
        return
    if rest and language in LANGUAGES:
        add(line, f"`{rest}` after the language has no meaning here", "only yaml fences name a file")
    if language == "console" and not any(text.startswith("$ ") for text in content.split("\n")):
        add(line, "the console block shows no command", "start the command's line with `$ `, or use the language text")
    if language == "json":
        _json(content, line, add)


def _widths(content: str, line: int, add: Add) -> None:
    for number, text in enumerate(content.split("\n"), line + 1):
        if cell_width(text) > _WIDEST:
            add(number, f"the line is {cell_width(text)} cells wide", f"keep lines in fences within {_WIDEST}")


def _yaml(content: str, name: str, line: int, on_page: bool, add: Add) -> None:
    if name == "fragment" or (not name and not on_page):
        _fragment(content, line, add)
    elif not name:
        remedy = "write `yaml NAME.yaml` for a whole manifest or `yaml fragment` for a part of one"
        add(line, "the YAML block does not say what it is", remedy)
    elif not _FILE_NAME.fullmatch(name):
        add(line, f"`{name}` is not a name for a manifest", "use a lower-case file name such as deployment.yaml")
    else:
        check_manifests(content, line + 1, add)


def check_manifests(content: str, first_line: int, add: Add) -> None:
    """Report what the Kubernetes API would refuse in a file of manifests."""
    from tutor.manifests.text import check_text

    for problem in check_text(content):
        line = first_line + problem.line - 1
        add(line, f"the manifest is not valid: {problem}", "correct it; kubectl explain KIND lists the fields")


def _fragment(content: str, line: int, add: Add) -> None:
    try:
        list(yaml.compose_all(content, Loader=_LOADER))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = f"the fragment is not valid YAML ({getattr(error, 'problem', None)})"
        add(line + 1 + (mark.line if mark else 0), message, "correct it, or use the language text")


def _json(content: str, line: int, add: Add) -> None:
    try:
        json.loads(content)
    except ValueError as error:
        add(
            line + getattr(error, "lineno", 1),
            f"the JSON is not valid ({error})",
            "correct it, or use the language text",
        )

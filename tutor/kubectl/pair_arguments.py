"""Arguments of the form `RESOURCE... KEY=VALUE... KEY-...`, as label, annotate and set image take them.

Follows kubectl `pkg/cmd/util/helpers.go`, GetResourcesAndPairs and ParsePairs.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.kubectl.errors import KubectlError


def resources_and_pairs(args: Sequence[str], what: str) -> tuple[list[str], list[str]]:
    """The resource words, then the `KEY=VALUE` and `KEY-` words; KubectlError when a resource follows these."""
    resources: list[str] = []
    pairs: list[str] = []
    for arg in args:
        if _is_pair(arg) or _removes(arg):
            pairs.append(arg)
        elif pairs:
            raise KubectlError(f"all resources must be specified before {what} changes: {arg}")
        else:
            resources.append(arg)
    return resources, pairs


def parse_pairs(words: Sequence[str], what: str, *, removable: bool) -> tuple[dict[str, str], list[str]]:
    """What to set, and what to remove where that is possible; KubectlError names all words that are neither."""
    values: dict[str, str] = {}
    remove: list[str] = []
    invalid: list[str] = []
    for word in words:
        if _is_pair(word):
            key, _, value = word.partition("=")
            values[key] = value
        elif removable and _removes(word):
            remove.append(word[:-1])
        else:
            invalid.append(word)
    if invalid:
        raise KubectlError(f"invalid {what} format: {', '.join(invalid)}")
    return values, remove


def _is_pair(word: str) -> bool:
    return "=" in word and not word.startswith("=")


def _removes(word: str) -> bool:
    return word.endswith("-") and word != "-"

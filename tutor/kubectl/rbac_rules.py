"""RBAC rules as kubectl lists them: one row per resource or URL, verbs of equal rules joined, in the order of their
text.

Follows kubectl `pkg/util/rbac/rbac.go`.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from tutor.kubectl.objects import Object

_Parts = tuple[list[str], list[str], list[str], list[str], list[str]]  # verbs, groups, resources, names, URLs


def rule_rows(rules: Iterable[Object]) -> list[tuple[str, str, str, str]]:
    """Resources, non-resource URLs, resource names and verbs of each row."""
    parts = sorted(_compacted(rules), key=_text)
    return [
        (_combined(groups, resources), _brackets(urls), _brackets(names), _brackets(verbs))
        for verbs, groups, resources, names, urls in parts
    ]


def _compacted(rules: Iterable[Object]) -> list[_Parts]:
    """Rules about one resource (and one name) share a row; the others keep a row each."""
    simple: dict[tuple[str, str, str | None], list[str]] = {}
    other: list[_Parts] = []
    for rule in rules:
        verbs = list(rule.get("verbs") or [])
        names = rule.get("resourceNames") or [None]
        for group, resource, name in product(rule.get("apiGroups") or [], rule.get("resources") or [], names):
            known = simple.setdefault((group, resource, name), [])
            known += [verb for verb in verbs if verb not in known]
        other += [(verbs, [], [], [], [url]) for url in rule.get("nonResourceURLs") or []]
    return other + [
        (verbs, [group], [resource], [name] if name is not None else [], [])
        for (group, resource, name), verbs in simple.items()
    ]


def _text(parts: _Parts) -> str:
    """The form Go prints a PolicyRule in, which the rows are sorted by."""
    labels = ("Verbs", "APIGroups", "Resources", "ResourceNames", "NonResourceURLs")
    return "".join(f"{label}:{_brackets(values)}," for label, values in zip(labels, parts, strict=True))


def _combined(groups: list[str], resources: list[str]) -> str:
    if not resources:
        return ""
    name, slash, subresource = resources[0].partition("/")
    return (f"{name}.{groups[0]}" if groups[0] else name) + slash + subresource


def _brackets(values: list[str]) -> str:
    return f"[{' '.join(values)}]"

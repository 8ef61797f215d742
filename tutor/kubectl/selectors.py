"""Label selectors: reading them from text, writing them as text or objects, and matching labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.objects import Object

_REQUIREMENT = re.compile(
    r"\s*(?:(?P<not>!)\s*(?P<absent>[^\s,=!()]+)"
    r"|(?P<key>[^\s,=!()]+)\s*(?:(?P<eq>==|=|!=)\s*(?P<value>[^\s,()]*)|\s(?P<op>in|notin)\s*\((?P<values>[^)]*)\))?)\s*(?:,|$)"
)


@dataclass(frozen=True)
class Requirement:
    """One condition; `operator` is In, NotIn, Exists or DoesNotExist."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        present = self.key in labels
        if self.operator == "Exists":
            return present
        if self.operator == "DoesNotExist":
            return not present
        inside = present and labels[self.key] in self.values
        return inside if self.operator == "In" else not inside


def parse_selector(text: str) -> list[Requirement]:
    """The conditions of `app=web,tier!=db,env in (a,b),!legacy`."""
    requirements, position = [], 0
    while position < len(text):
        match = _REQUIREMENT.match(text, position)
        if match is None or match.end() == position:
            raise KubectlError(f"unable to parse requirement: found '{text[position:]}', expected: identifier")
        requirements.append(_requirement(match))
        position = match.end()
    return requirements


def _requirement(match: re.Match[str]) -> Requirement:
    if match["absent"]:
        return Requirement(match["absent"], "DoesNotExist")
    if match["op"]:
        values = tuple(value.strip() for value in match["values"].split(","))
        return Requirement(match["key"], "In" if match["op"] == "in" else "NotIn", values)
    if match["eq"]:
        return Requirement(match["key"], "NotIn" if match["eq"] == "!=" else "In", (match["value"],))
    return Requirement(match["key"], "Exists")


def matches(text: str, labels: Mapping[str, str]) -> bool:
    return all(requirement.matches(labels) for requirement in parse_selector(text))


def label_selector_object(text: str) -> Object:
    """The `LabelSelector` object for a selector's text."""
    labels: dict[str, str] = {}
    expressions = []
    for requirement in parse_selector(text):
        if requirement.operator == "In" and len(requirement.values) == 1:
            labels[requirement.key] = requirement.values[0]
        else:
            values = {"values": list(requirement.values)} if requirement.values else {}
            expressions.append({"key": requirement.key, "operator": requirement.operator, **values})
    return ({"matchLabels": labels} if labels else {}) | ({"matchExpressions": expressions} if expressions else {})


def selector_text(selector: Object | None) -> str:
    """A `LabelSelector` object as text, in the order apimachinery `FormatLabelSelector` gives; empty for none."""
    if not selector:
        return ""
    requirements = [Requirement(key, "In", (value,)) for key, value in (selector.get("matchLabels") or {}).items()]
    requirements += [
        Requirement(item["key"], item["operator"], tuple(sorted(item.get("values") or ())))
        for item in selector.get("matchExpressions") or []
    ]
    single = set(selector.get("matchLabels") or {})
    return ",".join(_text(item, item.key in single) for item in sorted(requirements, key=lambda item: item.key))


def _text(requirement: Requirement, equality: bool) -> str:
    key, values = requirement.key, ",".join(requirement.values)
    if requirement.operator == "Exists":
        return key
    if requirement.operator == "DoesNotExist":
        return f"!{key}"
    if requirement.operator == "In":
        return f"{key}={values}" if equality else f"{key} in ({values})"
    return f"{key} notin ({values})"


def map_text(labels: Mapping[str, str] | None) -> str:
    """A plain label map as a selector: `a=b,c=d`."""
    return ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items()))

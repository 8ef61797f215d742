"""Checks: what an exercise looks at in the cluster and what it wants to see there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Operator: TypeAlias = Literal[
    "equals",
    "not_equals",
    "at_least",
    "at_most",
    "one_of",
    "contains",
    "matches",
    "exists",
    "same_set",
    "same_quantity",
    "quantity_at_least",
    "quantity_at_most",
    "none_of_fact",
    "equals_fact",
    "not_equals_fact",
    "at_least_fact",
]


@dataclass(frozen=True)
class Selector:
    """Which object of the cluster (with `name`) or which objects (without) are looked at.

    `api_version` and `namespace` are filled in by the loader; `namespace` is None for cluster-scoped kinds.
    """

    kind: str
    api_version: str
    namespace: str | None = None
    name: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Expectation:
    """An operator and what it compares with: a JSON value, or the name of a remembered fact for the `*_fact` ones."""

    operator: Operator
    operand: Any


@dataclass(frozen=True)
class Assertion:
    """What must hold of the selected object(s).

    `value` is a JMESPath expression over the object, or over `{"items": [...]}` for a selector without a name; None
    means the object itself, whose existence is then expected or not. `found` is the template for what is there (the
    file calls it `is`; `{value}` stands for the value) and `wanted` says what should be; both may be empty
    when `value` is None.
    """

    value: str | None
    expect: Expectation
    found: str = ""
    wanted: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Check:
    """One criterion of an exercise: every assertion must hold, and the first that does not gives the message.

    With `settling`, a failure while the workload still moves is "converging" and not a mistake.
    """

    id: str
    text: str
    of: Selector
    assertions: tuple[Assertion, ...]
    why: str
    settling: bool = False
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Condition:
    """A selector with one assertion on it, used to recognise a mistake and to wait for a start to settle."""

    of: Selector
    value: str | None
    expect: Expectation


@dataclass(frozen=True)
class Mistake:
    """A mistake the tutor recognises by the state it leaves behind; `see` links to where the matter is explained.

    It is there when all conditions of `when` hold.
    """

    id: str
    when: tuple[Condition, ...]
    says: str
    see: str | None = None
    line: int = field(default=0, compare=False)

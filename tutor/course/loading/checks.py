"""Reads what an exercise looks at: selectors, expectations, checks and recognised mistakes."""

from __future__ import annotations

from typing import Any, get_args

from tutor.course.loading.yamlreader import Fields
from tutor.course.model.checks import Assertion, Check, Condition, Expectation, Mistake, Operator, Selector
from tutor.manifests.kinds import API_VERSIONS, CLUSTER_SCOPED

OPERATORS: tuple[Operator, ...] = get_args(Operator)
_NUMBERS = ("at_least", "at_most")
_QUANTITIES = ("same_quantity", "quantity_at_least", "quantity_at_most")
_LISTS = ("one_of", "same_set")


class CheckReader:
    """Readers for one exercise; `namespace` is where its objects are unless a selector says otherwise."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def check(self, fields: Fields) -> Check:
        """A check with one assertion, or with several under `all`."""
        selector = self.selector_of(fields)
        several = fields.has("all")
        assertions = fields.each("all", "an assertion", _assertion, required=True) if several else (_assertion(fields),)
        return Check(
            id=fields.identifier("id"),
            text=fields.text("text"),
            of=selector,
            assertions=assertions,
            why=fields.text("why"),
            settling=fields.flag("settling"),
            line=fields.line,
        )

    def mistake(self, fields: Fields) -> Mistake:
        """A recognised mistake."""
        return Mistake(
            id=fields.identifier("id"),
            when=fields.one_or_each("when", "the condition", self.condition),
            says=fields.text("says"),
            see=fields.optional_text("see"),
            line=fields.line,
        )

    def condition(self, fields: Fields) -> Condition:
        """A selector with one expectation."""
        value = fields.optional_text("value")
        return Condition(self.selector_of(fields), value, _expectation(fields, value))

    def selector_of(self, fields: Fields) -> Selector:
        """The selector under `of`."""
        return fields.mapping("of", "a selector", self._selector) or _NOTHING

    def _selector(self, fields: Fields) -> Selector:
        kind = fields.text("kind")
        given = fields.optional_text("apiVersion")
        if kind and not given and kind not in API_VERSIONS:
            fields.problem("kind", f"`{kind}` is not a built-in kind", "check its spelling, or add its `apiVersion`")
        name, labels = fields.optional_text("name"), fields.text_map("labels")
        if name and labels:
            fields.problem("labels", "a selector has a name and labels", "keep the name or the labels")
        namespace = fields.text("namespace", default=self._namespace)
        if kind in CLUSTER_SCOPED:
            namespace = ""
        return Selector(kind, given or API_VERSIONS.get(kind, ""), namespace or None, name, labels)


def _assertion(fields: Fields) -> Assertion:
    value = fields.optional_text("value")
    default = "" if value is None else None
    return Assertion(
        value=value,
        expect=_expectation(fields, value),
        found=fields.text("is", default),
        wanted=fields.text("wanted", default),
        line=fields.line,
    )


def _expectation(fields: Fields, value: str | None) -> Expectation:
    expectation = fields.mapping("expect", "the expectation", _operator_and_operand) or _ABSENT
    if value is None and expectation.operator != "exists":
        remedy = "add `value:` with a JMESPath expression, or expect `exists: true` or `exists: false`"
        fields.problem("expect", f"`{expectation.operator}` has no value to look at", remedy)
    return expectation


def _operator_and_operand(fields: Fields) -> Expectation:
    given = [name for name in OPERATORS if fields.has(name)]
    if len(fields.names()) != 1:
        message = f"an expectation has exactly one operator, this one has {len(fields.names())}"
        fields.source.problem(fields.line, message, f"use one of: {', '.join(OPERATORS)}")
        return _ABSENT
    if not given:
        return _ABSENT  # one unknown operator: reported as an unknown key
    operator = given[0]
    operand = fields.value(operator)
    expected = _expected_operand(operator, operand)
    if expected:
        fields.problem(operator, f"`{operator}` cannot compare with {operand!r}", f"give it {expected}")
    return Expectation(operator, operand)


def _expected_operand(operator: str, operand: Any) -> str | None:
    """What the operator needs when the operand is not that; None when it is fine."""
    number = isinstance(operand, int | float) and not isinstance(operand, bool)
    if operator in _NUMBERS:
        return None if number else "a number"
    if operator in _LISTS:
        return None if isinstance(operand, list) else "a list"
    if operator == "exists":
        return None if isinstance(operand, bool) else "true or false"
    if operator == "matches" or operator.endswith("_fact"):
        return None if isinstance(operand, str) else "a text in quotes"
    if operator in _QUANTITIES:
        return None if isinstance(operand, str) or number else "a Kubernetes quantity such as 250m"
    return None


_NOTHING = Selector("", "")
_ABSENT = Expectation("exists", False)
NEVER = Condition(_NOTHING, None, _ABSENT)
"""Stands for a condition that could not be read; the problem has been recorded."""

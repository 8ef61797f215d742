"""Webhooks and policies that take part in admission. Policies act; webhooks are kept and checked, and never called: creating one
says so.

Rules: pkg/apis/admissionregistration/validation/validation.go and v1/defaults.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.cel import shown_problems
from tutor.simulator.errors import FieldError, duplicate, invalid, not_supported, required
from tutor.simulator.policies.expressions import compiled, uncovered, written
from tutor.simulator.resources.base import Column, Resource
from tutor.simulator.resources.label_selectors import validate_selector
from tutor.simulator.resources.printing import AGE, NAME, at, count_at
from tutor.simulator.store import Obj

GROUP = "admissionregistration.k8s.io"
_CATEGORY = ("api-extensions",)
_OPERATIONS = ("*", "CONNECT", "CREATE", "DELETE", "UPDATE")
_SCOPES = ("*", "Cluster", "Namespaced")
_UNSET = "<unset>"


def _not_called(_: Obj) -> Iterator[str]:
    """A warning on every write: the object has no effect here."""
    yield "admission webhooks are stored but not simulated: requests to this cluster pass without them"


def _not_evaluated(policy: Obj) -> Iterator[str]:
    """Warnings for the expressions that a real cluster would evaluate."""
    for field, text, purpose in written(policy["spec"]):
        if why := uncovered(text, purpose):
            yield f'{field}: "{text}" cannot be evaluated here: {why} is not simulated, try a kind cluster'


def _default_match(match: dict[str, Any]) -> None:
    if match.get("matchPolicy") is None:
        match["matchPolicy"] = "Equivalent"
    for name in ("namespaceSelector", "objectSelector"):
        if match.get(name) is None:
            match[name] = {}


def _default_rules(rules: Any) -> None:
    for rule in rules or ():
        if rule.get("scope") is None:
            rule["scope"] = "*"


def _default_webhooks(configuration: Obj) -> None:
    for hook in configuration.get("webhooks") or ():
        _default_match(hook)
        for name, value in (("failurePolicy", "Fail"), ("timeoutSeconds", 10)):
            if hook.get(name) is None:
                hook[name] = value
        if configuration["kind"].startswith("Mutating") and hook.get("reinvocationPolicy") is None:
            hook["reinvocationPolicy"] = "Never"
        _default_rules(hook.get("rules"))
        service = (hook.get("clientConfig") or {}).get("service")
        if service is not None and service.get("port") is None:
            service["port"] = 443


def _validate_webhooks(configuration: Obj) -> Iterator[FieldError]:
    names = set()
    for i, hook in enumerate(configuration.get("webhooks") or ()):
        yield from _validate_webhook(hook, f"webhooks[{i}]")
        if not hook.get("admissionReviewVersions"):
            why = "must specify one of v1, v1beta1"
            yield required(f"webhooks[{i}].admissionReviewVersions", why)
        if hook.get("name") in names:
            yield duplicate(f"webhooks[{i}].name", hook["name"])
        names.add(hook.get("name"))


def _validate_webhook(hook: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    name = hook.get("name") or ""
    if not name:
        yield required(f"{path}.name")
    elif name.count(".") < 2:
        yield invalid(f"{path}.name", name, "should be a domain with at least three segments separated by dots")
    for i, rule in enumerate(hook.get("rules") or ()):
        yield from _validate_rule(rule, f"{path}.rules[{i}]")
    for field, allowed in (("failurePolicy", ("Fail", "Ignore")), ("matchPolicy", ("Equivalent", "Exact"))):
        if hook[field] not in allowed:
            yield not_supported(f"{path}.{field}", hook[field], allowed)
    if hook.get("sideEffects") is None:
        yield required(f"{path}.sideEffects", "must specify one of None, NoneOnDryRun")
    elif hook["sideEffects"] not in ("None", "NoneOnDryRun"):
        yield not_supported(f"{path}.sideEffects", hook["sideEffects"], ("None", "NoneOnDryRun"))
    if not 1 <= hook["timeoutSeconds"] <= 30:
        why = "the timeout value must be between 1 and 30 seconds"
        yield invalid(f"{path}.timeoutSeconds", hook["timeoutSeconds"], why)
    for field in ("namespaceSelector", "objectSelector"):
        yield from validate_selector(hook[field], f"{path}.{field}")
    client = hook.get("clientConfig") or {}
    if (client.get("url") is None) == (client.get("service") is None):
        yield required(f"{path}.clientConfig", "exactly one of url or service is required")
    elif client.get("url") is not None and not client["url"].startswith("https://"):
        yield from _validate_url(client["url"], f"{path}.clientConfig.url")


def _validate_url(url: str, path: str) -> Iterator[FieldError]:
    scheme = url.partition("://")[0] if "://" in url else ""
    yield invalid(path, scheme, "'https' is the only allowed URL scheme; desired format: https://host[/path]")


def _validate_rule(rule: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    operations = rule.get("operations") or ()
    if not operations:
        yield required(f"{path}.operations")
    if len(operations) > 1 and "*" in operations:
        yield invalid(f"{path}.operations", operations, "if '*' is present, must not specify other operations")
    for i, operation in enumerate(operations):
        if operation not in _OPERATIONS:
            yield not_supported(f"{path}.operations[{i}]", operation, _OPERATIONS)
    for field, what in (("apiGroups", "API groups"), ("apiVersions", "API versions")):
        values = rule.get(field) or ()
        if not values:
            yield required(f"{path}.{field}")
        if len(values) > 1 and "*" in values:
            yield invalid(f"{path}.{field}", values, f"if '*' is present, must not specify other {what}")
    if not rule.get("resources"):
        yield required(f"{path}.resources")
    if rule.get("scope") is not None and rule["scope"] not in _SCOPES:
        yield not_supported(f"{path}.scope", rule["scope"], _SCOPES)


def _default_policy(policy: Obj) -> None:
    spec = policy.setdefault("spec", {})
    if spec.get("failurePolicy") is None:
        spec["failurePolicy"] = "Fail"
    _default_constraints(spec.get("matchConstraints"))


def _default_binding(binding: Obj) -> None:
    _default_constraints(binding.setdefault("spec", {}).get("matchResources"))


def _default_constraints(constraints: dict[str, Any] | None) -> None:
    if constraints is not None:
        _default_match(constraints)
        for name in ("resourceRules", "excludeResourceRules"):
            _default_rules(constraints.get(name))


def _validate_policy(policy: Obj) -> Iterator[FieldError]:
    spec, validating = policy["spec"], policy["kind"].startswith("Validating")
    if spec["failurePolicy"] not in ("Fail", "Ignore"):
        yield not_supported("spec.failurePolicy", spec["failurePolicy"], ("Fail", "Ignore"))
    constraints = spec.get("matchConstraints")
    if constraints is None:
        yield required("spec.matchConstraints")
    elif not constraints.get("resourceRules"):
        yield required("spec.matchConstraints.resourceRules")
    else:
        for i, rule in enumerate(constraints["resourceRules"]):
            yield from _validate_rule(rule, f"spec.matchConstraints.resourceRules[{i}]")
    yield from _validations(spec) if validating else _mutations(spec)
    for field, text, purpose in written(spec):
        problems = compiled(text, purpose)
        if isinstance(problems, list):
            yield invalid(field, text, shown_problems(text, problems))


def _validations(spec: Mapping[str, Any]) -> Iterator[FieldError]:
    if not spec.get("validations") and not spec.get("auditAnnotations"):
        why = "validations or auditAnnotations must contain at least one item"
        yield required("spec.validations", why)
        yield required("spec.auditAnnotations", why)
    for i, validation in enumerate(spec.get("validations") or ()):
        if not (validation.get("expression") or "").strip():
            yield required(f"spec.validations[{i}].expression", "expression is not specified")


def _mutations(spec: Mapping[str, Any]) -> Iterator[FieldError]:
    if not spec.get("mutations"):
        yield required("spec.mutations", "mutations must contain at least one item")
    if not spec.get("reinvocationPolicy"):
        yield required("spec.reinvocationPolicy")


def _validate_binding(binding: Obj) -> Iterator[FieldError]:
    spec, actions = binding["spec"], binding["spec"].get("validationActions") or ()
    for i, action in enumerate(actions):
        if action not in ("Audit", "Deny", "Warn"):
            yield not_supported(f"spec.validationActions[{i}]", action, ("Audit", "Deny", "Warn"))
    if not spec.get("policyName"):
        yield required("spec.policyName")
    if not actions and binding["kind"].startswith("Validating"):
        yield required("spec.validationActions")


def _parameter_kind(policy: Obj, _: float) -> str:
    kind = policy["spec"].get("paramKind")
    return f"{kind.get('apiVersion', '')}/{kind.get('kind', '')}" if kind else _UNSET


def _parameter(binding: Obj, _: float) -> str:
    reference = binding["spec"].get("paramRef") or {}
    if reference.get("name"):
        return f"{reference.get('namespace') or '*'}/{reference['name']}"
    return _UNSET


def _kind(kind: str, plural: str, columns: tuple[Column, ...], **rules: Any) -> Resource:
    return Resource(
        group=GROUP,
        version="v1",
        kind=kind,
        plural=plural,
        namespaced=False,
        categories=_CATEGORY,
        columns=(NAME, *columns, AGE),
        has_generation=True,
        unconditional_update=False,
        **rules,
    )


def _webhooks(kind: str) -> Resource:
    return _kind(
        kind,
        f"{kind.lower()}s",
        (Column("Webhooks", count_at("webhooks"), type="integer", description="How many webhooks it has."),),
        default=_default_webhooks,
        validate=_validate_webhooks,
        warnings=_not_called,
    )


def _policy(kind: str, rules: str, *, has_status: bool) -> Resource:
    return _kind(
        kind,
        kind.lower().removesuffix("y") + "ies",
        (
            Column(rules.title(), count_at("spec", rules), type="integer", description="How many rules it has."),
            Column("ParamKind", _parameter_kind, description="The kind of the objects that configure it."),
        ),
        default=_default_policy,
        validate=_validate_policy,
        warnings=_not_evaluated,
        has_status=has_status,
    )


def _binding(kind: str) -> Resource:
    return _kind(
        kind,
        f"{kind.lower()}s",
        (
            Column("PolicyName", at("spec", "policyName"), description="The policy it puts into force."),
            Column("ParamRef", _parameter, description="The object that configures the policy."),
        ),
        default=_default_binding,
        validate=_validate_binding,
    )


RESOURCES = (
    _webhooks("MutatingWebhookConfiguration"),
    _webhooks("ValidatingWebhookConfiguration"),
    _policy("MutatingAdmissionPolicy", "mutations", has_status=False),
    _policy("ValidatingAdmissionPolicy", "validations", has_status=True),
    _binding("MutatingAdmissionPolicyBinding"),
    _binding("ValidatingAdmissionPolicyBinding"),
)

"""Questions about permissions: may I, may they, and what may I do (authorization.k8s.io)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tutor.simulator.api.access.authorization import Action
from tutor.simulator.api.bodies import expected, read_object
from tutor.simulator.api.call import Call
from tutor.simulator.api.http import Response, User
from tutor.simulator.api.options import write_options
from tutor.simulator.errors import bad_request, invalid, invalid_object

GROUP = "authorization.k8s.io"
HANDLES = tuple(
    f"{plural}.{GROUP}"
    for plural in (
        "selfsubjectaccessreviews",
        "subjectaccessreviews",
        "localsubjectaccessreviews",
        "selfsubjectrulesreviews",
    )
)


def handle(call: Call) -> Response:
    """POST of any of them."""
    options = write_options(call.request, "CreateOptions")
    review = read_object(call, expected(call.resource), options.validation)
    spec = review.get("spec") or {}
    if call.resource.kind == "SelfSubjectRulesReview":
        status = _rules(call, spec)
        return call.answer({**review, "spec": {}, "status": status}, 201)
    if call.resource.namespaced:
        _check_namespace(call, spec)
        review["metadata"] = {**(review.get("metadata") or {}), "namespace": call.route.namespace}
    user = call.user if call.resource.kind == "SelfSubjectAccessReview" else _subject(spec)
    return call.answer({**review, "spec": spec, "status": _decide(call, user, spec)}, 201)


def _check_namespace(call: Call, spec: Mapping[str, Any]) -> None:
    """A local review asks about its own namespace."""
    namespace = (spec.get("resourceAttributes") or {}).get("namespace", "")
    if spec.get("resourceAttributes") and namespace != call.route.namespace:
        problem = invalid("spec.resourceAttributes.namespace", namespace, "must match metadata.namespace")
        raise invalid_object("", GROUP, "", [problem])


def _subject(spec: Mapping[str, Any]) -> User:
    if not spec.get("user") and not spec.get("groups"):
        problem = invalid("spec.user", "", "at least one of user or group must be specified")
        raise invalid_object("", GROUP, "", [problem])
    return User(spec.get("user", ""), tuple(spec.get("groups") or ()))


def _decide(call: Call, user: User, spec: Mapping[str, Any]) -> dict[str, Any]:
    attributes, path = spec.get("resourceAttributes") or {}, spec.get("nonResourceAttributes") or {}
    if bool(attributes) is bool(path):
        why = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        raise invalid_object("", GROUP, "", [invalid("spec", None, why)])
    authorizer = call.api.authorizer
    if path:
        return _status(authorizer.decide_path(user, path.get("verb", "get"), path.get("path", "")))
    action = Action(
        attributes.get("verb", ""),
        attributes.get("group", ""),
        attributes.get("resource", ""),
        attributes.get("subresource", ""),
        attributes.get("namespace", ""),
        attributes.get("name", ""),
    )
    return _status(authorizer.decide(user, action))


def _status(reason: str | None) -> dict[str, Any]:
    """A verdict out of the reason for allowing something, if there is one."""
    if reason is None:
        return {"allowed": False}
    return {"allowed": True, "reason": reason} if reason else {"allowed": True}


def _rules(call: Call, spec: Mapping[str, Any]) -> dict[str, Any]:
    namespace = spec.get("namespace", "")
    if not namespace:
        raise bad_request("no namespace on request")
    rules = list(call.api.authorizer.rules(call.user, namespace))
    return {
        "resourceRules": _picked(rules, "resources", ("verbs", "apiGroups", "resources", "resourceNames")),
        "nonResourceRules": _picked(rules, "nonResourceURLs", ("verbs", "nonResourceURLs")),
        "incomplete": False,
    }


def _picked(rules: Iterable[Mapping[str, Any]], needs: str, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{field: rule[field] for field in fields if rule.get(field)} for rule in rules if rule.get(needs)]

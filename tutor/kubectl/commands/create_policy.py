"""`kubectl create quota|poddisruptionbudget|priorityclass`."""

from __future__ import annotations

import re

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import boolean, integer, string
from tutor.kubectl.mutate import GENERATOR_FLAGS, create_generated, exactly_one_name
from tutor.kubectl.objects import Object
from tutor.kubectl.quantity import canonical, parse_quantity
from tutor.kubectl.selectors import label_selector_object


def _quota(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    spec: Object = {}
    hard = dict(_hard(part) for part in invocation.options.text("hard").split(",") if part)
    spec |= {"hard": hard} if hard else {}
    scopes = [scope for scope in invocation.options.text("scopes").split(",") if scope]
    spec |= {"scopes": scopes} if scopes else {}
    obj = {"kind": "ResourceQuota", "apiVersion": "v1", "metadata": {"name": name}, "spec": spec, "status": {}}
    create_generated(invocation, obj, "failed to create quota:")


def _hard(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or "=" in value:
        raise KubectlError(f"Invalid argument syntax {text}, expected <resource>=<value>")
    try:
        parse_quantity(value)
    except ValueError:
        raise KubectlError(
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        ) from None
    return key, canonical(value)


def _disruption_budget(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    options = invocation.options
    minimum, maximum = options.text("min-available"), options.text("max-unavailable")
    if not options.text("selector"):
        raise KubectlError("a selector must be specified")
    if not minimum and not maximum:
        raise KubectlError("one of min-available or max-unavailable must be specified")
    if minimum and maximum:
        raise KubectlError("min-available and max-unavailable cannot be both specified")
    key, flag = ("minAvailable", "min-available") if minimum else ("maxUnavailable", "max-unavailable")
    value = minimum or maximum
    if not re.fullmatch(r"[0-9]+%?", value):
        raise KubectlError(f"invalid format specified for {flag}")
    spec: Object = {
        key: value if value.endswith("%") else int(value),
        "selector": label_selector_object(options.text("selector")),
    }
    status = dict.fromkeys(("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"), 0)
    obj = {
        "kind": "PodDisruptionBudget",
        "apiVersion": "policy/v1",
        "metadata": {"name": name},
        "spec": spec,
        "status": status,
    }
    create_generated(invocation, obj, "failed to create poddisruptionbudgets:")


def _priority_class(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    options = invocation.options
    obj: Object = {"kind": "PriorityClass", "apiVersion": "scheduling.k8s.io/v1", "metadata": {"name": name}}
    obj["value"] = options.number("value")
    obj |= {"globalDefault": True} if options.flag("global-default") else {}
    obj |= {"description": options.text("description")} if options.text("description") else {}
    obj["preemptionPolicy"] = options.text("preemption-policy")
    create_generated(invocation, obj, "failed to create priorityclass:", namespaced=False)


COMMANDS = (
    Command(
        name="poddisruptionbudget",
        aliases=("pdb",),
        short="Create a pod disruption budget with the specified name",
        usage="create poddisruptionbudget NAME --selector=SELECTOR --min-available=N [--dry-run=server|client|none]",
        run=_disruption_budget,
        flags=(
            *GENERATOR_FLAGS,
            string("max-unavailable", "How many pods (or which share) may be away at once."),
            string("min-available", "How many pods (or which share) must stay."),
            string("selector", "Labels of the pods to protect."),
        ),
    ),
    Command(
        name="priorityclass",
        aliases=("pc",),
        short="Create a priority class with the specified name",
        usage="create priorityclass NAME --value=VALUE --global-default=BOOL [--dry-run=server|client|none]",
        run=_priority_class,
        flags=(
            *GENERATOR_FLAGS,
            string("description", "When to use this class."),
            boolean("global-default", "Use this class for pods that name none."),
            string("preemption-policy", "Whether pods of this class push others out.", default="PreemptLowerPriority"),
            integer("value", "The priority; higher goes first."),
        ),
    ),
    Command(
        name="quota",
        aliases=("resourcequota",),
        short="Create a quota with the specified name",
        usage="create quota NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2] [--dry-run=server|client|none]",
        run=_quota,
        flags=(
            *GENERATOR_FLAGS,
            string("hard", "Limits, as RESOURCE=QUANTITY pairs with commas between."),
            string("scopes", "Scopes the quota is limited to, with commas between."),
        ),
    ),
)

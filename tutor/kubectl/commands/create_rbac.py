"""`kubectl create role|clusterrole|rolebinding|clusterrolebinding`."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import BareError, KubectlError, UnknownResource
from tutor.kubectl.flags import array, string, strings
from tutor.kubectl.mutate import GENERATOR_FLAGS, create_generated, exactly_one_name
from tutor.kubectl.objects import Object

GROUP = "rbac.authorization.k8s.io"
API_VERSION = f"{GROUP}/v1"


_VERBS = frozenset(
    {
        *("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"),
        *("use", "bind", "impersonate", "escalate", "approve", "sign", "attest"),
    }
)

_ROLES = frozenset({(GROUP, "roles"), (GROUP, "clusterroles")})
_SPECIAL_VERBS = {
    "use": frozenset({("policy", "podsecuritypolicies"), ("extensions", "podsecuritypolicies")}),
    "bind": _ROLES,
    "escalate": _ROLES,
    "impersonate": frozenset(
        {("", "users"), ("", "serviceaccounts"), ("", "groups"), ("authentication.k8s.io", "userextras")}
    ),
}
"""Verbs for a few resources only, as (group, plural) (kubectl `pkg/cmd/create/create_role.go`); not all are served as types."""


def _role(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    rules = _resource_rules(invocation, _verbs(invocation))
    if not invocation.options.many("resource"):
        raise KubectlError("at least one resource must be specified")
    create_generated(
        invocation, {"kind": "Role", "apiVersion": API_VERSION, "metadata": {"name": name}, "rules": rules}
    )


def _verbs(invocation: Invocation) -> list[str]:
    verbs = list(dict.fromkeys(invocation.options.many("verb")))
    if not verbs:
        raise KubectlError("at least one verb must be specified")
    if "*" in verbs:
        return ["*"]
    for verb in verbs:
        if verb not in _VERBS and not _urls(invocation):
            invocation.err(f"Warning: '{verb}' is not a standard resource verb\n")
    return verbs


def _urls(invocation: Invocation) -> list[str]:
    return invocation.options.many("non-resource-url") if invocation.options.has("non-resource-url") else []


def _resource(invocation: Invocation, text: str, verbs: list[str]) -> tuple[str, str]:
    """Group and plural of `RESOURCE[.GROUP]`, where `*` needs no lookup. KubectlError for a verb it cannot have."""
    kind, dot, group = text.partition(".")
    if not kind:
        raise KubectlError("resource must be specified if apiGroup/subresource specified")
    if kind == "*":
        return group, kind
    special = [verb for verb in verbs if verb in _SPECIAL_VERBS]
    try:
        resource = invocation.mapper.find(text)
        found = (resource.group, resource.plural)
    except UnknownResource:
        found = (group, kind)
        if not special:
            where = f' in group "{group}"' if dot else ""
            raise BareError(f'the server doesn\'t have a resource type "{kind}"{where}') from None
    for verb in special:
        if found not in _SPECIAL_VERBS[verb]:
            raise KubectlError(f"can not perform '{verb}' on '{found[1]}' in group '{found[0]}'")
    return found


def _resource_rules(invocation: Invocation, verbs: list[str]) -> list[Object]:
    """One rule per API group, as kubectl writes them."""
    groups: dict[str, list[str]] = {}
    given = invocation.options.many("resource")
    for text in ["*"] if "*" in given else given:
        name, _, subresource = text.partition("/")
        group, plural = _resource(invocation, name, verbs)
        full = f"{plural}/{subresource}" if subresource else plural
        entry = groups.setdefault(group, [])
        if full not in entry:
            entry.append(full)
    names = invocation.options.many("resource-name")
    extra = {"resourceNames": names} if names else {}
    return [{"verbs": verbs, "apiGroups": [group], "resources": groups[group], **extra} for group in sorted(groups)]


def _clusterrole(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    options = invocation.options
    obj: Object = {"kind": "ClusterRole", "apiVersion": API_VERSION, "metadata": {"name": name}}
    if options.many("aggregation-rule"):
        if options.many("verb") or options.many("resource") or options.many("non-resource-url"):
            raise KubectlError(
                "aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames"
            )
        labels = dict(text.partition("=")[::2] for text in options.many("aggregation-rule"))
        obj |= {"rules": None, "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": labels}]}}
    else:
        verbs = _verbs(invocation)
        urls = options.many("non-resource-url")
        if not options.many("resource") and not urls:
            raise KubectlError("one of resource or nonResourceURL must be specified")
        for url in urls:
            if url != "*" and not url.startswith("/"):
                raise KubectlError("nonResourceURL should start with /")
        obj["rules"] = _resource_rules(invocation, verbs) + (
            [{"verbs": verbs, "nonResourceURLs": urls}] if urls else []
        )
    create_generated(invocation, obj, namespaced=False)


def subjects_of(invocation: Invocation) -> list[Object]:
    """The users, groups and service accounts of the flags of these names."""
    options = invocation.options
    subjects: list[Object] = [{"kind": "User", "apiGroup": GROUP, "name": user} for user in options.many("user")]
    subjects += [{"kind": "Group", "apiGroup": GROUP, "name": group} for group in options.many("group")]
    for account in options.many("serviceaccount"):
        namespace, colon, name = account.partition(":")
        if not colon or not namespace or not name or ":" in name:
            raise KubectlError("serviceaccount must be <namespace>:<name>")
        subjects.append({"kind": "ServiceAccount", "name": name, "namespace": namespace})
    return subjects


def _binding(kind: str, name: str, role_kind: str, role: str, subjects: list[Object]) -> Object:
    obj: Object = {"kind": kind, "apiVersion": API_VERSION, "metadata": {"name": name}}
    obj |= {"subjects": subjects} if subjects else {}
    return obj | {"roleRef": {"apiGroup": GROUP, "kind": role_kind, "name": role}}


def _rolebinding(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    role, cluster_role = invocation.options.text("role"), invocation.options.text("clusterrole")
    if bool(role) == bool(cluster_role):
        raise KubectlError("exactly one of clusterrole or role must be specified")
    kind = "Role" if role else "ClusterRole"
    create_generated(
        invocation,
        _binding("RoleBinding", name, kind, role or cluster_role, subjects_of(invocation)),
        "failed to create rolebinding:",
    )


def _clusterrolebinding(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    role = invocation.options.text("clusterrole")
    obj = _binding("ClusterRoleBinding", name, "ClusterRole", role, subjects_of(invocation))
    create_generated(invocation, obj, "failed to create clusterrolebinding:", namespaced=False)


_RULES = (
    strings("resource", "Resources the rule is about, as RESOURCE[.GROUP][/SUBRESOURCE]."),
    array("resource-name", "Only objects with this name; may be repeated."),
    strings("verb", "What may be done: get, list, watch, create, update, patch, delete ..."),
)
_SUBJECTS = (
    array("group", "Group to bind; may be repeated."),
    array("serviceaccount", "Service account to bind, as NAMESPACE:NAME; may be repeated."),
    array("user", "User to bind; may be repeated."),
)

COMMANDS = (
    Command(
        name="clusterrole",
        short="Create a cluster role",
        usage="create clusterrole NAME --verb=verb --resource=resource.group [--resource-name=resourcename] [flags]",
        run=_clusterrole,
        flags=(
            *GENERATOR_FLAGS,
            *_RULES,
            strings("aggregation-rule", "Label of the cluster roles to add together, as KEY=value."),
            strings("non-resource-url", "URL path the rule is about."),
        ),
    ),
    Command(
        name="clusterrolebinding",
        short="Create a cluster role binding for a particular cluster role",
        usage="create clusterrolebinding NAME --clusterrole=NAME [--user=username] [--group=groupname] [flags]",
        run=_clusterrolebinding,
        flags=(*GENERATOR_FLAGS, *_SUBJECTS, string("clusterrole", "Cluster role to bind.", required=True)),
    ),
    Command(
        name="role",
        short="Create a role with single rule",
        usage="create role NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename] [flags]",
        run=_role,
        examples="""
        # Read pods
        kubectl create role pod-reader --verb=get,list,watch --resource=pods
        """,
        flags=(*GENERATOR_FLAGS, *_RULES),
    ),
    Command(
        name="rolebinding",
        short="Create a role binding for a particular role or cluster role",
        usage="create rolebinding NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] [flags]",
        run=_rolebinding,
        flags=(
            *GENERATOR_FLAGS,
            *_SUBJECTS,
            string("clusterrole", "Cluster role to bind."),
            string("role", "Role to bind."),
        ),
    ),
)

"""The roles that every cluster begins with (plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go).

Those of control-plane parts are left out: the parts of a simulated cluster do not go through the authorizer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.simulator.store import Obj

GROUP = "rbac.authorization.k8s.io"
_READ = ("get", "list", "watch")
_WRITE = ("create", "delete", "deletecollection", "patch", "update")
_LEASES = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
_PODS_CONNECT = ("pods/attach", "pods/exec", "pods/portforward", "pods/proxy")
_WORKLOADS = ("daemonsets", "deployments", "replicasets", "statefulsets")
_SCALED = ("deployments/scale", "replicasets/scale", "statefulsets/scale")
_OLD_WORKLOADS = ("daemonsets", "deployments", "replicasets")
_OLD_SCALED = ("deployments/scale", "replicasets/scale", "replicationcontrollers/scale")
"""The group "extensions" is gone since Kubernetes 1.22, the rules for it are not."""

Rule = dict[str, Any]


def _rule(verbs: tuple[str, ...], groups: tuple[str, ...], *resources: str) -> Rule:
    return {"apiGroups": list(groups), "resources": sorted(resources), "verbs": list(verbs)}


def _with_status(*resources: str) -> tuple[str, ...]:
    return (*resources, *(f"{name}/status" for name in resources))


def _view() -> list[Rule]:
    core = (
        "configmaps",
        "endpoints",
        "pods",
        "replicationcontrollers",
        "replicationcontrollers/scale",
        "serviceaccounts",
    )
    volumes = _with_status("persistentvolumeclaims", "services")
    statuses = ("namespaces/status", "pods/status", "replicationcontrollers/status", *_with_status("resourcequotas"))
    return [
        _rule(_READ, ("",), *core, *volumes),
        _rule(_READ, ("",), "bindings", "limitranges", "pods/log", *statuses),
        _rule(_READ, ("",), "namespaces"),
        _rule(_READ, ("", "events.k8s.io"), "events"),
        _rule(_READ, ("discovery.k8s.io",), "endpointslices"),
        _rule(_READ, ("apps",), "controllerrevisions", *_with_status(*_WORKLOADS), *_SCALED),
        _rule(_READ, ("autoscaling",), *_with_status("horizontalpodautoscalers")),
        _rule(_READ, ("batch",), *_with_status("cronjobs", "jobs")),
        _rule(_READ, ("policy",), *_with_status("poddisruptionbudgets")),
        _rule(_READ, ("networking.k8s.io",), "networkpolicies", *_with_status("ingresses")),
        _rule(_READ, ("metrics.k8s.io",), "nodes", "pods"),
        _rule(_READ, ("extensions",), "networkpolicies", *_with_status(*_OLD_WORKLOADS, "ingresses"), *_OLD_SCALED),
        _rule(_READ, ("resource.k8s.io",), "resourceclaimtemplates", *_with_status("resourceclaims")),
    ]


def _edit() -> list[Rule]:
    core = ("configmaps", "persistentvolumeclaims", "replicationcontrollers", "replicationcontrollers/scale")
    return [
        _rule(_READ, ("",), *_PODS_CONNECT, "secrets", "services/proxy"),
        _rule(("impersonate",), ("",), "serviceaccounts"),
        _rule(_WRITE, ("",), "pods", *_PODS_CONNECT),
        _rule(("create",), ("",), "pods/eviction"),
        _rule(_WRITE, ("",), *core, "secrets", "serviceaccounts", "services", "services/proxy"),
        _rule(("create",), ("",), "serviceaccounts/token"),
        _rule(_WRITE, ("", "events.k8s.io"), "events"),
        _rule(_WRITE, ("apps",), *_WORKLOADS, "deployments/rollback", *_SCALED),
        _rule(_WRITE, ("autoscaling",), "horizontalpodautoscalers"),
        _rule(_WRITE, ("batch",), "cronjobs", "jobs"),
        _rule(_WRITE, ("policy",), "poddisruptionbudgets"),
        _rule(_WRITE, ("networking.k8s.io",), "ingresses", "networkpolicies"),
        _rule(
            _WRITE,
            ("extensions",),
            "deployments/rollback",
            "ingresses",
            "networkpolicies",
            *_OLD_WORKLOADS,
            *_OLD_SCALED,
        ),
        _rule(_WRITE, ("resource.k8s.io",), "resourceclaims", "resourceclaimtemplates"),
        _rule(_LEASES, ("coordination.k8s.io",), "leases"),
        *_view(),
    ]


def _admin() -> list[Rule]:
    return [
        *_edit(),
        _rule(("create",), ("authorization.k8s.io",), "localsubjectaccessreviews"),
        _rule((*_WRITE, *_READ), (GROUP,), "rolebindings", "roles"),
    ]


_INFO = ("/healthz", "/livez", "/readyz", "/version", "/version/")
_OPENID = (
    "/.well-known/openid-configuration",
    "/.well-known/openid-configuration/",
    "/openid/v1/jwks",
    "/openid/v1/jwks/",
)
_DISCOVERY = ("/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", *_INFO[2:])


def _urls(*paths: str, verbs: tuple[str, ...] = ("get",)) -> Rule:
    return {"nonResourceURLs": list(paths), "verbs": list(verbs)}


def cluster_roles() -> Iterator[Obj]:
    """The default cluster roles."""
    yield _role("cluster-admin", [_rule(("*",), ("*",), "*"), _urls("*", verbs=("*",))])
    yield _role("admin", _admin(), gathers="admin")
    yield _role("edit", _edit(), gathers="edit", into="admin")
    yield _role("view", _view(), gathers="view", into="edit")
    reviews = _rule(("create",), ("authorization.k8s.io",), "selfsubjectaccessreviews", "selfsubjectrulesreviews")
    yield _role("system:basic-user", [reviews, _rule(("create",), ("authentication.k8s.io",), "selfsubjectreviews")])
    yield _role("system:discovery", [_urls(*_DISCOVERY)])
    yield _role("system:service-account-issuer-discovery", [_urls(*_OPENID)])
    bundles = _rule(_READ, ("certificates.k8s.io",), "clustertrustbundles")
    yield _role("system:cluster-trust-bundle-discovery", [bundles])
    yield _role("system:public-info-viewer", [_urls(*_INFO)])


def cluster_role_bindings() -> Iterator[Obj]:
    """The default bindings."""
    yield _binding("cluster-admin", "system:masters")
    yield _binding("system:basic-user", "system:authenticated")
    yield _binding("system:discovery", "system:authenticated")
    yield _binding("system:service-account-issuer-discovery", "system:serviceaccounts")
    yield _binding("system:cluster-trust-bundle-discovery", "system:serviceaccounts")
    yield _binding("system:public-info-viewer", "system:authenticated", "system:unauthenticated")


def _metadata(name: str, **labels: str) -> Obj:
    return {
        "name": name,
        "labels": {"kubernetes.io/bootstrapping": "rbac-defaults", **labels},
        "annotations": {"rbac.authorization.kubernetes.io/autoupdate": "true"},
    }


def _role(name: str, rules: list[Rule], *, gathers: str = "", into: str = "") -> Obj:
    """A role; `gathers` is the label that adds other roles' rules to it, `into` the one that adds its own to another."""
    labels = {f"{GROUP}/aggregate-to-{into}": "true"} if into else {}
    role: Obj = {
        "apiVersion": f"{GROUP}/v1",
        "kind": "ClusterRole",
        "metadata": _metadata(name, **labels),
        "rules": rules,
    }
    if gathers:
        selector = {"matchLabels": {f"{GROUP}/aggregate-to-{gathers}": "true"}}
        role["aggregationRule"] = {"clusterRoleSelectors": [selector]}
    return role


def _binding(role: str, *groups: str) -> Obj:
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": _metadata(role),
        "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": GROUP, "kind": "Group", "name": group} for group in groups],
    }

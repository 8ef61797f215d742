"""Requests that are refused, one after another, each under the case that it stands for.

`error_answers.json` has what a genuine API server 1.37 answers, recorded with `python -m tests.tools.record_errors`; test_errors.py
holds the simulated one to it. Requests called "prepare" make what later ones need.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

NAMESPACE = "errors"
CONFIG_MAPS = f"/api/v1/namespaces/{NAMESPACE}/configmaps"
PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
SERVICES = f"/api/v1/namespaces/{NAMESPACE}/services"
QUOTAS = f"/api/v1/namespaces/{NAMESPACE}/resourcequotas"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
BUDGETS = f"/apis/policy/v1/namespaces/{NAMESPACE}/poddisruptionbudgets"
JSON = "application/json"
JSON_PATCH, MERGE = "application/json-patch+json", "application/merge-patch+json"
STRATEGIC, APPLY = "application/strategic-merge-patch+json", "application/apply-patch+yaml"
BOB = {"Impersonate-User": "bob"}
PREPARE = "prepare"
SETTLE = "settle"
"""Waits until controllers have seen what was made."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One request. A body that is text is sent as it is."""

    case: str
    method: str = ""
    path: str = ""
    body: Any = None
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


def named(name: str, **metadata: Any) -> dict[str, Any]:
    """A config map."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}}


def config_map(name: str, **data: str) -> dict[str, Any]:
    """A config map with data."""
    return {**named(name), "data": data}


def deployment(name: str, selector: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    """A Deployment without pods."""
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}}
    whole = {"replicas": 0, "selector": {"matchLabels": selector or labels}, "template": template, **spec}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": whole}


def pod(name: str, **spec: Any) -> dict[str, Any]:
    """A pod that nobody runs."""
    whole = {"nodeName": "nowhere", "containers": [{"name": "c", "image": "nginx"}], **spec}
    metadata = {"name": name, "labels": {"app": "pod"}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": whole}


def service(name: str, *ports: dict[str, Any], **spec: Any) -> dict[str, Any]:
    """A Service for port 80 unless it says otherwise."""
    whole = {"ports": list(ports) or [{"port": 80}], **spec}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": whole}


def simple(api_version: str, kind: str, name: str, **rest: Any) -> dict[str, Any]:
    """Any other object."""
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **rest}


def requests() -> Iterator[Refused]:
    """All of them, in order."""
    yield from _missing()
    yield from _conflicts()
    yield from _applying()
    yield from _invalid()
    yield from _undecodable()
    yield from _patches()
    yield from _negotiation()
    yield from _access()
    yield from _admission()
    yield from _lists()
    yield from _services()
    yield from _subresources()


def _missing() -> Iterator[Refused]:
    yield Refused("missing object", "GET", f"{PODS}/nosuch")
    yield Refused("missing object of a group", "GET", f"{DEPLOYMENTS}/x")
    yield Refused("missing namespace", "GET", "/api/v1/namespaces/nosuch")
    yield Refused("missing resource", "GET", f"/api/v1/namespaces/{NAMESPACE}/nosuch")
    yield Refused("missing version", "GET", "/apis/apps/v2/deployments")
    yield Refused("missing group", "GET", "/apis/nosuch.example.com/v1/things")
    yield Refused("create in a missing namespace", "POST", "/api/v1/namespaces/nosuch/configmaps", named("a"))


def _conflicts() -> Iterator[Refused]:
    a = f"{CONFIG_MAPS}/a"
    yield Refused(PREPARE, "POST", CONFIG_MAPS, config_map("a", k="1"))
    yield Refused("duplicate", "POST", CONFIG_MAPS, named("a"))
    yield Refused("duplicate in a dry run", "POST", f"{CONFIG_MAPS}?dryRun=All", named("a"))
    yield Refused("stale resourceVersion: put", "PUT", a, named("a", resourceVersion="1"))
    stale = {"metadata": {"resourceVersion": "1"}, "data": {"z": "1"}}
    yield Refused("stale resourceVersion: patch", "PATCH", a, stale, MERGE)
    yield Refused("delete precondition: version", "DELETE", a, {"preconditions": {"resourceVersion": "1"}})
    yield Refused("delete precondition: uid", "DELETE", a, {"preconditions": {"uid": "zzz"}})
    yield Refused("another uid: put", "PUT", a, named("a", uid="zzz"))
    yield Refused("another uid: merge patch", "PATCH", a, {"metadata": {"uid": "zzz"}}, MERGE)
    yield Refused("another uid: strategic merge patch", "PATCH", a, {"metadata": {"uid": "zzz"}}, STRATEGIC)
    other = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"uid": "zzz"}}
    yield Refused("another uid: apply", "PATCH", f"{a}?fieldManager=z", other, APPLY)
    yield Refused("resourceVersion of a new object", "POST", CONFIG_MAPS, named("zz", resourceVersion="5"))


def _applying() -> Iterator[Refused]:
    s = f"{CONFIG_MAPS}/s"
    yield Refused(PREPARE, "PATCH", f"{s}?fieldManager=m1", config_map("s", k="1"), APPLY)
    yield Refused("SSA conflict with an apply", "PATCH", f"{s}?fieldManager=m2", config_map("s", k="2"), APPLY)
    a = f"{CONFIG_MAPS}/a?fieldManager=m2"
    yield Refused("SSA conflict with an update", "PATCH", a, config_map("a", k="2"), APPLY)
    yield Refused("SSA without manager", "PATCH", s, config_map("s", k="2"), APPLY)
    d = f"{DEPLOYMENTS}/s?fieldManager=m1"
    yield Refused("SSA of an unknown field", "PATCH", d, deployment("s", foo="x"), APPLY)
    yield Refused("SSA of another kind", "PATCH", f"{s}?fieldManager=m1", deployment("s"), APPLY)


def _invalid() -> Iterator[Refused]:
    yield Refused("invalid field", "POST", DEPLOYMENTS, deployment("web", replicas=-1))
    yield Refused("invalid fields", "POST", DEPLOYMENTS, deployment("web", replicas=-1, minReadySeconds=-1))
    yield Refused("bad name", "POST", CONFIG_MAPS, named("A_b"))
    yield Refused("long name", "POST", CONFIG_MAPS, named("x" * 254))
    yield Refused("no name", "POST", CONFIG_MAPS, {"apiVersion": "v1", "kind": "ConfigMap"})
    yield Refused("bad name of a Service", "POST", SERVICES, service("A"))
    yield Refused(PREPARE, "POST", DEPLOYMENTS, deployment("web"))
    selector = {"spec": {"selector": {"matchLabels": {"x": "y"}}}}
    yield Refused("immutable: patch", "PATCH", f"{DEPLOYMENTS}/web", selector, MERGE)
    yield Refused("immutable: put", "PUT", f"{DEPLOYMENTS}/web", deployment("web", {"app": "zz"}))
    yield Refused("selector and template differ", "POST", DEPLOYMENTS, deployment("web2", {"app": "other"}))
    yield Refused(PREPARE, "POST", PODS, pod("p"))
    mismatch = named("z", namespace="other")
    yield Refused("namespace mismatch", "POST", CONFIG_MAPS, mismatch)
    yield Refused("name mismatch", "PUT", f"{CONFIG_MAPS}/a", named("b"))
    yield Refused("name left out", "PUT", f"{CONFIG_MAPS}/a", {"apiVersion": "v1", "kind": "ConfigMap"})


def _undecodable() -> Iterator[Refused]:
    yield Refused("wrong JSON type: number", "POST", DEPLOYMENTS, deployment("w", replicas="x"))
    yield Refused("wrong JSON type: list", "POST", PODS, pod("q", containers="x"))
    limits = {"resources": {"limits": {"cpu": "x"}}}
    yield Refused("bad quantity", "POST", PODS, pod("q", containers=[{"name": "c", "image": "x", **limits}]))
    strict = "fieldValidation=Strict"
    yield Refused("strict: unknown fields", "POST", f"{DEPLOYMENTS}?{strict}", deployment("w", foo=1, bar=2))
    twice = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"d"},"data":{"a":"1","a":"2"}}'
    yield Refused("strict: field given twice", "POST", f"{CONFIG_MAPS}?{strict}", twice)
    yield Refused("empty body", "POST", CONFIG_MAPS, "")
    yield Refused("another kind", "POST", CONFIG_MAPS, pod("x"))
    yield Refused("delete with a body that is none", "DELETE", f"{CONFIG_MAPS}/a", "x")


def _patches() -> Iterator[Refused]:
    a = f"{CONFIG_MAPS}/a"
    cases: dict[str, Any] = {
        "path": [{"op": "replace", "path": "/data/x/y", "value": "1"}],
        "failed test": [{"op": "test", "path": "/data/k", "value": "9"}],
        "remove of nothing": [{"op": "remove", "path": "/data/zz"}],
        "unknown operation": [{"op": "x", "path": "/data"}],
        "no path": [{"op": "add"}],
        "no JSON": "{",
    }
    for case, body in cases.items():
        yield Refused(f"bad json-patch: {case}", "PATCH", a, body, JSON_PATCH)
    yield Refused("bad merge patch: no JSON", "PATCH", a, "{", MERGE)
    yield Refused("bad merge patch: a list", "PATCH", a, "[]", MERGE)
    yield Refused("bad strategic merge patch: wrong type", "PATCH", a, {"data": "x"}, STRATEGIC)
    yield Refused("patch of the name", "PATCH", a, {"metadata": {"name": "zzz"}}, MERGE)
    yield Refused("patch of the namespace", "PATCH", a, {"metadata": {"namespace": "zzz"}}, MERGE)


def _negotiation() -> Iterator[Refused]:
    yield Refused("415", "POST", CONFIG_MAPS, "x", "text/plain")
    yield Refused("415 of a patch", "PATCH", f"{CONFIG_MAPS}/a", {}, JSON)
    yield Refused("405 of a collection", "PUT", CONFIG_MAPS, named("a"))
    yield Refused("405 of an object", "POST", f"{CONFIG_MAPS}/a", named("a"))
    yield Refused("406", "GET", CONFIG_MAPS, headers={"Accept": "text/html"})
    nothing = "application/json;as=Nothing;v=v1;g=meta.k8s.io"
    yield Refused("406 of a view", "GET", CONFIG_MAPS, headers={"Accept": nothing})


def _access() -> Iterator[Refused]:
    yield Refused("RBAC in a namespace", "GET", PODS, headers=BOB)
    yield Refused("RBAC at the cluster scope", "GET", "/api/v1/nodes", headers=BOB)
    account = {"Impersonate-User": f"system:serviceaccount:{NAMESPACE}:u"}
    yield Refused("RBAC of a subresource", "GET", f"{PODS}/x/log", headers=account)
    yield Refused("RBAC of a path", "GET", "/metrics", headers=BOB)
    yield Refused("RBAC of a named object", "DELETE", f"{DEPLOYMENTS}/x", headers=BOB)
    yield Refused("RBAC of a watch", "GET", f"{CONFIG_MAPS}?watch=true", headers=BOB)
    yield Refused("impersonated groups without a user", "GET", CONFIG_MAPS, headers={"Impersonate-Group": "x"})
    extra = {"Impersonate-Uid": "u", "Impersonate-Extra-Scopes": "a"}
    yield Refused("impersonated uid without a user", "GET", CONFIG_MAPS, headers=extra)


def _admission() -> Iterator[Refused]:
    quota = simple("v1", "ResourceQuota", "q1", spec={"hard": {"pods": "1"}})
    yield Refused(PREPARE, "POST", QUOTAS, quota)
    yield Refused(SETTLE)
    yield Refused("quota", "POST", PODS, pod("p2"))
    yield Refused(PREPARE, "DELETE", f"{QUOTAS}/q1")
    yield Refused("protected namespace", "DELETE", "/api/v1/namespaces/default")


def _lists() -> Iterator[Refused]:
    future = "resourceVersion=999999999"
    yield Refused("future version: list", "GET", f"{CONFIG_MAPS}?{future}&resourceVersionMatch=NotOlderThan")
    yield Refused("future version: get", "GET", f"{CONFIG_MAPS}/a?{future}")
    for case, path in (("list", CONFIG_MAPS), ("get", f"{CONFIG_MAPS}/a")):
        yield Refused(f"bad version: {case}", "GET", f"{path}?resourceVersion=x")
    yield Refused("bad version: watch", "GET", f"{CONFIG_MAPS}?watch=1&resourceVersion=x")
    for selector in ("spec.bogus%3Dx", "spec.bogus"):
        yield Refused(f"bad field selector: {selector}", "GET", f"{PODS}?fieldSelector={selector}")
    yield Refused("field selector of a kind without any", "GET", f"{CONFIG_MAPS}?fieldSelector=data%3Dx")
    for selector in ("a%20b", "a%20in%20(", "a%20in%20(b", "a%20in%20(b,", "-a%3Db", "a%3D-b", "a%3Ex", "%3Da", "a,,b"):
        yield Refused(f"bad label selector: {selector}", "GET", f"{PODS}?labelSelector={selector}")
    for token in ("xx", "!", "x", "e30", "W10"):
        yield Refused(f"bad continue token: {token}", "GET", f"{CONFIG_MAPS}?continue={token}")
    yield Refused("bad resourceVersionMatch", "GET", f"{CONFIG_MAPS}?resourceVersionMatch=Exact")
    yield Refused("bad limit", "GET", f"{CONFIG_MAPS}?limit=x")
    yield Refused("bad dryRun", "POST", f"{CONFIG_MAPS}?dryRun=x", named("a"))


def _services() -> Iterator[Refused]:
    node_port = {"port": 80, "nodePort": 32123}
    yield Refused(
        "node port out of range", "POST", SERVICES, service("s", {**node_port, "nodePort": 80}, type="NodePort")
    )
    yield Refused("cluster IP out of range", "POST", SERVICES, service("s", clusterIP="1.2.3.4"))
    yield Refused("cluster IP that is none", "POST", SERVICES, service("s", clusterIP="x"))
    yield Refused(PREPARE, "POST", SERVICES, service("taken", node_port, type="NodePort"))
    yield Refused("node port taken", "POST", SERVICES, service("s", node_port, type="NodePort"))
    yield Refused("port 0", "POST", SERVICES, service("s", {"port": 0}))
    yield Refused("ports without names", "POST", SERVICES, service("s", {"port": 1}, {"port": 2}))
    change = {"spec": {"clusterIP": "1.2.3.4", "clusterIPs": ["1.2.3.4"]}}
    yield Refused("cluster IP changed", "PATCH", f"{SERVICES}/taken", change, MERGE)


def _subresources() -> Iterator[Refused]:
    eviction = simple("policy/v1", "Eviction", "nosuch")
    yield Refused("eviction of nothing", "POST", f"{PODS}/nosuch/eviction", eviction)
    yield Refused("eviction under another name", "POST", f"{PODS}/p/eviction", eviction)
    budget = simple("policy/v1", "PodDisruptionBudget", "b", spec={"minAvailable": 5, "selector": {}})
    yield Refused(PREPARE, "POST", BUDGETS, budget)
    running = {"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}}
    yield Refused(PREPARE, "PATCH", f"{PODS}/p/status", running, MERGE)
    yield Refused(SETTLE)
    yield Refused("eviction against a budget", "POST", f"{PODS}/p/eviction", simple("policy/v1", "Eviction", "p"))
    yield Refused("negative scale", "PATCH", f"{DEPLOYMENTS}/web/scale", {"spec": {"replicas": -1}}, MERGE)
    scale = simple("autoscaling/v1", "Scale", "web", spec={"replicas": 2})
    yield Refused("SSA conflict of a scale", "PATCH", f"{DEPLOYMENTS}/web/scale?fieldManager=m", scale, APPLY)
    target = simple("v1", "Binding", "p", target={"kind": "Node", "name": "other"})
    yield Refused("binding of a pod that has a node", "POST", f"{PODS}/p/binding", target)
    token = simple("authentication.k8s.io/v1", "TokenRequest", "", spec={"expirationSeconds": 5})
    yield Refused("short-lived token", "POST", f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/default/token", token)

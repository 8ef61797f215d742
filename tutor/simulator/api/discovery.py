"""Discovery: which groups, versions and resources there are, in the aggregated and in the older form."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from tutor.simulator.api.routing import subresource_verbs
from tutor.simulator.bootstrap import API_SERVER_IP, API_SERVER_PORT
from tutor.simulator.resources.base import Resource
from tutor.simulator.resources.scheme import Scheme

_ADDRESS = {"clientCIDR": "0.0.0.0/0", "serverAddress": f"{API_SERVER_IP}:{API_SERVER_PORT}"}
_CUSTOM_VERBS = ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch")
_KINDS_OF_SUBRESOURCES = {
    "scale": ("autoscaling", "v1", "Scale"),
    "eviction": ("policy", "v1", "Eviction"),
    "token": ("authentication.k8s.io", "v1", "TokenRequest"),
    "binding": ("", "v1", "Binding"),
    "exec": ("", "v1", "PodExecOptions"),
    "attach": ("", "v1", "PodAttachOptions"),
    "portforward": ("", "v1", "PodPortForwardOptions"),
}


def resources_of(scheme: Scheme, group: str, version: str) -> list[Resource]:
    """The resources of a group version, by name."""
    found = [r for r in scheme if (r.group, r.version) == (group, version)]
    return sorted(found, key=lambda resource: resource.plural)


def subresources_of(resource: Resource) -> list[str]:
    """The names of a resource's subresources."""
    names = [
        *resource.subresources,
        *(["status"] if resource.has_status else []),
        *(["scale"] if resource.scale else []),
    ]
    return sorted(set(names))


def _verbs(resource: Resource) -> list[str]:
    """The verbs of a resource in the order that they are listed in, which is another one for custom resources
    (apiextensions-apiserver, pkg/apiserver/customresource_discovery_controller.go)."""
    if resource.type is None:
        return sorted(resource.verbs)
    return [verb for verb in _CUSTOM_VERBS if verb in resource.verbs]


def _kind_of(resource: Resource, subresource: str) -> tuple[str, str, str]:
    """Group, version and kind that a subresource speaks; without a group and version those of the resource."""
    if subresource == "proxy":
        return "", resource.version, f"{resource.kind}ProxyOptions"
    return _KINDS_OF_SUBRESOURCES.get(subresource, ("", "", resource.kind))


# -- aggregated


def aggregated(scheme: Scheme, path: str, version: str) -> dict[str, Any]:
    """APIGroupDiscoveryList of /api or /apis."""
    items = []
    for group, versions in scheme.groups():
        if (group == "") == (path == "/api"):
            metadata = {"name": group} if group else {}
            listed = [
                {
                    "version": v,
                    "resources": [_aggregated_resource(r) for r in resources_of(scheme, group, v)],
                    "freshness": "Current",
                }
                for v in versions
            ]
            items.append({"metadata": metadata, "versions": listed})
    api_version = f"apidiscovery.k8s.io/{version}"
    return {"kind": "APIGroupDiscoveryList", "apiVersion": api_version, "metadata": {}, "items": items}


def _aggregated_resource(resource: Resource) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "resource": resource.plural,
        "responseKind": {"group": "", "version": "", "kind": resource.kind},
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular_name,
        "verbs": _verbs(resource),
    }
    if resource.short_names:
        entry["shortNames"] = list(resource.short_names)
    if resource.categories:
        entry["categories"] = list(resource.categories)
    subresources = [
        {
            "subresource": name,
            "responseKind": dict(zip(("group", "version", "kind"), _kind_of(resource, name), strict=True)),
            "verbs": sorted(subresource_verbs(resource, name) or ()),
        }
        for name in subresources_of(resource)
    ]
    if subresources:
        entry["subresources"] = subresources
    return entry


# -- the older form


def legacy(scheme: Scheme, path: str) -> dict[str, Any] | None:
    """APIVersions, APIGroupList, APIGroup or APIResourceList of a path; None when there is nothing."""
    parts = path.strip("/").split("/")
    if parts == ["api"]:
        return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [dict(_ADDRESS)]}
    if parts[0] == "api":
        return _resource_list(scheme, "", parts[1]) if parts[1:] == ["v1"] else None
    if len(parts) == 1:
        groups = [_group(group, versions) for group, versions in scheme.groups() if group]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
    versions = dict(scheme.groups()).get(parts[1], [])
    if len(parts) == 2:
        return {"kind": "APIGroup", "apiVersion": "v1", **_group(parts[1], versions)} if versions else None
    return _resource_list(scheme, parts[1], parts[2]) if parts[2] in versions else None


def _group(group: str, versions: list[str]) -> dict[str, Any]:
    listed = [{"groupVersion": f"{group}/{version}", "version": version} for version in versions]
    return {"name": group, "versions": listed, "preferredVersion": listed[0]}


def _resource_list(scheme: Scheme, group: str, version: str) -> dict[str, Any]:
    group_version = f"{group}/{version}" if group else version
    listed = []
    for resource in resources_of(scheme, group, version):
        listed.append(_entry(resource, _storage_version_hash(scheme, resource)))
        listed.extend(_subresource_entry(resource, name) for name in subresources_of(resource))
    versioned = {"apiVersion": "v1"} if group else {}  # the core group's list leaves it out (apiserver, pkg/endpoints)
    return {"kind": "APIResourceList", **versioned, "groupVersion": group_version, "resources": listed}


def _storage_version_hash(scheme: Scheme, resource: Resource) -> str:
    """What tells clients that objects are kept in another version than before; "" for what is not kept (apiserver,
    pkg/endpoints/discovery/storageversionhash.go)."""
    stored = scheme.stored(resource.storage_id)
    if stored is None or "watch" not in stored.verbs:
        return ""
    text = f"{stored.group}/{stored.version}/{stored.kind}"
    return base64.b64encode(hashlib.sha256(text.encode()).digest()[:8]).decode()


def _entry(resource: Resource, storage_hash: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": resource.plural,
        "singularName": resource.singular_name,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": _verbs(resource),
    }
    if resource.short_names:
        entry["shortNames"] = list(resource.short_names)
    if resource.categories:
        entry["categories"] = list(resource.categories)
    if storage_hash:
        entry["storageVersionHash"] = storage_hash
    return entry


def _subresource_entry(resource: Resource, name: str) -> dict[str, Any]:
    group, version, kind = _kind_of(resource, name)
    entry: dict[str, Any] = {"name": f"{resource.plural}/{name}", "singularName": "", "namespaced": resource.namespaced}
    if version and (group, version) != (resource.group, resource.version):
        entry |= {"group": group, "version": version}
    return {**entry, "kind": kind, "verbs": sorted(subresource_verbs(resource, name) or ())}

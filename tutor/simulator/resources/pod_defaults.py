"""What the API server fills in where a pod spec is silent. Source: pkg/apis/core/v1/defaults.go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEFAULT_MODE = 420
"""0644, the mode of files projected from ConfigMaps, Secrets and the downward API."""

TOKEN_SECONDS = 3600
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def image_tag(image: str) -> str:
    """The tag of an image reference; "latest" when it has neither tag nor digest, "" when it has a digest only."""
    rest, _, digest = image.partition("@")
    last = rest.rsplit("/", 1)[-1]
    _, colon, tag = last.partition(":")
    if colon:
        return tag
    return "" if digest else "latest"


def default_pod_spec(spec: dict[str, Any]) -> None:
    """Defaults of a pod spec, in a pod as well as in a template."""
    for name, value in (
        ("restartPolicy", "Always"),
        ("terminationGracePeriodSeconds", 30),
        ("dnsPolicy", "ClusterFirst"),
        ("schedulerName", "default-scheduler"),
    ):
        if spec.get(name) is None or spec.get(name) == "":
            spec[name] = value
    if spec.get("securityContext") is None:
        spec["securityContext"] = {}
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account:
        spec["serviceAccountName"] = spec["serviceAccount"] = account
    for kind in ("initContainers", "containers", "ephemeralContainers"):
        for container in spec.get(kind) or ():
            default_container(container)
            if spec.get("hostNetwork"):
                _default_host_ports(container)
    for volume in spec.get("volumes") or ():
        _default_volume(volume)


def default_container(container: dict[str, Any]) -> None:
    """Defaults of one container."""
    if not container.get("imagePullPolicy"):
        latest = image_tag(container.get("image", "")) == "latest"
        container["imagePullPolicy"] = "Always" if latest else "IfNotPresent"
    container.setdefault("terminationMessagePath", "/dev/termination-log")
    container.setdefault("terminationMessagePolicy", "File")
    container.setdefault("resources", {})
    for port in container.get("ports") or ():
        port.setdefault("protocol", "TCP")
    for name in _PROBES:
        if container.get(name):
            _default_probe(container[name])
    for hook in (container.get("lifecycle") or {}).values():
        if isinstance(hook, dict) and hook.get("httpGet"):
            _default_http_get(hook["httpGet"])
    for variable in container.get("env") or ():
        reference = (variable.get("valueFrom") or {}).get("fieldRef")
        if reference is not None:
            reference.setdefault("apiVersion", "v1")
        elif "valueFrom" in variable and "resourceFieldRef" in variable["valueFrom"]:
            variable["valueFrom"]["resourceFieldRef"].setdefault("divisor", "0")


def _default_host_ports(container: dict[str, Any]) -> None:
    for port in container.get("ports") or ():
        if not port.get("hostPort"):
            port["hostPort"] = port.get("containerPort")


def _default_probe(probe: dict[str, Any]) -> None:
    for name, value in (("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)):
        if not probe.get(name):
            probe[name] = value
    if probe.get("httpGet"):
        _default_http_get(probe["httpGet"])
    if probe.get("grpc") is not None:
        probe["grpc"].setdefault("service", "")


def _default_http_get(action: dict[str, Any]) -> None:
    if not action.get("path"):
        action["path"] = "/"
    if not action.get("scheme"):
        action["scheme"] = "HTTP"


_SOURCES: Mapping[str, Mapping[str, Any]] = {
    "azureDisk": {"cachingMode": "ReadWrite", "fsType": "ext4", "readOnly": False, "kind": "Shared"},
    "hostPath": {"type": ""},
    "iscsi": {"iscsiInterface": "default"},
    "rbd": {"pool": "rbd", "user": "admin", "keyring": "/etc/ceph/keyring"},
    "scaleIO": {"storageMode": "ThinProvisioned", "fsType": "xfs"},
}
"""What the sources of volumes have when nothing is said (pkg/apis/core/v1, zz_generated.defaults.go)."""


def default_source(volume: dict[str, Any]) -> None:
    """Fill in the source of a volume: of a pod, or of the spec of a PersistentVolume."""
    for name, values in _SOURCES.items():
        for field, value in values.items() if volume.get(name) is not None else ():
            if volume[name].get(field) is None or (volume[name][field] == "" and name != "azureDisk"):
                volume[name][field] = value


def _default_volume(volume: dict[str, Any]) -> None:
    if not [name for name in volume if name != "name" and volume[name] is not None]:
        volume["emptyDir"] = {}
    for name in ("configMap", "secret", "downwardAPI", "projected"):
        source = volume.get(name)
        if source is None:
            continue
        if source.get("defaultMode") is None:
            source["defaultMode"] = DEFAULT_MODE
        _default_field_references(source.get("items") if name == "downwardAPI" else ())
        for projection in source.get("sources") or ():
            _default_projection(projection)
    default_source(volume)


def _default_projection(projection: dict[str, Any]) -> None:
    token = projection.get("serviceAccountToken")
    if token is not None and token.get("expirationSeconds") is None:
        token["expirationSeconds"] = TOKEN_SECONDS
    _default_field_references((projection.get("downwardAPI") or {}).get("items"))


def _default_field_references(items: Any) -> None:
    for item in items or ():
        if item.get("fieldRef") is not None:
            item["fieldRef"].setdefault("apiVersion", "v1")
        if item.get("resourceFieldRef") is not None:
            item["resourceFieldRef"].setdefault("divisor", "0")


def default_pod(pod: dict[str, Any]) -> None:
    """Defaults that only a pod has, not a template: requests from limits, service links."""
    spec = pod.setdefault("spec", {})
    default_pod_spec(spec)
    for kind in ("containers", "initContainers"):
        for container in spec.get(kind) or ():
            limits = container["resources"].get("limits")
            if limits:
                requests = container["resources"].setdefault("requests", {})
                for name, value in limits.items():
                    requests.setdefault(name, value)
    if spec.get("enableServiceLinks") is None:
        spec["enableServiceLinks"] = True


def default_template(template: dict[str, Any]) -> None:
    """Defaults of the pod template of a workload."""
    template.setdefault("metadata", {})
    default_pod_spec(template.setdefault("spec", {}))

"""`kubectl debug --profile`: what a profile changes in a debugging container and its pod.

Follows kubectl `pkg/cmd/debug/profiles.go`.
"""

from __future__ import annotations

from typing import Any

from tutor.kubectl.objects import Object

PROFILES = ("general", "baseline", "restricted", "netadmin", "sysadmin", "legacy")
EPHEMERAL, COPY, NODE = "ephemeral", "copy", "node"
_PROBES = {"liveness": "livenessProbe", "readiness": "readinessProbe", "startup": "startupProbe"}


def apply_profile(profile: str, style: str, pod: Object, container: Object, keep: dict[str, bool]) -> None:
    """Changes a pod and its debugging container in place. `keep` says what a copy keeps of its original."""
    if style == NODE and profile in ("general", "sysadmin", "legacy"):
        _mount_root(pod, container)
    if profile in ("baseline", "restricted") or (profile == "general" and style == NODE):
        container.pop("securityContext", None)
    if style == NODE and profile not in ("baseline", "restricted"):
        pod["spec"] |= {"hostNetwork": True, "hostPID": True, "hostIPC": True}
    if style == COPY:
        _trim_copy(pod, {} if profile == "legacy" else keep, legacy=profile == "legacy")
    _security(profile, style, container)


def _security(profile: str, style: str, container: Object) -> None:
    if profile == "general" and style != NODE:
        _add_capabilities(container, "SYS_PTRACE")
    elif profile == "netadmin":
        _add_capabilities(container, "NET_ADMIN", "NET_RAW")
    elif profile == "sysadmin":
        container.setdefault("securityContext", {})["privileged"] = True
    elif profile == "restricted":
        container["securityContext"] = {
            "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": True,
            "allowPrivilegeEscalation": False,
            "seccompProfile": {"type": "RuntimeDefault"},
        }


def _add_capabilities(container: Object, *names: str) -> None:
    context: dict[str, Any] = container.setdefault("securityContext", {})
    context.setdefault("capabilities", {}).setdefault("add", []).extend(names)


def _mount_root(pod: Object, container: Object) -> None:
    """The node's files at /host."""
    pod["spec"].setdefault("volumes", []).append({"name": "host-root", "hostPath": {"path": "/"}})
    container.setdefault("volumeMounts", []).append({"name": "host-root", "mountPath": "/host"})


def _trim_copy(pod: Object, keep: dict[str, bool], *, legacy: bool) -> None:
    """Takes from a copy what would make a Service or a controller mistake it for the original."""
    if not keep.get("labels"):
        pod["metadata"].pop("labels", None)
    if legacy:
        return
    if not keep.get("annotations"):
        pod["metadata"].pop("annotations", None)
    for container in pod["spec"]["containers"]:
        for name, field in _PROBES.items():
            if not keep.get(name):
                container.pop(field, None)
    if not keep.get("init-containers"):
        pod["spec"].pop("initContainers", None)
    pod["spec"].setdefault("shareProcessNamespace", True)

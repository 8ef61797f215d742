"""What the Pod Security Standards say of a pod spec (k8s.io/pod-security-admission, policy/check_*.go).

Looked at are namespaces, paths and ports of the node, privileges, capabilities, users, seccomp profiles and kinds of volumes. What a
standard says of AppArmor, SELinux, sysctls, /proc mounts and Windows is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

Level = Literal["privileged", "baseline", "restricted"]
Spec = Mapping[str, Any]
Check = Callable[[Spec], Iterable[tuple[str, str]]]
"""Gives the reason and the detail of a violation."""

_DEFAULT_CAPABILITIES = (
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
)
_VOLUMES = (
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
)


def violations(level: Level, spec: Spec) -> str:
    """All that a standard forbids of a pod spec as one text, empty when there is nothing."""
    return ", ".join(f"{reason} ({detail})" for check in _LEVELS[level] for reason, detail in check(spec))


def broken_rules(level: Level, spec: Spec) -> str:
    """The same without what exactly breaks each rule."""
    return ", ".join(reason for check in _LEVELS[level] for reason, _ in check(spec))


def _containers(spec: Spec) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Name, container and security context of each."""
    for field in ("initContainers", "containers", "ephemeralContainers"):
        for container in spec.get(field) or ():
            yield container.get("name", ""), container, container.get("securityContext") or {}


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _named(names: Sequence[str], what: str = "container") -> str:
    return f"{what if len(names) == 1 else what + 's'} {_quoted(names)}"


# -- baseline


def _host_namespaces(spec: Spec) -> Iterator[tuple[str, str]]:
    shared = [f"{field}=true" for field in ("hostNetwork", "hostPID", "hostIPC") if spec.get(field)]
    if shared:
        yield "host namespaces", ", ".join(shared)


def _host_paths(spec: Spec) -> Iterator[tuple[str, str]]:
    names = [volume["name"] for volume in spec.get("volumes") or () if volume.get("hostPath") is not None]
    if names:
        yield "hostPath volumes", _named(names, "volume")


def _host_ports(spec: Spec) -> Iterator[tuple[str, str]]:
    used = {
        name: [str(p["hostPort"]) for p in c.get("ports") or () if p.get("hostPort")]
        for name, c, _ in _containers(spec)
    }
    names = [name for name, ports in used.items() if ports]
    numbers = sorted({port for ports in used.values() for port in ports})
    if names:
        verb, noun = "uses" if len(names) == 1 else "use", "hostPort" if len(numbers) == 1 else "hostPorts"
        yield "hostPort", f"{_named(names)} {verb} {noun} {', '.join(numbers)}"


def _privileged(spec: Spec) -> Iterator[tuple[str, str]]:
    names = [name for name, _, context in _containers(spec) if context.get("privileged")]
    if names:
        yield "privileged", f"{_named(names)} must not set securityContext.privileged=true"


def _added(spec: Spec, allowed: Sequence[str]) -> tuple[list[str], list[str]]:
    """Containers with capabilities that are not allowed, and these."""
    found = {
        name: [c for c in (context.get("capabilities") or {}).get("add") or () if c not in allowed]
        for name, _, context in _containers(spec)
    }
    return [name for name, more in found.items() if more], sorted({c for more in found.values() for c in more})


def _default_capabilities(spec: Spec) -> Iterator[tuple[str, str]]:
    names, more = _added(spec, _DEFAULT_CAPABILITIES)
    if names:
        detail = f"{_named(names)} must not include {_quoted(more)} in securityContext.capabilities.add"
        yield "non-default capabilities", detail


def _confined(spec: Spec) -> Iterator[tuple[str, str]]:
    yield from _bad_profiles(spec, ("", "RuntimeDefault", "Localhost"))


# -- restricted


def _no_escalation(spec: Spec) -> Iterator[tuple[str, str]]:
    names = [name for name, _, context in _containers(spec) if context.get("allowPrivilegeEscalation") is not False]
    if names:
        detail = f"{_named(names)} must set securityContext.allowPrivilegeEscalation=false"
        yield "allowPrivilegeEscalation != false", detail


def _no_capabilities(spec: Spec) -> Iterator[tuple[str, str]]:
    keeping = [
        name
        for name, _, context in _containers(spec)
        if "ALL" not in ((context.get("capabilities") or {}).get("drop") or ())
    ]
    details = [f'{_named(keeping)} must set securityContext.capabilities.drop=["ALL"]'] if keeping else []
    names, more = _added(spec, ("NET_BIND_SERVICE",))
    if names:
        details.append(f"{_named(names)} must not include {_quoted(more)} in securityContext.capabilities.add")
    if details:
        yield "unrestricted capabilities", "; ".join(details)


def _volume_types(spec: Spec) -> Iterator[tuple[str, str]]:
    found = {}
    for volume in spec.get("volumes") or ():
        kinds = [kind for kind, value in volume.items() if kind != "name" and value is not None]
        if not set(kinds) & set(_VOLUMES):
            found[volume["name"]] = kinds[0] if kinds else "unknown"
    if found:
        verb, kinds = "uses" if len(found) == 1 else "use", sorted(set(found.values()))
        noun = "restricted volume type" if len(kinds) == 1 else "restricted volume types"
        yield "restricted volume types", f"{_named(list(found), 'volume')} {verb} {noun} {_quoted(kinds)}"


def _setters(spec: Spec, bad: Callable[[Mapping[str, Any]], bool]) -> str:
    """Who sets something bad: "pod and containers "a", "b" "."""
    names = [name for name, _, context in _containers(spec) if bad(context)]
    who = ["pod"] if bad(spec.get("securityContext") or {}) else []
    return " and ".join([*who, *([_named(names)] if names else [])])


def _not_root(spec: Spec) -> Iterator[tuple[str, str]]:
    if spec.get("hostUsers") is False:
        return
    reason = "runAsNonRoot != true"
    if who := _setters(spec, lambda context: context.get("runAsNonRoot") is False):
        yield reason, f"{who} must not set securityContext.runAsNonRoot=false"
    elif (spec.get("securityContext") or {}).get("runAsNonRoot") is None:
        names = [name for name, _, context in _containers(spec) if context.get("runAsNonRoot") is None]
        if names:
            yield reason, f"pod or {_named(names)} must set securityContext.runAsNonRoot=true"


def _not_user_zero(spec: Spec) -> Iterator[tuple[str, str]]:
    if spec.get("hostUsers") is False:
        return
    if who := _setters(spec, lambda context: context.get("runAsUser") == 0):
        yield "runAsUser=0", f"{who} must not set runAsUser=0"


def _profile(context: Mapping[str, Any]) -> str:
    return str((context.get("seccompProfile") or {}).get("type", ""))


def _bad_profiles(spec: Spec, allowed: Sequence[str]) -> Iterator[tuple[str, str]]:
    contexts = [spec.get("securityContext") or {}, *(context for *_, context in _containers(spec))]
    values = sorted({_profile(context) for context in contexts} - {*allowed, ""})
    if values:
        who = _setters(spec, lambda context: _profile(context) in values)
        yield "seccompProfile", f"{who} must not set securityContext.seccompProfile.type to {_quoted(values)}"


def _has_profile(spec: Spec) -> Iterator[tuple[str, str]]:
    bad = list(_bad_profiles(spec, ("RuntimeDefault", "Localhost")))
    yield from bad
    if bad or _profile(spec.get("securityContext") or {}):
        return
    names = [name for name, _, context in _containers(spec) if not _profile(context)]
    if names:
        rule = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
        yield "seccompProfile", f"pod or {_named(names)} {rule}"


_LEVELS: Mapping[str, tuple[Check, ...]] = {
    "privileged": (),
    "baseline": (_default_capabilities, _host_namespaces, _host_paths, _host_ports, _privileged, _confined),
    "restricted": (
        _host_namespaces,
        _host_ports,
        _privileged,
        _no_escalation,
        _no_capabilities,
        _volume_types,
        _not_root,
        _not_user_zero,
        _has_profile,
    ),
}
"""In the order in which violations are listed (policy/registry.go)."""

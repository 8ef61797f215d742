"""What pods and containers may say about users, groups and privileges (pkg/apis/core/validation/validation.go ValidateSecurityContext,
ValidatePodSecurityContext)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.errors import FieldError, duplicate, invalid, invalid_shown, not_supported, required
from tutor.simulator.schemas.internal import text_in_memory

Json = Mapping[str, Any]

MAX_ID = 2**31 - 1
_PROFILES = ("Localhost", "RuntimeDefault", "Unconfined")
_SYSCTL = r"^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$"
_CONFLICT = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"


def validate_container_context(context: Json, path: str) -> Iterator[FieldError]:
    """The securityContext of a container."""
    yield from _ids(context, ("runAsUser", "runAsGroup"), path)
    mount = context.get("procMount")
    if mount is not None and mount not in ("Default", "Unmasked"):
        yield not_supported(f"{path}.procMount", mount, ("Default", "Unmasked"))
    yield from _seccomp(context.get("seccompProfile"), f"{path}.seccompProfile")
    if context.get("allowPrivilegeEscalation") is False:
        if context.get("privileged"):
            yield invalid_shown(path, text_in_memory("core.SecurityContext", context), _CONFLICT)
        if "CAP_SYS_ADMIN" in ((context.get("capabilities") or {}).get("add") or ()):
            why = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
            yield invalid_shown(path, text_in_memory("core.SecurityContext", context), why)


def validate_pod_context(spec: Json, path: str) -> Iterator[FieldError]:
    """The securityContext of a pod, and the namespaces of its node that it shares."""
    context, where = spec.get("securityContext") or {}, f"{path}.securityContext"
    if spec.get("hostPID") and spec.get("shareProcessNamespace"):
        why = "ShareProcessNamespace and HostPID cannot both be enabled"
        yield invalid(f"{path}.shareProcessNamespace", True, why)
    yield from _ids(context, ("fsGroup", "runAsUser", "runAsGroup"), where)
    for i, group in enumerate(context.get("supplementalGroups") or ()):
        yield from _id(group, f"{where}.supplementalGroups[{i}]")
    yield from _sysctls(context.get("sysctls") or (), f"{where}.sysctls")
    policy = context.get("fsGroupChangePolicy")
    if policy is not None and policy not in ("Always", "OnRootMismatch"):
        yield not_supported(f"{where}.fsGroupChangePolicy", policy, ("Always", "OnRootMismatch"))
    yield from _seccomp(context.get("seccompProfile"), f"{where}.seccompProfile")


def _ids(context: Json, fields: tuple[str, ...], path: str) -> Iterator[FieldError]:
    for field in fields:
        if context.get(field) is not None:
            yield from _id(context[field], f"{path}.{field}")


def _id(value: int, path: str) -> Iterator[FieldError]:
    if not 0 <= value <= MAX_ID:
        yield invalid(path, value, f"must be between 0 and {MAX_ID}, inclusive")


def _sysctls(sysctls: Any, path: str) -> Iterator[FieldError]:
    names: set[str] = set()
    for i, sysctl in enumerate(sysctls):
        name = sysctl.get("name") or ""
        if not name:
            yield required(f"{path}[{i}].name")
        elif len(name) > 253 or not re.match(_SYSCTL, name):
            yield invalid(f"{path}[{i}].name", name, f"must have at most 253 characters and match regex {_SYSCTL}")
        elif name in names:
            yield duplicate(f"{path}[{i}].name", name)
        names.add(name)


def _seccomp(profile: Json | None, path: str) -> Iterator[FieldError]:
    if profile is None:
        return
    type_, local = profile.get("type") or "", profile.get("localhostProfile")
    if type_ == "Localhost":
        if not local:
            yield required(f"{path}.localhostProfile", "must be set when seccomp type is Localhost")
        return
    if local is not None:
        shown = text_in_memory("core.SeccompProfile", profile)
        why = "can only be set when seccomp type is Localhost"
        yield invalid_shown(f"{path}.localhostProfile", shown, why)
    if not type_:
        yield required(f"{path}.type", "type is required when seccompProfile is set")
    elif type_ not in _PROFILES:
        yield not_supported(f"{path}.type", type_, _PROFILES)

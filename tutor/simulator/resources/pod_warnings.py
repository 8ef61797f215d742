"""What of a pod, or of a template of pods, is allowed and probably not meant: the warnings that go with the answer.

Source: pkg/api/pod/warnings.go, pkg/api/persistentvolumeclaim/util.go, pkg/api/node/util.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from tutor.simulator import quantity
from tutor.simulator.store import Obj

_OLD_LABELS = {
    "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
    "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
    "failure-domain.beta.kubernetes.io/region": 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
    "failure-domain.beta.kubernetes.io/zone": 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
    "beta.kubernetes.io/instance-type": 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
    "node-role.kubernetes.io/master": 'use "node-role.kubernetes.io/control-plane" instead',
}
_OLD_VOLUMES = {
    "photonPersistentDisk": "deprecated in v1.11, non-functional in v1.16+",
    "gitRepo": "deprecated in v1.11, and disabled by default in v1.33+",
    "scaleIO": "deprecated in v1.16, non-functional in v1.22+",
    "flocker": "deprecated in v1.22, non-functional in v1.25+",
    "storageos": "deprecated in v1.22, non-functional in v1.25+",
    "quobyte": "deprecated in v1.22, non-functional in v1.25+",
    "glusterfs": "deprecated in v1.25, non-functional in v1.26+",
    "cephfs": "deprecated in v1.28, non-functional in v1.31+",
    "rbd": "deprecated in v1.28, non-functional in v1.31+",
}
_NO_SELECTOR = "a null labelSelector results in matching no pod"
_BYTES = ("memory", "ephemeral-storage")

Warnings = Callable[[Obj], Iterable[str]]


def of_template(*path: str) -> Warnings:
    """For a kind with a template of pods at a path."""
    return partial(_template_warnings, path)


def pod_warnings(pod: Obj) -> Iterator[str]:
    """For a pod."""
    return _warnings(pod.get("spec") or {}, "spec")


def claim_warnings(claim: Obj) -> Iterator[str]:
    """For a PersistentVolumeClaim."""
    resources = (claim.get("spec") or {}).get("resources") or {}
    for kind in ("requests", "limits"):
        yield from _fractions(resources.get(kind), ("storage",), f"spec.resources.{kind}")


def _template_warnings(path: tuple[str, ...], obj: Obj) -> Iterator[str]:
    template: Any = obj
    for name in path:
        template = template.get(name) or {}
    return _warnings(template.get("spec") or {}, ".".join((*path, "spec")))


def _warnings(spec: dict[str, Any], path: str) -> Iterator[str]:
    yield from _placement(spec, path)
    for i, volume in enumerate(spec.get("volumes") or ()):
        for kind, why in _OLD_VOLUMES.items():
            if volume.get(kind) is not None:
                yield f"{path}.volumes[{i}].{kind}: {why}"
    yield from _repeated(spec.get("hostAliases"), "ip", f"{path}.hostAliases")
    yield from _repeated(spec.get("imagePullSecrets"), "name", f"{path}.imagePullSecrets")
    for i, secret in enumerate(spec.get("imagePullSecrets") or ()):
        if not secret.get("name"):
            yield f'{path}.imagePullSecrets[{i}].name: invalid empty name ""'
    yield from _fractions(spec.get("overhead"), _BYTES, f"{path}.overhead")
    for container, where in _containers(spec, path):
        resources = container.get("resources") or {}
        for name in _BYTES:
            for kind in ("limits", "requests"):
                yield from _fractions(resources.get(kind), (name,), f"{where}.resources.{kind}")
        yield from _hidden_variables(container.get("env") or (), f"{where}.env")
    yield from _ports(spec, path)
    if (spec.get("terminationGracePeriodSeconds") or 0) < 0:
        why = "must be >= 0; negative values are invalid and will be treated as 1"
        yield f"{path}.terminationGracePeriodSeconds: {why}"
    yield from _affinity(spec.get("affinity") or {}, f"{path}.affinity")


def _containers(spec: dict[str, Any], path: str) -> Iterator[tuple[dict[str, Any], str]]:
    for kind in ("initContainers", "containers", "ephemeralContainers"):
        for i, container in enumerate(spec.get(kind) or ()):
            yield container, f"{path}.{kind}[{i}]"


def _placement(spec: dict[str, Any], path: str) -> Iterator[str]:
    for key in sorted(spec.get("nodeSelector") or {}):
        if key in _OLD_LABELS:
            yield f"{path}.nodeSelector[{key}]: {_OLD_LABELS[key]}"
    for i, constraint in enumerate(spec.get("topologySpreadConstraints") or ()):
        key, where = constraint.get("topologyKey"), f"{path}.topologySpreadConstraints[{i}]"
        if key in _OLD_LABELS:
            yield f"{where}.topologyKey: {key} is {_OLD_LABELS[key]}"
        if constraint.get("labelSelector") is None:
            yield f"{where}.labelSelector: {_NO_SELECTOR}"


def _affinity(affinity: dict[str, Any], path: str) -> Iterator[str]:
    for kind in ("podAffinity", "podAntiAffinity"):
        rules = affinity.get(kind) or {}
        for way, inner in (("required", ""), ("preferred", "podAffinityTerm")):
            name = f"{way}DuringSchedulingIgnoredDuringExecution"
            for i, item in enumerate(rules.get(name) or ()):
                term = item.get(inner) or {} if inner else item
                if term.get("labelSelector") is None:
                    where = f"{path}.{kind}.{name}[{i}]" + (f".{inner}" if inner else "")
                    yield f"{where}.labelSelector: {_NO_SELECTOR}"


def _repeated(items: Any, key: str, path: str) -> Iterator[str]:
    seen = set()
    for i, item in enumerate(items or ()):
        value = item.get(key, "")
        if value in seen:
            yield f'{path}[{i}].{key}: duplicate {key} "{value}"'
        seen.add(value)


def _fractions(amounts: Any, names: tuple[str, ...], path: str) -> Iterator[str]:
    """Amounts of bytes that are not whole."""
    for name in names:
        amount = (amounts or {}).get(name)
        if amount is not None and quantity.milli(amount) % 1000:
            yield f'{path}[{name}]: fractional byte value "{amount}" is invalid, must be an integer'


def _hidden_variables(variables: Any, path: str) -> Iterator[str]:
    seen = set()
    for i, variable in enumerate(variables):
        name = variable.get("name", "")
        reference, value = f"$({name})", variable.get("value") or ""
        extends = variable.get("valueFrom") is None and value != reference and reference in value
        if name in seen and not extends:
            yield f'{path}[{i}]: hides previous definition of "{name}", which may be dropped when using apply'
        seen.add(name)


def _ports(spec: dict[str, Any], path: str) -> Iterator[str]:
    ports = [
        (port, f"{where}.ports[{i}]")
        for container, where in _containers(spec, path)
        for i, port in enumerate(container.get("ports") or ())
    ]
    for place, (port, where) in enumerate(ports):
        for other, there in ports[:place]:
            if (port.get("containerPort"), port.get("protocol")) == (other.get("containerPort"), other.get("protocol")):
                clash = _clash(port, other)
                yield from [f"{where}: {clash} port definition with {there}"] if clash else ()
    named: dict[str, str] = {}
    for port, where in ports:
        name = port.get("name")
        if name and name in named:
            first = named[name]
            yield (
                f'{where}: duplicate port name "{name}" with {first}, '
                f"services and probes that select ports by name will use {first}"
            )
        elif name:
            named[name] = where


def _clash(port: dict[str, Any], other: dict[str, Any]) -> str:
    here, there = port.get("hostPort") or 0, other.get("hostPort") or 0
    addresses = port.get("hostIP") or "", other.get("hostIP") or ""
    if here == there and addresses[0] == addresses[1]:
        return "duplicate"
    if not here or not there:
        return "overlapping"
    return "dangerously ambiguous" if here == there and "" in addresses else ""

"""What a pod spec may hold. Source: pkg/apis/core/validation/validation.go (ValidatePodSpec and what it calls)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tutor.simulator.errors import FieldError, duplicate, forbidden_field, invalid, not_supported, required
from tutor.simulator.names import check_labels, name_problems
from tutor.simulator.resources.container_validation import validate_container
from tutor.simulator.resources.ephemeral_containers import validate_ephemeral
from tutor.simulator.resources.pod_network import unbound_while_gated, validate_gates, validate_network
from tutor.simulator.resources.pod_placement import validate_placement
from tutor.simulator.resources.resize_policies import validate_init_resize_policies, validate_resize_policies
from tutor.simulator.resources.security_contexts import validate_pod_context
from tutor.simulator.resources.volume_sources import source_problems
from tutor.simulator.store import Obj

RESTART_POLICIES = ("Always", "OnFailure", "Never")
DNS_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
TAINT_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
MAX_INT32 = 2**31 - 1
_VOLUME_NAMES = {"configMap": "name", "secret": "secretName", "persistentVolumeClaim": "claimName", "hostPath": "path"}
"""For volume sources that refer to something: the field that says to what."""


def validate_pod(pod: Obj) -> Iterator[FieldError]:
    """A whole pod."""
    yield from validate_spec(pod.get("spec") or {}, "spec")
    if "resourceVersion" not in pod["metadata"]:  # a new pod
        yield from unbound_while_gated(pod.get("spec") or {}, "spec")
        if (pod.get("spec") or {}).get("ephemeralContainers"):
            yield forbidden_field("spec.ephemeralContainers", "cannot be set on create")
    for i, container in enumerate((pod.get("spec") or {}).get("containers") or ()):
        image = container.get("image") or ""
        if image.strip() != image:
            yield invalid(f"spec.containers[{i}].image", image, "must not have leading or trailing whitespace")


def validate_template(template: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    """The pod template of a workload."""
    metadata = template.get("metadata") or {}
    yield from check_labels(metadata.get("labels"), f"{path}.labels")
    yield from validate_spec(template.get("spec") or {}, f"{path}.spec")


def validate_spec(spec: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    """A pod spec, in a pod or in a template."""
    volumes = set()
    for i, volume in enumerate(spec.get("volumes") or ()):
        problems = list(_validate_volume(volume, f"{path}.volumes[{i}]"))
        if volume.get("name") in volumes:
            problems.append(duplicate(f"{path}.volumes[{i}].name", volume["name"]))
        yield from problems
        if not problems:
            volumes.add(volume["name"])
    yield from _validate_containers(spec, volumes, path)
    yield from _validate_init_containers(spec, volumes, path)
    yield from validate_ephemeral(spec, volumes, path)
    yield from _validate_scalars(spec, path)
    yield from check_labels(spec.get("nodeSelector"), f"{path}.nodeSelector")
    yield from validate_pod_context(spec, path)
    yield from validate_placement(spec, path)
    yield from validate_network(spec, path)
    yield from validate_tolerations(spec.get("tolerations") or (), f"{path}.tolerations")
    yield from validate_gates(spec, path)


def _validate_volume(volume: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    sources = [name for name, value in volume.items() if name != "name" and value is not None]
    for name in sources[1:]:
        yield FieldError("FieldValueForbidden", f"{path}.{name}", "Forbidden: may not specify more than 1 volume type")
    for source, field in _VOLUME_NAMES.items():
        if volume.get(source) is not None and not volume[source].get(field):
            yield required(f"{path}.{source}.{field}")
    yield from source_problems(volume, path)
    if not volume.get("name"):
        yield required(f"{path}.name")
    else:
        for problem in name_problems(volume["name"], "label"):
            yield invalid(f"{path}.name", volume["name"], problem)


def _validate_containers(spec: Mapping[str, Any], volumes: set[str], path: str) -> Iterator[FieldError]:
    containers = spec.get("containers") or ()
    if not containers:
        yield required(f"{path}.containers")
    names: set[str] = set()
    for i, container in enumerate(containers):
        where = f"{path}.containers[{i}]"
        yield from validate_container(container, volumes, where)
        yield from validate_resize_policies(container, spec.get("restartPolicy", ""), where)
        yield from _validate_sleeps(container, spec.get("terminationGracePeriodSeconds"), f"{where}.lifecycle")
        if container.get("name") in names:
            yield duplicate(f"{where}.name", container["name"])
        names.add(container.get("name", ""))
        yield from _validate_restart_policy(container, where)


def _validate_sleeps(container: Mapping[str, Any], grace: int | None, path: str) -> Iterator[FieldError]:
    """Hooks that sleep do so no longer than the pod has to end (validateSleepAction)."""
    for hook in ("postStart", "preStop"):
        sleep = ((container.get("lifecycle") or {}).get(hook) or {}).get("sleep")
        if sleep is not None and grace is not None and not 0 <= (sleep.get("seconds") or 0) <= grace:
            why = f"must be non-negative and less than terminationGracePeriodSeconds ({grace})"
            yield invalid(f"{path}.{hook}.sleep", sleep.get("seconds") or 0, why)


def _validate_restart_policy(container: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    """A container may have a policy of its own (ContainerRestartRules)."""
    policy = container.get("restartPolicy")
    if policy is not None and policy not in RESTART_POLICIES:
        yield not_supported(f"{path}.restartPolicy", policy, ("Always", "Never", "OnFailure"))


def _validate_init_containers(spec: Mapping[str, Any], volumes: set[str], path: str) -> Iterator[FieldError]:
    names = {container.get("name") for container in spec.get("containers") or ()}
    for i, container in enumerate(spec.get("initContainers") or ()):
        where = f"{path}.initContainers[{i}]"
        sidecar = container.get("restartPolicy") == "Always"
        yield from validate_container(container, volumes, where, probes=sidecar)
        yield from validate_resize_policies(container, spec.get("restartPolicy", ""), where)
        yield from _validate_sleeps(container, spec.get("terminationGracePeriodSeconds"), f"{where}.lifecycle")
        if container.get("name") in names:
            yield duplicate(f"{where}.name", container["name"])
        names.add(container.get("name"))
        yield from _validate_restart_policy(container, where)
        if sidecar:
            continue
        for field in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe"):
            if container.get(field):
                why = "may not be set for init containers without restartPolicy=Always"
                yield FieldError("FieldValueForbidden", f"{where}.{field}", f"Forbidden: {why}")
        yield from validate_init_resize_policies(container, where)


def _validate_scalars(spec: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    if spec.get("restartPolicy") not in RESTART_POLICIES:
        yield not_supported(f"{path}.restartPolicy", spec.get("restartPolicy"), RESTART_POLICIES)
    if spec.get("dnsPolicy") not in DNS_POLICIES:
        yield not_supported(f"{path}.dnsPolicy", spec.get("dnsPolicy"), DNS_POLICIES)
    for i, secret in enumerate(spec.get("imagePullSecrets") or ()):
        if not secret.get("name"):
            yield required(f"{path}.imagePullSecrets[{i}].name")
    for field in ("serviceAccountName", "nodeName", "priorityClassName"):
        if spec.get(field):
            for problem in name_problems(spec[field], "subdomain"):
                yield invalid(f"{path}.{field}", spec[field], problem)
    deadline = spec.get("activeDeadlineSeconds")
    if deadline is not None and not 1 <= deadline <= MAX_INT32:
        yield invalid(f"{path}.activeDeadlineSeconds", deadline, f"must be between 1 and {MAX_INT32}, inclusive")
    for field in ("hostname", "subdomain"):
        if spec.get(field):
            for problem in name_problems(spec[field], "label"):
                yield invalid(f"{path}.{field}", spec[field], problem)


def validate_tolerations(tolerations: Sequence[Mapping[str, Any]], path: str) -> Iterator[FieldError]:
    """Tolerations of a pod."""
    for i, toleration in enumerate(tolerations):
        where = f"{path}[{i}]"
        key, operator, value = toleration.get("key"), toleration.get("operator") or "Equal", toleration.get("value")
        if not key and operator != "Exists":
            yield invalid(
                f"{where}.operator",
                operator,
                'operator must be Exists when `key` is empty, which means "match all values and all keys"',
            )
        if toleration.get("tolerationSeconds") is not None and toleration.get("effect") != "NoExecute":
            yield invalid(
                f"{where}.effect",
                toleration.get("effect", ""),
                "effect must be 'NoExecute' when `tolerationSeconds` is set",
            )
        if operator == "Exists" and value:
            yield invalid(f"{where}.operator", value, "value must be empty when `operator` is 'Exists'")
        if operator not in ("Equal", "Exists", "Lt", "Gt"):
            yield not_supported(f"{where}.operator", operator, ("Equal", "Exists"))
        if toleration.get("effect") and toleration["effect"] not in TAINT_EFFECTS:
            yield not_supported(f"{where}.effect", toleration["effect"], TAINT_EFFECTS)

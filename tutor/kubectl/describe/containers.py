"""The containers part of pods and pod templates: image, ports, command, state, resources, probes, environment, mounts."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tutor.kubectl.describe.env_values import container_resource_value, pod_field_value
from tutor.kubectl.describe.writer import Writer, moment, truth
from tutor.kubectl.objects import Object, get
from tutor.kubectl.quantity import canonical


def describe_containers(
    writer: Writer,
    label: str,
    containers: Sequence[Object],
    statuses: Sequence[Object] | None,
    indent: str,
    pod: Object | None = None,
) -> None:
    """All containers of one kind. `pod` resolves field references in the environment; templates have none."""
    by_name = {status["name"]: status for status in statuses or []}
    writer.write(0, f"{indent}{label}:{'' if containers else ' <none>'}\n")
    for container in containers:
        status = by_name.get(container["name"])
        _basic_info(writer, container, status, indent)
        _words(writer, "Command", container.get("command"))
        _words(writer, "Args", container.get("args"))
        if status is not None:
            _state(writer, status)
        describe_resources(writer, container.get("resources"), 2)
        for name in ("liveness", "readiness", "startup"):
            if container.get(f"{name}Probe"):
                writer.line(2, name.capitalize(), probe_text(container[f"{name}Probe"]))
        _env_from(writer, container)
        _env(writer, container, pod)
        _mounts(writer, container)


def _basic_info(writer: Writer, container: Object, status: Object | None, indent: str) -> None:
    writer.write(1, f"{' ' if indent else ''}{container['name']}:\n")
    if status is not None:
        writer.line(2, "Container ID", status.get("containerID", ""))
    writer.line(2, "Image", container.get("image", ""))
    if status is not None:
        writer.line(2, "Image ID", status.get("imageID", ""))
    for label, field in (("Port", "containerPort"), ("Host Port", "hostPort")):
        ports = ", ".join(_port(port, field) for port in container.get("ports") or [])
        writer.line(2, f"{label}s" if "," in ports else label, ports or "<none>")
    profile = get(container, "securityContext.seccompProfile")
    if profile:
        writer.line(2, "SeccompProfile", profile.get("type", ""))
        if profile.get("type") == "Localhost":
            writer.line(3, "LocalhostProfile", profile.get("localhostProfile", ""))


def _port(port: Object, field: str) -> str:
    text = f"{port.get(field, 0)}/{port.get('protocol', '')}"
    return f"{text} ({port['name']})" if port.get("name") else text


def _words(writer: Writer, label: str, words: Sequence[str] | None) -> None:
    if words:
        writer.write(2, f"{label}:\n")
        for word in words:
            for line in word.split("\n"):
                writer.write(3, f"{line}\n")


def _state(writer: Writer, status: Object) -> None:
    _one_state(writer, "State", status.get("state") or {})
    if get(status, "lastState.terminated") is not None:
        _one_state(writer, "Last State", status["lastState"])
    writer.line(2, "Ready", truth(status.get("ready")))
    writer.line(2, "Restart Count", status.get("restartCount", 0))


def _one_state(writer: Writer, label: str, state: Object) -> None:
    if state.get("running") is not None:
        writer.line(2, label, "Running")
        writer.line(3, "Started", moment(state["running"].get("startedAt")))
    elif state.get("terminated") is not None:
        _terminated(writer, label, state["terminated"])
    else:
        writer.line(2, label, "Waiting")
        if get(state, "waiting.reason"):
            writer.line(3, "Reason", state["waiting"]["reason"])


def _terminated(writer: Writer, label: str, ended: Object) -> None:
    writer.line(2, label, "Terminated")
    for field in ("reason", "message"):
        if ended.get(field):
            writer.line(3, field.capitalize(), ended[field])
    writer.line(3, "Exit Code", ended.get("exitCode", 0))
    if ended.get("signal"):
        writer.line(3, "Signal", ended["signal"])
    writer.line(3, "Started", moment(ended.get("startedAt")))
    writer.line(3, "Finished", moment(ended.get("finishedAt")))


def describe_resources(writer: Writer, resources: Object | None, level: int) -> None:
    """Limits and requests."""
    for label, key in (("Limits", "limits"), ("Requests", "requests")):
        amounts = (resources or {}).get(key)
        if amounts:
            writer.write(level, f"{label}:\n")
            for name in sorted(amounts):
                writer.line(level + 1, name, canonical(str(amounts[name])))


def probe_text(probe: Object) -> str:
    """A probe on one line: what it does and its timing."""
    attributes = (
        f"delay={probe.get('initialDelaySeconds', 0)}s timeout={probe.get('timeoutSeconds', 0)}s "
        f"period={probe.get('periodSeconds', 0)}s "
        f"successThreshold={probe.get('successThreshold', 0)} failureThreshold={probe.get('failureThreshold', 0)}"
    )
    if probe.get("exec"):
        return f"exec [{' '.join(probe['exec'].get('command') or [])}] {attributes}"
    if probe.get("httpGet"):
        request = probe["httpGet"]
        host = request.get("host", "")
        scheme, port, path = (str(request.get(key, "")) for key in ("scheme", "port", "path"))
        return f"http-get {scheme.lower()}://{host}:{port}{path} {attributes}"
    if probe.get("tcpSocket"):
        return f"tcp-socket {probe['tcpSocket'].get('host', '')}:{probe['tcpSocket'].get('port', '')} {attributes}"
    if probe.get("grpc"):
        return f"grpc <pod>:{probe['grpc'].get('port', 0)} {probe['grpc'].get('service', '')} {attributes}"
    return f"unknown {attributes}"


def _env_from(writer: Writer, container: Object) -> None:
    if not container.get("envFrom"):
        return
    writer.write(2, "Environment Variables from:\n")
    for source in container["envFrom"]:
        kind = "ConfigMap" if source.get("configMapRef") else "Secret"
        reference = source.get("configMapRef") or source.get("secretRef") or {}
        prefix = f" with prefix '{source['prefix']}'" if source.get("prefix") else ""
        writer.write(3, f"{reference.get('name', '')}\t{kind}{prefix}\tOptional: {_optional(reference)}\n")


def _optional(reference: Object) -> str:
    return "true" if reference.get("optional") else "false"


def _env(writer: Writer, container: Object, pod: Object | None) -> None:
    variables = container.get("env") or []
    writer.write(2, "Environment:\n" if variables else "Environment:\t<none>\n")
    for variable in variables:
        source = variable.get("valueFrom")
        if source is None:
            first, *rest = str(variable.get("value", "")).split("\n")
            writer.line(3, variable["name"], first)
            for line in rest:
                writer.write(3, f"\t{line}\n")
        else:
            writer.line(3, variable["name"], _env_source(source, container, pod))


def _env_source(source: Object, container: Object, pod: Object | None) -> str:
    if source.get("fieldRef"):
        reference = source["fieldRef"]
        value = pod_field_value(pod, reference.get("fieldPath", "")) if pod is not None else ""
        return f"{value} ({reference.get('apiVersion', '')}:{reference.get('fieldPath', '')})"
    if source.get("resourceFieldRef"):
        resource = source["resourceFieldRef"].get("resource", "")
        value = container_resource_value(container, source["resourceFieldRef"])
        if value == "0" and resource in ("limits.cpu", "limits.memory"):
            value = "node allocatable"
        return f"{value} ({resource})"
    if source.get("secretKeyRef"):
        reference = source["secretKeyRef"]
        return f"<set to the key '{reference['key']}' in secret '{reference.get('name', '')}'>\tOptional: {_optional(reference)}"
    reference = source.get("configMapKeyRef") or {}
    key, name = reference.get("key", ""), reference.get("name", "")
    return f"<set to the key '{key}' of config map '{name}'>\tOptional: {_optional(reference)}"


def _mounts(writer: Writer, container: Object) -> None:
    mounts = sorted(container.get("volumeMounts") or [], key=lambda mount: str(mount["mountPath"]))
    writer.write(2, "Mounts:\n" if mounts else "Mounts:\t<none>\n")
    for mount in mounts:
        flags = "ro" if mount.get("readOnly") else "rw"
        if mount.get("subPath"):
            flags += f",path={json.dumps(mount['subPath'])}"
        writer.write(3, f"{mount['mountPath']} from {mount['name']} ({flags})\n")
    devices = sorted(container.get("volumeDevices") or [], key=lambda device: str(device["devicePath"]))
    if devices:
        writer.write(2, "Devices:\n" if mounts else "Devices:\t<none>\n")
        for device in devices:
            writer.write(3, f"{device['devicePath']} from {device['name']}\n")

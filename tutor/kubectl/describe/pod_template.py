"""The pod template of workloads, and what it shares with pods: tolerations, spread constraints."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.kubectl.describe.containers import describe_containers
from tutor.kubectl.describe.volumes import describe_volumes
from tutor.kubectl.describe.writer import Writer
from tutor.kubectl.objects import Object
from tutor.kubectl.selectors import selector_text


def describe_pod_template(template: Object | None, writer: Writer) -> None:
    writer.write(0, "Pod Template:\n")
    if not template:
        writer.write(1, "<unset>")
        return
    metadata, spec = template.get("metadata") or {}, template.get("spec") or {}
    writer.labels("  Labels", metadata.get("labels"))
    if metadata.get("annotations"):
        writer.annotations("  Annotations", metadata["annotations"])
    if spec.get("serviceAccountName"):
        writer.line(1, "Service Account", spec["serviceAccountName"])
    if spec.get("initContainers"):
        describe_containers(writer, "Init Containers", spec["initContainers"], None, "  ")
    describe_containers(writer, "Containers", spec.get("containers") or [], None, "  ")
    describe_volumes(writer, spec.get("volumes"), "  ")
    describe_spread_constraints(writer, spec.get("topologySpreadConstraints"), "  ")
    if spec.get("priorityClassName"):
        writer.line(1, "Priority Class Name", spec["priorityClassName"])
    writer.labels("  Node-Selectors", spec.get("nodeSelector"))
    writer.stack("  Tolerations", toleration_lines(spec.get("tolerations")))


def toleration_lines(tolerations: Sequence[Object] | None) -> list[str]:
    return [_toleration(item) for item in sorted(tolerations or [], key=lambda item: str(item.get("key", "")))]


def _toleration(item: Object) -> str:
    text = str(item.get("key", ""))
    text += f"={item['value']}" if item.get("value") else ""
    text += f":{item['effect']}" if item.get("effect") else ""
    if item.get("operator") == "Exists" and not item.get("value"):
        text += " op=Exists" if text else "op=Exists"
    return text + (f" for {item['tolerationSeconds']}s" if item.get("tolerationSeconds") is not None else "")


def describe_spread_constraints(writer: Writer, constraints: Sequence[Object] | None, indent: str) -> None:
    if not constraints:
        return
    lines = []
    for item in sorted(constraints, key=lambda item: str(item.get("topologyKey", ""))):
        text = f"{item.get('topologyKey', '')}:{item.get('whenUnsatisfiable', '')} when max skew {item.get('maxSkew', 0)} is exceeded"
        if item.get("labelSelector") is not None:
            text += f" for selector {selector_text(item['labelSelector'])}"
        lines.append(text)
    writer.stack(f"{indent}Topology Spread Constraints", lines)

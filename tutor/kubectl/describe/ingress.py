"""`kubectl describe` for ingresses and ingress classes."""

from __future__ import annotations

from tutor.kubectl.describe.context import Context
from tutor.kubectl.describe.service import endpoint_slices, endpoints_text
from tutor.kubectl.describe.writer import Writer
from tutor.kubectl.errors import ApiError
from tutor.kubectl.objects import Object, get, name_of, namespace_of


def describe_ingress(context: Context, obj: Object) -> str:
    writer = Writer()
    spec = obj.get("spec") or {}
    writer.line(0, "Name", name_of(obj))
    writer.labels("Labels", get(obj, "metadata.labels"))
    writer.line(0, "Namespace", namespace_of(obj))
    addresses = {item.get("ip") or item.get("hostname") or "" for item in get(obj, "status.loadBalancer.ingress", [])}
    writer.line(0, "Address", ",".join(sorted(addresses - {""})))
    writer.line(0, "Ingress Class", spec.get("ingressClassName") or "<none>")
    default = (
        _backend(context, namespace_of(obj), spec["defaultBackend"]) if spec.get("defaultBackend") else "<default>"
    )
    writer.line(0, "Default backend", default)
    _tls(writer, spec)
    _rules(writer, context, obj, spec, default)
    writer.annotations("Annotations", get(obj, "metadata.annotations"))
    context.write_events(writer, obj)
    return writer.aligned()


def _tls(writer: Writer, spec: Object) -> None:
    if spec.get("tls"):
        writer.write(0, "TLS:\n")
    for item in spec.get("tls") or []:
        hosts = ",".join(item.get("hosts") or [])
        writer.write(
            1, f"{item['secretName']} terminates {hosts}\n" if item.get("secretName") else f"SNI routes {hosts}\n"
        )


def _rules(writer: Writer, context: Context, obj: Object, spec: Object, default: str) -> None:
    writer.write(0, "Rules:\n  Host\tPath\tBackends\n")
    writer.write(1, "----\t----\t--------\n")
    rules = [rule for rule in spec.get("rules") or [] if rule.get("http")]
    for rule in rules:
        writer.write(1, f"{rule.get('host') or '*'}\t\n")
        for path in rule["http"].get("paths") or []:
            backend = _backend(context, namespace_of(obj), path.get("backend") or {})
            writer.write(2, f"\t{path.get('path', '')} \t{backend}\n")
    if not rules:
        writer.write(1, f"*\t*\t{default}\n")


def _backend(context: Context, namespace: str, backend: Object) -> str:
    """`web:80 (10.0.0.5:80)`, or why the service cannot be reached."""
    if backend.get("resource"):
        resource = backend["resource"]
        return f"APIGroup: {resource.get('apiGroup') or '<none>'}, Kind: {resource.get('kind', '')}, Name: {resource.get('name', '')}"
    reference = backend.get("service")
    if not reference:
        return ""
    port = reference.get("port") or {}
    text = f"{reference.get('name', '')}:{port.get('number') or port.get('name', '')}"
    try:
        slices = endpoint_slices(context, namespace, reference["name"])
        service = context.invocation.api.get(f"/api/v1/namespaces/{namespace}/services/{reference['name']}")
    except ApiError as problem:
        return f"{text} (<error: {problem.message}>)"
    return f"{text} ({endpoints_text(slices, _port_name(service, port))})"


def _port_name(service: Object, port: Object) -> str:
    for item in get(service, "spec.ports", []):
        if port.get("number") == item["port"] or (port.get("name") and port["name"] == item.get("name")):
            return str(item.get("name") or "")
    return ""


def describe_ingress_class(context: Context, obj: Object) -> str:
    writer = Writer()
    writer.line(0, "Name", name_of(obj))
    writer.metadata(obj)
    writer.line(0, "Controller", get(obj, "spec.controller", ""))
    parameters = get(obj, "spec.parameters")
    if parameters:
        writer.write(0, "Parameters:\n")
        for label, field in (("APIGroup", "apiGroup"), ("Kind", "kind"), ("Name", "name")):
            if field != "apiGroup" or parameters.get(field):
                writer.line(1, label, parameters.get(field, ""))
    context.write_events(writer, obj)
    return writer.aligned()

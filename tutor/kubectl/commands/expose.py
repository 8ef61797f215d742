"""`kubectl expose`: creates a service for existing pods. Follows kubectl `pkg/cmd/expose/expose.go`."""

from __future__ import annotations

import json

from tutor.kubectl.change_cause import RECORD, recorded
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError, raise_all
from tutor.kubectl.flags import string
from tutor.kubectl.merge import json_merge_apply
from tutor.kubectl.mutate import SAVE_CONFIG, field_manager, typed, with_last_applied, write_query
from tutor.kubectl.objects import Object, get, labels_of
from tutor.kubectl.printers.report import DRY_RUN, PRINT_FLAGS, Reporter, dry_run_mode
from tutor.kubectl.resources import Info
from tutor.kubectl.scheme import require_known
from tutor.kubectl.targets import FILE_FLAGS, builder_for, given_infos

_EXPOSABLE = ("ReplicationController", "Service", "Pod", "Deployment", "ReplicaSet")


def run(invocation: Invocation) -> None:
    mode = dry_run_mode(invocation)
    reporter = Reporter(invocation, "exposed", dry_run=mode, ordered=True)
    errors: list[KubectlError] = []
    for info in given_infos(builder_for(invocation, invocation.args), errors):
        require_known(info.resource)
        service = _service(invocation, info)
        reporter.report(service if mode == "client" else _create(invocation, service, mode))
    raise_all(errors)


def _create(invocation: Invocation, service: Object, mode: str) -> Object:
    service = recorded(invocation, service)
    if invocation.options.flag("save-config"):
        service = with_last_applied(service)
    resource = invocation.mapper.for_object(service)
    query = write_query(invocation.options.text("field-manager"), mode)
    return typed(invocation.api.post(resource.path(invocation.namespace), service, query), resource)


def _service(invocation: Invocation, info: Info) -> Object:
    options = invocation.options
    if info.obj["kind"] not in _EXPOSABLE:
        kind = f"{info.obj['kind']}.{info.resource.group}" if info.resource.group else info.obj["kind"]
        raise KubectlError(f"cannot expose a {kind}")
    selector = _pairs(options.text("selector")) or _selector(info.obj)
    labels = _pairs(options.text("labels")) or labels_of(info.obj)
    metadata: Object = {"name": options.text("name") or info.name[:63]} | ({"labels": labels} if labels else {})
    spec: Object = {"ports": _service_ports(invocation, info.obj), "selector": selector}
    spec = {key: value for key, value in spec.items() if value}
    for flag, key in (("cluster-ip", "clusterIP"), ("type", "type"), ("session-affinity", "sessionAffinity")):
        if options.text(flag):
            spec[key] = options.text(flag)
    if options.text("external-ip"):
        spec["externalIPs"] = [options.text("external-ip")]
    if options.text("type") == "LoadBalancer" and options.text("load-balancer-ip"):
        spec["loadBalancerIP"] = options.text("load-balancer-ip")
    if invocation.namespace_enforced:
        metadata["namespace"] = invocation.namespace
    service: Object = {
        "kind": "Service",
        "apiVersion": "v1",
        "metadata": metadata,
        "spec": spec,
        "status": {"loadBalancer": {}},
    }
    return _overridden(options.text("overrides"), service)


def _overridden(text: str, service: Object) -> Object:
    if not text:
        return service
    try:
        merged: Object = json_merge_apply(service, json.loads(text))
    except ValueError:
        raise KubectlError("Invalid JSON Patch") from None
    return merged


def _pairs(text: str) -> dict[str, str]:
    pairs = {}
    for part in text.split(",") if text else []:
        key, equals, value = part.partition("=")
        if not equals:
            raise KubectlError(f"unexpected label spec: {part}")
        if not key:
            raise KubectlError("unexpected empty label key")
        pairs[key] = value
    return pairs


def _selector(obj: Object) -> dict[str, str]:
    """The labels a service needs to find the object's pods (polymorphichelpers mapbasedselectorforobject.go)."""
    prefix = "couldn't retrieve selectors via --selector flag or introspection: "
    if obj["kind"] == "Pod":
        if not labels_of(obj):
            raise KubectlError(prefix + "the pod has no labels and cannot be exposed")
        return labels_of(obj)
    selector = get(obj, "spec.selector", {})
    if obj["kind"] in ("Service", "ReplicationController"):
        if not selector:
            raise KubectlError(prefix + "the service has no pod selector set")
        return dict(selector)
    if selector.get("matchExpressions"):
        raise KubectlError(
            prefix + f'couldn\'t convert expressions - "{selector["matchExpressions"]}" to map-based selector format'
        )
    if not selector.get("matchLabels"):
        raise KubectlError(f"{prefix}invalid {obj['kind'].lower()}: no selectors, therefore cannot be exposed")
    return dict(selector["matchLabels"])


def _known_ports(obj: Object) -> list[tuple[int, str]]:
    """The object's own ports with their protocols."""
    if obj["kind"] == "Service":
        return [(port["port"], port.get("protocol", "TCP")) for port in get(obj, "spec.ports", [])]
    pod = get(obj, "spec", {}) if obj["kind"] == "Pod" else get(obj, "spec.template.spec", {})
    return [
        (port["containerPort"], port.get("protocol", "TCP"))
        for container in pod.get("containers", [])
        for port in container.get("ports") or []
    ]


def _service_ports(invocation: Invocation, obj: Object) -> list[Object]:
    options = invocation.options
    known = _known_ports(obj)
    asked = options.text("port")
    numbers = [_number(text) for text in asked.split(",")] if asked else list(dict.fromkeys(port for port, _ in known))
    if not numbers and options.text("cluster-ip") != "None":
        raise KubectlError("couldn't find port via --port flag or introspection")
    ports = []
    for index, number in enumerate(numbers, 1):
        name = f"port-{index}" if len(numbers) > 1 else options.text("port-name")
        protocol = options.text("protocol") or next((protocol for port, protocol in known if port == number), "TCP")
        target = options.text("target-port")
        port: Object = {"name": name} if name else {}
        ports.append(port | {"protocol": protocol, "port": number, "targetPort": _target(target) if target else number})
    return ports


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise KubectlError(f'strconv.Atoi: parsing "{text}": invalid syntax') from None


def _target(text: str) -> int | str:
    return int(text) if text.isdigit() else text


COMMAND = Command(
    name="expose",
    short="Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service",
    usage=(
        "expose (-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] "
        "[--target-port=number-or-name] [--name=name] "
        "[--external-ip=external-ip-of-service] [--type=type]"
    ),
    run=run,
    arguments="resources",
    long="""
    Creates a service whose selector is the object's own, so that it reaches the same pods. The new service has
    the object's name unless you give one. """,
    examples="""
    # A service on port 80 for a deployment that listens on 3000
    kubectl expose deployment web --port=80 --target-port=3000
    """,
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        SAVE_CONFIG,
        field_manager("kubectl-expose"),
        RECORD,
        *FILE_FLAGS,
        string("cluster-ip", "Address to give the service, or None for a headless one."),
        string("external-ip", "Additional address that reaches the service."),
        string("labels", "Labels of the service, as KEY=value with commas between.", "l"),
        string("load-balancer-ip", "Address for the load balancer."),
        string("name", "Name of the service."),
        string("overrides", "JSON to merge into the service."),
        string("port", "Port the service listens on."),
        string("port-name", "Name of the port."),
        string("protocol", "TCP, UDP or SCTP."),
        string("selector", "Labels of the pods, as KEY=value with commas between."),
        string("session-affinity", "None or ClientIP."),
        string("target-port", "Port, or its name, on the pods."),
        string("type", "ClusterIP, NodePort, LoadBalancer or ExternalName."),
    ),
)

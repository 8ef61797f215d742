"""`kubectl describe` for deployments, replica sets, stateful sets, daemon sets and replication controllers."""

from __future__ import annotations

from tutor.kubectl.describe.context import Context
from tutor.kubectl.describe.pod_template import describe_pod_template
from tutor.kubectl.describe.storage import claim_class
from tutor.kubectl.describe.writer import Writer, moment
from tutor.kubectl.objects import Object, controller_of, get, name_of, namespace_of
from tutor.kubectl.quantity import canonical
from tutor.kubectl.selectors import map_text, selector_text

_COUNTED = {"Running": 0, "Pending": 1, "Succeeded": 2, "Failed": 3}


def _pods_status(context: Context, obj: Object, selector: str) -> str:
    counts = [0, 0, 0, 0]
    uid = get(obj, "metadata.uid")
    for pod in context.list_all(f"/api/v1/namespaces/{namespace_of(obj)}/pods", labelSelector=selector):
        place = _COUNTED.get(str(get(pod, "status.phase")))
        if place is not None and (controller_of(pod) or {}).get("uid") == uid:
            counts[place] += 1
    return "{} Running / {} Waiting / {} Succeeded / {} Failed".format(*counts)


def _head(writer: Writer, obj: Object) -> None:
    writer.line(0, "Name", name_of(obj))
    writer.line(0, "Namespace", namespace_of(obj))


def describe_deployment(context: Context, obj: Object) -> str:
    writer = Writer()
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    _head(writer, obj)
    writer.line(0, "CreationTimestamp", moment(get(obj, "metadata.creationTimestamp")))
    writer.metadata(obj)
    writer.line(0, "Selector", selector_text(spec.get("selector")))
    counts = (f"{status.get(field, 0)} {label}" for field, label in _DEPLOYMENT_COUNTS)
    writer.line(0, "Replicas", f"{spec.get('replicas', 0)} desired | " + " | ".join(counts))
    writer.line(0, "StrategyType", get(spec, "strategy.type", ""))
    writer.line(0, "MinReadySeconds", spec.get("minReadySeconds", 0))
    rolling = get(spec, "strategy.rollingUpdate")
    if rolling is not None:
        text = f"{rolling.get('maxUnavailable', 0)} max unavailable, {rolling.get('maxSurge', 0)} max surge"
        writer.line(0, "RollingUpdateStrategy", text)
    describe_pod_template(spec.get("template"), writer)
    writer.workload_conditions(status.get("conditions"))
    _replica_sets(writer, context, obj)
    context.write_events(writer, obj)
    return writer.aligned()


_DEPLOYMENT_COUNTS = (
    ("updatedReplicas", "updated"),
    ("replicas", "total"),
    ("availableReplicas", "available"),
    ("unavailableReplicas", "unavailable"),
)


def _replica_sets(writer: Writer, context: Context, obj: Object) -> None:
    """Old replica sets, and the one whose pod template is the deployment's."""
    path = f"/apis/apps/v1/namespaces/{namespace_of(obj)}/replicasets"
    uid = get(obj, "metadata.uid")
    listed = context.list_all(path, labelSelector=selector_text(get(obj, "spec.selector")))
    owned = sorted(
        (item for item in listed if (controller_of(item) or {}).get("uid") == uid),
        key=lambda item: (str(get(item, "metadata.creationTimestamp", "")), name_of(item)),
    )
    if not owned:
        return
    template = _without_hash(get(obj, "spec.template", {}))
    new = next((item for item in owned if _without_hash(get(item, "spec.template", {})) == template), None)
    writer.line(0, "OldReplicaSets", _created([item for item in owned if item is not new]))
    writer.line(0, "NewReplicaSet", _created([new] if new else []))


def _without_hash(template: Object) -> Object:
    metadata = dict(template.get("metadata") or {})
    metadata["labels"] = {
        key: value for key, value in (metadata.get("labels") or {}).items() if key != "pod-template-hash"
    }
    return {**template, "metadata": {key: value for key, value in metadata.items() if value not in (None, {})}}


def _created(items: list[Object]) -> str:
    texts = [
        f"{name_of(item)} ({get(item, 'status.replicas', 0)}/{get(item, 'spec.replicas', 0)} replicas created)"
        for item in items
    ]
    return ", ".join(texts) or "<none>"


def describe_replica_set(context: Context, obj: Object) -> str:
    return _replicated(context, obj, selector_text(get(obj, "spec.selector")), selector_text(get(obj, "spec.selector")))


def describe_replication_controller(context: Context, obj: Object) -> str:
    labels = get(obj, "spec.selector", {})
    return _replicated(context, obj, map_text(labels) or "<none>", map_text(labels))


def _replicated(context: Context, obj: Object, shown: str, selector: str) -> str:
    writer = Writer()
    _head(writer, obj)
    writer.line(0, "Selector", shown)
    writer.metadata(obj)
    owner = controller_of(obj)
    if owner:
        writer.line(0, "Controlled By", f"{owner['kind']}/{owner['name']}")
    writer.line(0, "Replicas", f"{get(obj, 'status.replicas', 0)} current / {get(obj, 'spec.replicas', 0)} desired")
    writer.line(0, "Pods Status", _pods_status(context, obj, selector))
    describe_pod_template(get(obj, "spec.template"), writer)
    writer.workload_conditions(get(obj, "status.conditions"))
    context.write_events(writer, obj)
    return writer.aligned()


def describe_daemon_set(context: Context, obj: Object) -> str:
    writer = Writer()
    status, selector = obj.get("status") or {}, selector_text(get(obj, "spec.selector"))
    _head(writer, obj)
    writer.line(0, "Selector", selector)
    writer.line(0, "Node-Selector", map_text(get(obj, "spec.template.spec.nodeSelector")) or "<none>")
    writer.metadata(obj)
    for label, field in _DAEMON_COUNTS:
        writer.write(0, f"{label}: {status.get(field, 0)}\n")
    writer.line(0, "Pods Status", _pods_status(context, obj, selector))
    describe_pod_template(get(obj, "spec.template"), writer)
    context.write_events(writer, obj)
    return writer.aligned()


_DAEMON_COUNTS = (
    ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
    ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
    ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
    ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
    ("Number of Nodes Misscheduled", "numberMisscheduled"),
)


def describe_stateful_set(context: Context, obj: Object) -> str:
    writer = Writer()
    spec, selector = obj.get("spec") or {}, selector_text(get(obj, "spec.selector"))
    _head(writer, obj)
    writer.line(0, "CreationTimestamp", moment(get(obj, "metadata.creationTimestamp")))
    writer.line(0, "Selector", selector)
    writer.metadata(obj)
    for label, field in (("Service Name", "serviceName"), ("Pod Management Policy", "podManagementPolicy")):
        if spec.get(field):
            writer.line(0, label, spec[field])
    writer.line(0, "Replicas", f"{spec.get('replicas', 0)} desired | {get(obj, 'status.replicas', 0)} total")
    _update_strategy(writer, spec)
    writer.line(0, "Pods Status", _pods_status(context, obj, selector))
    describe_pod_template(spec.get("template"), writer)
    _claim_templates(writer, spec.get("volumeClaimTemplates") or [])
    context.write_events(writer, obj)
    return writer.aligned()


def _update_strategy(writer: Writer, spec: Object) -> None:
    writer.line(0, "Update Strategy", get(spec, "updateStrategy.type", ""))
    rolling = get(spec, "updateStrategy.rollingUpdate", {})
    if rolling.get("partition") is not None:
        writer.line(1, "Partition", rolling["partition"])
        if rolling.get("maxUnavailable") is not None:
            writer.line(1, "MaxUnavailable", rolling["maxUnavailable"])
    retention = spec.get("persistentVolumeClaimRetentionPolicy")
    if retention:
        writer.write(0, "Persistent Volume Claim Retention Policy:\n")
        writer.line(1, "WhenDeleted", retention.get("whenDeleted", ""))
        writer.line(1, "WhenScaled", retention.get("whenScaled", ""))


def _claim_templates(writer: Writer, templates: list[Object]) -> None:
    if not templates:
        writer.write(0, "Volume Claims:\t<none>\n")
        return
    writer.write(0, "Volume Claims:\n")
    for claim in templates:
        writer.line(1, "Name", name_of(claim))
        writer.line(1, "StorageClass", claim_class(claim))
        writer.labels("Labels", get(claim, "metadata.labels"), "  ")
        writer.labels("Annotations", get(claim, "metadata.annotations"), "  ")
        storage = get(claim, "spec.resources.requests.storage")
        writer.line(1, "Capacity", canonical(str(storage)) if storage else "<default>")
        writer.line(1, "Access Modes", f"[{' '.join(get(claim, 'spec.accessModes', []))}]")

"""`kubectl describe` for persistent volumes, claims and storage classes."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.kubectl.describe.context import Context
from tutor.kubectl.describe.volumes import describe_source
from tutor.kubectl.describe.writer import Writer, moment, truth
from tutor.kubectl.objects import Object, annotations_of, get, name_of, namespace_of
from tutor.kubectl.quantity import canonical
from tutor.kubectl.selectors import map_text

_SHORT_MODES = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}
_DEFAULT_CLASS = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")


def access_modes(modes: Sequence[str] | None) -> str:
    """`RWO,ROX` in Kubernetes' order."""
    return ",".join(short for mode, short in _SHORT_MODES.items() if mode in (modes or []))


def claim_class(claim: Object) -> str:
    return str(
        annotations_of(claim).get("volume.beta.kubernetes.io/storage-class") or get(claim, "spec.storageClassName", "")
    )


def _status(context: Context, obj: Object) -> str:
    deleted = get(obj, "metadata.deletionTimestamp")
    return f"Terminating (lasts {context.since(deleted)})" if deleted else str(get(obj, "status.phase", ""))


def _finalizers(obj: Object) -> str:
    return f"[{' '.join(get(obj, 'metadata.finalizers', []))}]"


def describe_persistent_volume(context: Context, obj: Object) -> str:
    writer = Writer()
    spec = obj.get("spec") or {}
    claim = spec.get("claimRef")
    writer.line(0, "Name", name_of(obj))
    writer.metadata(obj)
    writer.line(0, "Finalizers", _finalizers(obj))
    writer.line(0, "StorageClass", claim_class(obj))
    writer.line(0, "Status", _status(context, obj))
    writer.line(0, "Claim", f"{claim.get('namespace', '')}/{claim.get('name', '')}" if claim else "")
    writer.line(0, "Reclaim Policy", spec.get("persistentVolumeReclaimPolicy", ""))
    writer.line(0, "Access Modes", access_modes(spec.get("accessModes")))
    if spec.get("volumeMode"):
        writer.line(0, "VolumeMode", spec["volumeMode"])
    writer.line(0, "Capacity", canonical(str(get(spec, "capacity.storage", "0"))))
    _node_affinity(writer, spec)
    writer.line(0, "Message", get(obj, "status.message", ""))
    writer.write(0, "Source:\n")
    describe_source(writer, spec)
    context.write_events(writer, obj)
    return writer.aligned()


def _node_affinity(writer: Writer, spec: Object) -> None:
    required = get(spec, "nodeAffinity.required")
    if required is None:
        writer.write(0, "Node Affinity:\t<none>\n")
        return
    writer.write(0, "Node Affinity:\t\n")
    terms = required.get("nodeSelectorTerms") or []
    if not terms:
        writer.write(1, "Required Terms:\t<none>\n")
        return
    writer.write(1, "Required Terms:\t\n")
    for index, term in enumerate(terms):
        expressions = [_expression(item) for item in term.get("matchExpressions") or []]
        writer.write(2, f"Term {index}:\t" + ("\n\t".join(expressions) or "<none>") + "\n")


def _expression(item: Object) -> str:
    values = f" [{', '.join(item['values'])}]" if item.get("values") else ""
    return f"{item.get('key', '')} {str(item.get('operator', '')).lower()}{values}"


def describe_persistent_volume_claim(context: Context, obj: Object) -> str:
    writer = Writer()
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    writer.line(0, "Name", name_of(obj))
    writer.line(0, "Namespace", namespace_of(obj))
    writer.line(0, "StorageClass", claim_class(obj))
    writer.line(0, "Status", _status(context, obj))
    writer.line(0, "Volume", spec.get("volumeName", ""))
    writer.metadata(obj)
    writer.line(0, "Finalizers", _finalizers(obj))
    bound = bool(spec.get("volumeName"))
    writer.line(0, "Capacity", canonical(str(get(status, "capacity.storage", "0"))) if bound else "")
    writer.line(0, "Access Modes", access_modes(status.get("accessModes")) if bound else "")
    if spec.get("volumeMode"):
        writer.line(0, "VolumeMode", spec["volumeMode"])
    _data_source(writer, spec.get("dataSource"))
    writer.stack("Used By", sorted(_users(context, obj)))
    _claim_conditions(writer, status)
    context.write_events(writer, obj)
    return writer.aligned()


def _data_source(writer: Writer, source: Object | None) -> None:
    if source:
        writer.write(0, "DataSource:\n")
        for label, field in (("APIGroup", "apiGroup"), ("Kind", "kind"), ("Name", "name")):
            if field != "apiGroup" or source.get(field) is not None:
                writer.line(1, label, source.get(field, ""))


def _users(context: Context, claim: Object) -> list[str]:
    """The names of the pods that mount the claim, or own it."""
    owners = {owner.get("uid") for owner in get(claim, "metadata.ownerReferences", []) if owner.get("kind") == "Pod"}
    found = []
    for pod in context.list_all(f"/api/v1/namespaces/{namespace_of(claim)}/pods"):
        mounted = any(
            get(volume, "persistentVolumeClaim.claimName") == name_of(claim) for volume in get(pod, "spec.volumes", [])
        )
        if mounted or get(pod, "metadata.uid") in owners:
            found.append(name_of(pod))
    return found


def _claim_conditions(writer: Writer, status: Object) -> None:
    if not status.get("conditions"):
        return
    writer.write(0, "Conditions:\n")
    writer.write(1, "Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage\n")
    writer.write(1, "----\t------\t-----------------\t------------------\t------\t-------\n")
    for item in status["conditions"]:
        times = f"{moment(item.get('lastProbeTime'))} \t{moment(item.get('lastTransitionTime'))} "
        writer.write(
            1, f"{item['type']} \t{item['status']} \t{times}\t{item.get('reason', '')} \t{item.get('message', '')}\n"
        )


def describe_storage_class(context: Context, obj: Object) -> str:
    writer = Writer()
    annotations = annotations_of(obj)
    writer.line(0, "Name", name_of(obj))
    writer.line(0, "IsDefaultClass", "Yes" if any(annotations.get(key) == "true" for key in _DEFAULT_CLASS) else "No")
    writer.line(0, "Annotations", map_text(annotations) or "<none>")
    writer.line(0, "Provisioner", obj.get("provisioner", ""))
    writer.line(0, "Parameters", map_text(obj.get("parameters")) or "<none>")
    expansion = obj.get("allowVolumeExpansion")
    writer.line(0, "AllowVolumeExpansion", "<unset>" if expansion is None else truth(expansion))
    options = obj.get("mountOptions") or []
    writer.write(0, "MountOptions:\n" if options else "MountOptions:\t<none>\n")
    for option in options:
        writer.write(1, f"{option}\n")
    for label, field in (("ReclaimPolicy", "reclaimPolicy"), ("VolumeBindingMode", "volumeBindingMode")):
        if obj.get(field):
            writer.line(0, label, obj[field])
    _allowed_topologies(writer, obj.get("allowedTopologies"))
    context.write_events(writer, obj)
    return writer.aligned()


def _allowed_topologies(writer: Writer, terms: list[Object] | None) -> None:
    if terms is None:
        return
    writer.write(0, "AllowedTopologies:\t\n" if terms else "AllowedTopologies:\t<none>\n")
    for index, term in enumerate(terms):
        writer.write(1, f"Term {index}:\t")
        requirements = term.get("matchLabelExpressions") or []
        if not requirements:
            writer.write(0, "<none>\n")
        for place, requirement in enumerate(requirements):
            if place:
                writer.write(1, "\t")
            values = f" [{', '.join(requirement['values'])}]" if requirement.get("values") else ""
            writer.write(0, f"{requirement.get('key', '')} in{values}\n")

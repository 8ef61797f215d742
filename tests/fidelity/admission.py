"""What recording and replaying of admission cases share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CASES = HERE / "admission_cases.yaml"
RECORDING = HERE / "recordings" / "admission-1.37.2.json"

CLUSTER_SCOPED = {
    "CSIDriver",
    "CertificateSigningRequest",
    "FlowSchema",
    "IPAddress",
    "IngressClass",
    "MutatingAdmissionPolicy",
    "MutatingWebhookConfiguration",
    "Namespace",
    "PersistentVolume",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "ResourceSlice",
    "RuntimeClass",
    "ServiceCIDR",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
    "VolumeAttributesClass",
}
_TOKEN_VOLUME = re.compile(r"kube-api-access-[a-z0-9]{5}")
_ADDRESS = re.compile(r"^10\.\d+\.\d+\.\d+$")
_UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def path_of(obj: dict[str, Any], namespace: str) -> str:
    """The path an object is created at."""
    version, kind = obj["apiVersion"], obj["kind"]
    root = "/api/v1" if version == "v1" else f"/apis/{version}"
    plural = re.sub("ss$", "sse", re.sub("y$", "ie", kind.lower())) + "s"
    return f"{root}/{plural}" if kind in CLUSTER_SCOPED else f"{root}/namespaces/{namespace}/{plural}"


def normalised(value: Any, namespace: str) -> Any:
    """A reply without what differs from one request to the next."""
    if isinstance(value, dict):
        drop = {"uid", "creationTimestamp", "managedFields", "resourceVersion", "lastPhaseTransitionTime"}
        return {_text(k, namespace): normalised(v, namespace) for k, v in value.items() if k not in drop}
    if isinstance(value, list):
        return [normalised(item, namespace) for item in value]
    return _text(value, namespace) if isinstance(value, str) else value


def _text(text: str, namespace: str) -> str:
    text = _TOKEN_VOLUME.sub("kube-api-access-xxxxx", text).replace(namespace, "NAMESPACE")
    return "ADDRESS" if _ADDRESS.match(text) else _UID.sub("UID", text)

"""Pods stay five minutes on a node that is lost (plugin DefaultTolerationSeconds)."""

from __future__ import annotations

from tutor.simulator.admission import AdmissionRequest

ORDER = 40
SECONDS = 300
TAINTS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


def mutate(request: AdmissionRequest) -> None:
    """Adds a toleration for each of the two taints that the pod says nothing about."""
    if request.resource.id != "pods" or request.obj is None or request.subresource:
        return
    spec = request.obj["spec"]
    tolerations = list(spec.get("tolerations") or ())
    for taint in TAINTS:
        if not any(
            t.get("key") in (taint, None, "") and t.get("effect") in ("NoExecute", None, "") for t in tolerations
        ):
            added = {"effect": "NoExecute", "key": taint, "operator": "Exists", "tolerationSeconds": SECONDS}
            tolerations.append(added)
    spec["tolerations"] = tolerations

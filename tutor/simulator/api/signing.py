"""Signs the requests for certificates that were approved, for the signers that a cluster itself is.

Source: pkg/controller/certificates/signer/signer.go and pkg/apis/certificates/helpers.go.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tutor.simulator.api.certificates import LIFETIME, Authority
from tutor.simulator.resources.certificates import pem_request
from tutor.simulator.store import Obj

SIGNERS = (
    "kubernetes.io/kube-apiserver-client",
    "kubernetes.io/kube-apiserver-client-kubelet",
    "kubernetes.io/kubelet-serving",
)
Signer = Callable[[Obj], dict[str, Any] | None]


def signer(authority: Authority) -> Signer:
    """What makes of an approved request the fields of its status that signing adds; None when there is nothing to sign."""

    def sign(request: Obj) -> dict[str, Any] | None:
        spec, status = request["spec"], request.get("status") or {}
        types = {condition["type"] for condition in status.get("conditions") or ()}
        if "Approved" not in types or types & {"Denied", "Failed"} or status.get("certificate"):
            return None
        if spec.get("signerName") not in SIGNERS:
            return None
        pem = pem_request(spec.get("request"))
        seconds = spec.get("expirationSeconds")
        lifetime = min(timedelta(seconds=seconds), LIFETIME) if seconds else LIFETIME
        certificate = authority.sign_request(pem or b"", lifetime)
        return {"certificate": base64.b64encode(certificate).decode()}

    return sign

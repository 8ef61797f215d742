"""certificatesigningrequests/approval: who may say yes or no to a request for a certificate writes its conditions here.

Source: pkg/registry/certificates/certificates/strategy.go. An approved request is signed at once, as the controller does within
moments on a real cluster (pkg/controller/certificates/signer).
"""

from __future__ import annotations

from tutor.simulator.api import listing
from tutor.simulator.api.call import Call
from tutor.simulator.api.http import Response
from tutor.simulator.api.parts import handle_part
from tutor.simulator.api.stamping import Stamp
from tutor.simulator.clock import timestamp
from tutor.simulator.objects import copy_json
from tutor.simulator.registry import Writer
from tutor.simulator.store import Obj

HANDLES = ("approval",)
SIGNER = Writer("certificatesigningrequests", "system:kube-controller-manager", trusted=True)


def handle(call: Call) -> Response:
    """GET, PUT and PATCH."""
    return handle_part(call, "approval", _write)


def _write(call: Call, obj: Obj, dry_run: bool, stamp: Stamp | None) -> Obj:
    """Write the conditions alone, dated now where the approver has not dated them."""
    route, live = call.route, listing.get_object(call.store, call.route)
    wanted = call.incoming(obj)
    conditions = copy_json((wanted.get("status") or {}).get("conditions") or [])
    now = timestamp(call.api.cluster.clock.now)
    for condition in conditions:
        for field in ("lastUpdateTime", "lastTransitionTime"):
            condition[field] = condition.get(field) or now
    status = {**(live.get("status") or {}), "conditions": conditions}
    changed = {**wanted, "status": {key: value for key, value in status.items() if value}}
    writer = call.writer(dry_run=dry_run, stamp=stamp)
    written = call.registry.update_status(call.resource, route.namespace, route.name, changed, writer)
    if not dry_run:
        _sign(call, written)
    return written


def _sign(call: Call, request: Obj) -> None:
    """Write the certificate of an approved request, if its signer is one of the cluster's own."""
    signed = call.api.signer(request) if call.api.signer is not None else None
    if signed is None:
        return
    status = {**request["status"], **signed}
    changed = {**request, "metadata": dict(request["metadata"]), "status": status}
    call.registry.update_status(call.resource, "", call.route.name, changed, SIGNER)

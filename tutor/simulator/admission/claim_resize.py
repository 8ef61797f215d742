"""Which claims may grow (plugin PersistentVolumeClaimResize, plugin/pkg/admission/storage/persistentvolume/resize)."""

from __future__ import annotations

from decimal import Decimal

from tutor.simulator import errors
from tutor.simulator.admission import AdmissionRequest
from tutor.simulator.quantity import parse
from tutor.simulator.store import Obj

ORDER = 60
_NOT_DYNAMIC = (
    "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize"
)


def validate(request: AdmissionRequest) -> None:
    """Refuses to ask for more than before unless the class of a bound claim allows it."""
    if request.resource.id != "persistentvolumeclaims" or request.obj is None or request.old is None:
        return
    if request.subresource or _size(request.obj) <= _size(request.old):
        return
    if (request.old.get("status") or {}).get("phase") != "Bound":
        raise errors.forbidden(
            "persistentvolumeclaims", "", request.name, "Only bound persistent volume claims can be expanded"
        )
    name = request.obj["spec"].get("storageClassName") or ""
    class_ = request.context.store.get("storageclasses.storage.k8s.io", "", name)
    if class_ is None or not class_.get("allowVolumeExpansion"):
        raise errors.forbidden("persistentvolumeclaims", "", request.name, _NOT_DYNAMIC)


def _size(claim: Obj) -> Decimal:
    return parse(((claim["spec"].get("resources") or {}).get("requests") or {}).get("storage", 0))

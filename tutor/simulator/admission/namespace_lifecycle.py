"""Objects need a namespace that exists and is not going away (plugin NamespaceLifecycle)."""

from __future__ import annotations

from tutor.simulator import errors
from tutor.simulator.admission import AdmissionRequest
from tutor.simulator.errors import ApiError

ORDER = 10
PROTECTED = ("default", "kube-system", "kube-public")


def mutate(request: AdmissionRequest) -> None:
    """Refuses creation in a namespace that is missing or terminating."""
    if request.operation != "CREATE" or not request.resource.namespaced:
        return
    namespace = request.context.store.get("namespaces", "", request.namespace)
    if namespace is None:
        raise errors.not_found("namespaces", "", request.namespace)
    if namespace.get("status", {}).get("phase") == "Terminating" or "deletionTimestamp" in namespace["metadata"]:
        resource = request.resource
        why = f"unable to create new content in namespace {request.namespace} because it is being terminated"
        error = errors.forbidden(resource.plural, resource.group, request.name, why)
        cause = {
            "reason": "NamespaceTerminating",
            "message": f"namespace {request.namespace} is being terminated",
            "field": "metadata.namespace",
        }
        raise ApiError(403, "Forbidden", error.message, {**(error.details or {}), "causes": [cause]})


def validate(request: AdmissionRequest) -> None:
    """Refuses to delete the namespaces a cluster cannot be without."""
    if request.operation == "DELETE" and request.resource.id == "namespaces" and request.name in PROTECTED:
        raise errors.forbidden("namespaces", "", request.name, "this namespace may not be deleted")

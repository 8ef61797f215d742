"""Objects need a namespace that exists and is not going away (plugin NamespaceLifecycle)."""

from __future__ import annotations

from tutor.simulator import errors
from tutor.simulator.admission import AdmissionRequest
from tutor.simulator.errors import ApiError
from tutor.simulator.objects import deleting
from tutor.simulator.resources.base import Resource
from tutor.simulator.store import Store

ORDER = 10
PROTECTED = ("default", "kube-system", "kube-public")


def mutate(request: AdmissionRequest) -> None:
    """Refuses creation in a namespace that is missing or terminating."""
    if request.operation != "CREATE" or not request.resource.namespaced:
        return
    admit(request.context.store, request.resource, request.namespace, request.name)


def admit(store: Store, resource: Resource, namespace: str, name: str) -> None:
    """See that something may be made in a namespace: an object, or what counts as one, as its binding, its eviction or a token of
    it. Raises ApiError, Forbidden with the cause NamespaceTerminating while the namespace goes."""
    found = store.get("namespaces", "", namespace)
    if found is None:
        raise errors.not_found("namespaces", "", namespace)
    if found.get("status", {}).get("phase") == "Terminating" or deleting(found):
        why = f"unable to create new content in namespace {namespace} because it is being terminated"
        error = errors.forbidden(resource.plural, resource.group, name, why)
        message = f"namespace {namespace} is being terminated"
        cause = {"reason": "NamespaceTerminating", "message": message, "field": "metadata.namespace"}
        raise ApiError(403, "Forbidden", error.message, {**(error.details or {}), "causes": [cause]})


def validate(request: AdmissionRequest) -> None:
    """Refuses to delete the namespaces a cluster cannot be without."""
    if request.operation == "DELETE" and request.resource.id == "namespaces" and request.name in PROTECTED:
        raise errors.forbidden("namespaces", "", request.name, "this namespace may not be deleted")

"""The verbs of the API over the store, the same for every kind and every caller (apiserver, pkg/registry/generic/registry/store.go).

Objects go in and out in the version they are stored in; the API layer converts. What is special about a kind is in its
`Resource`, what is special about a write in an admission plugin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from tutor.simulator import errors
from tutor.simulator.admission import AdmissionRequest, Operation, plugins
from tutor.simulator.clock import Clock, timestamp
from tutor.simulator.deletion import DeleteOptions, Deletion, check_preconditions, finalizers_for, marked
from tutor.simulator.errors import ApiError
from tutor.simulator.ids import Ids
from tutor.simulator.metadata import in_order
from tutor.simulator.names import check_metadata, check_name
from tutor.simulator.objects import copy_json, deleting
from tutor.simulator.resources.base import Context, Resource
from tutor.simulator.resources.scheme import Scheme
from tutor.simulator.store import Conflict, Exists, Obj, Store

_SERVER_METADATA = (
    "uid",
    "creationTimestamp",
    "generation",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "selfLink",
)


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, and how."""

    actor: str
    """What the change is recorded under: a controller's name, or the user's."""
    user: str = ""
    groups: tuple[str, ...] = ()
    dry_run: bool = False
    trusted: bool = False
    """A part of the cluster itself: what it writes is not validated again."""
    stamp: Callable[[Obj | None, Obj], None] | None = None
    """Called with the old and the new object when defaults are done, before admission (what plugins add is nobody's); may
    change the new one's metadata."""
    warnings: list[str] | None = None
    """Takes what admission has to warn of."""
    annotations: dict[str, str] | None = None
    """Takes what admission has to say in the audit log."""


class Registry:
    """create, update and delete with everything that happens on the way."""

    def __init__(self, store: Store, scheme: Scheme, ids: Ids, clock: Clock) -> None:
        self.store = store
        self.scheme = scheme
        self.ids = ids
        self.clock = clock

    # -- reading

    def get(self, resource: Resource, namespace: str, name: str) -> Obj:
        """The stored object. Raises ApiError 404."""
        obj = self.store.get(resource.storage_id, namespace, name)
        if obj is None:
            raise errors.not_found(resource.plural, resource.group, name)
        return obj

    # -- create

    def create(self, resource: Resource, namespace: str, obj: Obj, writer: Writer) -> Obj:
        """Add an object, which this call may change. Raises ApiError."""
        context = self._context(writer)
        metadata = obj.setdefault("metadata", {})
        asked = metadata.get("name") or metadata.get("generateName") or ""
        self._new_metadata(resource, namespace, metadata, dry_run=writer.dry_run)
        resource.default(obj)
        request = self._request(writer, context, resource, "CREATE", namespace, asked, obj)
        if writer.stamp is not None:
            writer.stamp(None, obj)
        self._mutate(request)
        if resource.has_generation:
            metadata["generation"] = 1
        resource.prepare_create(context, obj)
        if not writer.trusted:
            self._check(
                resource,
                obj,
                [*check_name(resource, metadata), *check_metadata(resource, obj), *resource.validate(obj)],
            )
        self._admit(replace(request, name=metadata["name"]))
        if writer.dry_run:
            if self.store.get(resource.storage_id, namespace, metadata["name"]) is not None:
                raise self._already_exists(resource, namespace, metadata["name"])
            return {**obj, "metadata": in_order(metadata)}
        try:
            return self.store.create(resource.storage_id, obj, writer.actor)
        except Exists:
            raise self._already_exists(resource, namespace, metadata["name"]) from None

    def _already_exists(self, resource: Resource, namespace: str, name: str) -> ApiError:
        """409, which says when what is in the way is about to go (apiserver, pkg/registry/generic/registry/store.go, Create)."""
        error = errors.already_exists(resource.plural, resource.group, name)
        old = self.store.get(resource.storage_id, namespace, name)
        if old is not None and "deletionTimestamp" in old["metadata"]:
            error.message = f"object is being deleted: {error.message}"
        return error

    def _new_metadata(self, resource: Resource, namespace: str, metadata: dict[str, Any], *, dry_run: bool) -> None:
        """Metadata as only the server sets it. It is the storage that refuses a resourceVersion, and a dry run does not get
        that far (apiserver, pkg/storage/etcd3/store.go Create)."""
        if metadata.get("resourceVersion") and not dry_run:
            raise ApiError(500, "", "resourceVersion should not be set on objects to be created")
        for name in _SERVER_METADATA:
            metadata.pop(name, None)
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = self.ids.generate_name(metadata["generateName"])
        metadata.setdefault("name", "")
        if resource.namespaced:
            metadata["namespace"] = namespace
        else:
            metadata.pop("namespace", None)
        metadata["uid"] = self.ids.uid()
        metadata["creationTimestamp"] = timestamp(self.clock.now)

    # -- update

    def update(self, resource: Resource, namespace: str, name: str, obj: Obj, writer: Writer) -> Obj:
        """Replace an object but for its status (if that is a subresource). Raises ApiError."""
        old = self.get(resource, namespace, name)
        metadata = self._next_metadata(resource, old, obj)
        if resource.has_status:
            obj.pop("status", None)
            if "status" in old:
                obj["status"] = old["status"]
        resource.default(obj)
        context = self._context(writer)
        request = self._request(writer, context, resource, "UPDATE", namespace, name, obj, old)
        if writer.stamp is not None:
            writer.stamp(old, obj)
        self._mutate(request)
        resource.prepare_update(context, obj, old)
        if resource.has_generation:
            metadata["generation"] = old["metadata"].get("generation", 0) + _spec_changed(resource, old, obj)
        if not writer.trusted:
            rules = [resource.validate(obj), resource.validate_update(obj, old)]
            ordered = reversed(rules) if resource.update_rules_first else rules
            self._check(resource, obj, [*check_metadata(resource, obj, old), *chain.from_iterable(ordered)])
        self._admit(request)
        return self._replace(resource, obj, old, writer)

    def update_status(self, resource: Resource, namespace: str, name: str, obj: Obj, writer: Writer) -> Obj:
        """Replace the status alone (and metadata that status writers may set). Raises ApiError."""
        old = self.get(resource, namespace, name)
        metadata = self._next_metadata(resource, old, obj)
        metadata["generation"] = old["metadata"].get("generation")
        if metadata["generation"] is None:
            del metadata["generation"]
        new = {**old, "metadata": metadata}
        new.pop("status", None)
        if "status" in obj:
            new["status"] = obj["status"]
        request = self._request(
            writer, self._context(writer), resource, "UPDATE", namespace, name, new, old, subresource="status"
        )
        if writer.stamp is not None:
            writer.stamp(old, new)
        if not writer.trusted:
            self._check(resource, new, list(resource.validate_status(new)))
        self._admit(request)
        return self._replace(resource, new, old, writer)

    def _next_metadata(self, resource: Resource, old: Obj, obj: Obj) -> dict[str, Any]:
        """The new object's metadata with what only the server may change put back, after the caller's checks."""
        before = old["metadata"]
        metadata: dict[str, Any] = obj.setdefault("metadata", {})
        name = before["name"]
        if metadata.get("uid") and metadata["uid"] != before["uid"]:
            where = f"/registry/{resource.plural}/{before.get('namespace', '')}/{name}".replace("//", "/")
            why = (
                f"StorageError: invalid object, Code: 4, Key: {where}, ResourceVersion: 0, AdditionalErrorMsg: "
                f"Precondition failed: UID in precondition: {metadata['uid']}, UID in object meta: {before['uid']}"
            )
            raise errors.conflict(resource.plural, resource.group, name, why)
        expected = metadata.get("resourceVersion")
        if expected == "0":  # says as little as none (apiserver, registry/generic/registry/store.go, Update)
            expected = None
        if expected and expected != before["resourceVersion"]:
            raise errors.conflict(resource.plural, resource.group, name)
        if not expected and not resource.unconditional_update:
            problem = errors.invalid("metadata.resourceVersion", 0, "must be specified for an update")
            raise errors.invalid_object(resource.plural, resource.group, name, [problem])
        for field in (*_SERVER_METADATA, "resourceVersion", "name", "namespace", "generateName"):
            metadata.pop(field, None)
            if field in before:
                metadata[field] = before[field]
        return metadata

    def _replace(self, resource: Resource, obj: Obj, old: Obj, writer: Writer) -> Obj:
        if (
            deleting(obj)
            and not obj["metadata"].get("finalizers")
            and not obj["metadata"].get("deletionGracePeriodSeconds")
            and not resource.held(obj)
        ):
            if not writer.dry_run:
                self._store_update(resource, obj, writer)
                self._remove(resource, obj, writer)
            return obj
        if writer.dry_run:
            return {**obj, "metadata": in_order(obj["metadata"])}
        return self._store_update(resource, obj, writer)

    def _store_update(self, resource: Resource, obj: Obj, writer: Writer) -> Obj:
        metadata = obj["metadata"]
        if self.store.get(resource.storage_id, metadata.get("namespace", ""), metadata["name"]) is None:
            raise errors.not_found(resource.plural, resource.group, metadata["name"])
        try:
            return self.store.update(resource.storage_id, obj, writer.actor, expect=metadata.get("resourceVersion"))
        except Conflict:
            raise errors.conflict(resource.plural, resource.group, metadata["name"]) from None

    # -- delete

    def delete(
        self, resource: Resource, namespace: str, name: str, writer: Writer, options: DeleteOptions | None = None
    ) -> Deletion:
        """Delete an object, or begin to: with grace, finalizers or dependants it stays until they are done. Raises ApiError."""
        options = options or DeleteOptions()
        old = self.get(resource, namespace, name)
        check_preconditions(resource, old, options)
        context = self._context(writer)
        self._admit(self._request(writer, context, resource, "DELETE", namespace, name, None, old))
        finalizers = finalizers_for(resource, old, options)
        grace = resource.grace(context, old, options.grace_seconds) if resource.grace else 0
        if not finalizers and grace == 0 and not resource.held(old):
            return Deletion(old if writer.dry_run else self._remove(resource, old, writer), gone=True)
        new = resource.begin_delete(context, marked(old, finalizers, grace, self.clock.now))
        return Deletion(new if writer.dry_run else self._store_update(resource, new, writer), gone=False)

    def _remove(self, resource: Resource, obj: Obj, writer: Writer) -> Obj:
        metadata = obj["metadata"]
        gone = self.store.delete(resource.storage_id, metadata.get("namespace", ""), metadata["name"], writer.actor)
        resource.after_delete(self._context(writer), gone)
        return gone

    def purge(self, resource: Resource, obj: Obj, writer: Writer) -> None:
        """Remove an object whose finalizers and grace are done."""
        self._remove(resource, obj, writer)

    # -- the way in

    def _context(self, writer: Writer) -> Context:
        return Context(self.store, self.ids, self.clock.now, writer.user, writer.groups, writer.dry_run, writer.trusted)

    def _request(
        self,
        writer: Writer,
        context: Context,
        resource: Resource,
        operation: Operation,
        namespace: str,
        name: str,
        obj: Obj | None,
        old: Obj | None = None,
        subresource: str = "",
    ) -> AdmissionRequest:
        return AdmissionRequest(
            context,
            resource,
            operation,
            namespace,
            name,
            obj,
            old,
            subresource,
            dry_run=writer.dry_run,
            warnings=writer.warnings,
            annotations=writer.annotations,
            scheme=self.scheme,
        )

    @staticmethod
    def _mutate(request: AdmissionRequest) -> None:
        for hook in plugins()[0]:
            hook(request)

    @staticmethod
    def _admit(request: AdmissionRequest) -> None:
        for hook in plugins()[1]:
            hook(request)

    @staticmethod
    def _check(resource: Resource, obj: Obj, problems: list[errors.FieldError]) -> None:
        if problems:
            metadata = obj["metadata"]
            name = metadata.get("name") or metadata.get("generateName") or ""
            raise errors.invalid_object(resource.kind, resource.group, name, problems)


def _spec_changed(resource: Resource, old: Obj, new: Obj) -> bool:
    """Whether anything but metadata and, where it is written apart, status differs."""
    if resource.annotations_are_generations:
        before, after = (obj["metadata"].get("annotations") or {} for obj in (old, new))
        if before != after:
            return True
    names = {*old, *new} - {"metadata"} - ({"status"} if resource.has_status else set())
    return any(old.get(name) != new.get(name) for name in names)


def fresh(obj: Mapping[str, Any]) -> Obj:
    """A copy of a stored object that may be changed and handed back to a verb."""
    copied: Obj = copy_json(obj)
    return copied

"""How a kind is declared. Adding a kind to the cluster is adding one `Resource` to the `RESOURCES` of one module here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tutor.simulator.errors import FieldError, group_resource
from tutor.simulator.ids import Ids
from tutor.simulator.schemas.types import Struct
from tutor.simulator.store import Obj, Store

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True, slots=True)
class Context:
    """What a strategy may ask while it prepares an object."""

    store: Store
    ids: Ids
    now: float
    user: str = ""
    groups: tuple[str, ...] = ()
    dry_run: bool = False
    trusted: bool = False
    """Whether a part of the cluster itself writes."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a server-side Table (metav1.TableColumnDefinition) and how its cell is filled.

    A cell function gets the object and the moment that ages are counted to (seconds since the epoch).
    """

    name: str
    cell: Callable[[Obj, float], Any]
    type: str = "string"
    format: str = ""
    priority: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a kind keeps what autoscaling/v1 Scale shows: paths from the object's root; empty for what it does not keep."""

    spec_replicas: tuple[str, ...] = ("spec", "replicas")
    status_replicas: tuple[str, ...] = ("status", "replicas")
    selector: tuple[str, ...] = ("spec", "selector")


NameRule = Literal["subdomain", "label", "dns1035", "path-segment", "any"]
Grace = Callable[[Context, Obj, int | None], int]


def _nothing(*_: Any) -> None:
    return None


def _no_errors(*_: Any) -> Iterable[FieldError]:
    return ()


def _same_object(obj: Obj) -> Obj:
    return obj


def _never(_: Obj) -> bool:
    return False


def _unchanged(_: Context, obj: Obj) -> Obj:
    return obj


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of object at one API version, and the rules that are its own (a "strategy" in the API server's words).

    Hooks that take an object to prepare may change it in place: it is a fresh copy that is not stored yet.
    """

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool = True
    singular: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = VERBS
    columns: tuple[Column, ...] = ()
    """Without any: Name and Age, as a real server prints a kind it has no printer for."""

    table_order: Callable[[Obj], Any] | None = None
    """What the rows of a Table are sorted by; without it they stand as the objects are listed."""
    name_rule: NameRule = "subdomain"
    default: Callable[[Obj], None] = _nothing
    """Fills in what was left out (pkg/apis/GROUP/VERSION/defaults.go)."""
    prepare_create: Callable[[Context, Obj], None] = _nothing
    """Sets what only the server may set on a new object (pkg/registry/.../strategy.go PrepareForCreate)."""
    prepare_update: Callable[[Context, Obj, Obj], None] = _nothing
    """The same for (new, old)."""
    validate: Callable[[Obj], Iterable[FieldError]] = _no_errors
    validate_update: Callable[[Obj, Obj], Iterable[FieldError]] = _no_errors
    """Rules for (new, old), in addition to `validate` of the new object."""
    update_rules_first: bool = False
    """Whether a refusal of an update names those before the rules of the new object."""
    validate_status: Callable[[Obj], Iterable[FieldError]] = _no_errors
    """Rules of an object whose status is written."""
    warnings: Callable[[Obj], Iterable[str]] = _no_errors  # type: ignore[assignment] # an empty answer fits both
    deprecated: str = ""
    """What every request for the kind is answered with as a warning."""
    after_delete: Callable[[Context, Obj], None] = _nothing

    has_status: bool = False
    """The status is written through the status subresource only."""
    has_generation: bool = False
    """metadata.generation counts the changes of everything but metadata and status."""
    annotations_are_generations: bool = False
    """It counts changes of annotations too (pkg/registry/apps/deployment/strategy.go PrepareForUpdate)."""
    create_on_update: bool = False
    """A PUT to a name that does not exist creates the object."""
    unconditional_update: bool = True
    """A PUT without a resourceVersion is accepted."""
    scale: Scale | None = None
    subresources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Further subresources and their verbs, e.g. {"log": ("get",)}. Their handlers live in api/subresources/."""
    grace: Grace | None = None
    """How many seconds a deletion leaves the object to shut down; None: deleted at once."""
    held: Callable[[Obj], bool] = _never
    """Whether something beside metadata.finalizers keeps a deleted object until it is done (a namespace's content)."""
    begin_delete: Callable[[Context, Obj], Obj] = _unchanged
    """The object as it is to be while it is being deleted; must not change it in place."""
    delete_returns_object: bool = False
    default_propagation: Literal["Background", "Orphan"] = "Background"
    """What becomes of dependants when a deletion does not say."""
    indexes: Mapping[str, Callable[[Obj], Iterable[str]]] = field(default_factory=dict)
    """Indexes the store keeps for the kind's own hooks."""
    fields: Mapping[str, Callable[[Obj], str]] = field(default_factory=dict)
    """Field selectors beside metadata.name and metadata.namespace."""

    storage: str = ""
    """Id of the resource whose storage this version shares; empty: its own."""
    to_storage: Callable[[Obj], Obj] = _same_object
    from_storage: Callable[[Obj], Obj] = _same_object
    schema: str = ""
    """Name of the type in the OpenAPI document, e.g. io.k8s.api.apps.v1.Deployment; empty: found by group, version and kind."""
    type: Struct | None = None
    """The type of a kind that is not built in (schemas.structural makes it of a CRD's schema)."""
    preferred: bool = True
    """Whether clients that do not ask for a version get this one of its group."""

    @property
    def id(self) -> str:
        """The GroupResource as Kubernetes writes it: "pods", "deployments.apps"."""
        return group_resource(self.plural, self.group)

    @property
    def storage_id(self) -> str:
        """The store's name for where the objects are."""
        return self.storage or self.id

    def read(self, obj: Obj) -> Obj:
        """A stored object as this version shows it. Custom resources are pruned and given defaults again, for their schema may have
        changed since (apiextensions-apiserver, pkg/apiserver/customresource_handler.go schemaCoercingDecoder)."""
        return self.from_storage(obj) if self.storage or self.type is not None else obj

    @property
    def api_version(self) -> str:
        """ "v1", "apps/v1" """
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def singular_name(self) -> str:
        """The name for one, as in `kubectl get deployment`."""
        return self.singular or self.kind.lower()

"""The objects of a kustomization on their way: what they were called before, and whether a hash of the content joins the name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.objects import Object, annotations_of, get, labels_of, name_of
from tutor.kubectl.selectors import matches

_FIRST = (
    *("Namespace", "ResourceQuota", "StorageClass", "CustomResourceDefinition", "ServiceAccount", "PodSecurityPolicy"),
    *("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "ConfigMap", "Secret", "Endpoints", "Service"),
    *("LimitRange", "PriorityClass", "PersistentVolume", "PersistentVolumeClaim", "Deployment", "StatefulSet"),
    *("CronJob", "PodDisruptionBudget"),
)
_LAST = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


@dataclass
class Item:
    """One object; `names` are those it had in the layers below, and `hashed` says that its name is to end in a hash."""

    obj: Object
    names: list[str] = field(default_factory=list)
    hashed: bool = False

    @property
    def kind(self) -> str:
        return str(self.obj.get("kind", ""))

    def called(self, name: str) -> bool:
        """Whether it has or had a name."""
        return name == name_of(self.obj) or name in self.names

    def rename(self, name: str) -> None:
        if name != name_of(self.obj):
            self.names.append(name_of(self.obj))
            self.obj["metadata"]["name"] = name

    def meant_by(self, content: Object) -> bool:
        """Whether it is the object that a patch without a target names."""
        return self.kind == content.get("kind") and self.called(name_of(content))

    def matches(self, target: Object) -> bool:
        """Whether a target means it: regular expressions for what it is and is called, selectors for the rest."""
        group, _, version = str(self.obj.get("apiVersion", "")).rpartition("/")
        names = (name_of(self.obj), *self.names)
        own = {
            "kind": (self.kind,),
            "namespace": (str(get(self.obj, "metadata.namespace") or ""),),
            "group": (group,),
            "version": (version,),
            "name": names,
        }
        if any(target.get(key) and not _any_match(str(target[key]), values) for key, values in own.items()):
            return False
        labels, annotations = str(target.get("labelSelector") or ""), str(target.get("annotationSelector") or "")
        return matches(labels, labels_of(self.obj)) and matches(annotations, annotations_of(self.obj))


def _any_match(pattern: str, values: tuple[str, ...]) -> bool:
    try:
        return any(re.fullmatch(pattern, value) for value in values)
    except re.error as problem:
        raise KubectlError(f"error parsing regexp: {problem}: `^(?:{pattern})$`") from None


def in_order(items: list[Item], options: Object) -> list[Item]:
    """The objects as `sortOptions` wants them: as they came, or, as is the default, what others need first.

    The order of kinds is that of kustomize's `SortOrderTransformer.go`, unless the options name one.
    """
    if options.get("order") == "fifo":
        return items
    named = options.get("legacySortOptions") or {}
    first, last = tuple(named.get("orderFirst") or _FIRST), tuple(named.get("orderLast") or _LAST)

    def key(item: Item) -> tuple[int, str, str, str]:
        kind = item.kind
        rank = first.index(kind) - len(first) if kind in first else (last.index(kind) + 1 if kind in last else 0)
        group, _, version = str(item.obj.get("apiVersion", "")).rpartition("/")
        namespace = str(get(item.obj, "metadata.namespace", ""))
        return rank, f"{group}_{version}_{kind}", namespace, name_of(item.obj)

    return sorted(items, key=key)

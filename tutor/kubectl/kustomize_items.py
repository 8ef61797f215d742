"""The objects of a kustomization on their way: what they were called before, and whether a hash of the content joins the name."""

from __future__ import annotations

from dataclasses import dataclass, field

from tutor.kubectl.objects import Object, get, name_of

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

    def matches(self, target: Object) -> bool:
        """Whether a patch's target means it."""
        group, _, version = str(self.obj.get("apiVersion", "")).rpartition("/")
        own = {"kind": self.kind, "namespace": get(self.obj, "metadata.namespace"), "group": group, "version": version}
        if any(target.get(key) and own[key] != target[key] for key in own):
            return False
        return not target.get("name") or self.called(str(target["name"]))


def in_order(items: list[Item]) -> list[Item]:
    """What others need goes first (kustomize `SortOrderTransformer.go`, the legacy order)."""

    def key(item: Item) -> tuple[int, str, str, str]:
        kind = item.kind
        rank = _FIRST.index(kind) - len(_FIRST) if kind in _FIRST else (_LAST.index(kind) + 1 if kind in _LAST else 0)
        group, _, version = str(item.obj.get("apiVersion", "")).rpartition("/")
        namespace = str(get(item.obj, "metadata.namespace", ""))
        return rank, f"{group}_{version}_{kind}", namespace, name_of(item.obj)

    return sorted(items, key=key)

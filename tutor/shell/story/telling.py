"""The story itself: the changes of a history as numbered steps, like ones together, each with who and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tutor.clusters.actors import YOU, duty_of, short_actor
from tutor.clusters.history import ObjectChange
from tutor.shell.story.differences import differences, is_endpoints_change
from tutor.shell.story.requests import SentRequest

MAX_STEPS = 60
"""Steps that are told; more than that are counted."""
MAX_NAMES = 3
"""Names of objects that a step about several of them gives."""
_UNTOLD_KINDS = frozenset({"Lease", "Endpoints", "ControllerRevision", "PodMetrics", "NodeMetrics"})
_TOLD_EVENTS = frozenset(
    {
        "BackOff",
        "BackoffLimitExceeded",
        "Evicted",
        "Failed",
        "FailedCreate",
        "FailedGetResourceMetric",
        "FailedMount",
        "FailedScheduling",
        "Killing",
        "NodeNotReady",
        "OOMKilling",
        "Preempted",
        "ProvisioningFailed",
        "Pulled",
        "Pulling",
        "Unhealthy",
    }
)
"""Reasons of events about something that no change of an object shows."""


@dataclass(frozen=True)
class Step:
    """Something that happened, `after` seconds of the cluster's time from the beginning. `names` are the objects it
    happened to, all of one `kind`; `text` is what happened to each of them."""

    after: float
    who: str
    kind: str
    text: str
    names: tuple[str, ...]
    trouble: bool = False

    @property
    def subject(self) -> str:
        """`Pod web-1`, `3 Pods: web-1, web-2, web-3`."""
        if len(self.names) == 1:
            return f"{self.kind} {self.names[0]}"
        plural = self.kind[:-1] + "ies" if self.kind.endswith("y") else self.kind + "es" * self.kind.endswith("s")
        plural = plural if plural != self.kind else f"{self.kind}s"
        more = "" if len(self.names) <= MAX_NAMES else ", …"
        return f"{len(self.names)} {plural}: {', '.join(self.names[:MAX_NAMES])}{more}"


@dataclass(frozen=True)
class Story:
    """What came of one line."""

    line: str
    requests: Sequence[SentRequest]
    steps: Sequence[Step]
    left_out: int = 0
    """Steps beyond those that are told."""
    exact: bool = True
    """Whether the cluster says itself who did what."""
    duties: Mapping[str, str] = field(default_factory=dict)
    """Why the actors of the steps do what they do, by their short names without a node."""

    @property
    def only_read(self) -> bool:
        """Whether the line changed nothing itself."""
        return not any(request.changes for request in self.requests)


def tell(
    line: str,
    requests: Sequence[SentRequest],
    changes: Sequence[ObjectChange],
    *,
    namespace: str,
    exact: bool = True,
) -> Story:
    """The story of a line from the changes after it. Of other namespaces than `namespace` nothing is told."""
    steps = list(_joined(_steps(changes, namespace)))
    actors = dict.fromkeys(step.who.partition("/")[0] for step in steps if step.who != YOU)
    duties = {actor: duty for actor in actors if (duty := duty_of(actor))}
    return Story(line, requests, steps[:MAX_STEPS], max(0, len(steps) - MAX_STEPS), exact, duties)


def _steps(changes: Iterable[ObjectChange], namespace: str) -> Iterator[Step]:
    start: float | None = None
    for change in changes:
        if (change.obj.get("metadata") or {}).get("namespace", namespace) != namespace:
            continue
        step = _step(change)
        if step is not None:
            start = step.after if start is None else start
            yield replace(step, after=step.after - start)


def _step(change: ObjectChange) -> Step | None:
    obj, kind = change.obj, str(change.obj.get("kind"))
    if kind == "Event":
        return _event_step(change)
    if kind in _UNTOLD_KINDS:
        return None
    text = _text(change)
    if not text:
        return None
    name = str((obj.get("metadata") or {}).get("name"))
    return Step(change.at, _actor(change), kind, text, (name,), "Err" in text or "BackOff" in text)


def _actor(change: ObjectChange) -> str:
    """Who wrote. Where that is not known or only says which program it was, it is concluded from what was written."""
    who = short_actor(change.actor, _node_of(change.obj))
    if _node_of(change.obj) and change.old is not None and not _node_of(change.old):
        return "scheduler"
    unsaid = who == "cluster" and change.type == "MODIFIED" and change.obj.get("kind") != "Pod"
    return _controller(change) if who == "controller-manager" or unsaid else who


def _controller(change: ObjectChange) -> str:
    """The controller that writes such a thing: an object's owner decides what it is to be, its own controller reports on it
    (kubernetes, pkg/controller)."""
    obj, kind = change.obj, str(change.obj.get("kind"))
    owners = (obj.get("metadata") or {}).get("ownerReferences") or []
    owner = next((str(one["kind"]) for one in owners if one.get("controller")), "")
    reports = change.old is not None and change.old.get("spec") == obj.get("spec")
    concerned = kind if (reports and kind != "Pod") or not owner else owner
    name = {"HorizontalPodAutoscaler": "horizontal-pod-autoscaler", "PersistentVolumeClaim": "persistentvolume-binder"}
    return name.get(concerned, f"{concerned.lower()}-controller")


def _node_of(obj: Mapping[str, Any]) -> str:
    return str((obj.get("spec") or {}).get("nodeName") or "") if obj.get("kind") == "Pod" else ""


def _text(change: ObjectChange) -> str:
    """What happened to the object, empty for nothing worth telling."""
    kind = change.obj.get("kind")
    if change.type == "DELETED":
        return "removed"
    if kind == "EndpointSlice":
        return is_endpoints_change(change.old, change.obj)
    if change.type == "ADDED":
        return _made(change.obj)
    old_node, new_node = (_node_of(obj or {}) for obj in (change.old, change.obj))
    if new_node and not old_node:
        return f"given to {new_node}"
    return ", ".join(differences(change.old, change.obj))


def _made(obj: Mapping[str, Any]) -> str:
    replicas = (obj.get("spec") or {}).get("replicas")
    return f"made, wants {replicas} Pod{'' if replicas == 1 else 's'}" if isinstance(replicas, int) else "made"


def _is_told(event: Mapping[str, Any]) -> bool:
    """An image that was there already is no news."""
    return event.get("reason") in _TOLD_EVENTS and "already present" not in str(event.get("message"))


def _event_step(change: ObjectChange) -> Step | None:
    event = change.obj
    if change.type == "DELETED" or not _is_told(event):
        return None
    involved = event.get("involvedObject") or {}
    source = event.get("source") or {}
    who = short_actor(
        str(source.get("component") or event.get("reportingComponent") or ""), str(source.get("host") or "")
    )
    text = str(event.get("message") or event.get("reason"))
    kind, name = str(involved.get("kind")), str(involved.get("name"))
    return Step(change.at, who, kind, text, (name,), event.get("type") == "Warning")


def _joined(steps: Iterable[Step]) -> Iterator[Step]:
    """Steps that follow each other and differ only in the object become one about several objects."""
    waiting: Step | None = None
    for step in steps:
        if waiting is not None and _alike(waiting, step):
            who = waiting.who if waiting.who == step.who else waiting.who.partition("/")[0]
            waiting = replace(waiting, who=who, names=tuple(dict.fromkeys([*waiting.names, *step.names])))
            continue
        if waiting is not None:
            yield waiting
        waiting = step
    if waiting is not None:
        yield waiting


def _alike(one: Step, other: Step) -> bool:
    """Kubelets of several nodes do the same for their Pods; each Pod is told only once in a step."""
    same = (one.kind, one.text, one.trouble) == (other.kind, other.text, other.trouble)
    return same and one.who.partition("/")[0] == other.who.partition("/")[0]

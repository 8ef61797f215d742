"""Finding the pod and container a command means: `pod`, `deploy/web`, `-c name`, default containers.

Follows kubectl `pkg/polymorphichelpers` and `pkg/cmd/util/podcmd`.
"""

from __future__ import annotations

from tutor.kubectl.command import Invocation
from tutor.kubectl.discovery import ApiResource
from tutor.kubectl.duration import parse_time
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.mutate import typed
from tutor.kubectl.objects import Object, annotations_of, condition, get, name_of
from tutor.kubectl.resources import Info
from tutor.kubectl.scheme import require_known
from tutor.kubectl.selectors import map_text, selector_text

DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
_KINDS_OF_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")


def named_info(invocation: Invocation, word: str) -> Info:
    """The object meant by `NAME` (a pod) or `TYPE/NAME`, fetched; KubectlError for kinds kubectl has no Go type for."""
    kind, slash, name = word.rpartition("/")
    if slash and (not kind or not name or "/" in kind):
        raise KubectlError("arguments in resource/name form must have a single resource and name")
    resource = invocation.mapper.find(kind or "pods")
    namespace = invocation.namespace if resource.namespaced else ""
    require_known(resource)
    return Info(resource, namespace, name, typed(invocation.api.get(resource.path(namespace, name)), resource))


def pods_resource(invocation: Invocation) -> ApiResource:
    return invocation.mapper.find("pods")


def pod_selector(obj: Object) -> str:
    """The label selector of the pods an object manages or serves; KubectlError when it has none."""
    kind = str(obj["kind"])
    if kind == "Service":
        labels = get(obj, "spec.selector", {})
        if not labels:
            raise KubectlError(f"invalid service '{name_of(obj)}': Service is defined without a selector")
        return map_text(labels)
    if kind == "ReplicationController":
        return map_text(get(obj, "spec.selector", {}))
    if kind in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job"):
        return selector_text(get(obj, "spec.selector"))
    raise KubectlError(f"selector for *v1.{kind} not implemented")


def pods_of(invocation: Invocation, info: Info) -> list[Object]:
    """The pods of a workload or service, the best one to look at first."""
    resource = pods_resource(invocation)
    reply = invocation.api.get(resource.path(info.namespace), {"labelSelector": pod_selector(info.obj)})
    pods = [typed(pod, resource) for pod in reply.get("items") or []]
    return sorted(pods, key=_activity, reverse=True)


def _activity(pod: Object) -> tuple[object, ...]:
    """Orders by assigned, running, ready, longer ready, fewer restarts, older (podutils ActivePods, reversed)."""
    phase = {"Pending": 0, "Unknown": 1, "Running": 2}.get(str(get(pod, "status.phase", "")), -1)
    ready = condition(pod, "Ready") or {}
    since = parse_time(ready.get("lastTransitionTime")) or 0.0
    restarts = sum(int(status.get("restartCount", 0)) for status in get(pod, "status.containerStatuses", []))
    created = parse_time(get(pod, "metadata.creationTimestamp")) or 0.0
    return bool(get(pod, "spec.nodeName")), phase, ready.get("status") == "True", -since, -restarts, -created


def find_pod(invocation: Invocation, word: str) -> Object:
    """The pod for `exec`, `attach`, `cp` and `port-forward`: the named one, or the first of what a workload or service has."""
    info = named_info(invocation, word)
    if info.resource.plural == "pods":
        return info.obj
    try:
        found = pods_of(invocation, info)
    except KubectlError as problem:
        raise KubectlError(
            f"cannot attach to *{info.obj['apiVersion'].replace('/', '')}.{info.obj['kind']}: {problem.message}"
        ) from None
    if not found:
        raise KubectlError(f"timed out waiting for the condition: no pods of {info.title} were found")
    return found[0]


def container_names(pod: Object) -> list[str]:
    """All containers as kubectl lists them: ordinary ones first, then init and ephemeral ones, marked."""
    names = [container["name"] for container in get(pod, "spec.containers", [])]
    names += [f"{container['name']} (init)" for container in get(pod, "spec.initContainers", [])]
    return names + [f"{container['name']} (ephem)" for container in get(pod, "spec.ephemeralContainers", [])]


def has_container(pod: Object, name: str) -> bool:
    return any(container["name"] == name for kind in _KINDS_OF_CONTAINERS for container in get(pod, f"spec.{kind}", []))


def choose_container(invocation: Invocation, pod: Object, wanted: str, *, quiet: bool = False) -> str:
    """The container a command works on: the named one, the annotated default, or the first, which is said when there are several."""
    everything = ", ".join(container_names(pod))
    if wanted:
        if not has_container(pod, wanted):
            raise KubectlError(f"container {wanted} is not valid for pod {name_of(pod)} out of: {everything}")
        return wanted
    preferred = annotations_of(pod).get(DEFAULT_CONTAINER, "")
    if preferred and has_container(pod, preferred):
        return preferred
    if preferred and not quiet:
        invocation.err(f'Default container name "{preferred}" not found in pod {name_of(pod)}\n')
    first = str(pod["spec"]["containers"][0]["name"])
    if len(container_names(pod)) > 1 and not quiet:
        invocation.err(f'Defaulted container "{first}" out of: {everything}\n')
    return first

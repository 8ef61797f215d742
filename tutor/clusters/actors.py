"""Who writes in a cluster: short names, and what each of them does all day.

Source: the Kubernetes documentation on the cluster architecture and on controllers
(kubernetes.io/docs/concepts/architecture/), and the documentation page of each kind.
"""

from __future__ import annotations

YOU = "you"
_LEARNERS = frozenset({"kubernetes-admin", "kubectl", "kubectl-client-side-apply", "kubectl-edit", "kubectl-create"})
_SHORT = {
    "default-scheduler": "scheduler",
    "kube-scheduler": "scheduler",
    "kube-controller-manager": "controller-manager",
    "generic-garbage-collector": "garbage-collector",
}
_PREFIXES = ("system:serviceaccount:kube-system:", "system:")

DUTIES = {
    "deployment-controller": "A Deployment does not run Pods itself: it keeps one ReplicaSet for each version of its Pod template "
    "and moves replicas from the old one to the new one.",
    "replicaset-controller": "A ReplicaSet counts the Pods its selector matches and makes or removes some until there are as many "
    "as it wants.",
    "scheduler": "The scheduler looks for Pods without a node and gives each one a node that has room for it.",
    "kubelet": "The kubelet runs on every node: it starts the containers of the Pods given to its node and reports how they are.",
    "endpointslice-controller": "For every Service with a selector, the addresses of the matching Pods are listed in EndpointSlices; "
    "only the ready ones get requests.",
    "endpoint-controller": "The older list of a Service's addresses is kept up to date beside the EndpointSlices.",
    "garbage-collector": "What belongs to an owner that is gone is removed.",
    "namespace-controller": "A namespace that is being deleted is emptied first.",
    "statefulset-controller": "A StatefulSet makes its Pods one after the other, each with a name and storage of its own.",
    "daemonset-controller": "A DaemonSet runs one Pod on every node it fits.",
    "job-controller": "A Job makes Pods until enough of them have ended well.",
    "cronjob-controller": "A CronJob makes a Job whenever its time has come.",
    "horizontal-pod-autoscaler": "An autoscaler compares what its Pods use with what is wanted and changes the number of replicas.",
    "node-controller": "The node controller marks nodes that do not answer and has their Pods moved elsewhere.",
    "persistentvolume-binder": "A claim for storage is given a volume that fits, or one is made for it.",
    "disruption-controller": "A PodDisruptionBudget counts how many Pods may be taken away at once.",
    "pvc-protection-controller": "A claim that a Pod still uses is not removed before the Pod is gone.",
    "serviceaccount-controller": "Every namespace gets the ServiceAccount `default`.",
    "controller-manager": "The controllers run in one program here; the cluster does not say which of them wrote this.",
}
"""Why an actor does what it does, by its short name."""


def short_actor(name: str, node: str = "") -> str:
    """`deployment-controller`, `scheduler`, `kubelet/node-1`, `you`; "cluster" for nobody in particular."""
    if name in _LEARNERS or name.startswith("kubectl-"):
        return YOU
    if name.startswith("system:node:"):
        name, node = "kubelet", node or name.removeprefix("system:node:")
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    name = _SHORT.get(name, name)
    return f"{name}/{node}" if name == "kubelet" and node else name or "cluster"


def duty_of(actor: str) -> str:
    """Why somebody reacts as they do, by their short name; empty for somebody unknown."""
    return DUTIES.get(actor.partition("/")[0], "")

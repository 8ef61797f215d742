"""Commands of kubectl that the built-in one does not have. They say so, and what to use instead."""

from __future__ import annotations

from tutor.kubectl.command import Command, Handler, Invocation
from tutor.kubectl.errors import KubectlError

_ABSENT = {
    "certificate": (
        "Modify certificate resources",
        "certificate (approve | deny)",
        "Requests can be seen with kubectl get csr and kubectl describe csr.",
    ),
    "debug": (
        "Create debugging sessions for troubleshooting workloads and nodes",
        "debug (POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ]",
        "kubectl exec -it POD -- sh looks into a running container; "
        "kubectl run -it --rm NAME --image=busybox -- sh starts a helper pod.",
    ),
    "plugin": (
        "Provides utilities for interacting with plugins",
        "plugin [flags]",
        "Plugins are programs of their own, which the tutor does not run.",
    ),
    "proxy": (
        "Run a proxy to the Kubernetes API server",
        "proxy [--port=PORT] [flags]",
        "kubectl get --raw PATH asks the API server for any path.",
    ),
}


def _refuse(name: str, instead: str) -> Handler:
    def run(invocation: Invocation) -> None:
        raise KubectlError(f"the tutor's built-in kubectl has no {name} command. {instead}")

    return run


COMMANDS = {
    name: Command(
        name=name,
        short=short,
        usage=usage,
        run=_refuse(name, instead),
        long=f"Not in the tutor's built-in kubectl. {instead}",
    )
    for name, (short, usage, instead) in _ABSENT.items()
}

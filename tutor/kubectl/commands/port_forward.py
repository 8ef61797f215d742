"""`kubectl port-forward`: not in the built-in kubectl, because a learner's command may not open ports of the machine it runs on."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import duration, strings

_INSTEAD = (
    "It would open a port on the machine the tutor runs on. Inside the cluster, kubectl exec POD -- curl "
    "localhost:PORT or kubectl run -it "
    "--rm test --image=busybox --restart=Never -- wget -qO- http://SERVICE reaches the same port; with your "
    "own kubectl, port-forward works "
    "against the same kubeconfig."
)


def run(invocation: Invocation) -> None:
    if len(invocation.args) < 2:
        raise invocation.usage_error("TYPE/NAME and list of ports are required for port-forward")
    raise KubectlError(f"the tutor's built-in kubectl has no port-forward. {_INSTEAD}")


COMMAND = Command(
    name="port-forward",
    short="Forward one or more local ports to a pod",
    usage="port-forward TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]",
    run=run,
    arguments="pods",
    long=f"Not in the tutor's built-in kubectl. {_INSTEAD}",
    flags=(
        strings("address", "Addresses to listen on.", default=("localhost",)),
        duration("pod-running-timeout", "How long to wait until a pod runs.", default=60.0),
    ),
)

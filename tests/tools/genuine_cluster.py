"""Says whether a genuine cluster works well enough to be compared with, so that a broken machine is not taken for a broken tutor.

usage: python -m tests.tools.genuine_cluster KUBECONFIG

Prints what is wrong and ends with 1, or prints nothing and ends with 0. Needs kubectl in PATH. Besides asking the API server
it runs a Pod in a namespace of its own, because nodes can be Ready in the records while no container starts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

POD_SECONDS = 90
"""How long a Pod of a small image may take to become Ready, its pull included."""
REMOVAL_SECONDS = 90
"""How long a namespace with one Pod may take to go."""
REQUEST_SECONDS = 20
IMAGE = "busybox:1.36"


class _Fault(Exception):
    """Something a working cluster does that this one does not. The message says what."""


@dataclass(frozen=True)
class _Kubectl:
    kubeconfig: str

    def __call__(self, *arguments: str, seconds: int = REQUEST_SECONDS) -> str:
        command = ["kubectl", "--kubeconfig", self.kubeconfig, *arguments]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
        except OSError as error:
            raise _Fault(f"kubectl does not start: {error}") from None
        except subprocess.TimeoutExpired:
            raise _Fault(f"`kubectl {' '.join(arguments)}` took more than {seconds} s") from None
        if done.returncode:
            raise _Fault(f"`kubectl {' '.join(arguments)}`: {done.stderr.strip() or done.returncode}")
        return done.stdout


def fault(kubeconfig: str) -> str:
    """What is wrong with the cluster, in a sentence; empty when it works. Takes seconds, and 200 s at most when it does not."""
    kubectl = _Kubectl(kubeconfig)
    try:
        _nodes_are_ready(kubectl)
        _every_api_answers(kubectl)
        _a_pod_runs_and_goes(kubectl, f"tutor-tests-probe-{os.getpid()}")
    except _Fault as found:
        return str(found)
    return ""


def _items(kubectl: _Kubectl, resource: str) -> list[dict[str, Any]]:
    return list(json.loads(kubectl("get", resource, "-o", "json"))["items"])


def _is(condition: str, item: dict[str, Any]) -> bool:
    found = {each["type"]: each["status"] for each in item.get("status", {}).get("conditions", [])}
    return found.get(condition) == "True"


def _nodes_are_ready(kubectl: _Kubectl) -> None:
    nodes = _items(kubectl, "nodes")
    late = [node["metadata"]["name"] for node in nodes if not _is("Ready", node)]
    if late or not nodes:
        raise _Fault(f"nodes are not Ready: {', '.join(late)}" if late else "it has no nodes")


def _every_api_answers(kubectl: _Kubectl) -> None:
    """A group whose server is away keeps every namespace from being deleted."""
    away = [each["metadata"]["name"] for each in _items(kubectl, "apiservices") if not _is("Available", each)]
    if away:
        raise _Fault(f"APIs are not available: {', '.join(away)}")


def _a_pod_runs_and_goes(kubectl: _Kubectl, namespace: str) -> None:
    kubectl("create", "namespace", namespace)
    try:
        kubectl("-n", namespace, "run", "probe", f"--image={IMAGE}", "--restart=Never", "--", "sleep", "600")
        ready = ("wait", "pod/probe", "--for=condition=Ready", f"--timeout={POD_SECONDS}s")
        kubectl("-n", namespace, *ready, seconds=POD_SECONDS + REQUEST_SECONDS)
        kubectl("-n", namespace, "delete", "pod", "probe", "--grace-period=1", seconds=REMOVAL_SECONDS)
    finally:
        kubectl(
            "delete", "namespace", namespace, f"--timeout={REMOVAL_SECONDS}s", seconds=REMOVAL_SECONDS + REQUEST_SECONDS
        )


def main(arguments: list[str]) -> int:
    """Run the command. `arguments` is the kubeconfig's path alone."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)  # noqa: T201 - the usage of a command
        return 2
    found = fault(arguments[0])
    if found:
        print(found)  # noqa: T201 - what the command is for
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

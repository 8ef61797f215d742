"""`kubectl version`."""

from __future__ import annotations

import json

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import boolean, string
from tutor.kubectl.objects import Object
from tutor.kubectl.printers.yaml import to_yaml

CLIENT: Object = {"major": "1", "minor": "37", "gitVersion": "v1.37.2", "platform": "built-in"}
KUSTOMIZE = "v5.8.1"


def run(invocation: Invocation) -> None:
    options = invocation.options
    if invocation.args:
        raise KubectlError(f"extra arguments: [{' '.join(invocation.args)}]")
    output = options.text("output")
    if output not in ("", "yaml", "json"):
        raise KubectlError("--output must be 'yaml' or 'json'")
    versions: Object = {"clientVersion": CLIENT, "kustomizeVersion": KUSTOMIZE}
    if not options.flag("client"):
        versions["serverVersion"] = invocation.api.get("/version")
    if output:
        invocation.out(f"{to_yaml(versions)}\n" if output == "yaml" else json.dumps(versions, indent=2) + "\n")
        return
    invocation.out(f"Client Version: {CLIENT['gitVersion']}\nKustomize Version: {KUSTOMIZE}\n")
    if "serverVersion" in versions:
        invocation.out(f"Server Version: {versions['serverVersion'].get('gitVersion', '')}\n")


COMMAND = Command(
    name="version",
    short="Print the client and server version information",
    usage="version",
    run=run,
    long="The client is the tutor's built-in kubectl; its version is the one of the kubectl it behaves like.",
    flags=(boolean("client", "Only the client's version."), string("output", "yaml or json.", "o")),
)

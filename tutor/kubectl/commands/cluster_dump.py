"""`kubectl cluster-info dump`: nodes, objects and logs for whoever has to find a fault. Follows `clusterinfo_dump.go`."""

from __future__ import annotations

from collections.abc import Callable

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import boolean, duration, string, strings
from tutor.kubectl.objects import Object, get, name_of
from tutor.kubectl.printers.output import object_printer
from tutor.kubectl.printers.report import PRINT_FLAGS

_PARTS = (
    ("events", "events"),
    ("replication-controllers", "replicationcontrollers"),
    ("services", "services"),
    ("daemonsets", "daemonsets.apps"),
    ("deployments", "deployments.apps"),
    ("replicasets", "replicasets.apps"),
    ("pods", "pods"),
)
Write = Callable[[str, str], None]


def run(invocation: Invocation) -> None:
    options = invocation.options
    output = options.text("output")
    extension = {"json": ".json", "yaml": ".yaml"}.get(output, ".txt")
    printer = object_printer(invocation, output)
    folder = options.text("output-directory").rstrip("/")
    write = _writer(invocation, folder)
    write(f"nodes{extension}", printer(_listed(invocation, "nodes", "")))
    for namespace in _namespaces(invocation):
        for name, resource in _PARTS:
            found = _listed(invocation, resource, namespace)
            write(f"{namespace}/{name}{extension}", printer(found))
        for pod in found["items"]:
            write(f"{namespace}/{name_of(pod)}/logs.txt", _logs(invocation, namespace, pod))
    if folder not in ("", "-"):
        invocation.out(f"Cluster info dumped to {options.text('output-directory')}\n")


def _writer(invocation: Invocation, folder: str) -> Write:
    def to_file(path: str, text: str) -> None:
        invocation.io.files.write(f"{folder}/{path}", text.encode())

    def to_screen(path: str, text: str) -> None:
        invocation.out(text)

    return to_screen if folder in ("", "-") else to_file


def _namespaces(invocation: Invocation) -> list[str]:
    options = invocation.options
    if options.flag("all-namespaces"):
        return [name_of(item) for item in _listed(invocation, "namespaces", "")["items"]]
    return options.many("namespaces") or ["kube-system", invocation.namespace]


def _listed(invocation: Invocation, resource: str, namespace: str) -> Object:
    """A list of the plain kind, such as a PodList."""
    found = invocation.mapper.find(resource)
    reply = invocation.api.get(found.path(namespace))
    reply.setdefault("items", [])
    return reply


def _logs(invocation: Invocation, namespace: str, pod: Object) -> str:
    base = invocation.mapper.find("pods").path(namespace, name_of(pod), "log")
    parts = []
    for container in [*get(pod, "spec.initContainers", []), *get(pod, "spec.containers", [])]:
        name = container["name"]
        where = f"logs for container {name} of pod {namespace}/{name_of(pod)} ====\n"
        try:
            text = invocation.api.text(base, {"container": name})
        except KubectlError as problem:
            text = f"Request log error: {problem.message}\n"
        parts.append(f"==== START {where}{text}==== END {where}")
    return "".join(parts)


COMMAND = Command(
    name="dump",
    short="Dump relevant information for debugging and diagnosis",
    usage="cluster-info dump [flags]",
    run=run,
    long="""
    Prints the nodes and, for kube-system and your namespace, the events, Services, workloads, pods and logs.
    With --output-directory they become files in a folder.
    """,
    flags=(
        *(flag for flag in PRINT_FLAGS if flag.name != "output"),
        string("output", "Output format, such as json or yaml.", "o", default="json"),
        boolean("all-namespaces", "All namespaces; --namespaces is ignored then.", "A"),
        strings("namespaces", "The namespaces to dump."),
        string("output-directory", "Folder to write files to; standard output without it."),
        duration("pod-running-timeout", "Accepted, and without effect here.", default=20.0),
    ),
)

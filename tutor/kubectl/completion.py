"""Completion of kubectl command lines for the practice shell: commands, flags, types, object names, namespaces,
contexts, files.

Answers from memory where it can: types come from kept discovery, and names are asked for as Tables of names only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

from tutor.kubectl.client import JSON
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.commands import GROUPS, find_command
from tutor.kubectl.discovery import ApiResource
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import Flag, Kind
from tutor.kubectl.globalflags import GLOBAL_FLAGS
from tutor.kubectl.io import KubectlIO
from tutor.kubectl.kubeconfig import KubeConfig
from tutor.kubectl.main import parse_for_completion
from tutor.kubectl.objects import name_of
from tutor.kubectl.printers.output import GET_FORMATS, OBJECT_FORMATS

_OUTPUTS = {"get": GET_FORMATS, "delete": ("name",), "version": ("yaml", "json")}
_DRY_RUN = ("none", "client", "server")


def complete(words: Sequence[str], io: KubectlIO, config: KubeConfig) -> list[str]:
    """Words that could stand in the place of the last one, sorted.

    `words` are those after `kubectl`, up to the cursor; the last one is being typed and may be empty. What cannot be
    asked for (no cluster, no rights) is simply not proposed; never raises for what the user typed.
    """
    if not words:
        return []
    with suppress(KubectlError):
        return sorted(set(_candidates(list(words[:-1]), words[-1], io, config)))
    return []


def _candidates(before: list[str], current: str, io: KubectlIO, config: KubeConfig) -> list[str]:
    command, path, rest = _resolve(before)
    if command is None and not path and (rest or current.startswith("-")):
        return _leading_value(rest, current, io, config)
    if command is None:
        names = [name for _, group in GROUPS for name in group] + ["help", "options"]
        return _starting(names if not path else (), current)
    flags = (*command.flags, *GLOBAL_FLAGS)
    options = parse_for_completion(command, [word for word in rest if word not in ("-h", "--help")])
    invocation = Invocation(command, "kubectl " + " ".join(path), options, io, config)
    valued = _awaiting_value(flags, rest, current)
    if valued is not None:
        flag, prefix, text = valued
        return [prefix + value for value in _flag_values(invocation, flag, text)]
    if "--" in rest:
        return []
    if current.startswith("-"):
        return _starting(_flag_names(flags), current)
    if command.subcommands and not options.args:
        found = _starting([item.name for item in command.subcommands], current)
        if found or command.run is None:
            return found
    return _arguments(invocation, command, current)


def _resolve(words: list[str]) -> tuple[Command | None, list[str], list[str]]:
    """The command typed so far, its path, and the words after it."""
    rest = list(words)
    leading: list[str] = []
    while rest and rest[0].startswith("-"):
        takes_value = rest[0] in ("-n", "--namespace", "--context", "-s", "--server") and len(rest) > 1
        leading += rest[: 2 if takes_value else 1]
        rest = rest[2 if takes_value else 1 :]
    if not rest:
        return None, [], leading
    command, path = find_command(rest[0]), [rest[0]]
    rest = rest[1:]
    while command is not None and command.subcommands and rest:
        found = command.subcommand(rest[0])
        if found is None:
            break
        command, path, rest = found, [*path, rest[0]], rest[1:]
    return command, path, leading + rest


def _leading_value(rest: list[str], current: str, io: KubectlIO, config: KubeConfig) -> list[str]:
    """What can stand before any command was typed: the value of a flag, or the command."""
    valued = _awaiting_value(GLOBAL_FLAGS, rest, current)
    command = find_command("get")
    assert command is not None  # get is always there
    if valued is None:
        names = [name for _, group in GROUPS for name in group]
        return _starting([*names, *_flag_names(GLOBAL_FLAGS)], current)
    flag, prefix, text = valued
    return [prefix + value for value in _flag_values(_unstarted(command, io, config), flag, text)]


def _flag_names(flags: Sequence[Flag]) -> list[str]:
    """`--name`, with a `=` where a value has to follow."""
    return [
        f"--{flag.name}" + ("" if flag.optional_value is not None else "=") for flag in flags if not flag.deprecated
    ]


def _unstarted(command: Command, io: KubectlIO, config: KubeConfig) -> Invocation:
    """A command without any words, to ask the cluster with."""
    return Invocation(command, f"kubectl {command.name}", parse_for_completion(command, []), io, config)


def _starting(words: Iterable[str], prefix: str) -> list[str]:
    return [word for word in words if word.startswith(prefix)]


def _awaiting_value(flags: Sequence[Flag], rest: list[str], current: str) -> tuple[Flag, str, str] | None:
    """The flag whose value is being typed, what precedes the value in the word, and the value so far."""
    if current.startswith("--") and "=" in current:
        name, _, text = current[2:].partition("=")
        found = next((flag for flag in flags if flag.name == name), None)
        return (found, f"--{name}=", text) if found else None
    last = rest[-1] if rest else ""
    for flag in flags:
        if last and flag.optional_value is None and last in (f"--{flag.name}", f"-{flag.short}" if flag.short else ""):
            return flag, "", current
    return None


def _flag_values(invocation: Invocation, flag: Flag, text: str) -> list[str]:
    if flag.name == "namespace":
        return _names(invocation, invocation.mapper.find("namespaces"), text)
    if flag.name == "context":
        return _starting([entry["name"] for entry in invocation.config.entries("contexts")], text)
    if flag.name == "output":
        return _starting(_OUTPUTS.get(invocation.command.name, OBJECT_FORMATS), text)
    if flag.name == "dry-run":
        return _starting(_DRY_RUN, text)
    if flag.name in ("filename", "kustomize", "patch-file", "from-file", "from-env-file", "cert", "key"):
        return file_names(invocation, text)
    if flag.name == "container":
        return _container_names(invocation, text)
    return _starting(("true", "false"), text) if flag.kind is Kind.BOOL else []


def file_names(invocation: Invocation, text: str) -> list[str]:
    """Files of the workspace; folders end in a slash, and hidden ones are only proposed once a dot was typed."""
    folder, slash, prefix = text.rpartition("/")
    files = invocation.io.files
    base = folder or "."
    if not files.is_dir(base):
        return []
    names = [name for name in _starting(files.list(base), prefix) if prefix or not name.startswith(".")]
    return [f"{folder}{slash}{name}{'/' if files.is_dir(f'{base}/{name}') else ''}" for name in names]


def _container_names(invocation: Invocation, text: str) -> list[str]:
    from tutor.kubectl.objects import get
    from tutor.kubectl.pods import find_pod

    if not invocation.args:
        return []
    pod = find_pod(invocation, invocation.args[0])
    return _starting([container["name"] for container in get(pod, "spec.containers", [])], text)


def _arguments(invocation: Invocation, command: Command, current: str) -> list[str]:
    kind = command.arguments
    if isinstance(kind, tuple):
        return _starting(kind, current)
    if kind == "resources":
        return _resources(invocation, current)
    if kind == "types":
        return _types(invocation, current)
    if kind == "contexts":
        return _starting([entry["name"] for entry in invocation.config.entries("contexts")], current)
    if kind == "commands":
        return _starting([name for _, names in GROUPS for name in names], current)
    if kind in ("nodes", "pods"):
        return _pods_or_nodes(invocation, kind, current)
    if kind == "none":
        return []
    return [name for name in _names(invocation, invocation.mapper.find(kind), current) if name not in invocation.args]


def _pods_or_nodes(invocation: Invocation, kind: str, current: str) -> list[str]:
    if "/" in current:
        return _slash(invocation, current)
    if invocation.args and not (kind == "nodes" and invocation.args[0] in ("node", "nodes")):
        return []
    return _names(invocation, invocation.mapper.find(kind), current)


def _resources(invocation: Invocation, current: str) -> list[str]:
    """Types first; after a type, the names of its objects; `type/` completes names as well."""
    if "/" in current:
        return _slash(invocation, current)
    if not invocation.args:
        return _types(invocation, current)
    if "/" in invocation.args[0]:
        return []
    resource = invocation.mapper.find(invocation.args[0].rpartition(",")[2])
    taken = set(invocation.args[1:])
    return [name for name in _names(invocation, resource, current) if name not in taken]


def _slash(invocation: Invocation, current: str) -> list[str]:
    kind, _, prefix = current.partition("/")
    return [f"{kind}/{name}" for name in _names(invocation, invocation.mapper.find(kind), prefix)]


def _types(invocation: Invocation, current: str) -> list[str]:
    head, comma, prefix = current.rpartition(",")
    resources = list(invocation.mapper.discovery.preferred())
    core = [
        resource.plural for resource in resources if "list" in resource.verbs and not _shadowed(resource, resources)
    ]
    grouped = [
        resource.qualified for resource in resources if "list" in resource.verbs and _shadowed(resource, resources)
    ]
    return [f"{head}{comma}{name}" for name in _starting([*core, *grouped, "all"], prefix)]


def _shadowed(resource: ApiResource, resources: list[ApiResource]) -> bool:
    """Whether an earlier group has a resource of the same plural, so that this one needs its group."""
    return next(other for other in resources if other.plural == resource.plural) is not resource


def _names(invocation: Invocation, resource: ApiResource, prefix: str) -> list[str]:
    accept = f"application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,{JSON}"
    reply = invocation.api.get(resource.path(invocation.namespace), {"limit": "500"}, accept)
    return _starting([name_of(item) for item in reply.get("items") or []], prefix)

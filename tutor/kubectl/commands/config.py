"""`kubectl config`: shows and changes the kubeconfig file. Follows kubectl `pkg/cmd/config`."""

from __future__ import annotations

import copy
from typing import Any

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.commands.config_values import SUBCOMMANDS
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import boolean, string
from tutor.kubectl.objects import Object
from tutor.kubectl.printers.output import object_printer
from tutor.kubectl.printers.report import PRINT_FLAGS
from tutor.kubectl.tabwriter import table_writer

_SECRET_KEYS = ("certificate-authority-data", "client-certificate-data", "client-key-data")


def _one_argument(invocation: Invocation) -> str:
    if len(invocation.args) != 1:
        raise invocation.usage_error(f"Unexpected args: [{' '.join(invocation.args)}]")
    return invocation.args[0]


def _view(invocation: Invocation) -> None:
    options = invocation.options
    data = copy.deepcopy(invocation.config.data)
    if options.flag("minify"):
        data = _minified(invocation, data)
    if not options.flag("raw"):
        for kind in ("clusters", "users"):
            for entry in data.get(kind) or []:
                _redact(entry.get(kind.removesuffix("s")) or {})
    if not data.get("preferences"):
        data.pop("preferences", None)
    data = {key: value if value or key == "current-context" else None for key, value in data.items()}
    invocation.out(object_printer(invocation, options.text("output") or "yaml")(data))


def _redact(entry: dict[str, Any]) -> None:
    for key in entry:
        if key in _SECRET_KEYS:
            entry[key] = "DATA+OMITTED"
        elif key in ("token", "password"):
            entry[key] = "REDACTED"


def _minified(invocation: Invocation, data: Object) -> Object:
    """Only what the chosen context needs."""
    name = invocation.options.text("context") or invocation.config.current_context
    if not name:
        raise KubectlError("current-context must exist in order to minify")
    context = invocation.config.entry("contexts", name)
    if context is None:
        raise KubectlError(f"cannot locate context {name}")
    wanted = {"contexts": name, "clusters": context.get("cluster"), "users": context.get("user")}
    kept = {
        kind: [entry for entry in data.get(kind) or [] if entry.get("name") == value] for kind, value in wanted.items()
    }
    return {**data, **kept, "current-context": name}


def _current_context(invocation: Invocation) -> None:
    if not invocation.config.current_context:
        raise KubectlError("current-context is not set")
    invocation.out(f"{invocation.config.current_context}\n")


def _get_contexts(invocation: Invocation) -> None:
    config, options = invocation.config, invocation.options
    names = sorted(entry["name"] for entry in config.entries("contexts"))
    wanted = invocation.args or names
    if options.text("output") == "name":
        invocation.out("".join(f"{name}\n" for name in names if name in wanted))
        return
    if options.text("output"):
        raise KubectlError(f"output must be one of '' or 'name': {options.text('output')}")
    writer = table_writer()
    if not options.flag("no-headers"):
        writer.write("CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n")
    for name in names:
        if name in wanted:
            context = config.context(name)
            mark = "*" if name == config.current_context else ""
            cells = [mark, name, *(str(context.get(key) or "") for key in ("cluster", "user", "namespace"))]
            writer.write("\t".join(cells) + "\n")
    invocation.out(writer.flush())
    missing = [name for name in invocation.args if name not in names]
    if missing:
        raise KubectlError(f"context {missing[0]} not found")


def _names(kind: str) -> Any:
    def run(invocation: Invocation) -> None:
        names = sorted(entry["name"] for entry in invocation.config.entries(kind))
        invocation.out("NAME\n" + "".join(f"{name}\n" for name in names))

    return run


def _use_context(invocation: Invocation) -> None:
    name = _one_argument(invocation)
    if invocation.config.entry("contexts", name) is None:
        raise KubectlError(f'no context exists with the name: "{name}"')
    invocation.config.data["current-context"] = name
    invocation.config.save()
    invocation.out(f'Switched to context "{name}".\n')


def _set_context(invocation: Invocation) -> None:
    config, options = invocation.config, invocation.options
    if options.flag("current"):
        if invocation.args:
            raise KubectlError("you cannot specify both a context name and --current")
        name = config.current_context
        if not name:
            raise KubectlError("no current context is set")
    else:
        name = _one_argument(invocation)
    context = config.entry("contexts", name)
    operation = "created" if context is None else "modified"
    if context is None:
        context = {}
        config.data.setdefault("contexts", []).append({"name": name, "context": context})
    for flag in ("cluster", "user", "namespace"):
        if options.given(flag):
            context[flag] = options.text(flag)
    config.save()
    invocation.out(f'Context "{name}" {operation}.\n')


def _remover(kind: str, word: str) -> Any:
    def run(invocation: Invocation) -> None:
        name, config = _one_argument(invocation), invocation.config
        if config.entry(kind, name) is None:
            raise KubectlError(f"cannot delete {word} {name}, not in {config.shown_path}")
        config.data[kind] = [entry for entry in config.entries(kind) if entry.get("name") != name]
        if kind == "contexts" and config.current_context == name:
            invocation.err(
                'warning: this removed your active context, use "kubectl config use-context" to select a '
                "different one\n"
            )
        config.save()
        invocation.out(f"deleted {word} {name} from {config.shown_path}\n")

    return run


def _rename_context(invocation: Invocation) -> None:
    if len(invocation.args) != 2:
        raise invocation.usage_error(f"Unexpected args: [{' '.join(invocation.args)}]")
    old, new = invocation.args
    config = invocation.config
    if config.entry("contexts", old) is None:
        raise KubectlError(f'cannot rename the context "{old}", it\'s not in {config.shown_path}')
    if config.entry("contexts", new) is not None:
        raise KubectlError(
            f'cannot rename the context "{old}", the context "{new}" already exists in {config.shown_path}'
        )
    for entry in config.entries("contexts"):
        if entry.get("name") == old:
            entry["name"] = new
    if config.current_context == old:
        config.data["current-context"] = new
    config.save()
    invocation.out(f'Context "{old}" renamed to "{new}".\n')


COMMAND = Command(
    name="config",
    short="Modify kubeconfig files",
    usage="config SUBCOMMAND",
    long=""" Shows and changes which cluster, user and namespace kubectl uses. In the tutor this is the exercise's own
    file, never yours. """,
    subcommands=(
        *SUBCOMMANDS,
        Command(
            name="current-context",
            short="Display the current-context",
            usage="config current-context [flags]",
            run=_current_context,
        ),
        Command(
            name="delete-cluster",
            short="Delete the specified cluster from the kubeconfig",
            usage="config delete-cluster NAME",
            run=_remover("clusters", "cluster"),
        ),
        Command(
            name="delete-context",
            short="Delete the specified context from the kubeconfig",
            usage="config delete-context NAME",
            run=_remover("contexts", "context"),
            arguments="contexts",
        ),
        Command(
            name="delete-user",
            short="Delete the specified user from the kubeconfig",
            usage="config delete-user NAME",
            run=_remover("users", "user"),
        ),
        Command(
            name="get-clusters",
            short="Display clusters defined in the kubeconfig",
            usage="config get-clusters [flags]",
            run=_names("clusters"),
        ),
        Command(
            name="get-contexts",
            short="Describe one or many contexts",
            usage="config get-contexts [(-o|--output=)name)]",
            run=_get_contexts,
            arguments="contexts",
            flags=(
                boolean("no-headers", "Leave the header line out."),
                string("output", "name prints only the names.", "o"),
            ),
        ),
        Command(
            name="get-users",
            short="Display users defined in the kubeconfig",
            usage="config get-users [flags]",
            run=_names("users"),
        ),
        Command(
            name="rename-context",
            short="Rename a context from the kubeconfig file",
            usage="config rename-context CONTEXT_NAME NEW_NAME",
            run=_rename_context,
            arguments="contexts",
        ),
        Command(
            name="set-context",
            short="Set a context entry in kubeconfig",
            usage="config set-context [NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace]",
            run=_set_context,
            arguments="contexts",
            examples="""
            # Work in the namespace production from now on
            kubectl config set-context --current --namespace=production
            """,
            flags=(boolean("current", "Change the current context."),),
        ),
        Command(
            name="use-context",
            aliases=("use",),
            short="Set the current-context in a kubeconfig file",
            usage="config use-context CONTEXT_NAME",
            run=_use_context,
            arguments="contexts",
        ),
        Command(
            name="view",
            short="Display merged kubeconfig settings or a specified kubeconfig file",
            usage="config view [flags]",
            run=_view,
            flags=(
                *PRINT_FLAGS,
                boolean("flatten", "Accepted for compatibility."),
                boolean("merge", "Accepted for compatibility.", default=True),
                boolean("minify", "Only what the current context needs."),
                boolean("raw", "Show certificates, keys and tokens as they are."),
            ),
        ),
    ),
)

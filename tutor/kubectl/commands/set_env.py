"""`kubectl set env`: sets, removes and lists environment variables of pod templates. Follows kubectl `pkg/cmd/set/set_env.go`."""

from __future__ import annotations

import re

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.env_values import reference_text, resolve
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import array, boolean, string, strings
from tutor.kubectl.manifests import read_stdin
from tutor.kubectl.mutate import field_manager
from tutor.kubectl.objects import Object, get
from tutor.kubectl.pod_spec import change_all, chosen_infos, pod_spec
from tutor.kubectl.pods import named_info
from tutor.kubectl.printers.report import DRY_RUN, PRINT_FLAGS
from tutor.kubectl.targets import ALL, FILE_FLAGS, SELECTOR

_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")


def _run(invocation: Invocation) -> None:
    options = invocation.options
    if options.flag("all") and options.text("selector"):
        raise KubectlError("cannot set --all and --selector at the same time")
    resources, words = _split(invocation.args)
    if "-" in options.many("filename") and "-" in [*resources, *words, *options.many("env")]:
        raise KubectlError("standard input cannot be used for multiple arguments")
    if not resources and not options.many("filename"):
        raise KubectlError("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    if options.flag("list") and options.text("output"):
        raise KubectlError("--list and --output may not be specified together")
    if options.many("keys") and not options.text("from"):
        raise KubectlError("when specifying --keys, a configmap or secret must be provided with --from")
    env, remove = _parse([*options.many("env"), *words], invocation)
    env += _from_object(invocation) if options.text("from") else []
    for variable in env:
        variable["name"] = options.text("prefix") + variable["name"]
    if options.flag("list"):
        _list(invocation, resources, env, remove)
        return
    change_all(
        invocation,
        resources,
        lambda obj: _change(invocation, obj, env, remove),
        "env updated",
        "env update to pod template",
    )


def _split(args: list[str]) -> tuple[list[str], list[str]]:
    resources: list[str] = []
    words: list[str] = []
    for arg in args:
        change = "=" in arg[1:] or arg.endswith("-")
        if words and not change:
            raise KubectlError(f"all resources must be specified before environment changes: {' '.join(args)}")
        (words if change else resources).append(arg)
    return resources, words


def _parse(words: list[str], invocation: Invocation) -> tuple[list[Object], list[str]]:
    env: list[Object] = []
    remove: list[str] = []
    for word in words:
        name, equals, value = word.partition("=")
        if word == "-":
            env += _variables(read_stdin(invocation.io))
        elif equals:
            if not _NAME.fullmatch(name):
                raise KubectlError(
                    f'"{name}" is not a valid key name: a valid environment variable name must consist of alphabetic '
                    "characters, digits, '_', '-', or '.', and must not start with a digit "
                    "(e.g. 'my.env-name', or 'MY_ENV.NAME', or 'MyEnvName1', regex used for validation is "
                    "'[-._a-zA-Z][-._a-zA-Z0-9]*')"
                )
            env.append({"name": name, "value": value})
        else:
            remove.append(word[:-1])
    if {variable["name"] for variable in env} & set(remove):
        raise KubectlError("can not both modify and remove the same environment variable in the same command")
    return env, remove


def _variables(text: str) -> list[Object]:
    """The NAME=VALUE lines of standard input, without what follows a `#` (kubectl `pkg/cmd/set/env/env_parse.go`, readEnv)."""
    lines = (line.split("#")[0] for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if "=" in line)
    return [{"name": name, "value": value} for name, _, value in pairs]


def _from_object(invocation: Invocation) -> list[Object]:
    """Variables that take each key of a ConfigMap or Secret."""
    source = invocation.options.text("from")
    if "/" not in source:
        invocation.mapper.find(source)
    obj = named_info(invocation, source).obj
    reference = {"Secret": "secretKeyRef", "ConfigMap": "configMapKeyRef"}.get(str(obj["kind"]))
    if reference is None:
        raise KubectlError("unsupported resource specified in --from")
    wanted = invocation.options.many("keys")
    name = get(obj, "metadata.name")
    return [
        {"name": _variable_name(invocation, key), "valueFrom": {reference: {"name": name, "key": key}}}
        for key in get(obj, "data", {})
        if not wanted or key in wanted
    ]


def _variable_name(invocation: Invocation, key: str) -> str:
    name = re.sub(r"[^A-Za-z0-9_]", "_", key).upper()
    if name != key:
        invocation.err(f"Warning: key {key} transferred to {name}\n")
    return name


def _containers(invocation: Invocation, obj: Object) -> list[Object]:
    pattern = invocation.options.text("containers")
    expression = re.compile(".*".join(re.escape(part) for part in pattern.split("*")))
    spec = pod_spec(obj)
    everything = [*(spec.get("containers") or []), *(spec.get("initContainers") or [])]
    found = [item for item in everything if expression.fullmatch(item["name"])]
    if not found:
        invocation.err(
            f'Warning: {obj["kind"]}/{get(obj, "metadata.name")} does not have any containers matching "{pattern}"\n'
        )
    return found


def _change(invocation: Invocation, obj: Object, env: list[Object], remove: list[str]) -> list[str]:
    for container in _containers(invocation, obj):
        current: list[Object] = list(container.get("env") or [])
        if not invocation.options.flag("overwrite"):
            for variable in env:
                if any(item["name"] == variable["name"] for item in current):
                    raise KubectlError(
                        f"'{variable['name']}' already has a value ({_value(current, variable['name'])}), "
                        "and --overwrite is false"
                    )
        container["env"] = _updated(current, env, remove)
        if not container["env"]:
            del container["env"]
    return []


def _value(env: list[Object], name: str) -> str:
    return str(next((item.get("value", "") for item in env if item["name"] == name), ""))


def _updated(current: list[Object], env: list[Object], remove: list[str]) -> list[Object]:
    """The variables with changes in place, new ones at the end."""
    wanted = {variable["name"]: variable for variable in env}
    kept = [dict(wanted.pop(item["name"], item)) for item in current if item["name"] not in remove]
    return kept + [dict(variable) for variable in wanted.values()]


def _list(invocation: Invocation, resources: list[str], env: list[Object], remove: list[str]) -> None:
    """Shows the variables as they would be after the changes; what cannot be resolved is told on standard error."""
    for info in chosen_infos(invocation, resources, []):
        for container in _containers(invocation, info.obj):
            invocation.out(f"# {info.obj['kind']} {info.name}, container {container['name']}\n")
            problems: dict[str, list[str]] = {}
            for variable in _updated(list(container.get("env") or []), env, remove):
                invocation.out(f"{_shown(invocation, variable, info.obj, container, problems)}\n")
            told = (f"error retrieving reference for {', '.join(sorted(names))}: {problem}"
                    for problem, names in problems.items())  # fmt: skip
            for line in sorted(told):
                invocation.err(f"{line}\n")


def _shown(
    invocation: Invocation, variable: Object, owner: Object, container: Object, problems: dict[str, list[str]]
) -> str:
    source = variable.get("valueFrom")
    if not source:
        return f"{variable['name']}={variable.get('value', '')}"
    if invocation.options.flag("resolve"):
        try:
            return f"{variable['name']}={resolve(invocation, source, owner, container)}"
        except KubectlError as problem:
            problems.setdefault(problem.message, []).append(variable["name"])
    return f"# {variable['name']} from {reference_text(source)}"


ENV = Command(
    name="env",
    short="Update environment variables on a pod template",
    usage="set env RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N",
    run=_run,
    arguments="resources",
    examples="""
    # Set a variable
    kubectl set env deployment/web NODE_ENV=production

    # Take all keys of a config map
    kubectl set env deployment/web --from=configmap/settings

    # Remove a variable, and list what is set
    kubectl set env deployment/web NODE_ENV-
    kubectl set env deployment/web --list
    """,
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        field_manager("kubectl-set"),
        *FILE_FLAGS,
        ALL,
        SELECTOR,
        string("containers", "Names of the containers to change; * stands for any text.", "c", default="*"),
        array("env", "NAME=value, the same as an argument.", "e"),
        string("from", "ConfigMap or Secret to take variables from (TYPE/NAME)."),
        strings("keys", "With --from: only these keys."),
        boolean("list", "Show the variables."),
        boolean("local", "Do not ask the server; only work on the files."),
        boolean("overwrite", "Allow variables to be changed.", default=True),
        string("prefix", "Text to put before the names."),
        boolean("resolve", "With --list: show the values that references lead to."),
    ),
)

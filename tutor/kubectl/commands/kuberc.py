"""`kubectl kuberc`: shows and changes the file of one's own defaults and aliases. Follows kubectl `pkg/cmd/kuberc`."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError, raise_all
from tutor.kubectl.flags import array, boolean, string
from tutor.kubectl.objects import Object
from tutor.kubectl.preferences import API_VERSION, kuberc_path, read_preferences
from tutor.kubectl.printers.output import object_printer
from tutor.kubectl.printers.report import PRINT_FLAGS
from tutor.kubectl.printers.yaml import to_yaml

_POLICIES = ("AllowAll", "DenyAll", "Allowlist")


def _path(invocation: Invocation) -> str:
    path = kuberc_path(invocation.options.text("kuberc"), invocation.io.environment)
    if path:
        return path
    if invocation.io.environment.get("KUBERC") == "off":
        raise KubectlError("KUBERC is disabled via KUBERC=off environment variable")
    raise KubectlError("name the file with --kuberc or in the variable KUBERC; the built-in kubectl looks nowhere else")


def _view(invocation: Invocation) -> None:
    path = _path(invocation)
    try:
        preferences = read_preferences(invocation.io, path)
    except OSError:
        raise KubectlError(f"kuberc file not found at {path}") from None
    shown = {"aliases": [], "defaults": [], **preferences}
    printer = object_printer(invocation, invocation.options.text("output") or "yaml")
    assert printer is not None  # yaml and what else may be named print objects
    invocation.out(printer(shown))


def _set(invocation: Invocation) -> None:
    path = _path(invocation)
    _check(invocation)
    try:
        preferences = read_preferences(invocation.io, path)
    except OSError:
        preferences = {"apiVersion": API_VERSION, "kind": "Preference"}
    preferences = {"aliases": None, "defaults": None, **preferences}
    section = invocation.options.text("section")
    if section == "credentialplugin":
        _set_policy(invocation, preferences)
    else:
        _set_entry(invocation, preferences, section)
    invocation.io.files.write(path, to_yaml(preferences).encode())
    invocation.out(f"Updated {path}\n")


def _check(invocation: Invocation) -> None:
    """Refuses flags that do not go together, in kubectl's words (`set.go`, Validate)."""
    options = invocation.options
    section, name = options.text("section"), options.text("name")
    if section not in ("defaults", "aliases", "credentialplugin"):
        raise KubectlError(f'--section must be "defaults", "aliases", or "credentialplugin", got: {section}')
    if section == "aliases" and not name:
        raise KubectlError("--name is required when --section=aliases")
    if section == "defaults" and name:
        raise KubectlError("--name should not be specified when --section=defaults")
    if section == "defaults" and (options.many("prependarg") or options.many("appendarg")):
        raise KubectlError("--prependarg and --appendarg are only valid for --section=aliases")
    if section != "credentialplugin" and not options.text("command"):
        raise KubectlError("--command is required when --section=aliases or --section=defaults")
    if section == "credentialplugin":
        _check_policy(options.text("policy"), options.many("allowlist-entry"))


def _check_policy(policy: str, entries: list[str]) -> None:
    if not policy:
        raise KubectlError("--policy is required when --section=credentialplugin")
    if policy not in _POLICIES:
        raise KubectlError(f' --policy must be  "AllowAll", "DenyAll", or "Allowlist", got: {policy}')
    where = "--section=credentialplugin and --policy=Allowlist"
    if policy == "Allowlist" and not entries:
        raise KubectlError(f"--allowlist-entry is required when {where}")
    if policy != "Allowlist" and entries:
        raise KubectlError(f"--allowlist-entry may only be used when {where}")


def _set_entry(invocation: Invocation, preferences: Object, section: str) -> None:
    options = invocation.options
    key, wanted = ("name", options.text("name")) if section == "aliases" else ("command", options.text("command"))
    entry: Object = {key: wanted, "command": options.text("command")}
    for field, values in (
        ("prependArgs", options.many("prependarg")),
        ("appendArgs", options.many("appendarg")),
        ("options", [_option(text) for text in options.many("option")]),
    ):
        if values:
            entry[field] = values
    known = preferences[section] or []
    found = next((old for old in known if old.get(key) == wanted), None)
    if found is not None and not options.flag("overwrite"):
        what = (
            f'alias "{wanted}" already exists'
            if section == "aliases"
            else f'defaults for command "{wanted}" already exist'
        )
        raise KubectlError(f"{what}, use --overwrite to replace")
    if found is not None:
        found.update(entry)
    else:
        known.append(entry)
    preferences[section] = known


def _option(text: str) -> Object:
    name, equals, value = text.partition("=")
    if not equals:
        raise KubectlError(f'invalid option format "{text}", expected flag=value')
    return {"name": name.lstrip("-"), "default": value}


def _set_policy(invocation: Invocation, preferences: Object) -> None:
    entries: list[Object] = []
    errors: list[KubectlError] = []
    for text in (part for given in invocation.options.many("allowlist-entry") for part in given.split(",")):
        field, equals, value = text.partition("=")
        if not equals:
            errors.append(KubectlError(f'improperly formatted allowlist entry: "{text}"'))
        elif field == "name":
            errors.append(KubectlError('allowlist entry field "name" is deprecated, use "command" instead'))
        elif field != "command":
            errors.append(KubectlError(f'unrecognized allowlist entry field: "{field}"'))
        elif not value.strip():
            errors.append(KubectlError(f'empty value in allowlist entry for field "{field}"'))
        else:
            entries.append({"command": value})
    raise_all(errors)
    preferences["credentialPluginPolicy"] = invocation.options.text("policy")
    if entries:
        preferences["credentialPluginAllowlist"] = entries


COMMAND = Command(
    name="kuberc",
    short="Manage kuberc configuration files",
    usage="kuberc SUBCOMMAND",
    long="""
    A kuberc file holds your own defaults for flags, and aliases for commands. The built-in kubectl reads the one
    that --kuberc or the variable KUBERC names, and no other. """,
    examples="""
    # Always show more columns
    kubectl kuberc set --kuberc=my-kuberc --section defaults --command get --option output=wide

    # A command of your own: kubectl getn --kuberc=my-kuberc
    kubectl kuberc set --kuberc=my-kuberc --section aliases --name getn --command get --prependarg nodes
    """,
    subcommands=(
        Command(
            name="set",
            short="Set values in the kuberc configuration",
            usage="kuberc set --section (defaults|aliases) --command COMMAND",
            run=_set,
            flags=(
                array("allowlist-entry", "FIELD=VALUE of a program that may give credentials; may be repeated."),
                array("appendarg", "Argument to put last; may be repeated, for aliases."),
                string("command", "Command to set defaults for, or that an alias stands for."),
                string("name", "Name of the alias."),
                array("option", "FLAG=VALUE; may be repeated."),
                boolean("overwrite", "Replace what is there."),
                string(
                    "policy", "Which programs may give credentials: AllowAll, DenyAll or Allowlist. None are run here."
                ),
                array("prependarg", "Argument to put first; may be repeated, for aliases."),
                string("section", "Section to change: defaults, aliases or credentialplugin.", required=True),
            ),
        ),
        Command(
            name="view",
            short="Display the current kuberc configuration",
            usage="kuberc view",
            run=_view,
            flags=PRINT_FLAGS,
        ),
    ),
)

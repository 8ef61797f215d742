"""`kubectl config set|unset|set-cluster|set-credentials`: changes entries of the kubeconfig file. Follows kubectl `pkg/cmd/config`."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.endpoint import open_problem
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import Flag, boolean, string, strings
from tutor.kubectl.kubeconfig import KubeConfig
from tutor.kubectl.objects import Object

_BOOLEANS = frozenset({"insecure-skip-tls-verify", "disable-compression"})
_BYTES = frozenset({"certificate-authority-data", "client-certificate-data", "client-key-data"})
_FIELDS: dict[str, frozenset[str]] = {
    "clusters": frozenset({"server", "tls-server-name", "certificate-authority", "proxy-url"}) | _BOOLEANS,
    "users": frozenset(
        {"client-certificate", "client-key", "token", "tokenFile", "as", "as-uid", "username", "password"}
    ),
    "contexts": frozenset({"cluster", "user", "namespace"}),
}
_PLAIN = ("current-context", "kind", "apiVersion")


def _set(invocation: Invocation) -> None:
    if len(invocation.args) != 2:
        raise invocation.usage_error(f"Unexpected args: [{' '.join(invocation.args)}]")
    name, value = invocation.args
    if not value:
        raise KubectlError("you cannot use set to unset a property")
    if not name:
        raise KubectlError("you must specify a property")
    steps = _steps(name, invocation.config)
    if len(steps) == 1:
        _require(steps[0] in _PLAIN, f"can't set a map to a value: {steps[0]}")
        invocation.config.data[steps[0]] = value
    else:
        _require(len(steps) == 3, f"can't set a map to a value: {name}")
        entry = _entry(invocation.config, steps[0], steps[1])
        entry[steps[2]] = _converted(steps[2], value, raw=invocation.options.flag("set-raw-bytes"))
    invocation.config.save()
    invocation.out(f'Property "{name}" set.\n')


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise KubectlError(message)


def _steps(name: str, config: KubeConfig) -> list[str]:
    """`contexts.my.context.cluster` as group, entry and field: an entry's name may itself have dots."""
    group, dot, rest = name.partition(".")
    if group in _PLAIN and not dot:
        return [group]
    if group not in _FIELDS:
        raise KubectlError(f'unable to locate path "{group}"')
    if not rest:
        return [group, ""][:1] if not dot else [group, rest]
    known = next(
        (item["name"] for item in config.entries(group) if rest == item["name"] or rest.startswith(f"{item['name']}.")),
        None,
    )
    if known is not None:
        field = rest[len(known) + 1 :]
        return [group, known, field] if field else [group, known]
    entry, dot, field = rest.rpartition(".")
    if not dot:
        return [group, rest]
    if field not in _FIELDS[group] | _BYTES:
        raise KubectlError(f'unable to locate path "{field}"')
    return [group, entry, field]


def _converted(field: str, value: str, *, raw: bool) -> Any:
    if field in _BOOLEANS:
        if value.lower() not in ("true", "false", "1", "0", "t", "f"):
            raise KubectlError(f'strconv.ParseBool: parsing "{value}": invalid syntax')
        return value.lower() in ("true", "1", "t")
    if field not in _BYTES:
        return value
    if raw:
        return base64.b64encode(value.encode()).decode()
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise KubectlError("error decoding input value: illegal base64 data at input byte 0") from None
    return value


def _unset(invocation: Invocation) -> None:
    if len(invocation.args) != 1:
        raise invocation.usage_error(f"Unexpected args: [{' '.join(invocation.args)}]")
    name, config = invocation.args[0], invocation.config
    steps = _steps(name, config)
    if len(steps) == 1:
        config.data[steps[0]] = [] if steps[0] in _FIELDS else ""
    elif len(steps) == 2:
        config.data[steps[0]] = [item for item in config.entries(steps[0]) if item.get("name") != steps[1]]
    else:
        entry = config.entry(steps[0], steps[1])
        if entry is None:
            raise KubectlError(f"current map key `{steps[1]}` is invalid")
        entry.pop(steps[2], None)
    config.save()
    invocation.out(f'Property "{name}" unset.\n')


def _entry(config: KubeConfig, group: str, name: str) -> Object:
    """An entry's content, made when it is not there yet."""
    found = config.entry(group, name)
    if found is None:
        found = {}
        config.data[group] = [*config.entries(group), {"name": name, group.removesuffix("s"): found}]
    return found


def _one_name(invocation: Invocation) -> str:
    if len(invocation.args) != 1:
        raise invocation.usage_error(f"Unexpected args: [{' '.join(invocation.args)}]")
    return invocation.args[0]


def _set_cluster(invocation: Invocation) -> None:
    name, options = _one_name(invocation), invocation.options
    entry = _entry(invocation.config, "clusters", name)
    for flag in ("server", "tls-server-name", "proxy-url"):
        _take(invocation, entry, flag)
    if options.given("insecure-skip-tls-verify"):
        entry["insecure-skip-tls-verify"] = options.flag("insecure-skip-tls-verify")
        if entry["insecure-skip-tls-verify"]:
            _drop(entry, "certificate-authority", "certificate-authority-data")
    _take_file(invocation, entry, "certificate-authority")
    invocation.config.save()
    invocation.out(f'Cluster "{name}" set.\n')


def _set_credentials(invocation: Invocation) -> None:
    name, options = _one_name(invocation), invocation.options
    ways = sum((bool(options.text("token")), bool(options.text("username") or options.text("password"))))
    if ways > 1:
        raise KubectlError(
            "you cannot specify more than one authentication method at the same time: --token, --username/--password"
        )
    if options.text("exec-command") or options.text("auth-provider"):
        raise KubectlError("the built-in kubectl runs no programs for credentials: use a token or a certificate")
    entry = _entry(invocation.config, "users", name)
    for flag in ("token", "username", "password"):
        _take(invocation, entry, flag)
    for flag in ("client-certificate", "client-key"):
        _take_file(invocation, entry, flag)
    if options.text("token"):
        _drop(entry, "username", "password", "tokenFile")
    elif options.text("username") or options.text("password"):
        _drop(entry, "token", "tokenFile")
    invocation.config.save()
    invocation.out(f'User "{name}" set.\n')


def _take(invocation: Invocation, entry: Object, flag: str) -> None:
    if invocation.options.given(flag):
        entry[flag] = invocation.options.text(flag)


def _drop(entry: Object, *keys: str) -> None:
    for key in keys:
        entry.pop(key, None)


def _take_file(invocation: Invocation, entry: Object, flag: str) -> None:
    """A certificate's or key's file: its path, or with `--embed-certs` what it holds."""
    options = invocation.options
    path = options.text(flag)
    if not path:
        return
    _drop(entry, flag, f"{flag}-data")
    if not options.flag("embed-certs"):
        entry[flag] = path
        return
    try:
        entry[f"{flag}-data"] = base64.b64encode(invocation.io.files.read_bytes(path)).decode()
    except OSError as problem:
        raise KubectlError(f"could not read {flag} data from {path}: {open_problem(path, problem)}") from None


_EMBED: Flag = boolean("embed-certs", "Store what the files hold instead of their paths.")

SUBCOMMANDS = (
    Command(
        name="set",
        short="Set an individual value in a kubeconfig file",
        usage="config set PROPERTY_NAME PROPERTY_VALUE",
        run=_set,
        examples="""
        # The server of the cluster lab
        kubectl config set clusters.lab.server https://1.2.3.4
        """,
        flags=(boolean("set-raw-bytes", "Take the value of a certificate or key as it is, not as base64."),),
    ),
    Command(
        name="set-cluster",
        short="Set a cluster entry in kubeconfig",
        usage="config set-cluster NAME [--server=server] [--certificate-authority=path/to/certificate/authority] "
        "[--insecure-skip-tls-verify=true] [--tls-server-name=example.com]",
        run=_set_cluster,
        flags=(
            _EMBED,
            string("certificate-authority", "File with the authority's certificate."),
            boolean("insecure-skip-tls-verify", "Do not check the server's certificate."),
            string("proxy-url", "Proxy to send requests through."),
            string("server", "Address of the server."),
            string("tls-server-name", "Name to expect in the server's certificate."),
        ),
    ),
    Command(
        name="set-credentials",
        short="Set a user entry in kubeconfig",
        usage="config set-credentials NAME [--client-certificate=path/to/certfile] [--client-key=path/to/keyfile] "
        "[--token=bearer_token] [--username=basic_user] [--password=basic_password]",
        run=_set_credentials,
        flags=(
            _EMBED,
            string("auth-provider", "Not in the built-in kubectl."),
            string("client-certificate", "File with the certificate."),
            string("client-key", "File with the key."),
            string("exec-command", "Not in the built-in kubectl."),
            strings("exec-arg", "Not in the built-in kubectl."),
            string("password", "Password of the user."),
            string("token", "Token of the user."),
            string("username", "Name for basic authentication."),
        ),
    ),
    Command(
        name="unset",
        short="Unset an individual value in a kubeconfig file",
        usage="config unset PROPERTY_NAME",
        run=_unset,
        examples="""
        # No current context any more
        kubectl config unset current-context
        """,
    ),
)

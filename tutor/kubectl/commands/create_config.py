"""`kubectl create namespace|configmap|secret|serviceaccount|token`."""

from __future__ import annotations

import base64
import json
import re

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import ApiError, KubectlError
from tutor.kubectl.flags import array, boolean, duration, string, strings
from tutor.kubectl.manifests import read_text
from tutor.kubectl.mutate import GENERATOR_FLAGS, create_generated, exactly_one_name
from tutor.kubectl.objects import Object, get

_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_KEY_RULE = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
    "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
)


def _namespace(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    obj = {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": name}, "spec": {}, "status": {}}
    create_generated(invocation, obj, namespaced=False)


def _serviceaccount(invocation: Invocation) -> None:
    obj = {"kind": "ServiceAccount", "apiVersion": "v1", "metadata": {"name": exactly_one_name(invocation)}}
    create_generated(invocation, obj, "failed to create serviceaccount:")


def gather(invocation: Invocation, kind: str, name: str) -> dict[str, bytes]:
    """The entries of --from-literal, --from-file and --from-env-file."""
    options = invocation.options
    if options.many("from-env-file") and (options.many("from-file") or options.many("from-literal")):
        raise KubectlError("from-env-file cannot be combined with from-file or from-literal")
    entries: dict[str, bytes] = {}
    for source in options.many("from-file"):
        for key, data in _file_entries(invocation, source):
            _add(entries, key, data, kind, name)
    for literal in options.many("from-literal"):
        key, equals, value = literal.partition("=")
        if not equals or not key:
            raise KubectlError(f"invalid literal source {literal}, expected key=value")
        _add(entries, key, _unquoted(value).encode(), kind, name)
    for path in options.many("from-env-file"):
        try:
            text = read_text(invocation.io.files, path)
        except KubectlError as problem:
            raise KubectlError(f"error reading {path}: {problem.message.removeprefix(f'open {path}: ')}") from None
        for key, value in _env_entries(text):
            _add(entries, key, value.encode(), kind, name)
    return entries


def _unquoted(value: str) -> str:
    """A value in matching quotes loses them (cli-runtime `util.ParseLiteralSource`)."""
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value


def _add(entries: dict[str, bytes], key: str, data: bytes, kind: str, name: str) -> None:
    if not _KEY.fullmatch(key):
        link = "a " if kind == "ConfigMap" else ""
        tail = f"for a {kind}{':' if kind == 'ConfigMap' else ''}"
        raise KubectlError(f'"{key}" is not {link}valid key name {tail} {_KEY_RULE}')
    if key in entries:
        if kind == "ConfigMap":
            raise KubectlError(
                f'cannot add key "{key}", another key by that name already exists in Data for ConfigMap "{name}"'
            )
        raise KubectlError(f"cannot add key {key}, another key by that name already exists")
    entries[key] = data


def _file_entries(invocation: Invocation, source: str) -> list[tuple[str, bytes]]:
    key, equals, path = source.rpartition("=")
    files = invocation.io.files
    if equals and not key:
        raise KubectlError(f'key name for file path "{path}" missing')
    if not files.exists(path):
        raise KubectlError(f"error reading {path}: no such file or directory")
    if files.is_dir(path):
        if key:
            raise KubectlError("cannot give a key name for a directory path")
        names = [name for name in files.list(path) if not files.is_dir(f"{path}/{name}") and _KEY.fullmatch(name)]
        return [(name, files.read_bytes(f"{path}/{name}")) for name in names]
    return [(key or path.rpartition("/")[2], files.read_bytes(path))]


def _env_entries(text: str) -> list[tuple[str, str]]:
    """`KEY=value` lines; blank lines and comments are skipped, values are taken as they are."""
    entries = []
    for line in text.removeprefix("\ufeff").splitlines():
        stripped = line.lstrip()
        if stripped and not stripped.startswith("#"):
            key, _, value = stripped.partition("=")
            entries.append((key, value))
    return entries


def _configmap(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    text: dict[str, str] = {}
    binary: dict[str, str] = {}
    for key, data in gather(invocation, "ConfigMap", name).items():
        try:
            text[key] = data.decode("utf-8")
        except UnicodeDecodeError:
            binary[key] = base64.b64encode(data).decode()
    name = _hashed_name(invocation, name, {"data": text, "kind": "ConfigMap"})
    obj: Object = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": name}}
    obj |= {"data": text} if text else {}
    obj |= {"binaryData": binary} if binary else {}
    create_generated(invocation, obj, "failed to create configmap:")


def _hashed_name(invocation: Invocation, name: str, content: Object) -> str:
    """`--append-hash`: the name with a short hash of the content (kubectl `pkg/util/hash`)."""
    import hashlib

    if not invocation.options.flag("append-hash"):
        return name
    text = json.dumps({**content, "name": name}, separators=(",", ":"), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return f"{name}-{digest.translate(str.maketrans('013ae', 'ghkmt'))}"


def _secret(invocation: Invocation, name: str, data: dict[str, bytes], secret_type: str) -> None:
    encoded = {key: base64.b64encode(value).decode() for key, value in data.items()}
    name = _hashed_name(invocation, name, {"data": encoded, "kind": "Secret", "type": secret_type})
    obj: Object = {"kind": "Secret", "apiVersion": "v1", "metadata": {"name": name}}
    obj |= {"data": encoded} if encoded else {}
    obj |= {"type": secret_type} if secret_type else {}
    create_generated(invocation, obj, "failed to create secret")


def _generic(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    _secret(invocation, name, gather(invocation, "Secret", name), invocation.options.text("type"))


def _docker_registry(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    options = invocation.options
    user, password, server = (options.text(f"docker-{part}") for part in ("username", "password", "server"))
    if not options.many("from-file") and not (user and password and server):
        raise KubectlError(
            "either --from-file or the combination of --docker-username, --docker-password and "
            "--docker-server is required"
        )
    if options.many("from-file"):
        entries = [entry for source in options.many("from-file") for entry in _file_entries(invocation, source)]
        data = {".dockerconfigjson": entries[0][1]}
    else:
        data = {".dockerconfigjson": _docker_config(server, user, password, options.text("docker-email"))}
    _secret(invocation, name, data, "kubernetes.io/dockerconfigjson")


def _docker_config(server: str, user: str, password: str, email: str) -> bytes:
    entry = {"username": user, "password": password}
    entry |= {"email": email} if email else {}
    entry["auth"] = base64.b64encode(f"{user}:{password}".encode()).decode()
    return json.dumps({"auths": {server: entry}}, separators=(",", ":")).encode()


def _tls(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    certificate, key = invocation.options.text("cert"), invocation.options.text("key")
    if not certificate or not key:
        raise KubectlError("key and cert must be specified")
    data = {}
    for entry, path in (("tls.crt", certificate), ("tls.key", key)):
        if not invocation.io.files.exists(path):
            raise KubectlError(f"Cannot read file {path}, open {path}: no such file or directory")
        data[entry] = invocation.io.files.read_bytes(path)
    _secret(invocation, name, data, "kubernetes.io/tls")


def _token(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    spec: Object = {"audiences": invocation.options.many("audience")}
    seconds = invocation.options.seconds("duration")
    if seconds < 0:
        raise KubectlError("--duration must be greater than or equal to 0")
    if seconds:
        spec["expirationSeconds"] = int(seconds)
    spec |= _bound_object(invocation)
    body = {"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "metadata": {}, "spec": spec}
    resource = invocation.mapper.find("serviceaccounts")
    try:
        reply = invocation.api.post(resource.path(invocation.namespace, name, "token"), body)
    except ApiError as problem:
        raise KubectlError(f"failed to create token: {problem.message}") from None
    invocation.out(f"{get(reply, 'status.token', '')}\n")


def _bound_object(invocation: Invocation) -> Object:
    """The object the token is bound to, so that it ends with it (kubectl `create_token.go`)."""
    kind, name, uid = (invocation.options.text(f"bound-object-{part}") for part in ("kind", "name", "uid"))
    if not kind:
        for part, value in (("name", name), ("uid", uid)):
            if value:
                raise KubectlError(f"--bound-object-kind is required if --bound-object-{part} is provided")
        return {}
    versions = {"Pod": "v1", "Secret": "v1", "Node": "v1"}
    if kind not in versions:
        raise KubectlError(f"supported --bound-object-kind values are {', '.join(sorted(versions))}")
    if not name:
        raise KubectlError("--bound-object-name is required if --bound-object-kind is provided")
    reference = {"kind": kind, "apiVersion": versions[kind], "name": name} | ({"uid": uid} if uid else {})
    return {"boundObjectRef": reference}


_SOURCES = (
    strings("from-env-file", "File of KEY=value lines to take entries from."),
    strings("from-file", "File, KEY=file or folder to take entries from."),
    array("from-literal", "KEY=value entry; may be repeated."),
    boolean("append-hash", "Add a hash of the content to the name."),
)

_SECRETS = (
    Command(
        name="docker-registry",
        short="Create a secret for use with a Docker registry",
        usage=(
            "create secret docker-registry NAME --docker-username=user --docker-password=password --docker-email=email "
            "[--docker-server=string] [--from-file=[key=]source] [--dry-run=server|client|none]"
        ),
        run=_docker_registry,
        flags=(
            *GENERATOR_FLAGS,
            string("docker-email", "E-mail address for the registry."),
            string("docker-password", "Password for the registry."),
            string("docker-server", "Registry to log in to.", default="https://index.docker.io/v1/"),
            string("docker-username", "User name for the registry."),
            strings("from-file", "A Docker configuration file to take instead of user and password."),
            boolean("append-hash", "Add a hash of the content to the name."),
        ),
    ),
    Command(
        name="generic",
        short="Create a secret from a local file, directory, or literal value",
        usage="create secret generic NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] [flags]",
        run=_generic,
        examples="""
        # Two entries
        kubectl create secret generic db-secrets --from-literal=user=app --from-literal=password=s3cret
        """,
        flags=(*GENERATOR_FLAGS, *_SOURCES, string("type", "Type of the secret.")),
    ),
    Command(
        name="tls",
        short="Create a TLS secret",
        usage="create secret tls NAME --cert=path/to/cert/file --key=path/to/key/file [flags]",
        run=_tls,
        flags=(
            *GENERATOR_FLAGS,
            string("cert", "File with the certificate."),
            string("key", "File with the private key."),
            boolean("append-hash", "Add a hash of the content to the name."),
        ),
    ),
)

COMMANDS = (
    Command(
        name="configmap",
        aliases=("cm",),
        short="Create a config map from a local file, directory or literal value",
        usage="create configmap NAME [--from-file=[key=]source] [--from-literal=key1=value1] [flags]",
        run=_configmap,
        examples="""
        # Entries from the command line
        kubectl create configmap settings --from-literal=LOG_LEVEL=debug

        # One entry per file
        kubectl create configmap files --from-file=nginx.conf
        """,
        flags=(*GENERATOR_FLAGS, *_SOURCES),
    ),
    Command(
        name="namespace",
        aliases=("ns",),
        short="Create a namespace with the specified name",
        usage="create namespace NAME [--dry-run=server|client|none]",
        run=_namespace,
        examples="""
        kubectl create namespace production
        """,
        flags=GENERATOR_FLAGS,
    ),
    Command(
        name="secret",
        short="Create a secret using a specified subcommand",
        usage="create secret (docker-registry | generic | tls)",
        subcommands=_SECRETS,
        long="""
        A secret's values are stored as base64, which is an encoding and not encryption: whoever may read the
        secret has them. """,
    ),
    Command(
        name="serviceaccount",
        aliases=("sa",),
        short="Create a service account with the specified name",
        usage="create serviceaccount NAME [--dry-run=server|client|none]",
        run=_serviceaccount,
        flags=GENERATOR_FLAGS,
    ),
    Command(
        name="token",
        short="Request a service account token",
        usage="create token SERVICE_ACCOUNT_NAME",
        run=_token,
        flags=(
            *GENERATOR_FLAGS,
            array("audience", "Who the token is meant for; may be repeated."),
            string("bound-object-kind", "Kind of the object the token ends with: Pod, Secret or Node."),
            string("bound-object-name", "Name of that object."),
            string("bound-object-uid", "UID of that object."),
            duration("duration", "How long the token is to be valid; the server may choose another time."),
        ),
    ),
)

"""`kubectl create secret`."""

from __future__ import annotations

import base64
import json

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.config_entries import APPEND_HASH, SOURCES, file_entries, gather, hashed_name
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import string, strings
from tutor.kubectl.mutate import GENERATOR_FLAGS, create_generated, exactly_one_name
from tutor.kubectl.objects import Object


def _secret(invocation: Invocation, name: str, data: dict[str, bytes], secret_type: str) -> None:
    encoded = {key: base64.b64encode(value).decode() for key, value in data.items()}
    name = hashed_name(invocation, name, {"data": encoded, "kind": "Secret", "type": secret_type})
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
        entries = [entry for source in options.many("from-file") for entry in file_entries(invocation, source)]
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
            APPEND_HASH,
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
        flags=(*GENERATOR_FLAGS, *SOURCES, string("type", "Type of the secret.")),
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
            APPEND_HASH,
        ),
    ),
)

COMMANDS = (
    Command(
        name="secret",
        short="Create a secret using a specified subcommand",
        usage="create secret (docker-registry | generic | tls)",
        subcommands=_SECRETS,
        long="""
        A secret's values are stored as base64, which is an encoding and not encryption: whoever may read the
        secret has them. """,
    ),
)

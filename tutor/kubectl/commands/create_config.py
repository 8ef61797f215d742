"""`kubectl create namespace|configmap|serviceaccount|token`."""

from __future__ import annotations

import base64

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.config_entries import SOURCES, gather, hashed_name
from tutor.kubectl.errors import ApiError, KubectlError
from tutor.kubectl.flags import array, duration, string
from tutor.kubectl.mutate import GENERATOR_FLAGS, create_generated, exactly_one_name
from tutor.kubectl.objects import Object, get


def _namespace(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    obj = {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": name}, "spec": {}, "status": {}}
    create_generated(invocation, obj, namespaced=False)


def _serviceaccount(invocation: Invocation) -> None:
    obj = {"kind": "ServiceAccount", "apiVersion": "v1", "metadata": {"name": exactly_one_name(invocation)}}
    create_generated(invocation, obj, "failed to create serviceaccount:")


def _configmap(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    text: dict[str, str] = {}
    binary: dict[str, str] = {}
    for key, data in gather(invocation, "ConfigMap", name).items():
        try:
            text[key] = data.decode("utf-8")
        except UnicodeDecodeError:
            binary[key] = base64.b64encode(data).decode()
    name = hashed_name(invocation, name, {"data": text, "kind": "ConfigMap"})
    obj: Object = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": name}}
    obj |= {"data": text} if text else {}
    obj |= {"binaryData": binary} if binary else {}
    create_generated(invocation, obj, "failed to create configmap:")


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
        flags=(*GENERATOR_FLAGS, *SOURCES),
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

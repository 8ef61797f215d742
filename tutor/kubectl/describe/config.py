"""`kubectl describe` for config maps, secrets and service accounts."""

from __future__ import annotations

import base64

from tutor.kubectl.describe.context import Context
from tutor.kubectl.describe.writer import Writer
from tutor.kubectl.objects import Object, name_of, namespace_of

_TOKEN_TYPE = "kubernetes.io/service-account-token"


def _head(writer: Writer, obj: Object) -> None:
    writer.line(0, "Name", name_of(obj))
    writer.line(0, "Namespace", namespace_of(obj))
    writer.metadata(obj)


def describe_config_map(context: Context, obj: Object) -> str:
    writer = Writer()
    _head(writer, obj)
    writer.write(0, "\nData\n====\n")
    for key, value in sorted((obj.get("data") or {}).items()):
        writer.write(0, f"{key}:\n----\n{value}\n\n")
    writer.write(0, "\nBinaryData\n====\n")
    for key, value in sorted((obj.get("binaryData") or {}).items()):
        writer.write(0, f"{key}: {len(base64.b64decode(value))} bytes\n")
    writer.write(0, "\n")
    context.write_events(writer, obj)
    return writer.aligned()


def describe_secret(context: Context, obj: Object) -> str:
    """Only sizes are shown, except for a service account's token, as kubectl does."""
    writer = Writer()
    _head(writer, obj)
    writer.write(0, f"\nType:\t{obj.get('type', '')}\n")
    writer.write(0, "\nData\n====\n")
    for key, value in sorted((obj.get("data") or {}).items()):
        data = base64.b64decode(value)
        if key == "token" and obj.get("type") == _TOKEN_TYPE:
            writer.line(0, key, data.decode(errors="replace"))
        else:
            writer.line(0, key, f"{len(data)} bytes")
    return writer.aligned()


def describe_service_account(context: Context, obj: Object) -> str:
    writer = Writer()
    _head(writer, obj)
    names = [str(item.get("name", "")) for item in obj.get("imagePullSecrets") or []] or ["<none>"]
    for index, name in enumerate(names):
        writer.write(0, f"{'Image pull secrets:' if not index else ' ' * 19}\t{name}\n")
    context.write_events(writer, obj)
    return writer.aligned()

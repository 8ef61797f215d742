"""`--raw` of create, replace and delete: one request to a path, with a file as it is for its body. Follows kubectl `pkg/rawhttp`."""

from __future__ import annotations

from tutor.kubectl.command import Invocation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import string
from tutor.kubectl.manifests import read_stdin, read_text

RAW = string("raw", "URL path to send the file to as it is.")


def send_raw(invocation: Invocation, method: str) -> None:
    """Sends the request and prints the answer."""
    options = invocation.options
    path, files = options.text("raw"), options.many("filename")
    if invocation.args:
        raise KubectlError("arguments may not be passed when --raw is specified")
    if len(files) > 1 or (not files and method != "DELETE"):
        raise KubectlError("--raw can only use a single local file or stdin")
    if not path.startswith("/"):
        raise KubectlError(f'--raw must be a valid URL path: parse "{path}": invalid URI for request')
    body = None
    if files:
        text = read_stdin(invocation.io) if files[0] == "-" else read_text(invocation.io.files, files[0])
        body = text.encode()
    invocation.out(invocation.api.raw(method, path, body))

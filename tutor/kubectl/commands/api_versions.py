"""`kubectl api-versions`."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import ConnectionFailed, KubectlError


def run(invocation: Invocation) -> None:
    if invocation.args:
        raise invocation.usage_error(f"unexpected arguments: [{' '.join(invocation.args)}]")
    try:
        invocation.mapper.refresh()
    except ConnectionFailed as problem:
        raise KubectlError(f"couldn't get available api versions from server: {problem.detail}") from None
    invocation.out("".join(f"{version}\n" for version in sorted(invocation.mapper.discovery.group_versions)))


COMMAND = Command(
    name="api-versions",
    short='Print the supported API versions on the server, in the form of "group/version"',
    usage="api-versions",
    run=run,
)

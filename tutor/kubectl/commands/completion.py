"""`kubectl completion`: shell code the practice shell does not need."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError

_SHELLS = ("bash", "fish", "powershell", "zsh")


def run(invocation: Invocation) -> None:
    if not invocation.args:
        raise invocation.usage_error("Shell not specified.")
    if len(invocation.args) > 1:
        raise invocation.usage_error("Too many arguments. Expected only the shell type.")
    if invocation.args[0] not in _SHELLS:
        raise invocation.usage_error(f'Unsupported shell type "{invocation.args[0]}".')
    raise KubectlError(
        "the practice shell completes kubectl commands by itself: press tab. For your own shell, run your "
        "own kubectl completion "
        f"{invocation.args[0]}."
    )


COMMAND = Command(
    name="completion",
    short="Output shell completion code for the specified shell (bash, zsh, fish, or powershell)",
    usage="completion SHELL",
    run=run,
    arguments=_SHELLS,
)

"""`kubectl completion`: code that makes a shell complete kubectl with this program."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.completion_scripts import SHELLS, script


def run(invocation: Invocation) -> None:
    if not invocation.args:
        raise invocation.usage_error("Shell not specified.")
    if len(invocation.args) > 1:
        raise invocation.usage_error("Too many arguments. Expected only the shell type.")
    if invocation.args[0] not in SHELLS:
        raise invocation.usage_error(f'Unsupported shell type "{invocation.args[0]}".')
    invocation.out(script(invocation.args[0]))


COMMAND = Command(
    name="completion",
    short="Output shell completion code for the specified shell (bash, zsh, fish, or powershell)",
    usage="completion SHELL",
    run=run,
    arguments=SHELLS,
    long="""
    Prints code for a shell of your own computer. The practice shell completes kubectl by itself: press tab there. """,
    examples="""
    # Complete kubectl in this bash
    source <(k8s-tutor kubectl completion bash)
    """,
)

"""`kubectl edit`: changes live objects in the editor."""

from __future__ import annotations

from tutor.kubectl.change_cause import RECORD
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import boolean, string
from tutor.kubectl.mutate import SAVE_CONFIG, VALIDATE, field_manager
from tutor.kubectl.targets import FILE_FLAGS, builder_for, live_infos


def run(invocation: Invocation) -> None:
    from tutor.kubectl.editing import edit_live

    output = invocation.options.text("output")
    if output not in ("", "yaml", "json"):
        raise KubectlError(f"The flag 'output' must be one of yaml|json (got \"{output}\")")
    edit_live(invocation, list(live_infos(builder_for(invocation, invocation.args, allow_empty_selector=True))))


COMMAND = Command(
    name="edit",
    short="Edit a resource on the server",
    usage="edit (RESOURCE/NAME | -f FILENAME)",
    run=run,
    arguments="resources",
    long="""
    Opens the live object in the editor and sends what you changed when you save. When the server refuses the
    change, the editor opens again with its reasons at the top. Close without changes to leave everything as it is. """,
    examples="""
    # Edit a deployment
    kubectl edit deployment/web
    """,
    flags=(
        VALIDATE,
        SAVE_CONFIG,
        field_manager("kubectl-edit"),
        RECORD,
        *FILE_FLAGS,
        string("output", "yaml or json.", "o"),
        boolean("output-patch", "Also print the patch that is sent."),
        string("subresource", "Edit this subresource, such as status."),
        boolean("windows-line-endings", "Accepted for compatibility."),
    ),
)

"""What commands that change something print: `deployment.apps/web created`, or the object itself with `-o`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import Flag, boolean, string
from tutor.kubectl.objects import Object
from tutor.kubectl.printers.output import OBJECT_FORMATS, ObjectPrinter, kind_and_name, object_printer

if TYPE_CHECKING:
    from tutor.kubectl.command import Invocation

_FORMATS = f"({', '.join(OBJECT_FORMATS)})"

PRINT_FLAGS: tuple[Flag, ...] = (
    boolean(
        "allow-missing-template-keys",
        "Print nothing for a field or key the template names and the object lacks.",
        default=True,
    ),
    string("output", f"Output format. One of: {_FORMATS}.", "o"),
    boolean("show-managed-fields", "Keep metadata.managedFields in JSON and YAML output."),
    string("template", "Template to use with -o=go-template, -o=go-template-file, -o=jsonpath or -o=jsonpath-file."),
)

DRY_RUN = string(
    "dry-run",
    'Must be "none", "server" or "client". With client, only print the object that would be sent; '
    "with server, send it without storing it.",
    default="none",
    bare="unchanged",
)


def dry_run_mode(invocation: Invocation) -> str:
    """`none`, `client` or `server`; KubectlError in kubectl's words for anything else."""
    value = invocation.options.text("dry-run")
    meant = {"unchanged": "client", "true": "client", "false": "none"}.get(value.lower())
    if meant:
        shown = "--dry-run" if value == "unchanged" else f"--dry-run={value}"
        kind = "" if value == "unchanged" else " (boolean value)"
        invocation.err(f"Warning: {shown} is deprecated{kind} and can be replaced with --dry-run={meant}.\n")
        return meant
    if value not in ("none", "client", "server"):
        raise KubectlError(f'Invalid dry-run value ({value}). Must be "none", "server", or "client".')
    return value


class Reporter:
    """Prints the result of each change of one command."""

    def __init__(self, invocation: Invocation, operation: str, *, dry_run: str = "none", ordered: bool = False) -> None:
        self._invocation = invocation
        self._operation = operation
        self._suffix = {"client": " (dry run)", "server": " (server dry run)"}.get(dry_run, "")
        self._output = invocation.options.text("output") if invocation.options.has("output") else ""
        self._printer: ObjectPrinter | None = (
            object_printer(invocation, self._output, ordered=ordered) if self._output else None
        )

    @property
    def prints_objects(self) -> bool:
        return self._printer is not None

    def report(self, obj: Object, operation: str | None = None) -> None:
        """Prints one changed object."""
        if self._printer is not None:
            self._invocation.out(self._printer(obj))
            return
        words = f"{operation or self._operation}{self._suffix}"
        self._invocation.out(f"{kind_and_name(obj)} {words}\n")

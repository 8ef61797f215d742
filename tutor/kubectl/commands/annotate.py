"""`kubectl annotate`: sets and removes annotations. Follows kubectl `pkg/cmd/annotate/annotate.go`."""

from __future__ import annotations

from tutor.kubectl.change_cause import CHANGE_CAUSE, RECORD
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import boolean, string
from tutor.kubectl.metadata_edit import Changes, Flavour, edit_metadata
from tutor.kubectl.mutate import field_manager
from tutor.kubectl.pair_arguments import parse_pairs, resources_and_pairs
from tutor.kubectl.printers.report import DRY_RUN, PRINT_FLAGS
from tutor.kubectl.targets import ALL, FILE_FLAGS, SELECTOR


def run(invocation: Invocation) -> None:
    options = invocation.options
    if options.flag("list") and options.text("output"):
        raise KubectlError("--list and --output may not be specified together")
    resources, words = resources_and_pairs(invocation.args, "annotation")
    for flag in ("selector", "field-selector"):
        if options.flag("all") and options.text(flag):
            raise KubectlError(f"cannot set --all and --{flag} at the same time")
    if not resources and not options.many("filename") and not options.text("kustomize"):
        raise KubectlError("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    changes = _parse(words)
    if not changes.values and not changes.remove and not options.flag("list"):
        raise KubectlError("at least one annotation update is required")
    edit_metadata(invocation, resources, changes, _FLAVOUR)


def _parse(words: list[str]) -> Changes:
    changes = Changes(*parse_pairs(words, "annotation", removable=True))
    both = [key for key in changes.remove if key in changes.values]
    if both:
        raise KubectlError(
            f"can not both modify and remove the following annotation(s) in the same command: {', '.join(both)}"
        )
    return changes


def _overwrites(current: dict[str, str], changes: Changes) -> list[str]:
    found = [
        f"'{key}' already has a value ({current[key]})"
        for key, value in changes.values.items()
        if key != CHANGE_CAUSE and current.get(key, value) != value
    ]
    if not found:
        return []
    return [f"--overwrite is false but found the following declared annotation(s): {'; '.join(found)}"]


_FLAVOUR = Flavour("annotations", _overwrites, lambda added, removed: "annotated")

COMMAND = Command(
    name="annotate",
    short="Update the annotations on a resource",
    usage="annotate [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]",
    run=run,
    arguments="resources",
    long="""
    Sets annotations with KEY=VALUE and removes them with KEY-. Annotations carry notes for people and tools;
    unlike labels they cannot be used to select objects. """,
    examples="""
    # Say why a deployment changed; rollout history shows it
    kubectl annotate deployment web kubernetes.io/change-cause="update to v2"

    # Remove an annotation
    kubectl annotate pod web-1 note-
    """,
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        field_manager("kubectl-annotate"),
        RECORD,
        ALL,
        *FILE_FLAGS,
        SELECTOR,
        boolean("all-namespaces", "In all namespaces.", "A"),
        string("field-selector", "Only objects with these field values."),
        boolean("list", "Show the annotations."),
        boolean("local", "Do not ask the server; only work on the files."),
        boolean("overwrite", "Allow annotations to be changed."),
        string("resource-version", "Only change the object when it has this version."),
    ),
)

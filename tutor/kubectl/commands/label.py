"""`kubectl label`: sets and removes labels. Follows kubectl `pkg/cmd/label/label.go`."""

from __future__ import annotations

from tutor.kubectl.change_cause import RECORD
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import boolean, string
from tutor.kubectl.metadata_edit import Changes, Flavour, edit_metadata, label_value_problem
from tutor.kubectl.mutate import field_manager
from tutor.kubectl.pair_arguments import resources_and_pairs
from tutor.kubectl.printers.report import DRY_RUN, PRINT_FLAGS
from tutor.kubectl.targets import ALL, FILE_FLAGS, SELECTOR


def run(invocation: Invocation) -> None:
    options = invocation.options
    if options.flag("list") and options.text("output"):
        raise KubectlError("--list and --output may not be specified together")
    resources, words = resources_and_pairs(invocation.args, "label")
    changes = _parse(words)
    for flag in ("selector", "field-selector"):
        if options.flag("all") and options.text(flag):
            raise KubectlError(f"cannot set --all and --{flag} at the same time")
    if not resources and not options.many("filename") and not options.text("kustomize"):
        raise KubectlError("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    if not changes.values and not changes.remove and not options.flag("list"):
        raise KubectlError("at least one label update is required")
    edit_metadata(invocation, resources, changes, _FLAVOUR)


def _parse(words: list[str]) -> Changes:
    changes = Changes()
    for word in words:
        key, equals, value = word.partition("=")
        if equals:
            if "=" in value:
                raise KubectlError(f"invalid label spec: {word}")
            problem = label_value_problem(value)
            if problem:
                raise KubectlError(f'invalid label value: "{word}": {problem}')
            changes.values[key] = value
        elif word.endswith("-"):
            changes.remove.append(word[:-1])
        else:
            raise KubectlError(f"unknown label spec: {word}")
    if any(key in changes.values for key in changes.remove):
        raise KubectlError("can not both modify and remove a label in the same command")
    return changes


def _overwrites(current: dict[str, str], changes: Changes) -> list[str]:
    return [
        f"'{key}' already has a value ({current[key]}), and --overwrite is false"
        for key, value in changes.values.items()
        if key in current and current[key] != value
    ]


def _operation(added: int, removed: int) -> str:
    if added and removed:
        return "modified"
    if added:
        return "labeled"
    return "unlabeled" if removed else "not labeled"


_FLAVOUR = Flavour("labels", _overwrites, _operation, tells_missing=True)

COMMAND = Command(
    name="label",
    short="Update the labels on a resource",
    usage="label [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]",
    run=run,
    arguments="resources",
    long="""
    Sets labels with KEY=VALUE and removes them with KEY-. A label that already has another value is only
    changed with --overwrite. """,
    examples="""
    # Set a label
    kubectl label pod web-1 tier=frontend

    # Change it
    kubectl label --overwrite pod web-1 tier=backend

    # Remove it
    kubectl label pod web-1 tier-
    """,
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        field_manager("kubectl-label"),
        RECORD,
        ALL,
        *FILE_FLAGS,
        SELECTOR,
        boolean("all-namespaces", "In all namespaces.", "A"),
        string("field-selector", "Only objects with these field values."),
        boolean("list", "Show the labels."),
        boolean("local", "Do not ask the server; only work on the files."),
        boolean("overwrite", "Allow labels to be changed."),
        string("resource-version", "Only change the object when it has this version."),
    ),
)

"""The flags that choose objects for a change, and the loop over what they choose; shared by scale, label, set, rollout and others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import Flag, boolean, string, strings
from tutor.kubectl.mutate import typed
from tutor.kubectl.request import Request
from tutor.kubectl.resources import Builder, Info
from tutor.kubectl.scheme import require_known

if TYPE_CHECKING:
    from tutor.kubectl.command import Invocation

FILE_FLAGS: tuple[Flag, ...] = (
    strings("filename", "Files or folders that name the objects.", "f"),
    string("kustomize", "Folder with a kustomization; cannot be combined with -f or -R.", "k"),
    boolean("recursive", "Go into the folders below the one given with -f.", "R"),
)
SELECTOR = string("selector", "Only objects whose labels match; supports '=', '==', '!=', 'in', 'notin'.", "l")
ALL = boolean("all", "Every object of the type in the namespace.")


def builder_for(invocation: Invocation, args: list[str], *, allow_empty_selector: bool = False) -> Builder:
    """A builder that has read the usual choosing flags, as far as the command has them."""
    options = invocation.options
    request = Request(
        args=args,
        filenames=options.many("filename") if options.has("filename") else [],
        kustomize=options.text("kustomize") if options.has("kustomize") else "",
        recursive=options.has("recursive") and options.flag("recursive"),
        label_selector=(options.text("selector") or None) if options.has("selector") else None,
        field_selector=(options.text("field-selector") or None) if options.has("field-selector") else None,
        all_namespaces=options.has("all-namespaces") and options.flag("all-namespaces"),
        allow_empty_selector=allow_empty_selector or (options.has("all") and options.flag("all")),
    )
    builder = Builder(invocation, request)
    builder.select()
    return builder


def given_infos(builder: Builder, errors: list[KubectlError]) -> Iterator[Info]:
    """The chosen objects; those of files as the files have them, without asking whether they exist."""
    return readable_infos(builder, errors) if builder.selected.manifests else live_infos(builder, errors)


def readable_infos(builder: Builder, errors: list[KubectlError]) -> Iterator[Info]:
    """The objects of the files; those that cannot be read are collected in `errors`."""
    for manifest in builder.selected.manifests:
        try:
            yield builder.manifest_info(manifest)
        except KubectlError as problem:
            errors.append(problem)


def known_infos(builder: Builder, errors: list[KubectlError] | None = None) -> Iterator[Info]:
    """As `live_infos`, for commands that work with kinds kubectl has a Go type for; others are problems."""
    for info in live_infos(builder, errors):
        try:
            require_known(info.resource)
        except KubectlError as problem:
            if errors is None:
                raise
            errors.append(problem)
            continue
        yield info


def live_infos(builder: Builder, errors: list[KubectlError] | None = None) -> Iterator[Info]:
    """The chosen objects, fetched and with their apiVersion and kind."""
    for info in builder.infos(errors=errors):
        typed(info.obj, info.resource)
        yield info

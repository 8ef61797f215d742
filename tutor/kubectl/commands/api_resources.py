"""`kubectl api-resources`: every type of object the server knows."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.discovery import ApiResource
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import boolean, string, strings
from tutor.kubectl.mutate import pruned
from tutor.kubectl.objects import Object
from tutor.kubectl.printers.output import object_printer
from tutor.kubectl.tabwriter import table_writer

_OBJECTS = ("json", "yaml", "kyaml")


def run(invocation: Invocation) -> None:
    options = invocation.options
    if invocation.args:
        raise invocation.usage_error(f"unexpected arguments: [{' '.join(invocation.args)}]")
    output = options.text("output")
    if output not in ("", "wide", *_OBJECTS, "name"):
        allowed = ",".join(sorted((*_OBJECTS, "name", "wide")))
        raise KubectlError(
            f'unable to match a printer suitable for the output format "{output}", allowed formats are: {allowed}'
        )
    if options.text("sort-by") not in ("", "name", "kind"):
        raise KubectlError("--sort-by accepts only name or kind")
    invocation.mapper.refresh()
    found = sorted(_chosen(invocation), key=lambda resource: _order(resource, options.text("sort-by")))
    if output == "name":
        invocation.out("".join(f"{resource.qualified}\n" for resource in found))
        return
    if output in _OBJECTS:
        invocation.out(object_printer(invocation, output, ordered=True)(_as_object(found)))
        return
    writer = table_writer()
    if not options.flag("no-headers"):
        headers = ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"]
        writer.write("\t".join([*headers, "VERBS", "CATEGORIES"] if output == "wide" else headers) + "\n")
    for resource in found:
        cells = [
            resource.plural,
            ",".join(resource.short_names),
            resource.api_version,
            str(resource.namespaced).lower(),
            resource.kind,
        ]
        if output == "wide":
            cells += [",".join(resource.verbs), ",".join(resource.categories)]
        writer.write("\t".join(cells) + "\n")
    invocation.out(writer.flush())


def _as_object(found: list[ApiResource]) -> Object:
    """The types as an APIResourceList, with every type's own group and version."""
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": "",
        "resources": [pruned(_entry(resource)) for resource in found] or None,
    }


def _entry(resource: ApiResource) -> Object:
    return {
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": resource.namespaced,
        "group": resource.group,
        "version": resource.version,
        "kind": resource.kind,
        "verbs": list(resource.verbs),
        "shortNames": list(resource.short_names),
        "categories": list(resource.categories),
    }


def _order(resource: ApiResource, field: str) -> tuple[str, str]:
    if field == "name":
        return resource.plural, ""
    return (resource.kind, "") if field == "kind" else (resource.group, resource.plural)


def _chosen(invocation: Invocation) -> Iterator[ApiResource]:
    options = invocation.options
    for resource in invocation.mapper.discovery.preferred():
        if not resource.verbs:
            continue
        if options.given("api-group") and resource.group != options.text("api-group"):
            continue
        if options.given("namespaced") and resource.namespaced != options.flag("namespaced"):
            continue
        if any(verb not in resource.verbs for verb in options.many("verbs")):
            continue
        if any(category not in resource.categories for category in options.many("categories")):
            continue
        yield resource


COMMAND = Command(
    name="api-resources",
    short="Print the supported API resources on the server",
    usage="api-resources",
    run=run,
    examples="""
    # Types that live in namespaces
    kubectl api-resources --namespaced=true

    # Types of one API group
    kubectl api-resources --api-group=apps
    """,
    flags=(
        string("api-group", "Only types of this API group."),
        boolean("cached", "Accepted for compatibility."),
        strings("categories", "Only types in these categories, such as all."),
        boolean("namespaced", "Only types that live in namespaces, or with =false only the others.", default=True),
        boolean("no-headers", "Leave the header line out."),
        string("output", "wide or name.", "o"),
        string("sort-by", "name or kind."),
        strings("verbs", "Only types that allow these verbs."),
    ),
)

"""`kubectl explain`: what the fields of a kind mean, from the server's own OpenAPI. Follows kubectl `pkg/explain/v2`."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.discovery import ApiResource
from tutor.kubectl.errors import BareError, KubectlError, UnknownResource
from tutor.kubectl.flags import boolean, integer, string
from tutor.kubectl.objects import Object
from tutor.kubectl.openapi import Document, document_for

_SHORT_ENUM = 4  # values listed beside a field; all of them are listed for the field itself


def run(invocation: Invocation) -> None:
    if not invocation.args:
        raise KubectlError(
            'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete '
            "list of supported resources."
        )
    if len(invocation.args) > 1:
        raise KubectlError("We accept only this format: explain RESOURCE")
    options = invocation.options
    if options.number("max-depth") > 0 and not options.flag("recursive"):
        raise KubectlError("--max-depth requires --recursive")
    if options.number("max-depth") < 0:
        raise KubectlError("--max-depth must be non-negative")
    if options.text("output") not in ("plaintext", "plaintext-openapiv2"):
        raise KubectlError(f"unrecognized format: {options.text('output')}")
    resource, path = _target(invocation, invocation.args[0])
    if options.text("output") == "plaintext-openapiv2":
        _explain_v2(invocation, resource, path)
        return
    document = document_for(invocation.api, resource)
    schema = document.kind(resource)
    if schema is None:
        raise KubectlError(
            f"GVK map[group:{resource.group} kind:{resource.kind} version:{resource.version}] not found in "
            f"OpenAPI schema"
        )
    text = _head(resource)
    for index, name in enumerate(path):
        found = document.step(schema, name)
        if found is None:
            invocation.out(text)
            raise KubectlError(f'field "{path[-1]}" does not exist')
        schema = found
        if index == len(path) - 1:
            text += f"FIELD: {name} <{document.type_name(schema)}>\n{_enum(document.resolve(schema), '    ')}\n\n"
    invocation.out(text + _body(invocation, document, schema) + "\n")


def _explain_v2(invocation: Invocation, resource: ApiResource, path: list[str]) -> None:
    from tutor.kubectl.explain_v2 import Definitions

    definitions = Definitions(invocation.api.get("/openapi/v2"))
    schema = definitions.find(resource.group, resource.version, resource.kind)
    if schema is None:
        raise KubectlError(f'couldn\'t find resource for "{resource.api_version}, Kind={resource.kind}"')
    found = definitions.field(schema, path)
    recursive, depth = invocation.options.flag("recursive"), invocation.options.number("max-depth")
    text = definitions.explained(found, path[-1] if path else "", recursive=recursive, depth=depth)
    invocation.out(f"KIND:     {resource.kind}\nVERSION:  {resource.api_version}\n\n{text}")


def _target(invocation: Invocation, text: str) -> tuple[ApiResource, list[str]]:
    """The resource and the field path of `pods.spec.containers`; a group may follow the resource (`deployments.apps.spec`)."""
    name, *path = text.removesuffix(".").split(".")
    if not name or not all(path):
        raise KubectlError("invalid jsonpath syntax, first node must be field node")
    try:
        found = invocation.mapper.find(name)
    except UnknownResource as problem:
        raise BareError(problem.message) from None
    group = found.group.split(".") if found.group else []
    if group and path[: len(group)] == group:
        path = path[len(group) :]
    wanted = invocation.options.text("api-version")
    if wanted:
        group_name, _, version = wanted.rpartition("/")
        kind, group_shown = found.kind, f"{group_name}/{version}"
        try:
            found = invocation.mapper.for_kind(group_name, version, kind)
        except UnknownResource:
            raise KubectlError(f'couldn\'t find resource for "{group_shown}, Resource={found.plural}"') from None
    return found, path


def _head(resource: ApiResource) -> str:
    group = f"GROUP:      {resource.group}\n" if resource.group else ""
    return f"{group}KIND:       {resource.kind}\nVERSION:    {resource.version}\n\n"


def _body(invocation: Invocation, document: Document, schema: Object) -> str:
    text = "DESCRIPTION:\n" + _indented(_wrapped(_descriptions(document, schema) or "<empty>", 76), 4) + "\n"
    recursive, depth = invocation.options.flag("recursive"), invocation.options.number("max-depth")
    fields = _fields(document, schema, 1, recursive, depth, frozenset())
    return text + (f"FIELDS:\n{fields}" if fields else "")


def _descriptions(document: Document, schema: Object) -> str:
    """The field's own description, then those of the types it is made of."""
    own = schema.get("description") or ""
    texts = [own] if own else []
    target = document.resolve(schema)
    if target is not schema and target.get("description"):
        texts.append(target["description"])
    inner = target.get("items") or target.get("additionalProperties")
    if isinstance(inner, dict):
        texts += _descriptions(document, inner).removesuffix("\n").split("\n") if _descriptions(document, inner) else []
    return "".join(f"{text}\n" for text in texts)


def _fields(document: Document, schema: Object, level: int, recursive: bool, depth: int, seen: frozenset[str]) -> str:
    reference = _reference(document, schema)
    if reference and reference in seen:
        return ""
    holder = document.fields(schema)
    required = holder.get("required") or []
    out = []
    for name in sorted(holder.get("properties") or {}):
        field = holder["properties"][name]
        out.append(_field(document, name, field, level, required=name in required, short=recursive))
        if recursive and (not depth or level < depth):
            out.append(_fields(document, field, level + 1, recursive, depth, seen | {reference}))
    return "".join(out)


def _reference(document: Document, schema: Object) -> str:
    """The type a schema, the items of a list or the values of a map have."""
    inner = schema.get("items") or schema.get("additionalProperties")
    return _reference(document, inner) if isinstance(inner, dict) else document.reference(schema)


def _field(document: Document, name: str, schema: Object, level: int, *, required: bool, short: bool) -> str:
    indent = level * 2
    mark = " -required-" if required else ""
    text = f"{' ' * indent}{name}\t<{document.type_name(schema)}>{mark}{_short_enum(schema, indent)}\n"
    if short:
        return text
    description = _wrapped(schema.get("description") or "<no description>", 78 - indent)
    return text + _indented(description, indent + 2) + "\n\n"


def _short_enum(schema: Object, indent: int) -> str:
    values = [_shown(value) for value in schema.get("enum") or []]
    if not values:
        return ""
    more = ", ...." if len(values) > _SHORT_ENUM else ""
    return f"\n{' ' * indent}enum: {', '.join(values[:_SHORT_ENUM])}{more}"


def _enum(schema: Object, indent: str) -> str:
    values = schema.get("enum") or []
    return "ENUM:" + "".join(f"\n{indent}{_shown(value)}" for value in values) if values else ""


def _shown(value: object) -> str:
    return '""' if value == "" else str(value)


def _wrapped(text: str, width: int) -> str:
    """Breaks lines at blanks so that none is longer than `width`, where words allow it."""
    return "\n".join(_wrap_line(line, width) for line in text.split("\n"))


def _wrap_line(line: str, width: int) -> str:
    out: list[str] = []
    current: str | None = None
    for word in line.split(" "):
        candidate = word if current is None else f"{current} {word}"
        if current and len(candidate) > width:
            out.append(current.rstrip(" "))
            candidate = word
        current = candidate
    return "\n".join([*out, current or ""])


def _indented(text: str, amount: int) -> str:
    blank = " " * amount
    return blank + text.replace("\n", f"\n{blank}")


COMMAND = Command(
    name="explain",
    short="Get documentation for a resource",
    usage="explain TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [-o|--output=plaintext|plaintext-openapiv2]",
    run=run,
    arguments="types",
    long="Shows the fields of a kind with their types and what they mean. Follow fields with dots.",
    examples="""
    # A kind
    kubectl explain deployments

    # A field
    kubectl explain pods.spec.containers.livenessProbe

    # All fields as a tree
    kubectl explain deployment.spec --recursive
    """,
    flags=(
        string("api-version", "Explain this API version (GROUP/VERSION)."),
        integer("max-depth", "With --recursive: how deep to go; 0 goes all the way."),
        string("output", "plaintext or plaintext-openapiv2.", "o", default="plaintext"),
        boolean("recursive", "Show the fields of fields as a tree."),
    ),
)

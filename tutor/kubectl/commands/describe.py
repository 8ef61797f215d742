"""`kubectl describe`: the details of objects, with what belongs to them and their events."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.describe import describer_for
from tutor.kubectl.describe.context import Context
from tutor.kubectl.errors import ApiError, KubectlError, raise_all
from tutor.kubectl.flags import boolean, integer
from tutor.kubectl.mutate import typed
from tutor.kubectl.request import Request
from tutor.kubectl.resources import Builder, Info
from tutor.kubectl.targets import FILE_FLAGS, SELECTOR


def run(invocation: Invocation) -> None:
    options = invocation.options
    if not invocation.args and not options.many("filename") and not options.text("kustomize"):
        raise KubectlError(
            'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete '
            "list of supported resources."
        )
    builder = Builder(invocation, _request(invocation, invocation.args))
    builder.select()
    errors: list[KubectlError] = []
    infos = list(builder.infos(errors=errors))
    show_events = options.flag("show-events")
    if (errors or len(infos) > 1) and not options.given("show-events"):
        show_events = False
    context = Context(invocation, show_events, options.number("chunk-size"))
    if errors and isinstance(errors[0], ApiError) and errors[0].not_found and len(invocation.args) == 2:
        _by_prefix(context, errors[0])
        return
    _print(context, infos, errors)
    if not infos and not errors:
        where = "" if options.flag("all-namespaces") else f" in {invocation.namespace} namespace."
        invocation.err(f"No resources found{where}\n")
    raise_all(list({error.message: error for error in errors}.values()))


def _request(invocation: Invocation, args: list[str]) -> Request:
    options = invocation.options
    return Request(
        args=list(args),
        filenames=options.many("filename"),
        kustomize=options.text("kustomize"),
        recursive=options.flag("recursive"),
        label_selector=options.text("selector") or None,
        all_namespaces=options.flag("all-namespaces"),
        allow_empty_selector=True,
        chunk=options.number("chunk-size"),
        collects=True,
    )


def _print(context: Context, infos: list[Info], errors: list[KubectlError]) -> None:
    printed = False
    for info in infos:
        try:
            text = _describe(context, info)
        except KubectlError as problem:
            errors.append(problem)
            continue
        context.invocation.out(("\n\n" if printed else "") + text)
        printed = True


def _describe(context: Context, info: Info) -> str:
    obj = typed(info.obj, info.resource)
    return describer_for(info.resource.group, info.resource.kind)(context, obj)


def _by_prefix(context: Context, missing: ApiError) -> None:
    """`describe pod web` also finds the pods whose names begin with `web`."""
    kind, prefix = context.invocation.args
    builder = Builder(context.invocation, _request(context.invocation, [kind]))
    builder.select()
    found = [info for info in builder.infos() if info.name.startswith(prefix)]
    if not found:
        raise missing
    for info in found:
        context.invocation.out(_describe(context, info) + "\n")


COMMAND = Command(
    name="describe",
    short="Show details of a specific resource or group of resources",
    usage="describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)",
    run=run,
    arguments="resources",
    long="""
    Shows an object in detail, with related objects and, for a single one, its latest events: the place to look
    when something does not work. When no object has the exact name, those whose names begin with it are shown. """,
    examples="""
    # A pod, with its events at the end
    kubectl describe pod web-1

    # A deployment
    kubectl describe deployment/web

    # All pods with a label
    kubectl describe pods -l app=web
    """,
    flags=(
        *FILE_FLAGS,
        SELECTOR,
        boolean("all-namespaces", "In all namespaces.", "A"),
        integer("chunk-size", "Fetch large lists in pieces of this size.", default=500),
        boolean(
            "show-events", "Show the events about the object; off by default when there are several.", default=True
        ),
    ),
)

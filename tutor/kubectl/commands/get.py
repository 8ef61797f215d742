"""`kubectl get`: lists objects as tables, YAML, JSON and more. Follows kubectl `pkg/cmd/get/get.go`."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.commands.get_tables import build_request, is_table_output, print_tables
from tutor.kubectl.errors import ApiError, KubectlError, raise_all
from tutor.kubectl.flags import boolean, integer, string, strings
from tutor.kubectl.objects import Object
from tutor.kubectl.printers.output import GET_FORMATS, object_printer, split_format
from tutor.kubectl.printers.report import PRINT_FLAGS
from tutor.kubectl.printers.sorting import sort_objects
from tutor.kubectl.resources import Builder, Info

SUGGEST_RESOURCES = 'Use "kubectl api-resources" for a complete list of supported resources.'


def run(invocation: Invocation) -> None:
    options = invocation.options
    _validate(invocation)
    if options.text("raw"):
        _raw(invocation)
    elif options.flag("watch") or options.flag("watch-only"):
        from tutor.kubectl.commands.get_watch import watch

        watch(invocation, build_request(invocation, single_type=True))
    elif is_table_output(options.text("output")):
        print_tables(invocation)
    else:
        _print_objects(invocation)


def _validate(invocation: Invocation) -> None:
    options = invocation.options
    output = split_format(options.text("output"))[0]
    if options.text("raw"):
        _validate_raw(invocation)
        return
    if output not in ("", *GET_FORMATS):
        object_printer(invocation, options.text("output"))
    if options.flag("show-labels") and not is_table_output(output):
        raise KubectlError(f"--show-labels option cannot be used with {options.text('output')} printer")
    if options.many("label-columns") and output.startswith("custom-columns"):
        raise KubectlError(f"--label-columns option cannot be used with {options.text('output')} printer")
    watching = options.flag("watch") or options.flag("watch-only")
    if options.flag("output-watch-events") and not watching:
        raise KubectlError("--output-watch-events option can only be used with --watch or --watch-only")
    if not invocation.args and not options.many("filename") and not options.text("kustomize") and not watching:
        invocation.err(f"You must specify the type of resource to get. {SUGGEST_RESOURCES}\n\n")
        raise invocation.usage_error(
            'Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description '
            "of that resource "
            "(e.g. kubectl explain pods)."
        )


def _validate_raw(invocation: Invocation) -> None:
    options = invocation.options
    if invocation.args:
        raise KubectlError("arguments may not be passed when --raw is specified")
    if options.flag("watch") or options.flag("watch-only") or options.text("selector"):
        raise KubectlError(
            "--raw may not be specified with other flags that filter the server request or alter the output"
        )
    if options.text("output"):
        raise KubectlError("--raw and --output are mutually exclusive")


def _raw(invocation: Invocation) -> None:
    path = invocation.options.text("raw")
    if not path.startswith("/"):
        raise KubectlError(f'--raw must be a valid URL path: parse "{path}": invalid URI for request')
    for chunk in invocation.api.chunks(path):
        invocation.out(chunk.decode(errors="replace"))


def _print_objects(invocation: Invocation) -> None:
    """YAML, JSON and templates: one object as it is, anything else as a List."""
    options = invocation.options
    builder = Builder(invocation, build_request(invocation))
    selected = builder.select()
    errors: list[KubectlError] = []
    infos = list(builder.infos(errors=errors))
    if options.flag("ignore-not-found"):
        errors = [error for error in errors if not (isinstance(error, ApiError) and error.not_found)]
        if not infos:
            raise_all(errors)
            return
    if selected.single_item and errors:
        raise_all(errors)
    printer = object_printer(invocation, options.text("output"))
    if selected.single_item and len(infos) == 1:
        invocation.out(printer(infos[0].obj))
    else:
        invocation.out(printer(_as_list(invocation, infos)))
    raise_all(errors)


def _as_list(invocation: Invocation, infos: list[Info]) -> Object:
    items = [info.obj for info in infos]
    if invocation.options.text("sort-by"):
        items = sort_objects(items, invocation.options.text("sort-by"))
    return {"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}}


COMMAND = Command(
    name="get",
    short="Display one or many resources",
    usage="get [(-o|--output=)FORMAT] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags]",
    run=run,
    arguments="resources",
    suggest_for=("list", "ls"),
    long=f"""
    Prints a table of the objects you name, with the columns that matter most for their type. Choose other
    forms with -o: the whole object as YAML or JSON, single fields with JSONPath, or columns of your own.

    {SUGGEST_RESOURCES}
    """,
    examples="""
    # The pods of the current namespace
    kubectl get pods

    # The same with more columns, such as the node and the pod's IP
    kubectl get pods -o wide

    # One deployment as YAML
    kubectl get deployment web -o yaml

    # Only the phase of a pod
    kubectl get pod web-1 -o jsonpath='{.status.phase}'

    # Pods with a label, in all namespaces
    kubectl get pods -l app=web -A

    # Several types at once
    kubectl get deployments,services

    # Keep watching for changes (stop with ctrl+c)
    kubectl get pods --watch
    """,
    flags=(
        *PRINT_FLAGS,
        boolean("all-namespaces", "List objects of all namespaces; --namespace is ignored then.", "A"),
        integer("chunk-size", "Fetch large lists in pieces of this size; 0 fetches them whole.", default=500),
        string(
            "field-selector",
            "Only objects with these field values, with '=', '==' or '!=' (e.g. status.phase=Running).",
        ),
        strings("filename", "Files or folders that name the objects to get.", "f"),
        boolean("ignore-not-found", "Succeed, and print nothing, when a named object does not exist."),
        string("kustomize", "Folder with a kustomization; cannot be combined with -f or -R.", "k"),
        strings("label-columns", "Labels to show as columns of their own; may be repeated.", "L"),
        boolean("no-headers", "Leave the header line out."),
        boolean("output-watch-events", "With --watch or --watch-only, show the type of each event."),
        string("raw", "URL path to request from the server as it is."),
        boolean("recursive", "Go into the folders below the one given with -f.", "R"),
        string(
            "selector",
            "Only objects whose labels match; supports '=', '==', '!=', 'in', 'notin' (e.g. -l app=web,tier!=db).",
            "l",
        ),
        boolean("server-print", "Let the server make the table's columns.", default=True),
        boolean("show-kind", "Show the type before each name."),
        boolean("show-labels", "Show all labels as the last column."),
        string("sort-by", "JSONPath of the field to sort by (e.g. .metadata.creationTimestamp)."),
        string("subresource", "Get this subresource of the object, such as status or scale."),
        boolean("watch", "Print the objects, then every change to them.", "w"),
        boolean("watch-only", "Print changes only."),
    ),
)

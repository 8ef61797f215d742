"""Chooses the printer for `-o`: yaml, json, name, jsonpath, go-template, custom-columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.objects import Object, group_version, is_list, name_of, without_managed_fields
from tutor.kubectl.printers.text import go_syntax
from tutor.kubectl.printers.yaml import to_json, to_yaml

if TYPE_CHECKING:
    from tutor.kubectl.command import Invocation

ObjectPrinter = Callable[[Object], str]

TEMPLATES = (
    "go-template",
    "go-template-file",
    "jsonpath",
    "jsonpath-as-json",
    "jsonpath-file",
    "template",
    "templatefile",
)
OBJECT_FORMATS = tuple(sorted(("json", "yaml", "kyaml", "name", *TEMPLATES)))
GET_FORMATS = tuple(sorted((*OBJECT_FORMATS, "custom-columns", "custom-columns-file", "wide")))


def split_format(text: str) -> tuple[str, str]:
    """`jsonpath={.a}` is (`jsonpath`, `{.a}`)."""
    name, _, argument = text.partition("=")
    return name, argument


class Documents:
    """Separates YAML documents with `---` when a command prints several."""

    def __init__(self) -> None:
        self._printed = False

    def yaml(self, obj: Object) -> str:
        text = ("---\n" if self._printed else "") + to_yaml(obj)
        self._printed = True
        return text


def object_printer(invocation: Invocation, output: str, *, ordered: bool = False) -> ObjectPrinter:
    """A function that turns objects into text; KubectlError for a format that does not exist or a wrong template."""
    name, argument = split_format(output)
    options = invocation.options
    if not argument and options.has("template"):
        argument = options.text("template")
    show_managed = options.has("show-managed-fields") and options.flag("show-managed-fields")
    printer = _make(invocation, output, argument, ordered)
    if show_managed or name not in ("yaml", "json", "kyaml"):
        return printer
    return lambda obj: printer(without_managed_fields(obj))


def _make(invocation: Invocation, output: str, argument: str, ordered: bool) -> ObjectPrinter:
    name, _ = split_format(output)
    if "=" in output and name in ("yaml", "kyaml", "json", "name"):
        raise unknown_format(invocation, output)
    if name == "yaml":
        return Documents().yaml
    if name == "kyaml":
        from tutor.kubectl.printers.kyaml import to_kyaml

        return to_kyaml
    if name == "json":
        return lambda obj: to_json(obj, ordered=ordered)
    if name == "name":
        return name_text
    if name in TEMPLATES:
        return _template_printer(invocation, name, argument)
    if name in ("custom-columns", "custom-columns-file"):
        return _columns_printer(invocation, name, argument)
    raise unknown_format(invocation, name)


def unknown_format(invocation: Invocation, name: str) -> KubectlError:
    formats = GET_FORMATS if invocation.command.name == "get" else OBJECT_FORMATS
    return KubectlError(
        f'unable to match a printer suitable for the output format "{name}", allowed formats are: {",".join(formats)}'
    )


def _template_printer(invocation: Invocation, name: str, argument: str) -> ObjectPrinter:
    from tutor.kubectl.manifests import read_text

    family = "go-template" if name.startswith(("go-", "template")) else "jsonpath"
    if name.endswith("file"):
        try:
            argument = read_text(invocation.io.files, argument).rstrip("\n")
        except KubectlError as problem:
            raise KubectlError(f"error reading --template {argument}, {problem.message}") from None
    if not argument:
        raise KubectlError("template format specified but no template given")
    if family == "go-template":
        return _gotemplate_printer(invocation, argument)
    return _jsonpath_printer(argument, missing_ok=_allow_missing(invocation), as_json=name == "jsonpath-as-json")


def _gotemplate_printer(invocation: Invocation, template: str) -> ObjectPrinter:
    """Prints what a template that does not fit made so far, and kubectl's help for finding out why, before it fails."""
    from tutor.kubectl.printers.gotemplate import TemplateFailed, compile_template

    render = compile_template(template, missing_ok=_allow_missing(invocation), check=invocation.io.check_cancelled)

    def printer(obj: Object) -> str:
        try:
            return render(obj)
        except TemplateFailed as problem:
            invocation.out(problem.printed)
            raise

    return printer


def _allow_missing(invocation: Invocation) -> bool:
    options = invocation.options
    return not options.has("allow-missing-template-keys") or options.flag("allow-missing-template-keys")


def _jsonpath_printer(template: str, *, missing_ok: bool, as_json: bool) -> ObjectPrinter:
    from tutor.kubectl.jsonpath import JsonPath, JsonPathError

    try:
        path = JsonPath.parse(template, missing_ok=missing_ok)
    except JsonPathError as problem:
        raise KubectlError(f"error parsing jsonpath {template}, {problem}") from None

    def printer(obj: Object) -> str:
        try:
            if as_json:
                return "".join(to_json(values) for values in path.results(obj))
            return path.render(obj)
        except JsonPathError as problem:
            raise KubectlError(
                f'error executing jsonpath "{template}": Error executing template: {problem}. '
                f"Printing more information for debugging the template:\n\ttemplate was:\n\t\t{template}\n"
                f"\tobject given to jsonpath engine was:\n\t\t{go_syntax(obj)}\n\n\n"
            ) from None

    return printer


def _columns_printer(invocation: Invocation, name: str, argument: str) -> ObjectPrinter:
    """Prints the header and the rows above one that cannot be made, as kubectl's table writer does, before it fails."""
    from tutor.kubectl.manifests import read_text
    from tutor.kubectl.printers.columns import ColumnsFailed, columns_from_spec, columns_from_template, print_columns

    if name == "custom-columns-file":
        try:
            columns = columns_from_template(read_text(invocation.io.files, argument))
        except KubectlError as problem:
            raise KubectlError(f"error reading template {argument}, {problem.message}") from None
    else:
        columns = columns_from_spec(argument)
    headers = not (invocation.options.has("no-headers") and invocation.options.flag("no-headers"))

    def printer(obj: Object) -> str:
        try:
            return print_columns(obj, columns, headers=headers)
        except ColumnsFailed as problem:
            invocation.out(problem.printed)
            raise

    return printer


def name_text(obj: Object) -> str:
    """`pod/web-1` or `deployment.apps/web`, one line for each item of a list."""
    if is_list(obj):
        return "".join(name_text(item) for item in obj["items"])
    return f"{kind_and_name(obj)}\n"


def kind_and_name(obj: Object) -> str:
    group, _ = group_version(obj)
    kind = str(obj.get("kind", "")).lower()
    return f"{kind}.{group}/{name_of(obj)}" if group else f"{kind}/{name_of(obj)}"

"""What command-line arguments ask for: types, names, `type/name`, selectors, `--all`, files. No object is fetched for it.

Follows cli-runtime `pkg/resource/builder.go`, including its error texts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tutor.kubectl.arguments import all_combined, normalized, type_and_name
from tutor.kubectl.client import JSON
from tutor.kubectl.command import Invocation
from tutor.kubectl.discovery import ApiResource
from tutor.kubectl.errors import BareError, KubectlError
from tutor.kubectl.manifests import Manifest, read_manifests
from tutor.kubectl.objects import labels_of
from tutor.kubectl.selectors import matches

NO_RESOURCE = """You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'"""


@dataclass
class Request:
    """What a command asks the builder for; see the flags of the same names."""

    args: list[str]
    filenames: list[str] = field(default_factory=list)
    kustomize: str = ""
    recursive: bool = False
    label_selector: str | None = None
    field_selector: str | None = None
    all_objects: bool = False
    all_namespaces: bool = False
    allow_empty_selector: bool = False
    single_type: bool = False
    subresource: str = ""
    chunk: int = 500
    query: dict[str, str] = field(default_factory=dict)
    accept: str = JSON
    default_type: str = ""
    collects: bool = False  # failures are printed as a list, without `error:` before them


@dataclass
class Selected:
    """The parsed request: either names, or whole types (to list), or manifests."""

    tuples: list[tuple[ApiResource, str]] = field(default_factory=list)
    types: list[ApiResource] = field(default_factory=list)
    manifests: list[Manifest] = field(default_factory=list)
    single_item: bool = False


class RequestReader:
    """Reads one request."""

    def __init__(self, invocation: Invocation, request: Request) -> None:
        self.invocation = invocation
        self.request = request
        self.selected = Selected()

    def read(self) -> Selected:
        """What the arguments name; KubectlError in kubectl's words when they make no sense."""
        request = self.request
        if request.kustomize:
            self._reject_kustomize_with_files()
            self._take_manifests(self._kustomization())
        elif request.filenames:
            self._take_manifests(self._files())
        else:
            self._take_arguments(normalized(request.args))
        return self.selected

    def _files(self) -> list[Manifest]:
        options = self.invocation.options
        validating = options.has("validate") and options.text("validate") not in ("false", "ignore")
        validating = validating and self.invocation.command.name != "edit"  # which leaves that to the server
        try:
            return read_manifests(
                self.invocation.io, self.request.filenames, recursive=self.request.recursive, validating=validating
            )
        except KubectlError as problem:
            if self.request.collects and problem.message.startswith("unable to decode"):
                raise BareError(problem.message) from None
            raise

    def _reject_kustomize_with_files(self) -> None:
        if self.request.filenames:
            raise KubectlError("only one of -f or -k can be specified")
        if self.request.recursive:
            raise KubectlError("the -k flag can't be used with -f or -R")

    def _kustomization(self) -> list[Manifest]:
        from tutor.kubectl.kustomize import build

        return [
            Manifest(obj, self.request.kustomize)
            for obj in build(self.invocation.io.files, self.request.kustomize, self.invocation.err)
        ]

    def _take_manifests(self, manifests: list[Manifest]) -> None:
        if self.request.args:
            raise KubectlError(
                "when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well"
            )
        if self.request.label_selector:
            wanted = self.request.label_selector
            manifests = [item for item in manifests if item.problem or matches(wanted, labels_of(item.obj))]
        self.selected.manifests = manifests
        self.selected.single_item = len(manifests) == 1

    def _take_arguments(self, args: list[str]) -> None:
        if all_combined(args):
            self._take_tuples([type_and_name(arg) for arg in args])
            return
        if not args and (self.request.label_selector or self.request.field_selector):
            raise KubectlError("at least one resource must be specified to use a selector")
        if not args:
            raise KubectlError(NO_RESOURCE)
        names = args[1:]
        selecting = self._selecting() or (not names and self.request.allow_empty_selector)
        if selecting:
            if names:
                raise KubectlError("name cannot be provided when a selector is specified")
            if self.request.subresource:
                raise KubectlError("subresource cannot be used when bulk resources are specified")
            self.selected.types = self._types(args[0])
            return
        types = self._types(args[0])
        if not names:
            raise KubectlError("resource(s) were provided, but no name was specified")
        self._take_names(types, names)

    def _selecting(self) -> bool:
        request = self.request
        return bool(request.all_objects or request.label_selector or request.field_selector)

    def _take_names(self, types: list[ApiResource], names: list[str]) -> None:
        if len(types) > 1:
            raise KubectlError("you must specify only one resource")
        self._check_namespace_for_names(types[0])
        self.selected.tuples = [(types[0], name) for name in names]
        self.selected.single_item = len(names) == 1

    def _take_tuples(self, tuples: list[tuple[str, str]]) -> None:
        if self._selecting():
            raise KubectlError("selectors and the all flag cannot be used when passing resource/name arguments")
        found = [(self.invocation.mapper.find(type_name), name) for type_name, name in tuples]
        if self.request.single_type and len({resource.qualified for resource, _ in found}) > 1:
            raise KubectlError("you may only specify a single resource type")
        for resource, _ in found:
            self._check_namespace_for_names(resource)
        self.selected.tuples = found
        self.selected.single_item = len(found) == 1

    def _check_namespace_for_names(self, resource: ApiResource) -> None:
        if resource.namespaced and self.request.all_namespaces:
            raise KubectlError("a resource cannot be retrieved by name across all namespaces")

    def _types(self, text: str) -> list[ApiResource]:
        mapper = self.invocation.mapper
        found: list[ApiResource] = []
        for part in text.split(","):
            expanded = mapper.discovery.category(part) if part else []
            for resource in expanded or [mapper.find(part)]:
                if resource not in found:
                    found.append(resource)
        if self.request.single_type and len(found) > 1:
            raise KubectlError("you may only specify a single resource type")
        return found

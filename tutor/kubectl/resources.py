"""Turns command-line arguments into the objects they name: types, names, `type/name`, selectors, `--all`, files.

Follows cli-runtime `pkg/resource/builder.go`, including its error texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from tutor.kubectl.arguments import all_combined, normalized, type_and_name
from tutor.kubectl.client import JSON
from tutor.kubectl.command import Invocation
from tutor.kubectl.discovery import ApiResource
from tutor.kubectl.errors import ApiError, ConnectionFailed, KubectlError, UnknownResource
from tutor.kubectl.manifests import Manifest, read_manifests
from tutor.kubectl.objects import Object, get, labels_of, name_of
from tutor.kubectl.selectors import matches

NO_RESOURCE = """You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'"""


@dataclass
class Info:
    """One object a command works on: what it is, where it is, and its content once fetched or read from a file."""

    resource: ApiResource
    namespace: str
    name: str
    obj: Object = field(default_factory=dict)
    source: str = ""

    @property
    def path(self) -> str:
        return self.resource.path(self.namespace, self.name)

    @property
    def collection(self) -> str:
        return self.resource.path(self.namespace)

    @property
    def title(self) -> str:
        """`deployment.apps/web`, as messages name it."""
        return f"{self.resource.kind_qualified}/{self.name}"


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


@dataclass
class Selected:
    """The parsed request: either names, or whole types (to list), or manifests."""

    tuples: list[tuple[ApiResource, str]] = field(default_factory=list)
    types: list[ApiResource] = field(default_factory=list)
    manifests: list[Manifest] = field(default_factory=list)
    single_item: bool = False


class Builder:
    """Resolves one request. `select` only reads the arguments; `infos`, `lists` and `named` also ask the server."""

    def __init__(self, invocation: Invocation, request: Request) -> None:
        self.invocation = invocation
        self.request = request
        self.selected = Selected()

    @property
    def namespace(self) -> str:
        return "" if self.request.all_namespaces else self.invocation.namespace

    def select(self) -> Selected:
        """What the arguments name; KubectlError in kubectl's words when they make no sense."""
        request = self.request
        if request.kustomize:
            self._reject_kustomize_with_files()
            self._take_manifests(self._kustomization())
        elif request.filenames:
            self._take_manifests(read_manifests(self.invocation.io, request.filenames, recursive=request.recursive))
        else:
            self._take_arguments(normalized(request.args))
        return self.selected

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
            raise BareBuilderError(NO_RESOURCE)
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

    def manifest_infos(self) -> Iterator[Info]:
        """The objects read from files, with their resource and the namespace they go to; nothing is fetched."""
        for manifest in self.selected.manifests:
            yield self.manifest_info(manifest)

    def manifest_info(self, manifest: Manifest) -> Info:
        """One object read from a file, with its resource; KubectlError when the server does not know its kind."""
        if manifest.problem is not None:
            raise manifest.problem
        obj = manifest.obj
        try:
            resource = self.invocation.mapper.for_object(obj)
        except UnknownResource as problem:
            namespace = get(obj, "metadata.namespace", "")
            raise KubectlError(
                f'resource mapping not found for name: "{name_of(obj)}" namespace: "{namespace}" from '
                f'"{manifest.source}": '
                f"{problem.message}\nensure CRDs are installed first"
            ) from None
        except ConnectionFailed as problem:
            raise KubectlError(self._unrecognized(manifest.source, problem)) from None
        return Info(resource, self._namespace_for(obj, resource), name_of(obj), obj, manifest.source)

    def _unrecognized(self, source: str, problem: ConnectionFailed) -> str:
        """What kubectl says when it cannot ask about a manifest's kind: commands that validate ask for the schema first."""
        options = self.invocation.options
        if not options.has("validate") or options.text("validate") in ("false", "ignore"):
            return f'unable to recognize "{source}": {problem.detail}'
        request = problem.request.replace("/api?", "/openapi/v2?")
        return (
            f'error validating "{source}": error validating data: failed to download openapi: {request}: '
            f"{problem.reason}; if you choose to ignore these errors, turn validation off with --validate=false"
        )

    def _namespace_for(self, obj: Object, resource: ApiResource) -> str:
        if not resource.namespaced:
            return ""
        own = str(get(obj, "metadata.namespace", ""))
        wanted = self.invocation.namespace
        if own and own != wanted and self.invocation.namespace_enforced:
            raise KubectlError(
                f'the namespace from the provided object "{own}" does not match the namespace "{wanted}". '
                f"You must pass '--namespace={own}' to perform this operation."
            )
        if not own:
            obj.setdefault("metadata", {})["namespace"] = wanted
        return own or wanted

    def named(self) -> Iterator[Info]:
        """The named objects without fetching them, from arguments or files."""
        for read in self.readers():
            yield read()

    def readers(self) -> Iterator[Callable[[], Info]]:
        """One call for each named object, which says what it is or raises."""
        for resource, name in self.selected.tuples:
            yield partial(Info, resource, self.namespace if resource.namespaced else "", name)
        for manifest in self.selected.manifests:
            yield partial(self.manifest_info, manifest)

    def fetch(self, info: Info) -> Info:
        """Fills in the live object; ApiError NotFound when there is none."""
        path = info.resource.path(info.namespace, info.name, self.request.subresource)
        info.obj = self.invocation.api.get(path, self.request.query, self.request.accept)
        return info

    def pages(self, resource: ApiResource) -> Iterator[Object]:
        """The collection in pages (`--chunk-size`), as the server sends them."""
        query = dict(self.request.query)
        if self.request.label_selector:
            query["labelSelector"] = self.request.label_selector
        if self.request.field_selector:
            query["fieldSelector"] = self.request.field_selector
        if self.request.chunk:
            query["limit"] = str(self.request.chunk)
        path = resource.path(self.namespace)
        while True:
            page = self._page(path, query, resource)
            yield page
            token = get(page, "metadata.continue")
            if not token:
                return
            query["continue"] = token

    def _page(self, path: str, query: dict[str, str], resource: ApiResource) -> Object:
        try:
            return self.invocation.api.get(path, query, self.request.accept)
        except ApiError as problem:
            if problem.reason in ("BadRequest", "NotFound"):
                raise problem.with_prefix(self._list_problem(resource)) from None
            raise

    def _list_problem(self, resource: ApiResource) -> str:
        subject = f'"{resource.group}/{resource.version}, Resource={resource.plural}"'
        label, fields = self.request.label_selector or "", self.request.field_selector or ""
        if not label and not fields:
            return f"Unable to list {subject}: "
        return f'Unable to find {subject} that match label selector "{label}", field selector "{fields}": '

    def listed(self, resource: ApiResource) -> Iterator[Info]:
        """Every object of a type that the selectors pass."""
        for page in self.pages(resource):
            for item in page.get("items", []):
                item.setdefault("apiVersion", resource.api_version)
                item.setdefault("kind", resource.kind)
                yield Info(resource, str(get(item, "metadata.namespace", "")), name_of(item), item)

    def infos(self, *, errors: list[KubectlError] | None = None) -> Iterator[Info]:
        """All live objects the request names. With `errors`, failures are collected there and the rest goes on."""
        for read in self.readers():
            try:
                fetched = self.fetch(read())
            except KubectlError as problem:
                if errors is None:
                    raise
                errors.append(problem)
                continue
            yield fetched
        for resource in self.selected.types:
            try:
                yield from self.listed(resource)
            except KubectlError as problem:
                if errors is None:
                    raise
                errors.append(problem)


class BareBuilderError(KubectlError):
    """No resource was given at all; commands may word it their own way."""

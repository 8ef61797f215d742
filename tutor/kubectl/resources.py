"""Finds the objects that a command's arguments and files name, and fetches them.

Follows cli-runtime `pkg/resource/builder.go`, including its error texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from tutor.kubectl.command import Invocation
from tutor.kubectl.discovery import ApiResource
from tutor.kubectl.errors import ApiError, ConnectionFailed, KubectlError, UnknownResource
from tutor.kubectl.manifests import Manifest
from tutor.kubectl.objects import Object, get, name_of
from tutor.kubectl.request import Request, RequestReader, Selected


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
        self.selected = RequestReader(self.invocation, self.request).read()
        return self.selected

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
        local = self.invocation.options.has("local") and self.invocation.options.flag("local")
        if not own and not local:  # cli-runtime `Builder.Local`: an object that goes nowhere stays as it is
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

"""Which resources a server has, and how kubectl understands the names people type for them.

Reads aggregated discovery (`APIGroupDiscoveryList`, one request for `/api` and one for `/apis`) and falls back to the
older lists per group. Name resolution follows client-go `restmapper/shortcut.go`: plural, singular, short names and
kind, with optional `.VERSION.GROUP`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from tutor.kubectl.client import Api
from tutor.kubectl.errors import ApiError, ConnectionFailed, UnknownResource
from tutor.kubectl.objects import Object

_ACCEPT = (
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"
)


NO_CREDENTIALS = "the server has asked for the client to provide credentials"


@dataclass(frozen=True)
class ApiResource:
    """One resource of one API version, such as `deployments` of `apps/v1`."""

    group: str
    version: str
    plural: str
    singular: str
    kind: str
    namespaced: bool
    verbs: tuple[str, ...] = ()
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False)

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """`deployments.apps`: the plural with its group, as messages name it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def kind_qualified(self) -> str:
        """`deployment.apps`: the lower-case kind with its group, as in `deployment.apps/web created`."""
        return f"{self.kind.lower()}.{self.group}" if self.group else self.kind.lower()

    @property
    def root(self) -> str:
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The URL path of the collection, one object or its subresource; no namespace means all of them."""
        from tutor.kubectl.client import path_segment

        parts = [self.root]
        if namespace and self.namespaced:
            parts.append(f"namespaces/{path_segment(namespace)}")
        parts += [part for part in (self.plural, path_segment(name), subresource) if part]
        return "/".join(parts)


class Discovery:
    """All resources of a server in its own order of preference."""

    def __init__(self, resources: Iterable[ApiResource], group_versions: Iterable[str]) -> None:
        self.resources = list(resources)
        self.group_versions = list(group_versions)

    def preferred(self) -> Iterator[ApiResource]:
        """One version of every resource: the first the server lists."""
        seen: set[tuple[str, str]] = set()
        for resource in self.resources:
            if (resource.group, resource.plural) not in seen:
                seen.add((resource.group, resource.plural))
                yield resource

    def category(self, name: str) -> list[ApiResource]:
        return [resource for resource in self.preferred() if name in resource.categories]

    def by_kind(self, group: str, version: str, kind: str) -> ApiResource | None:
        for resource in self.resources:
            if (resource.group, resource.version, resource.kind) == (group, version, kind):
                return resource
        return None

    def find(self, text: str) -> ApiResource | None:
        """The resource meant by `po`, `pods`, `Pod`, `deployments.apps` or `deployments.v1.apps`."""
        lowered = text.lower()
        name, _, rest = lowered.partition(".")
        if not rest:
            return self._match(name, lambda resource: True)
        version, _, group = rest.partition(".")
        exact = None
        if "." in rest:  # apimachinery, ParseResourceArg: without a second dot, what follows the first is a group
            exact = self._match(name, lambda resource: resource.version == version and resource.group == group)
        exact = exact or self._match(name, lambda resource: resource.group == rest)
        return exact or self._match(name, lambda resource: resource.group.startswith(rest))

    def also_short(self, name: str, found: ApiResource) -> ApiResource | None:
        """Another type with the same short name, which loses against `found`."""
        if name not in found.short_names or name in (found.plural, found.singular):
            return None
        others = (item for item in self.resources if name in item.short_names and item.qualified != found.qualified)
        return next(others, None)

    def _match(self, name: str, accept: Callable[[ApiResource], bool]) -> ApiResource | None:
        candidates = [resource for resource in self.resources if accept(resource)]
        for matches in (_by_plural, _by_singular, _by_short_name, _by_kind_name):
            for resource in candidates:
                if matches(resource, name):
                    return resource
        return None


def _by_short_name(resource: ApiResource, name: str) -> bool:
    return name in resource.short_names


def _by_plural(resource: ApiResource, name: str) -> bool:
    return resource.plural == name


def _by_singular(resource: ApiResource, name: str) -> bool:
    return resource.singular == name


def _by_kind_name(resource: ApiResource, name: str) -> bool:
    return resource.kind.lower() == name


class Mapper:
    """Finds resources for one command, asking the server again when a name is not known (a CRD may be new)."""

    def __init__(
        self,
        api: Api,
        on_failure: Callable[[str], None] = lambda reason: None,
        warn: Callable[[str], None] = lambda text: None,
    ) -> None:
        """`on_failure` is told why the server could not be asked what it has, before the error is raised.

        `warn` gets a text about a short name that several types have.
        """
        self._api = api
        self._warn = warn
        self._warned: set[str] = set()
        self._on_failure = on_failure
        self._fresh = False

    @property
    def discovery(self) -> Discovery:
        if self._api.connection.learned.discovery is None:
            self.refresh()
        found = self._api.connection.learned.discovery
        assert found is not None  # refresh sets it or raises
        return found

    def refresh(self) -> None:
        try:
            self._api.connection.learned.discovery = discover(self._api)
        except ConnectionFailed as problem:
            problem.request = problem.request.replace('/api"', '/api?timeout=32s"')
            self._on_failure(problem.detail)
            raise
        except ApiError as problem:
            if problem.code == 401:  # the server's own words are not read here
                problem = ApiError({**problem.status, "message": NO_CREDENTIALS})
            self._on_failure(problem.message)
            raise problem from None
        self._fresh = True

    def find(self, text: str) -> ApiResource:
        """The resource for what the user typed; UnknownResource when the server has none."""
        found = self.discovery.find(text)
        if found is None and not self._fresh:
            self.refresh()
            found = self.discovery.find(text)
        if found is None:
            raise UnknownResource(_unknown(text))
        self._warn_if_ambiguous(text.lower(), found)
        return found

    def _warn_if_ambiguous(self, name: str, found: ApiResource) -> None:
        """As client-go `restmapper/shortcut.go` does, once for a command."""
        other = self.discovery.also_short(name, found)
        if other is not None and name not in self._warned:
            self._warned.add(name)
            self._warn(f'short name "{name}" could also match lower priority resource {other.qualified}')

    def for_object(self, obj: Object) -> ApiResource:
        """The resource an object from a manifest belongs to."""
        from tutor.kubectl.objects import group_version

        group, version = group_version(obj)
        return self.for_kind(group, version, str(obj.get("kind", "")))

    def for_kind(self, group: str, version: str, kind: str) -> ApiResource:
        found = self.discovery.by_kind(group, version, kind)
        if found is None and not self._fresh:
            self.refresh()
            found = self.discovery.by_kind(group, version, kind)
        if found is None:
            api_version = f"{group}/{version}" if group else version
            raise UnknownResource(f'no matches for kind "{kind}" in version "{api_version}"')
        return found


def _unknown(text: str) -> str:
    """All after the first dot is called the group, also where it may have been a version and a group: that is what is tried last
    (cli-runtime, `Builder.mappingFor`)."""
    name, _, rest = text.partition(".")
    return f'the server doesn\'t have a resource type "{name}"' + (f' in group "{rest}"' if rest else "")


def discover(api: Api) -> Discovery:
    """Asks the server what it has."""
    resources: list[ApiResource] = []
    versions: list[str] = []
    for path in ("/api", "/apis"):
        reply = api.get(path, accept=_ACCEPT)
        aggregated = reply.get("kind") == "APIGroupDiscoveryList"
        groups = list(_aggregated(reply) if aggregated else _legacy(api, path, reply))
        for group_version, found in groups:
            versions.append(group_version)
            resources += found
    return Discovery(resources, versions)


def _aggregated(reply: Object) -> Iterator[tuple[str, list[ApiResource]]]:
    for item in reply.get("items", []):
        group = item.get("metadata", {}).get("name", "")
        for entry in item.get("versions", []):
            version = entry["version"]
            found = [_from_aggregated(group, version, resource) for resource in entry.get("resources", [])]
            yield (f"{group}/{version}" if group else version), found


def _from_aggregated(group: str, version: str, item: Object) -> ApiResource:
    kind = item.get("responseKind", {}).get("kind", "")
    return ApiResource(
        group=group,
        version=version,
        plural=item["resource"],
        singular=item.get("singularResource") or kind.lower(),
        kind=kind,
        namespaced=item.get("scope") == "Namespaced",
        verbs=tuple(item.get("verbs", ())),
        short_names=tuple(item.get("shortNames", ())),
        categories=tuple(item.get("categories", ())),
        subresources={sub["subresource"]: tuple(sub.get("verbs", ())) for sub in item.get("subresources", ())},
    )


def _legacy(api: Api, path: str, reply: Object) -> Iterator[tuple[str, list[ApiResource]]]:
    """The unaggregated documents: APIVersions or APIGroupList, then one APIResourceList per version."""
    if path == "/api":
        versions = [("", version) for version in reply.get("versions", [])]
    else:
        versions = [
            (group["name"], item["version"]) for group in reply.get("groups", []) for item in _preferred_first(group)
        ]
    for group, version in versions:
        try:
            listed = api.get(f"/apis/{group}/{version}" if group else f"/api/{version}")
        except ApiError:
            continue  # one broken aggregated API does not take the others away
        yield (f"{group}/{version}" if group else version), list(_from_legacy(group, version, listed))


def _preferred_first(group: Object) -> list[Object]:
    preferred = group.get("preferredVersion", {}).get("version")
    return sorted(group.get("versions", []), key=lambda item: bool(item["version"] != preferred))


def _from_legacy(group: str, version: str, listed: Object) -> Iterator[ApiResource]:
    entries = listed.get("resources", [])
    subresources: dict[str, dict[str, tuple[str, ...]]] = {}
    for entry in entries:
        plural, _, subresource = entry["name"].partition("/")
        if subresource:
            subresources.setdefault(plural, {})[subresource] = tuple(entry.get("verbs", ()))
    for entry in entries:
        if "/" in entry["name"]:
            continue
        yield ApiResource(
            group=group,
            version=version,
            plural=entry["name"],
            singular=entry.get("singularName") or entry["kind"].lower(),
            kind=entry["kind"],
            namespaced=bool(entry.get("namespaced")),
            verbs=tuple(entry.get("verbs", ())),
            short_names=tuple(entry.get("shortNames", ())),
            categories=tuple(entry.get("categories", ())),
            subresources=subresources.get(entry["name"], {}),
        )

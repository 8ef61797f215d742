"""The kubeconfig file: which cluster, user and namespace a command talks to.

The format is the `Config` of k8s.io/client-go `tools/clientcmd/api/v1`.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.kubectl.endpoint import Endpoint, Overrides
from tutor.kubectl.errors import ConfigurationError, KubectlError
from tutor.kubectl.objects import Object

if TYPE_CHECKING:
    from tutor.kubectl.connection import Connection
    from tutor.kubectl.io import Files

__all__ = ["EMPTY", "Endpoint", "KubeConfig", "Overrides"]

EMPTY: Object = {
    "apiVersion": "v1",
    "kind": "Config",
    "preferences": {},
    "clusters": [],
    "contexts": [],
    "users": [],
    "current-context": "",
}


class KubeConfig:
    """A loaded kubeconfig, the open connections made from it, and the file it is written back to.

    Keep one for as long as a shell lives: connections and discovery are kept with it, so the second command is quick.
    """

    def __init__(self, data: Object, path: Path | None = None) -> None:
        self.data = data
        self.path = path
        self.shown_path = str(path or "")
        """What messages call the file; a host that shows it under another name sets this."""
        self._files: Files | None = None
        self._connections: dict[Endpoint, Connection] = {}

    @classmethod
    def load(cls, path: Path) -> KubeConfig:
        """Reads a kubeconfig; a missing file is an empty configuration, as for kubectl."""
        return cls(parse(lambda: path.read_bytes(), str(path)), path)

    def other(self, files: Files, path: str) -> KubeConfig:
        """The kubeconfig in a file of the workspace, with this one's connections."""
        found = KubeConfig(parse(lambda: files.read_bytes(path), path), Path(path))
        found._files = files
        found._connections = self._connections
        return found

    def save(self) -> None:
        """Writes the configuration back, readable by its owner only, replacing the file in one step."""
        from tutor.kubectl.printers.yaml import to_yaml

        if self.path is None:
            return
        text = to_yaml(self.data)
        if self._files is not None:
            self._files.write(str(self.path), text.encode())
            return
        temporary = self.path.with_name(self.path.name + ".new")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        temporary.replace(self.path)

    def read(self, path: str) -> bytes:
        """A file the configuration names, such as a certificate. Raises OSError."""
        return self._files.read_bytes(path) if self._files is not None else Path(path).read_bytes()

    @property
    def current_context(self) -> str:
        return str(self.data.get("current-context") or "")

    def entries(self, kind: str) -> list[Object]:
        """The named entries of `clusters`, `contexts` or `users`."""
        return [entry for entry in self.data.get(kind) or [] if isinstance(entry, dict)]

    def entry(self, kind: str, name: str) -> Object | None:
        """The content of one named entry, to read or to change in place."""
        inner = kind.removesuffix("s")
        for item in self.entries(kind):
            if item.get("name") == name:
                content: Object = item.setdefault(inner, {})
                return content
        return None

    def context(self, name: str = "") -> Object:
        """A context, by default the current one, which may be missing only when none is set."""
        chosen = name or self.current_context
        found = self.entry("contexts", chosen)
        if found is None and chosen:
            raise ConfigurationError(f"context was not found for specified context: {chosen}")
        return found or {}

    def namespace(self, context: str = "") -> str:
        return str(self.context(context).get("namespace") or "default")

    def set_namespace(self, namespace: str) -> None:
        """Makes `namespace` the current context's default and writes the file."""
        self.context()["namespace"] = namespace
        self.save()

    def endpoint(self, overrides: Overrides) -> Endpoint:
        """Where requests go. KubectlError when the configuration does not say, or says nonsense."""
        from tutor.kubectl.endpoint import resolve

        return resolve(self, overrides)

    def connection(self, endpoint: Endpoint) -> Connection:
        """The kept connection to an endpoint, made at its first use."""
        from tutor.kubectl.connection import Connection

        if endpoint not in self._connections:
            learned = next((known.learned for known in self._connections.values() if known.serves(endpoint)), None)
            self._connections[endpoint] = Connection(endpoint, learned)
        return self._connections[endpoint]

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()


def parse(read: Callable[[], bytes], name: str) -> Object:
    """A kubeconfig's content; KubectlError in the words of client-go `clientcmd/loader.go` when it is none."""
    import yaml

    from tutor.kubectl.manifests import go_yaml_message
    from tutor.kubectl.yaml_loader import ManifestLoader

    failure = f"error loading config file {json.dumps(name)}: "
    try:
        data: Any = yaml.load(read().decode("utf-8", "replace"), Loader=ManifestLoader)
    except FileNotFoundError:
        data = None
    except OSError as problem:
        raise KubectlError(f"{failure}open {name}: {(problem.strerror or str(problem)).lower()}") from None
    except yaml.YAMLError as problem:
        raise KubectlError(failure + go_yaml_message(problem)) from None
    if data is None:
        return copy.deepcopy(EMPTY)
    if not isinstance(data, dict):
        kind = {list: "array", str: "string", bool: "bool"}.get(type(data), "number")
        raise KubectlError(
            f"{failure}couldn't get version/kind; json parse error: json: cannot unmarshal {kind} into Go value of type "
            'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
        )
    if data.get("kind", "Config") != "Config" or data.get("apiVersion", "v1") != "v1":
        raise KubectlError(
            f'{failure}no kind "{data.get("kind", "Config")}" is registered for version "{data.get("apiVersion", "v1")}" in scheme '
            '"pkg/runtime/scheme.go:111"'
        )
    return {**copy.deepcopy(EMPTY), **data}

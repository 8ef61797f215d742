"""A cluster of the learner's own, by a context of their kubeconfig, after they have agreed to it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tutor.clusters.base import ClusterError, Report
from tutor.clusters.consent import ContextInfo, has_consent
from tutor.clusters.images import load_into_kind, needs_loading
from tutor.clusters.inspection import capabilities_of, check_reachable
from tutor.clusters.private_config import embedded, namespace_kept, write_kubeconfig

KIND_PREFIX = "kind-"
"""Contexts that kind writes start so; the rest is the cluster's name."""

_CLUSTER_FILES = ("certificate-authority",)
_USER_FILES = ("client-certificate", "client-key")


def kubeconfig_files() -> list[Path]:
    """The learner's kubeconfig files, as kubectl finds them: KUBECONFIG, else ~/.kube/config."""
    named = os.environ.get("KUBECONFIG", "")
    files = [Path(entry) for entry in named.split(os.pathsep) if entry]
    return files or [Path.home() / ".kube" / "config"]


def _load() -> list[tuple[Path, dict[str, Any]]]:
    import yaml

    loaded = []
    for path in kubeconfig_files():
        try:
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
            raise ClusterError(
                f"the kubeconfig {path} cannot be read: {problem}", "Repair it or set KUBECONFIG"
            ) from None
        if isinstance(data, dict):
            loaded.append((path, data))
    return loaded


def _find(loaded: list[tuple[Path, dict[str, Any]]], kind: str, name: str) -> tuple[Path, dict[str, Any]] | None:
    """The first entry of that name, as kubectl merges files, and the folder that its relative paths count from."""
    for path, data in loaded:
        for entry in data.get(kind) or ():
            if isinstance(entry, dict) and entry.get("name") == name:
                return path.parent, entry.get(kind.removesuffix("s")) or {}
    return None


def contexts() -> list[ContextInfo]:
    """Every context the learner has. Raises ClusterError when a kubeconfig cannot be read."""
    loaded = _load()
    names = [e.get("name") for _, data in loaded for e in data.get("contexts") or () if isinstance(e, dict)]
    return [describe_context(str(name)) for name in dict.fromkeys(names) if name]


def describe_context(name: str) -> ContextInfo:
    """What a context leads to. Raises ClusterError when there is none of that name."""
    loaded = _load()
    context = _find(loaded, "contexts", name)
    if context is None:
        searched = ", ".join(str(path) for path in kubeconfig_files())
        raise ClusterError(f"there is no context {name!r} in {searched}", "`kubectl config get-contexts` lists yours")
    cluster = _find(loaded, "clusters", str(context[1].get("cluster")))
    server = str(cluster[1].get("server", "")) if cluster else ""
    if not server:
        raise ClusterError(f"the context {name!r} names no server", "Repair your kubeconfig")
    return ContextInfo(name, server, str(context[1].get("user", "")))


class ContextCluster:
    """A real cluster that the learner has opted in."""

    clock = None
    snapshots = None
    history = None
    levers = None

    def __init__(self, context: str) -> None:
        self.context = context
        self.name = f"context:{context}"
        self.capabilities: frozenset[str] = frozenset()
        self._kubeconfig: Path | None = None

    def start(self, report: Report = lambda _: None) -> None:
        """Check consent, write a private kubeconfig and look what the cluster can do. Raises ClusterError."""
        if self._kubeconfig is not None:
            return
        info = describe_context(self.context)
        if not has_consent(info):
            raise ConsentNeeded(info)
        report(f"connecting to {info.server}")
        kubeconfig = self._write(info)
        check_reachable(kubeconfig, info.server)
        report("looking what the cluster can do")
        loadable = {"image-load"} if self.context.startswith(KIND_PREFIX) else set()
        self.capabilities = capabilities_of(kubeconfig) | loadable
        self._kubeconfig = kubeconfig

    def _write(self, info: ContextInfo) -> Path:
        loaded = _load()
        context = _find(loaded, "contexts", info.context)
        assert context is not None  # describe_context has found it
        found_cluster = _find(loaded, "clusters", str(context[1].get("cluster")))
        found_user = _find(loaded, "users", info.user)
        assert found_cluster is not None
        try:
            cluster = embedded(found_cluster[1], found_cluster[0], _CLUSTER_FILES)
            user = embedded(found_user[1], found_user[0], _USER_FILES) if found_user else {}
        except OSError as problem:
            raise ClusterError(f"a file of the context {info.context!r} cannot be read: {problem}") from None
        if "exec" in user or "auth-provider" in user:
            user = {"token": _token_from_program(info.context)}
        return write_kubeconfig("context", cluster, user, namespace_kept("context", info.server))

    def stop(self) -> None:
        """Forget the connection; the cluster stays as it is."""
        if self._kubeconfig is not None:
            self._kubeconfig.unlink(missing_ok=True)
        self._kubeconfig = None

    def kubeconfig(self) -> Path:
        """A private copy of the one context. ClusterError before start."""
        if self._kubeconfig is None:
            raise ClusterError("the cluster has not been started")
        return self._kubeconfig

    def load_images(self, images: Sequence[str], report: Report = lambda _: None) -> None:
        """Load them where the context is one of kind's; elsewhere the cluster must be able to pull them itself."""
        wanted = needs_loading(images)
        if wanted and self.context.startswith(KIND_PREFIX):
            load_into_kind(self.context.removeprefix(KIND_PREFIX), wanted, report)


class ConsentNeeded(ClusterError):
    """The learner has not agreed to the use of this context. `info` is what to show them."""

    def __init__(self, info: ContextInfo) -> None:
        super().__init__(
            f"the context {info.context!r} (server {info.server}, user {info.user}) has not been agreed to",
            f"Agree with: k8s-tutor cluster consent {info.context}",
        )
        self.info = info


def _token_from_program(context: str) -> str:
    """The token that the program named in the kubeconfig gives out. Raises ClusterError."""
    from kubernetes import config as kubernetes_config
    from kubernetes.client import Configuration

    settings = Configuration()
    files = os.pathsep.join(str(path) for path in kubeconfig_files())
    try:
        kubernetes_config.load_kube_config(config_file=files, context=context, client_configuration=settings)
    except Exception as problem:
        # Whatever the program or the library stumbles over, the learner needs to know which context and why.
        why = f"the credentials of the context {context!r} could not be had: {problem}"
        raise ClusterError(why, "Check that `kubectl get nodes` works with it") from None
    return str(settings.api_key.get("authorization", "")).removeprefix("Bearer ")

"""A cluster made with kind (Kubernetes in containers), named for the tutor."""

from __future__ import annotations

import contextlib
import re
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from tutor.clusters.base import ClusterError, KindOptions, Report
from tutor.clusters.images import load_into_kind, needs_loading
from tutor.clusters.inspection import capabilities_of, check_reachable, ready_nodes
from tutor.clusters.private_config import namespace_kept, write_kubeconfig
from tutor.clusters.programs import container_engine, run
from tutor.folders import private_folder

CLUSTER_NAME = "k8s-tutor"
CREATE_SECONDS = 600
READY_SECONDS = 90.0
"""How long all nodes may take to be Ready after kind has made them, or after they have been started again."""
DEFAULT_CONFIG = """\
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
- role: control-plane
- role: worker
- role: worker
"""
_INSTALL_KIND = "Install it as https://kind.sigs.k8s.io describes, or use the simulated cluster"
_ANOTHER_IMAGE = (
    "Check the name and the connection to the network, or name an image that you have: "
    "k8s-tutor --cluster kind cluster start --image IMAGE"
)
_KNOWN_ISSUES = (
    "Often the machine allows too few inotify instances or has too little memory: see "
    "https://kind.sigs.k8s.io/docs/user/known-issues/, then delete it (k8s-tutor --cluster kind cluster stop --delete) "
    "and start anew; or use the simulated cluster"
)
_SIMULATED = "Try again, or use the simulated cluster"
_DELETE_IT = "Delete it, and it is made anew: k8s-tutor --cluster kind cluster stop --delete"
_NO_NODE_IMAGE = re.compile(r'failed to pull image "(?P<image>[^"]+)".*(?:from daemon|Command Output): *(?P<why>.*)')


class KindCluster:
    """The tutor's kind cluster: created when it is not there, reused when it is, never deleted without being asked."""

    name = "kind"
    clock = None
    snapshots = None
    history = None
    levers = None

    def __init__(self, options: KindOptions) -> None:
        self._options = options
        self._kubeconfig: Path | None = None
        self.capabilities: frozenset[str] = frozenset()

    def start(self, report: Report = lambda _: None) -> None:
        """Create the cluster, or find it running, or start its nodes again. Raises ClusterError with the remedy."""
        if self._kubeconfig is not None:
            return
        engine = _programs()
        if _exists():
            fresh = _start_nodes(engine, report)
        else:
            report("creating a kind cluster, which takes a minute or two")
            self._create()
            fresh = True
        kubeconfig = _kubeconfig()
        if fresh:
            report("waiting for its nodes")
            _wait_until_ready(kubeconfig)
        else:
            _check_reachable(kubeconfig)
        self.capabilities = capabilities_of(kubeconfig) | {"image-load"}
        self._kubeconfig = kubeconfig

    def _create(self) -> None:
        folder = private_folder("clusters")
        config = self._options.config
        if config is None:
            config = folder / "kind-config.yaml"
            config.write_text(DEFAULT_CONFIG, encoding="utf-8")
        command = ["kind", "create", "cluster", "--name", CLUSTER_NAME, "--config", str(config)]
        # Without a kubeconfig of ours kind would add a context to the learner's own, and make it the current one.
        command += ["--kubeconfig", str(folder / "kind-created.kubeconfig"), "--wait", "120s"]
        if self._options.image:
            command += ["--image", self._options.image]
        try:
            run([*command, *self._options.arguments], timeout=CREATE_SECONDS)
        except ClusterError as error:
            self._discard()
            raise _not_created(error.message) from None
        except KeyboardInterrupt:
            self._discard()
            raise
        finally:
            (folder / "kind-created.kubeconfig").unlink(missing_ok=True)

    def _discard(self) -> None:
        """Delete what has been made of a cluster, or the next start would take it for a whole one."""
        if "--retain" not in self._options.arguments:
            with contextlib.suppress(ClusterError):  # why there is no cluster matters more
                run(["kind", "delete", "cluster", "--name", CLUSTER_NAME])

    def stop(self) -> None:
        """Let it go; it keeps running, so that the next start takes no time."""
        self._kubeconfig = None

    def delete(self) -> bool:
        """Delete the cluster with all that is in it; says whether there was one. Raises ClusterError."""
        self.stop()
        _programs()
        existed = _exists()
        if existed:
            run(["kind", "delete", "cluster", "--name", CLUSTER_NAME])
        (private_folder("clusters") / "kind.kubeconfig").unlink(missing_ok=True)
        return existed

    def kubeconfig(self) -> Path:
        """A private file with the way to the cluster. ClusterError before start."""
        if self._kubeconfig is None:
            raise ClusterError("the cluster has not been started")
        return self._kubeconfig

    def load_images(self, images: Sequence[str], report: Report = lambda _: None) -> None:
        """Build the tutor's own images and load them into the nodes. Raises ClusterError."""
        wanted = needs_loading(images)
        if wanted:
            load_into_kind(CLUSTER_NAME, wanted, report)


def _programs() -> str:
    """The container engine that answers. ClusterError when it or kind is missing."""
    if shutil.which("kind") is None:
        raise ClusterError("the program kind is not installed", _INSTALL_KIND)
    return container_engine()


def nodes_running() -> dict[str, bool]:
    """The nodes of the tutor's kind cluster and whether each runs; none when there is no such cluster. Changes nothing.

    ClusterError when kind or a container engine is missing.
    """
    engine = _programs()
    return _states(engine) if _exists() else {}


def _exists() -> bool:
    return CLUSTER_NAME in run(["kind", "get", "clusters"]).split()


def _not_created(message: str) -> ClusterError:
    """What to say about a cluster that could not be made, given what kind said."""
    found = _NO_NODE_IMAGE.search(message)
    if found is None:
        return ClusterError(message, _SIMULATED)
    return ClusterError(f"kind cannot get the node image {found['image']}: {found['why']}", _ANOTHER_IMAGE)


def _nodes() -> list[str]:
    return run(["kind", "get", "nodes", "--name", CLUSTER_NAME]).split()


def _states(engine: str) -> dict[str, bool]:
    nodes = _nodes()
    states = run([engine, "inspect", "--format", "{{.State.Running}}", *nodes]).split()
    return {node: running == "true" for node, running in zip(nodes, states, strict=True)}


def _start_nodes(engine: str, report: Report) -> bool:
    """Start nodes that do not run, as after a restart of the machine; says whether there were any. Raises ClusterError."""
    stopped = [node for node, running in _states(engine).items() if not running]
    if stopped:
        report("starting the nodes of the kind cluster")
        run([engine, "start", *stopped])
    return bool(stopped)


def _kubeconfig() -> Path:
    """A kubeconfig of ours from what kind says. Raises ClusterError."""
    import yaml

    try:
        data = yaml.safe_load(run(["kind", "get", "kubeconfig", "--name", CLUSTER_NAME]))
        cluster, user = data["clusters"][0]["cluster"], data["users"][0]["user"]
        return write_kubeconfig("kind", cluster, user, namespace_kept("kind", str(cluster["server"])))
    except ClusterError as error:
        raise ClusterError(f"the kind cluster is not complete: {error.message}", _DELETE_IT) from None
    except (yaml.YAMLError, KeyError, IndexError, TypeError):
        raise ClusterError("kind gives out no kubeconfig of its cluster", _DELETE_IT) from None


def _check_reachable(kubeconfig: Path) -> None:
    try:
        check_reachable(kubeconfig, "the kind cluster")
    except ClusterError as error:
        raise ClusterError(error.message, _DELETE_IT) from None


def _wait_until_ready(kubeconfig: Path) -> None:
    """Wait until all nodes are Ready, for kind itself looks at the control plane only. ClusterError when they are not."""
    nodes = set(_nodes())
    end = time.monotonic() + READY_SECONDS
    while missing := nodes - ready_nodes(kubeconfig):
        if time.monotonic() >= end:
            _check_reachable(kubeconfig)
            what = f"nodes of the kind cluster do not become ready: {', '.join(sorted(missing))}"
            raise ClusterError(what, _KNOWN_ISSUES)
        time.sleep(1)

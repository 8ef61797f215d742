"""A cluster made with kind (Kubernetes in containers), named for the tutor."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from tutor.clusters.base import ClusterError, KindOptions, Report
from tutor.clusters.images import load_into_kind, needs_loading
from tutor.clusters.inspection import capabilities_of, check_reachable
from tutor.clusters.programs import container_engine, run
from tutor.folders import private_folder

CLUSTER_NAME = "k8s-tutor"
CREATE_SECONDS = 600
DEFAULT_CONFIG = """\
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
- role: control-plane
- role: worker
- role: worker
"""
_INSTALL_KIND = "Install it as https://kind.sigs.k8s.io describes, or use the simulated cluster"


class KindCluster:
    """The tutor's kind cluster: created when it is not there, reused when it is, never deleted without being asked."""

    name = "kind"
    clock = None
    snapshots = None

    def __init__(self, options: KindOptions) -> None:
        self._options = options
        self._kubeconfig: Path | None = None
        self.capabilities: frozenset[str] = frozenset()

    def start(self, report: Report = lambda _: None) -> None:
        """Create the cluster, or find it running. Raises ClusterError with the remedy."""
        if self._kubeconfig is not None:
            return
        if shutil.which("kind") is None:
            raise ClusterError("the program kind is not installed", _INSTALL_KIND)
        container_engine()
        kubeconfig = private_folder("clusters") / "kind.kubeconfig"
        if CLUSTER_NAME not in run(["kind", "get", "clusters"]).split():
            report("creating a kind cluster, which takes a minute or two")
            self._create(kubeconfig)
        text = run(["kind", "get", "kubeconfig", "--name", CLUSTER_NAME])
        kubeconfig.touch(mode=0o600)
        kubeconfig.write_text(text, encoding="utf-8")
        check_reachable(kubeconfig, "the kind cluster")
        self.capabilities = capabilities_of(kubeconfig) | {"image-load"}
        self._kubeconfig = kubeconfig

    def _create(self, kubeconfig: Path) -> None:
        config = self._options.config
        if config is None:
            config = private_folder("clusters") / "kind-config.yaml"
            config.write_text(DEFAULT_CONFIG, encoding="utf-8")
        command = ["kind", "create", "cluster", "--name", CLUSTER_NAME, "--config", str(config)]
        command += ["--kubeconfig", str(kubeconfig), "--wait", "120s"]
        if self._options.image:
            command += ["--image", self._options.image]
        run([*command, *self._options.arguments], timeout=CREATE_SECONDS)

    def stop(self) -> None:
        """Let it go; it keeps running, so that the next start takes no time."""
        self._kubeconfig = None

    def delete(self) -> None:
        """Delete the cluster with all that is in it. Raises ClusterError."""
        self.stop()
        run(["kind", "delete", "cluster", "--name", CLUSTER_NAME])
        (private_folder("clusters") / "kind.kubeconfig").unlink(missing_ok=True)

    def kubeconfig(self) -> Path:
        """The kubeconfig that kind gives out. ClusterError before start."""
        if self._kubeconfig is None:
            raise ClusterError("the cluster has not been started")
        return self._kubeconfig

    def load_images(self, images: Sequence[str], report: Report = lambda _: None) -> None:
        """Build the tutor's own images and load them into the nodes. Raises ClusterError."""
        wanted = needs_loading(images)
        if wanted:
            load_into_kind(CLUSTER_NAME, wanted, report)

"""The cluster of the learner's own shell: one that another process of the tutor has started, reached by its kubeconfig."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from tutor.clusters.base import ClusterError, Report
from tutor.own_shell import CAPABILITIES, CLUSTER, KUBECONFIG


class GivenCluster:
    """A running cluster. It can be used, but neither started nor stopped."""

    clock = None
    snapshots = None
    history = None
    levers = None

    def __init__(self, kubeconfig: Path, name: str, capabilities: frozenset[str]) -> None:
        self._kubeconfig = kubeconfig
        self.name = name
        self.capabilities = capabilities

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> GivenCluster | None:
        """The cluster that the shell this process was started from is for; None outside such a shell."""
        path = environment.get(KUBECONFIG)
        if not path:
            return None
        capabilities = frozenset(filter(None, environment.get(CAPABILITIES, "").split(",")))
        return cls(Path(path), environment.get(CLUSTER) or "simulated", capabilities)

    def start(self, report: Report = lambda _: None) -> None:
        """See that it is still there. ClusterError when it has ended."""
        if not self._kubeconfig.exists():
            raise ClusterError("the cluster this shell was opened for has ended", "Leave this shell and open it again")

    def stop(self) -> None:
        """Nothing: it belongs to whoever started it."""

    def kubeconfig(self) -> Path:
        """The file that leads to it."""
        return self._kubeconfig

    def load_images(self, images: Sequence[str], report: Report = lambda _: None) -> None:
        """Nothing: whoever started the cluster has loaded them."""

"""A simulated cluster whose schemas tests can ask for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tutor.clusters.simulated import Simulated
from tutor.folders import HOME_VARIABLE


@contextmanager
def cluster_with(folder: Path, manifests: str) -> Iterator[Path]:
    """The kubeconfig of a cluster to which these manifests have been applied."""
    from tutor.kubectl import FolderFiles, KubeConfig, KubectlIO, run

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(folder / "home"))
        cluster = Simulated()
        cluster.start()
        (folder / "objects.yaml").write_text(manifests)
        config = KubeConfig.load(cluster.kubeconfig())
        said: list[str] = []
        io = KubectlIO(stdout=said.append, stderr=said.append, files=FolderFiles(folder))
        assert run(["apply", "-f", "objects.yaml"], io, config) == 0, said
        config.close()
        yield cluster.kubeconfig()
        cluster.stop()

"""One simulated cluster for all tests of this package, with a few objects to refer to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.clusters.simulated import Simulated
from tutor.folders import HOME_VARIABLE
from tutor.manifests.schemas import ClusterSchemas

OBJECTS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: web-config}
---
apiVersion: v1
kind: Secret
metadata: {name: db-login, namespace: kube-public}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: backups.example.com}
spec:
  group: example.com
  names: {kind: Backup, plural: backups, singular: backup}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            required: [schedule]
            properties:
              schedule: {type: string, description: When it runs. A cron line.}
              keep: {type: integer}
              mode: {type: string, enum: [full, changes]}
"""


@pytest.fixture(scope="package")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterSchemas]:
    """What the cluster says about manifests."""
    from tutor.kubectl import FolderFiles, KubeConfig, KubectlIO, run

    folder = tmp_path_factory.mktemp("cluster")
    patch = pytest.MonkeyPatch()
    patch.setenv(HOME_VARIABLE, str(folder / "home"))
    cluster = Simulated()
    cluster.start()
    (folder / "objects.yaml").write_text(OBJECTS)
    config = KubeConfig.load(cluster.kubeconfig())
    said: list[str] = []
    io = KubectlIO(stdout=said.append, stderr=said.append, files=FolderFiles(Path(folder)))
    assert run(["apply", "-f", "objects.yaml"], io, config) == 0, said
    found = ClusterSchemas(cluster.kubeconfig())
    yield found
    found.close()
    config.close()
    cluster.stop()
    patch.undo()

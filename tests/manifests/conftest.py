"""One simulated cluster for all tests of this package, with a few objects to refer to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.manifests.clusters import cluster_with
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
    with cluster_with(tmp_path_factory.mktemp("cluster"), OBJECTS) as kubeconfig:
        found = ClusterSchemas(kubeconfig)
        yield found
        found.close()

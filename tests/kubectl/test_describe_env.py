"""Values of environment variables that come from the pod itself."""

from __future__ import annotations

import pytest

from tutor.kubectl.describe.env_values import pod_field_value

POD = {
    "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
    "spec": {"nodeName": "node-1"},
    "status": {"podIP": "10.0.0.1"},
}


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("metadata.name", "web"),
        ("metadata.namespace", "shop"),
        ("metadata.labels['app']", ""),
        ("spec.nodeName", ""),
        ("status.podIP", ""),
    ],
)
def test_describe_knows_two_fields_of_a_pod(path: str, shown: str) -> None:
    """As the genuine kubectl 1.37.2 describes pods whose variables refer to these fields."""
    assert pod_field_value(POD, path) == shown

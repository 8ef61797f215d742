"""Volumes that are images: events and statuses as Kubernetes 1.37.2 with containerd shows them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.lab import Lab

FOREVER = ["sh", "-c", "sleep 3600"]
KITTEN = "registry.k8s.io/e2e-test-images/kitten:1.8"


@pytest.fixture
def lab() -> Lab:
    return Lab()


def mounted(lab: Lab, image: str, **mount: Any) -> None:
    """Start a pod that mounts an image at /v."""
    container = {"command": FOREVER, "volumeMounts": [{"name": "v", "mountPath": "/v", **mount}]}
    lab.pod("app", container, volumes=[{"name": "v", "image": {"reference": image, "pullPolicy": "Always"}}])
    lab.advance(12)


def test_the_files_of_an_image_are_there_to_read(lab: Lab) -> None:
    mounted(lab, KITTEN)
    assert "kitten.jpg" in lab.run("app", "cat", "/v/data.json")[1]
    assert "Alpine Linux" in lab.run("app", "cat", "/v/etc/os-release")[1]
    assert lab.run("app", "touch", "/v/x") == (1, "touch: /v/x: Read-only file system\n")


def test_a_part_of_an_image(lab: Lab) -> None:
    mounted(lab, KITTEN, subPath="etc")
    assert lab.run("app", "head", "-n", "1", "/v/os-release") == (0, 'PRETTY_NAME="Alpine Linux v3.22"\n')


def test_it_is_fetched_before_the_container_s_image(lab: Lab) -> None:
    mounted(lab, KITTEN)
    assert lab.messages("app", "Pulling") == [f'Pulling image "{KITTEN}"', 'Pulling image "busybox:1.36"']
    assert lab.events("app") == ["Scheduled", "Pulling", "Pulled", "Pulling", "Pulled", "Created", "Started"]


def test_an_image_that_does_not_exist_keeps_the_container_from_starting(lab: Lab) -> None:
    mounted(lab, "nosuch:1")
    assert lab.state("app") in ("ErrImagePull", "ImagePullBackOff")
    assert lab.messages("app", "Pulling") == ['Pulling image "nosuch:1"']
    assert "Error: ErrImagePull" in lab.messages("app", "Failed")

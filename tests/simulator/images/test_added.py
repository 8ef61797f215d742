"""Images of the learner's own, which the registry is told of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulator.lab import Lab
from tutor.simulator.images import catalogue
from tutor.simulator.images.reference import parse
from tutor.simulator.images.traffic import Request


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    catalogue.forget_added()


def test_an_added_image_runs_and_answers_on_its_port() -> None:
    lab = Lab()
    lab.pod("mine", {"image": "registry.example/team/shop:1.0"})
    lab.advance(10)
    assert lab.state("mine") in ("ErrImagePull", "ImagePullBackOff")
    catalogue.add(parse("registry.example/team/shop:1.0"), (8080,))
    lab.advance(60)
    assert lab.state("mine") == "running"
    reply = lab.cluster.runtime.request("default", "mine", 8080, Request())
    assert reply.status == 200


def test_another_tag_of_a_known_image_does_what_that_image_does() -> None:
    catalogue.add(parse("nginx:9.9"))
    found = catalogue.find(parse("nginx:9.9"))
    assert found is not None
    assert found.program == "nginx"
    assert catalogue.find(parse("nginx:1.29")) is not None
    assert "9.9" in catalogue.tags("docker.io/library/nginx")

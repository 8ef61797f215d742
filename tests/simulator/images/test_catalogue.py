"""Names of images, and which images there are."""

from __future__ import annotations

import pytest

from tutor.simulator.images import catalogue
from tutor.simulator.images.programs import PROGRAMS
from tutor.simulator.images.reference import InvalidReference, parse


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("grafana/grafana", "docker.io/grafana/grafana:latest"),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("registry.k8s.io/pause:3.10", "registry.k8s.io/pause:3.10"),
        ("localhost:5000/shop:v1", "localhost:5000/shop:v1"),
        ("localhost/shop", "localhost/shop:latest"),
    ],
)
def test_names_are_completed(text: str, full: str) -> None:
    assert str(parse(text)) == full


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Nginx:1.27", "repository name (library/Nginx) must be lowercase"),
        ("nginx:", "invalid reference format"),
        ("nginx: 1.27", "invalid reference format"),
        ("", "invalid reference format"),
        ("a//b", "invalid reference format"),
    ],
)
def test_bad_names(text: str, why: str) -> None:
    with pytest.raises(InvalidReference, match=why.replace("(", r"\(").replace(")", r"\)")):
        parse(text)


def test_many_public_images_are_there() -> None:
    assert len(catalogue.repositories()) >= 200


@pytest.mark.parametrize("repository", catalogue.repositories())
def test_every_image_is_whole(repository: str) -> None:
    tags = catalogue.tags(repository)
    assert len(tags) == len(set(tags)) > 0
    for tag in tags:
        image = catalogue.find(parse(f"{repository}:{tag}"))
        assert image is not None
        assert not image.program or image.program in PROGRAMS
        assert set(image.programs) <= set(PROGRAMS)
        assert image.size > 0
        assert image.entrypoint or image.command


@pytest.mark.parametrize(
    "name", ["nginx:9.99", "nosuch", "library/nosuch:1", "example.com/nginx:1.27", "web-app:latest"]
)
def test_what_is_not_in_the_catalogue_does_not_exist(name: str) -> None:
    assert catalogue.find(parse(name)) is None


def test_releases_of_the_web_app() -> None:
    tags = catalogue.tags("docker.io/library/web-app")
    assert {
        "v2.0.0",
        "v2.1.0",
        "v2.2.0",
        "v2.3.0-slow",
        "v2.4.0-broken",
        "v2.5.0-crash",
        "v2.6.0-leak",
        "v2.1.0-strict",
    } <= set(tags)

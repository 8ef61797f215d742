"""The tutor's own images for real clusters: built with the learner's container engine and loaded into kind's nodes.

The simulated cluster knows the same images by name, so an exercise means the same on both.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from tutor.clusters.base import ClusterError, Report
from tutor.clusters.programs import container_engine, run

REPOSITORY = "web-app"
RELEASES = {
    "v2.0.0": "",
    "v2.1.0": "",
    "v2.1.0-strict": "strict",
    "v2.2.0": "",
    "v2.3.0-slow": "slow",
    "v2.4.0-broken": "broken",
    "v2.5.0-crash": "crash",
    "v2.6.0-leak": "leak",
}
"""Tags and what is special about each; web-app.sh beside this file says what that means."""

REGISTRY = "docker.io/library/"
"""Where Kubernetes looks for an image that names no registry. Podman would put `localhost/` there."""
BASE_IMAGE = f"{REGISTRY}busybox:1.36"
BUILD_SECONDS = 300.0


def own_images() -> list[str]:
    """All images of the tutor's own."""
    return [f"{REPOSITORY}:{tag}" for tag in RELEASES]


def needs_loading(images: Sequence[str]) -> list[str]:
    """Those of the images that no public registry has."""
    known = own_images()
    return [image for image in images if image in known]


def script() -> str:
    """What runs in the containers."""
    return files("tutor.clusters").joinpath("web-app.sh").read_text(encoding="utf-8")


def environment(image: str) -> dict[str, str]:
    """The environment that makes one release differ from another. KeyError for an image that is not ours."""
    tag = image.partition(":")[2]
    return {"RELEASE": tag, "MODE": RELEASES[tag]}


def _dockerfile(image: str) -> str:
    variables = " ".join(f'{name}="{value}"' for name, value in environment(image).items())
    lines = [f"FROM {BASE_IMAGE}", "COPY web-app.sh /app/web-app.sh", f"ENV {variables}", "EXPOSE 3000"]
    return "\n".join([*lines, 'ENTRYPOINT ["/bin/sh", "/app/web-app.sh"]', ""])


def _references(image: str) -> list[str]:
    """Names of an image in full: the one that manifests use, and one that tells which edition of it this is."""
    edition = hashlib.sha256((_dockerfile(image) + script()).encode()).hexdigest()[:12]
    return [f"{REGISTRY}{image}", f"{REGISTRY}{image}-edition-{edition}"]


def build(images: Sequence[str], report: Report) -> str:
    """Build images with the container engine; returns the engine's name. Raises ClusterError."""
    engine = container_engine()
    for image in images:
        report(f"building the image {image}")
        names = [word for name in _references(image) for word in ("-t", name)]
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "web-app.sh").write_text(script(), encoding="utf-8")
            (Path(folder) / "Dockerfile").write_text(_dockerfile(image), encoding="utf-8")
            try:
                run([engine, "build", *names, folder], timeout=BUILD_SECONDS)
            except ClusterError as error:
                why = f"the image {image} could not be built: {error.message}"
                raise ClusterError(why, f"Check that `{engine} pull {BASE_IMAGE}` works") from None
    return engine


def load_into_kind(cluster: str, images: Sequence[str], report: Report) -> None:
    """Build images and load them into all nodes of a kind cluster, unless this edition is there. Raises ClusterError."""
    listings = _listings(cluster)
    missing = [image for image in images if not _has(listings, image)]
    if not missing:
        return
    engine = build(missing, report)
    report("loading images into the kind cluster")
    with tempfile.TemporaryDirectory() as folder:
        archive = str(Path(folder) / "images.tar")
        several = ["--multi-image-archive"] if engine == "podman" else []
        names = [name for image in missing for name in _references(image)]
        run([engine, "save", *several, "-o", archive, *names], timeout=BUILD_SECONDS)
        run(["kind", "load", "image-archive", archive, "--name", cluster], timeout=BUILD_SECONDS)


def _listings(cluster: str) -> list[set[str]]:
    """The images that each node of the cluster has."""
    engine = container_engine()
    nodes = run(["kind", "get", "nodes", "--name", cluster]).split()
    tables = [run([engine, "exec", node, "crictl", "images"]) for node in nodes]
    return [{":".join(line.split()[:2]) for line in table.splitlines()} for table in tables]


def _has(listings: list[set[str]], image: str) -> bool:
    """Whether every node has the image."""
    return bool(listings) and all(listing.issuperset(_references(image)) for listing in listings)

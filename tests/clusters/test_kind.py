"""kind is driven by its own program; what is missing is said with the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.clusters import ClusterError, KindOptions, open_cluster
from tutor.clusters.images import RELEASES, environment, needs_loading, own_images, script
from tutor.clusters.kind import CLUSTER_NAME, KindCluster
from tutor.clusters.programs import run


FAKE_KIND = """
case "$1 $2" in
  "get clusters") if [ -e {made} ]; then echo k8s-tutor; fi;;
  "create cluster") echo made > {made};;
  "get kubeconfig") echo "{{}}";;
esac
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH; scripts put there stand for programs and log their arguments."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(f'#!/bin/sh\necho "{name} $*" >> {folder}/log\n{text}\n', encoding="utf-8")
    path.chmod(0o755)


def test_without_kind_the_learner_is_told_what_to_do(programs: Path) -> None:
    with pytest.raises(ClusterError, match="kind is not installed") as raised:
        open_cluster("kind").start()
    assert "simulated cluster" in raised.value.remedy


def test_without_a_container_engine_too(programs: Path) -> None:
    program(programs, "kind", "exit 0")
    with pytest.raises(ClusterError, match="needs a container engine"):
        open_cluster("kind").start()


def test_an_engine_that_does_not_run_is_named(programs: Path) -> None:
    program(programs, "kind", "exit 0")
    program(programs, "docker", "echo cannot connect >&2; exit 1")
    with pytest.raises(ClusterError, match="docker is installed but its engine does not answer"):
        open_cluster("kind").start()


def test_a_cluster_is_created_once_with_the_options_given(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(programs, "docker", "exit 0")
    program(programs, "kind", FAKE_KIND.format(made=programs / "made"))
    monkeypatch.setattr("tutor.clusters.kind.check_reachable", lambda *_: None)
    monkeypatch.setattr("tutor.clusters.kind.capabilities_of", lambda _: frozenset())
    cluster = KindCluster(KindOptions(image="kindest/node:v1.37.2", arguments=("--retain",)))
    cluster.start()
    KindCluster(KindOptions()).start()
    created = [line for line in (programs / "log").read_text().splitlines() if line.startswith("kind create")]
    assert len(created) == 1
    assert f"--name {CLUSTER_NAME}" in created[0]
    assert "--image kindest/node:v1.37.2 --retain" in created[0]
    assert "image-load" in cluster.capabilities
    assert cluster.kubeconfig().stat().st_mode & 0o777 == 0o600


def test_a_failing_program_is_quoted(programs: Path) -> None:
    program(programs, "kind", "echo 'ERROR: no space left on device' >&2; exit 1")
    with pytest.raises(ClusterError, match="no space left on device"):
        run(["kind", "create", "cluster"])


def test_our_images_have_an_environment_each_and_one_script() -> None:
    assert set(own_images()) == {f"web-app:{tag}" for tag in RELEASES}
    assert environment("web-app:v2.1.0-strict") == {"RELEASE": "v2.1.0-strict", "MODE": "strict"}
    assert needs_loading(["nginx:1.27", "web-app:v2.1.0"]) == ["web-app:v2.1.0"]
    assert script().startswith("#!/bin/sh")

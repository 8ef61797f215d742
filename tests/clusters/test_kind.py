"""kind is driven by its own program; what is missing is said with the remedy."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from tutor.clusters import ClusterError, KindOptions, open_cluster
from tutor.clusters.images import RELEASES, environment, load_into_kind, needs_loading, own_images, script
from tutor.clusters.kind import CLUSTER_NAME, KindCluster
from tutor.clusters.presence import look
from tutor.clusters.programs import run
from tutor.kubectl import KubeConfig

KUBECONFIG = {
    "clusters": [{"name": "kind-k8s-tutor", "cluster": {"server": "https://127.0.0.1:1"}}],
    "users": [{"name": "kind-k8s-tutor", "user": {"client-key-data": "c2VjcmV0"}}],
}
FAKE_KIND = """
case "$1 $2" in
  "get clusters") if [ -s %(made)s ]; then echo k8s-tutor; fi;;
  "create cluster") echo made > %(made)s;;
  "delete cluster") : > %(made)s;;
  "get nodes") echo node-1; echo node-2;;
  "get kubeconfig") echo '%(kubeconfig)s';;
esac
"""
FAKE_ENGINE = """
case "$1" in
  build) for word in "$3" "$5"; do echo "${word%%:*} ${word##*:} 1234 4MB" >> %(images)s; done;;
  exec) if [ -e %(images)s ]; then while read -r line; do echo "$line"; done < %(images)s; fi;;
esac
"""
NO_IMAGE = """\
case "$1 $2" in "create cluster") echo 'ERROR: failed to create cluster: failed to pull image "kindest/node:v9.9.9": command \
"docker pull kindest/node:v9.9.9" failed with error: exit status 1' >&2; echo 'Command Output: no such host' >&2; exit 1;; esac
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


@pytest.fixture
def fake_kind(programs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Programs that stand for kind and an engine that runs; there is no cluster yet. Returns the log of their arguments."""
    program(programs, "docker", 'if [ "$1" = inspect ]; then echo true; echo true; fi')
    program(programs, "kind", FAKE_KIND % {"made": programs / "made", "kubeconfig": json.dumps(KUBECONFIG)})
    monkeypatch.setattr("tutor.clusters.kind.check_reachable", lambda *_: None)
    monkeypatch.setattr("tutor.clusters.kind.capabilities_of", lambda _: frozenset())
    monkeypatch.setattr("tutor.clusters.kind.ready_nodes", lambda _: frozenset({"node-1", "node-2"}))
    return programs / "log"


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


def test_a_cluster_is_created_once_with_the_options_given(fake_kind: Path) -> None:
    cluster = KindCluster(KindOptions(image="kindest/node:v1.37.2", arguments=("--retain",)))
    cluster.start()
    KindCluster(KindOptions()).start()
    created = [line for line in fake_kind.read_text().splitlines() if line.startswith("kind create")]
    assert len(created) == 1
    assert f"--name {CLUSTER_NAME}" in created[0]
    assert "--image kindest/node:v1.37.2 --retain" in created[0]
    assert "image-load" in cluster.capabilities
    assert cluster.kubeconfig().stat().st_mode & 0o777 == 0o600


def test_the_namespace_of_an_exercise_is_kept_from_one_command_to_the_next(fake_kind: Path) -> None:
    first = KindCluster(KindOptions())
    first.start()
    KubeConfig.load(first.kubeconfig()).set_namespace("production")
    second = KindCluster(KindOptions())
    second.start()
    assert KubeConfig.load(second.kubeconfig()).context()["namespace"] == "production"


def test_nodes_that_do_not_run_are_started(fake_kind: Path) -> None:
    KindCluster(KindOptions()).start()
    assert "docker start" not in fake_kind.read_text()
    program(fake_kind.parent, "docker", 'if [ "$1" = inspect ]; then echo true; echo false; fi')
    said: list[str] = []
    KindCluster(KindOptions()).start(said.append)
    assert "docker start node-2\n" in fake_kind.read_text()
    assert said == ["starting the nodes of the kind cluster", "waiting for its nodes"]


def test_nodes_that_do_not_become_ready_are_named(fake_kind: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(0, 1000, 40))
    monkeypatch.setattr(
        "tutor.clusters.kind.time", SimpleNamespace(monotonic=lambda: next(moments), sleep=lambda _: None)
    )
    monkeypatch.setattr("tutor.clusters.kind.ready_nodes", lambda _: frozenset({"node-1"}))
    with pytest.raises(ClusterError, match=r"do not become ready: node-2\.") as raised:
        KindCluster(KindOptions()).start()
    assert "known-issues" in raised.value.remedy


def test_a_node_image_that_cannot_be_had_is_named_with_the_option_for_another(programs: Path) -> None:
    program(programs, "docker", "exit 0")
    program(programs, "kind", NO_IMAGE)
    with pytest.raises(ClusterError, match=r"cannot get the node image kindest/node:v9.9.9: no such host") as raised:
        KindCluster(KindOptions(image="kindest/node:v9.9.9")).start()
    assert "cluster start --image IMAGE" in raised.value.remedy


@pytest.mark.parametrize(("arguments", "deleted"), [((), True), (("--retain",), False)])
def test_what_is_left_of_a_failed_creation_is_deleted_unless_it_is_to_be_kept(
    programs: Path, arguments: tuple[str, ...], deleted: bool
) -> None:
    program(programs, "docker", "exit 0")
    program(programs, "kind", NO_IMAGE)
    with pytest.raises(ClusterError):
        KindCluster(KindOptions(arguments=arguments)).start()
    assert ("kind delete cluster --name k8s-tutor\n" in (programs / "log").read_text()) is deleted


def test_a_cluster_without_a_kubeconfig_is_to_be_deleted(fake_kind: Path) -> None:
    KindCluster(KindOptions()).start()
    fakes = {"made": fake_kind.parent / "made", "kubeconfig": "{}"}
    program(fake_kind.parent, "kind", FAKE_KIND % fakes)
    with pytest.raises(ClusterError, match="no kubeconfig") as raised:
        KindCluster(KindOptions()).start()
    assert "cluster stop --delete" in raised.value.remedy


def test_deleting_says_whether_there_was_a_cluster(fake_kind: Path) -> None:
    KindCluster(KindOptions()).start()
    assert KindCluster(KindOptions()).delete()
    assert not KindCluster(KindOptions()).delete()


def test_images_are_loaded_again_only_when_they_have_changed(fake_kind: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(fake_kind.parent, "docker", FAKE_ENGINE % {"images": fake_kind.parent / "images"})
    for _ in range(2):
        load_into_kind("k8s-tutor", ["web-app:v2.1.0"], lambda _: None)
    assert fake_kind.read_text().count("docker build") == 1
    monkeypatch.setattr("tutor.clusters.images.script", lambda: "#!/bin/sh\nexit 1\n")
    load_into_kind("k8s-tutor", ["web-app:v2.1.0"], lambda _: None)
    assert fake_kind.read_text().count("docker build") == 2


def test_a_failing_program_is_quoted(programs: Path) -> None:
    program(programs, "kind", "echo 'ERROR: no space left on device' >&2; exit 1")
    with pytest.raises(ClusterError, match="no space left on device"):
        run(["kind", "create", "cluster"])


def test_our_images_have_an_environment_each_and_one_script() -> None:
    assert set(own_images()) == {f"web-app:{tag}" for tag in RELEASES}
    assert environment("web-app:v2.1.0-strict") == {"RELEASE": "v2.1.0-strict", "MODE": "strict"}
    assert needs_loading(["nginx:1.27", "web-app:v2.1.0"]) == ["web-app:v2.1.0"]
    assert script().startswith("#!/bin/sh")


def test_looking_for_it_makes_and_starts_nothing(fake_kind: Path) -> None:
    assert "Make one with" in look("kind").words
    KindCluster(KindOptions()).start()
    assert look("kind").running
    program(fake_kind.parent, "docker", 'if [ "$1" = inspect ]; then echo true; echo false; fi')
    assert "node-2 does not run" in look("kind").words
    calls = fake_kind.read_text(encoding="utf-8")
    assert calls.count("kind create cluster") == 1
    assert "docker start" not in calls

"""Users with limited rights, made as an administrator makes them, on a simulated cluster behind its real socket."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from kubernetes import client, config
from kubernetes.client.rest import ApiException

from tutor.clusters import ClusterError
from tutor.clusters.simulated import Simulated
from tutor.clusters.users import NewUser, make_user


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("K8S_TUTOR_HOME", str(tmp_path_factory.mktemp("home")))
        cluster = Simulated()
        cluster.start()
        try:
            yield cluster.kubeconfig()
        finally:
            cluster.stop()


def status_of(path: Path, namespace: str) -> int:
    """The code that listing the pods of a namespace is answered with."""
    with config.new_client_from_config(str(path)) as api:
        try:
            client.CoreV1Api(api).list_namespaced_pod(namespace)
        except ApiException as error:
            return int(error.status or 0)
    return 200


def test_a_user_may_what_the_role_allows_where_it_holds(admin: Path) -> None:
    path = make_user(admin, NewUser("ann", "view", "default"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (status_of(path, "default"), status_of(path, "kube-system")) == (200, 403)
    with config.new_client_from_config(str(path)) as api:
        body = {"metadata": {"name": "a"}}
        with pytest.raises(ApiException) as refused:
            client.CoreV1Api(api).create_namespaced_config_map("default", body)
        review = client.AuthenticationV1Api(api).create_self_subject_review({})
    assert refused.value.status == 403
    assert review.status.user_info.extra["authentication.kubernetes.io/credential-id"][0].startswith("X509SHA256=")
    assert (review.status.user_info.username, review.status.user_info.groups) == ("ann", ["system:authenticated"])


def test_a_role_for_the_whole_cluster_and_groups(admin: Path) -> None:
    path = make_user(admin, NewUser("Bob.B@example", "edit", "", ("dev", "ops")))
    assert status_of(path, "kube-system") == 200
    with config.new_client_from_config(str(path)) as api:
        review = client.AuthenticationV1Api(api).create_self_subject_review({})
    assert review.status.user_info.groups == ["dev", "ops", "system:authenticated"]


def test_making_a_user_again_renews_the_file(admin: Path) -> None:
    first = make_user(admin, NewUser("cay", "view", "default"))
    before = first.read_bytes()
    assert make_user(admin, NewUser("cay", "view", "default")) == first
    assert first.read_bytes() != before
    assert status_of(first, "default") == 200


@pytest.mark.parametrize(
    ("user", "why"),
    [
        (NewUser("system:admin"), "cannot be the name of a user"),
        (NewUser("a b"), "cannot be the name of a user"),
        (NewUser("x" * 61), "cannot be the name of a user"),
        (NewUser("dan", groups=("system:masters",)), "cannot be put into the group"),
        (NewUser("dan", role="nosuch"), "there is no ClusterRole nosuch. Every cluster has view, edit"),
        (NewUser("dan", namespace="nosuch"), "kubectl create namespace nosuch"),
    ],
)
def test_what_cannot_be_made_is_refused_with_the_remedy(admin: Path, user: NewUser, why: str) -> None:
    with pytest.raises(ClusterError, match=why):
        make_user(admin, user)


def test_a_cluster_that_does_not_answer(tmp_path: Path, admin: Path) -> None:
    gone = tmp_path / "gone.kubeconfig"
    text = admin.read_text(encoding="utf-8")
    server = next(line for line in text.splitlines() if "server:" in line)
    gone.write_text(text.replace(server, '    server: "https://127.0.0.1:1"'), encoding="utf-8")
    with pytest.raises(ClusterError, match="does not answer"):
        make_user(gone, NewUser("eve"))

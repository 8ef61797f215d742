"""Contexts are found as kubectl finds them, and nothing but the one agreed to is copied."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
import yaml

from tutor.clusters import ClusterError, open_cluster
from tutor.clusters.consent import ContextInfo, give_consent
from tutor.clusters.context import ConsentNeeded, ContextCluster, contexts, describe_context
from tutor.kubectl import KubeConfig

CONFIG = {
    "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1", "certificate-authority": "ca.crt"}}],
    "users": [{"name": "u", "user": {"token": "secret"}}, {"name": "other", "user": {"token": "never-copied"}}],
    "contexts": [
        {"name": "mine", "context": {"cluster": "c", "user": "u"}},
        {"name": "broken", "context": {"cluster": "nowhere", "user": "u"}},
    ],
}


@pytest.fixture
def kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(CONFIG), encoding="utf-8")
    (tmp_path / "ca.crt").write_text("certificate", encoding="utf-8")
    monkeypatch.setenv("KUBECONFIG", str(path))
    return path


def test_a_context_is_described_by_server_and_user(kubeconfig: Path) -> None:
    assert describe_context("mine") == ContextInfo("mine", "https://127.0.0.1:1", "u")


def test_several_files_are_merged_and_the_first_wins(
    kubeconfig: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = tmp_path / "second"
    second.write_text(
        yaml.safe_dump(
            {
                "clusters": [{"name": "c", "cluster": {"server": "https://ignored"}}],
                "contexts": [{"name": "theirs", "context": {"cluster": "c", "user": "u"}}],
            }
        ),
        encoding="utf-8",
    )
    kubeconfig.write_text(yaml.safe_dump({**CONFIG, "contexts": CONFIG["contexts"][:1]}), encoding="utf-8")
    monkeypatch.setenv("KUBECONFIG", f"{kubeconfig}:{second}:{tmp_path / 'missing'}")
    assert [info.context for info in contexts()] == ["mine", "theirs"]
    assert describe_context("theirs").server == "https://127.0.0.1:1"


@pytest.mark.parametrize(("name", "words"), [("nope", "there is no context 'nope'"), ("broken", "names no server")])
def test_what_leads_nowhere_says_so(kubeconfig: Path, name: str, words: str) -> None:
    with pytest.raises(ClusterError, match=words):
        describe_context(name)


def test_a_damaged_kubeconfig_is_named(kubeconfig: Path) -> None:
    kubeconfig.write_text("a: [", encoding="utf-8")
    with pytest.raises(ClusterError, match="cannot be read"):
        describe_context("mine")


def test_nothing_is_done_without_consent(kubeconfig: Path, tmp_path: Path) -> None:
    with pytest.raises(ConsentNeeded) as raised:
        ContextCluster("mine").start()
    assert raised.value.info.server == "https://127.0.0.1:1"
    assert "k8s-tutor cluster consent mine" in str(raised.value)
    assert not list((tmp_path / "tutor-home" / "clusters").glob("*.kubeconfig"))


def test_only_the_one_context_is_copied_with_its_files_put_in(
    kubeconfig: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_consent(describe_context("mine"))
    monkeypatch.setattr("tutor.clusters.context.check_reachable", lambda *_: None)
    monkeypatch.setattr("tutor.clusters.context.capabilities_of", lambda _: frozenset({"multi-node"}))
    cluster = ContextCluster("mine")
    cluster.start()
    text = cluster.kubeconfig().read_text(encoding="utf-8")
    data = json.loads(text)
    authority = data["clusters"][0]["cluster"]["certificate-authority-data"]
    assert base64.b64decode(authority) == b"certificate"
    assert "never-copied" not in text
    path = cluster.kubeconfig()
    cluster.stop()
    assert not path.exists()


def test_the_namespace_is_kept_until_the_context_leads_elsewhere(
    kubeconfig: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def namespace() -> object:
        cluster = ContextCluster("mine")
        give_consent(describe_context("mine"))
        cluster.start()
        config = KubeConfig.load(cluster.kubeconfig())
        found = config.context()["namespace"]
        config.set_namespace("production")
        return found

    monkeypatch.setattr("tutor.clusters.context.check_reachable", lambda *_: None)
    monkeypatch.setattr("tutor.clusters.context.capabilities_of", lambda _: frozenset())
    assert [namespace(), namespace()] == ["default", "production"]
    kubeconfig.write_text(
        kubeconfig.read_text(encoding="utf-8").replace("127.0.0.1:1", "127.0.0.1:2"), encoding="utf-8"
    )
    assert namespace() == "default"


def test_a_server_that_does_not_answer_is_the_environments_fault(kubeconfig: Path) -> None:
    kubeconfig.write_text(
        yaml.safe_dump({**CONFIG, "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}]}),
        encoding="utf-8",
    )
    give_consent(describe_context("mine"))
    with pytest.raises(ClusterError, match="does not answer") as raised:
        ContextCluster("mine").start()
    assert "kubectl version" in raised.value.remedy


@pytest.mark.parametrize("spec", ["", "minikube", "context:", "kind:x", "simulated:y"])
def test_an_unknown_kind_of_cluster_is_refused(spec: str) -> None:
    with pytest.raises(ClusterError, match="simulated, kind or context:NAME"):
        open_cluster(spec)

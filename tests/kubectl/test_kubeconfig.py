from __future__ import annotations

import base64
import warnings
from pathlib import Path

import pytest
from urllib3.exceptions import InsecureRequestWarning

from tests.kubectl.harness import run_kubectl
from tutor.kubectl import KubeConfig
from tutor.kubectl.connection import Connection
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kubeconfig import Endpoint, Overrides

TEXT = f"""
apiVersion: v1
kind: Config
current-context: one
clusters:
- name: c1
  cluster: {{server: "https://one:6443", certificate-authority-data: {base64.b64encode(b"CA").decode()}}}
- name: c2
  cluster: {{server: "https://two:6443", insecure-skip-tls-verify: true}}
users:
- name: u1
  user: {{token: secret}}
- name: u2
  user: {{exec: {{command: login}}}}
contexts:
- name: one
  context: {{cluster: c1, user: u1, namespace: web}}
- name: two
  context: {{cluster: c2, user: u2}}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "config"
    file.write_text(TEXT, encoding="utf-8")
    return file


def test_the_current_context_gives_server_credentials_and_namespace(path: Path) -> None:
    config = KubeConfig.load(path)
    endpoint = config.endpoint(Overrides())
    assert (endpoint.server, endpoint.token, endpoint.ca_data) == ("https://one:6443", "secret", b"CA")
    assert config.namespace() == "web"


def test_flags_override_the_file(path: Path) -> None:
    endpoint = KubeConfig.load(path).endpoint(Overrides(server="https://other", token="t", cluster="c2"))
    assert (endpoint.server, endpoint.token, endpoint.insecure) == ("https://other", "t", True)


def test_what_does_not_exist_is_named(path: Path) -> None:
    config = KubeConfig.load(path)
    with pytest.raises(KubectlError, match="context was not found for specified context: nope"):
        config.endpoint(Overrides(context="nope"))
    with pytest.raises(KubectlError, match='no server found for cluster "nope"'):
        config.endpoint(Overrides(cluster="nope"))


def test_credentials_from_a_program_are_refused_with_a_way_out(path: Path) -> None:
    with pytest.raises(KubectlError, match="use your own kubectl"):
        KubeConfig.load(path).endpoint(Overrides(context="two"))


def test_a_missing_file_is_an_empty_configuration(tmp_path: Path) -> None:
    outcome = run_kubectl(["config", "get-contexts"], KubeConfig.load(tmp_path / "none"))
    assert outcome.stdout == "CURRENT   NAME   CLUSTER   AUTHINFO   NAMESPACE\n"


def test_a_broken_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text("a: [", encoding="utf-8")
    with pytest.raises(KubectlError, match="error loading config file"):
        KubeConfig.load(file)


def test_set_context_writes_the_namespace_to_a_private_file(path: Path) -> None:
    outcome = run_kubectl(["config", "set-context", "--current", "--namespace=production"], KubeConfig.load(path))
    assert outcome.stdout == 'Context "one" modified.\n'
    assert KubeConfig.load(path).namespace() == "production"
    assert path.stat().st_mode & 0o777 == 0o600


def test_use_rename_and_delete_context(path: Path) -> None:
    config = KubeConfig.load(path)
    assert run_kubectl(["config", "use-context", "two"], config).stdout == 'Switched to context "two".\n'
    assert (
        run_kubectl(["config", "rename-context", "two", "second"], config).stdout
        == 'Context "two" renamed to "second".\n'
    )
    assert KubeConfig.load(path).current_context == "second"
    assert (
        run_kubectl(["config", "use-context", "two"], config).stderr
        == 'error: no context exists with the name: "two"\n'
    )
    assert run_kubectl(["config", "delete-context", "second"], config).exit_code == 0
    assert [entry["name"] for entry in KubeConfig.load(path).entries("contexts")] == ["one"]


def test_view_hides_secrets_unless_asked(path: Path) -> None:
    config = KubeConfig.load(path)
    shown = run_kubectl(["config", "view", "--minify"], config).stdout
    assert "REDACTED" in shown
    assert "DATA+OMITTED" in shown
    assert "secret" not in shown
    assert "c2" not in shown
    assert "secret" in run_kubectl(["config", "view", "--raw"], config).stdout


def test_nothing_is_said_about_certificates_that_the_user_chose_not_to_check() -> None:
    connection = Connection(Endpoint(server="https://one:6443", insecure=True))
    with warnings.catch_warnings(record=True) as said:
        warnings.warn("unverified", InsecureRequestWarning, stacklevel=1)
    connection.close()
    assert said == []

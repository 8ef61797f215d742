"""The API server as pods reach it, with the tokens they find in their volumes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.lab import Lab
from tutor.simulator.api.inprocess import InProcessClient

HEAD = 'cd /var/run/secrets/kubernetes.io/serviceaccount; H="Authorization: Bearer $(cat token)"; A=https://kubernetes.default.svc; '
PODS = "$A/api/v1/namespaces/default/pods"


class LabWithApi(Lab):
    """There has to be an API for pods to ask."""

    def __init__(self) -> None:
        super().__init__()
        self.api = InProcessClient(self.cluster).api


@pytest.fixture
def lab() -> LabWithApi:
    lab = LabWithApi()
    lab.create("serviceaccounts", "v1", "ServiceAccount", "robot")
    lab.pod("box", {"image": "curlimages/curl:latest", "command": ["sleep", "10000"]}, serviceAccountName="robot")
    lab.advance(10)
    return lab


def ask(lab: Lab, script: str) -> tuple[int, str]:
    return lab.run("box", "sh", "-c", HEAD + script, seconds=1)


def allow(lab: Lab, *verbs: str) -> None:
    rbac = "rbac.authorization.k8s.io"
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": list(verbs)}]
    lab.create(f"roles.{rbac}", f"{rbac}/v1", "Role", "look", rules=rules)
    subjects = [{"kind": "ServiceAccount", "name": "robot", "namespace": "default"}]
    role = {"apiGroup": rbac, "kind": "Role", "name": "look"}
    lab.create(f"rolebindings.{rbac}", f"{rbac}/v1", "RoleBinding", "look", subjects=subjects, roleRef=role)


def test_a_pod_may_do_what_its_service_account_may(lab: Lab) -> None:
    code, text = ask(lab, f'curl -s --cacert ca.crt -H "$H" {PODS}')
    assert code == 0
    user = "system:serviceaccount:default:robot"
    assert f'pods is forbidden: User \\"{user}\\" cannot list resource \\"pods\\"' in text
    allow(lab, "get", "list", "patch")
    assert ask(lab, f'curl -sk -H "$H" -o /dev/null -w "%{{http_code}}" {PODS}') == (0, "200")
    assert '"name": "box"' in ask(lab, f'curl -sk -H "$H" {PODS}/box')[1]


def test_a_pod_changes_itself(lab: Lab) -> None:
    allow(lab, "patch")
    patch = """-X PATCH -H 'Content-Type: application/merge-patch+json' -d '{"metadata":{"labels":{"a":"b"}}}'"""
    code, text = ask(lab, f'curl -sk -H "$H" {patch} -o /dev/null -w "%{{http_code}}" {PODS}/box')
    assert (code, text) == (0, "200")
    lab.advance(30)
    assert lab.get("box")["metadata"]["labels"]["a"] == "b"
    assert lab.conditions("box")["Ready"] == "True"


@pytest.mark.parametrize(
    ("header", "answer"),
    [("-H 'Authorization: Bearer x'", "Unauthorized"), ("", 'User \\"system:anonymous\\" cannot list resource')],
)
def test_others_are_nobody(lab: Lab, header: str, answer: str) -> None:
    assert answer in ask(lab, f"curl -sk {header} {PODS}")[1]


def test_curl_wants_to_know_the_authority(lab: Lab) -> None:
    code, text = ask(lab, "curl -sS $A/api")
    assert (code, text.splitlines()[0]) == (
        60,
        "curl: (60) SSL certificate problem: unable to get local issuer certificate",
    )
    assert ask(lab, "curl -sS --cacert nosuch $A/api")[0] == 77


def token_of(lab: Lab, source: dict[str, Any]) -> str:
    return lab.cluster.pod_token(lab.get("box"), source)


def test_a_token_is_good_for_its_audience_and_as_long_as_its_pod(lab: LabWithApi) -> None:
    user = lab.api.authenticator.service_account_user
    usual, other = token_of(lab, {"path": "token"}), token_of(lab, {"path": "t", "audience": "vault"})
    assert user(usual) is not None
    assert user(other) is None
    lab.advance(4000)
    assert (token_of(lab, {"path": "token"}), token_of(lab, {"path": "t", "audience": "vault"}) != other) == (
        usual,
        True,
    )
    lab.cluster.client("tester").delete("pods", "default", "box")
    lab.advance(60)
    assert user(usual) is None

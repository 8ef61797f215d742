"""`cluster kubeconfig --as` and `cluster audit`: usage errors, and how requests are listed."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from tutor.cli import main
from tutor.cli.access import _chosen, _line


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["kubeconfig", "--role", "edit"], "go with --as NAME"),
        (["kubeconfig", "--as", "ann", "--namespace", "a", "--all-namespaces"], "choose one of"),
    ],
)
def test_options_that_do_not_fit(arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cluster", *arguments]) == 2
    assert why in capsys.readouterr().err


def test_no_users_on_the_learners_own_clusters(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--cluster", "context:mine", "cluster", "kubeconfig", "--as", "ann"]) == 2
    assert "no users on clusters that are yours" in capsys.readouterr().err


def test_a_real_cluster_shows_no_audit_log(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--cluster", "kind", "cluster", "audit"]) == 2
    assert "keeps it on its control plane" in capsys.readouterr().err


def event(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "requestURI": "/apis/apps/v1/namespaces/default/deployments/web/scale",
        "verb": "patch",
        "user": {"username": "ann"},
        "objectRef": {
            "resource": "deployments",
            "namespace": "default",
            "name": "web",
            "apiGroup": "apps",
            "subresource": "scale",
        },
        "responseStatus": {"code": 403},
        "stageTimestamp": "2026-11-23T10:20:30.000000Z",
    }
    return whole | changes


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "10:20:30  403   patch             ann                       deployments.apps/scale web in default"),
        (
            {"impersonatedUser": {"username": "bob"}, "objectRef": None, "requestURI": "/version"},
            "10:20:30  403   patch             bob (by ann)              /version",
        ),
        (
            {"objectRef": {"resource": "nodes"}, "requestURI": "/api/v1/nodes?dryRun=All"},
            "10:20:30  403   patch             ann                       nodes  (dry run)",
        ),
    ],
)
def test_a_request_on_a_line(changes: dict[str, Any], line: str) -> None:
    assert _line(event(**changes)) == line


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, True),
        ({"user": "ann", "verb": "patch", "resource": "deployments", "failed": True}, True),
        ({"user": "bob"}, False),
        ({"verb": "get"}, False),
        ({"resource": "pods"}, False),
    ],
)
def test_which_requests_are_listed(given: dict[str, Any], shown: bool) -> None:
    whole: dict[str, Any] = {"user": None, "verb": None, "resource": None, "failed": False}
    arguments = argparse.Namespace(**{**whole, **given})
    assert _chosen(event(), arguments) is shown

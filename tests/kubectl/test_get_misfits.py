"""`get` when columns or an order do not fit what was found."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kubectl.harness import FakeConfig, run_kubectl, serving
from tests.kubectl.made_up import PODS, pod


def _found(*items: dict[str, Any]) -> FakeConfig:
    return serving({PODS: {"kind": "PodList", "apiVersion": "v1", "items": list(items)}})[0]


def test_columns_that_do_not_fit_are_printed_as_far_as_they_go() -> None:
    """kubectl `pkg/cmd/get/customcolumn.go`: the table's writer is flushed after an error, too."""
    pods = _found(pod("a", labels=["x"]), pod("b", labels={"x": "y"}))
    outcome = run_kubectl(["get", "pods", "-o", "custom-columns=N:.metadata.name,L:.metadata.labels[0]"], pods)
    assert (outcome.exit_code, outcome.stdout) == (1, "N     L\na     x\n")
    assert outcome.stderr.startswith("error: ")


def test_a_table_without_the_field_to_sort_by_is_left_out_unless_there_is_nothing_to_sort() -> None:
    """kubectl `pkg/cmd/get/sorter.go`: the printer's error is dropped; the namespace is that of what was found."""
    words = ["get", "pods", "--sort-by=.nope"]
    nothing = run_kubectl(words, _found(pod("a"), pod("b")))
    assert (nothing.stdout, nothing.stderr) == ("", "No resources found in default namespace.\n")
    everywhere = serving({"/api/v1/nodes": {"kind": "NodeList", "apiVersion": "v1", "items": [pod("a"), pod("b")]}})[0]
    assert run_kubectl(["get", "nodes", "--sort-by=.nope"], everywhere).stderr == "No resources found\n"
    assert run_kubectl(words, _found(pod("a"))).stdout.splitlines()[1].startswith("a ")


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (({"x": "y"}, {}), "unsortable type: map[string]interface {}"),
        ((["x"], []), "unsortable type: []interface {}"),
        ((True, False), "unsortable type: bool"),
        (("x", 1), "unsortable interface: interface"),
    ],
)
def test_values_without_an_order_are_named_by_their_go_type(values: tuple[Any, Any], named: str) -> None:
    pods = _found(pod("a", at=values[0]), pod("b", at=values[1]))
    assert named in run_kubectl(["get", "pods", "--sort-by=.metadata.at"], pods).stderr


def test_json_and_yaml_take_no_argument() -> None:
    config, _ = serving({})
    for output in ("json=x", "yaml=x", "name=x"):
        outcome = run_kubectl(["get", "pods", "-o", output], config)
        assert f'suitable for the output format "{output}"' in outcome.stderr
        assert outcome.exit_code == 1


def test_what_follows_a_single_dot_is_a_group() -> None:
    config, _ = serving({})
    for word, group in (("pods.v1", "v1"), ("deployments.v1beta1.apps", "v1beta1.apps")):
        name = word.partition(".")[0]
        expected = f'error: the server doesn\'t have a resource type "{name}" in group "{group}"\n'
        assert run_kubectl(["get", word], config).stderr == expected


def test_a_time_for_logs_is_read_as_go_reads_it() -> None:
    config, _ = serving({})
    layout = "2006-01-02T15:04:05Z07:00"
    for text, rest, part in (
        ("yesterday", "yesterday", "2006"),
        ("2020-01-01", "", "T"),
        ("2020-01-01T10:00", "", ":"),
    ):
        stderr = run_kubectl(["logs", "web", f"--since-time={text}"], config).stderr
        assert stderr == f'error: parsing time "{text}" as "{layout}": cannot parse "{rest}" as "{part}"\n'

"""Answers in YAML. Each line is what Kubernetes 1.37.2 writes."""

from __future__ import annotations

import pytest

from tests.simulator.api.conftest import CONFIG_MAPS, config_map
from tutor.simulator.api.inprocess import InProcessClient

YAML = {"accept": "application/yaml"}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("yes", '"yes"'),
        ("y", '"y"'),
        ("", '""'),
        ("1", '"1"'),
        ("1e3", '"1e3"'),
        ("2020-01-01", '"2020-01-01"'),
        ("null", '"null"'),
        ("plain", "plain"),
        ("e\u00e9", "e\u00e9"),
        (" lead", "' lead'"),
        ("a: b", "'a: b'"),
        ("#x", "'#x'"),
        ("two\nlines\n", "|\n    two\n    lines"),
        ("two\nlines", "|-\n    two\n    lines"),
    ],
)
def test_text(client: InProcessClient, value: str, written: str) -> None:
    client.json("POST", CONFIG_MAPS, config_map("written", key=value))
    text = client.send("GET", f"{CONFIG_MAPS}/written", headers=YAML).payload().decode()
    assert f"\n  key: {written}\nkind: ConfigMap\n" in text


def test_nothing_is_referred_to(client: InProcessClient) -> None:
    """The preferred version of a group is also one of its versions."""
    text = client.send("GET", "/apis", headers=YAML).payload().decode()
    assert "&id" not in text
    assert "  preferredVersion:\n    groupVersion: apps/v1\n    version: v1\n" in text

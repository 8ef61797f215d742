"""Name and label rules, in Kubernetes' own words."""

from __future__ import annotations

import pytest

from tutor.simulator.names import label_value_problems, name_problems, qualified_name_problems


@pytest.mark.parametrize("name", ["a", "web-1", "a.b.c", "1a", "x" * 253])
def test_subdomains(name: str) -> None:
    assert name_problems(name, "subdomain") == []


@pytest.mark.parametrize("name", ["", "A", "a_b", "-a", "a-", "a..b", "a.-b", "x" * 254])
def test_what_is_no_subdomain(name: str) -> None:
    assert name_problems(name, "subdomain")


def test_labels_are_shorter_and_have_no_dots() -> None:
    assert name_problems("a.b", "label")
    assert name_problems("x" * 64, "label") == ["must be no more than 63 characters"]
    assert name_problems("1a", "dns1035")
    assert name_problems("1a", "label") == []


def test_path_segments() -> None:
    assert name_problems("system:node", "path-segment") == []
    assert name_problems("..", "path-segment") == ["may not be '..'"]
    assert name_problems("a/b", "path-segment") == ["may not contain '/'"]


@pytest.mark.parametrize("key", ["app", "example.com/app", "A.b_c-1"])
def test_label_keys(key: str) -> None:
    assert qualified_name_problems(key) == []


@pytest.mark.parametrize("key", ["", "a b", "/x", "a/b/c", "Ex_ample.com/x", "x" * 64, "example.com/"])
def test_what_is_no_label_key(key: str) -> None:
    assert qualified_name_problems(key)


def test_label_values() -> None:
    assert label_value_problems("") == []
    assert label_value_problems("v1.2_3") == []
    assert label_value_problems("a b")
    assert label_value_problems("x" * 64) == ["must be no more than 63 bytes"]

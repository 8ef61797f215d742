"""How manifests are indented."""

from __future__ import annotations

import pytest

from tutor.manifests.layout import format_manifests, indent_after


@pytest.mark.parametrize(
    ("before", "column"),
    [
        ("", 0),
        ("spec:", 2),
        ("  replicas: 3", 2),
        ("  - name: web", 4),
        ("    ports:", 6),
        ("  - ports:", 6),
        ("  - ReadWriteOnce", 2),
        ("data:", 2),
        ("  script: |", 4),
        ("    echo", 4),
        ("# note", 0),
    ],
)
def test_a_new_line_begins_where_one_would_go_on(before: str, column: int) -> None:
    assert indent_after(before) == column


UNTIDY = """\
apiVersion: v1
kind: Pod
# about the name
metadata:
    name: web      # a comment
    labels:
          app: web
spec:
    # the containers
    containers:
        -   name: web
            image: nginx

            ports:
              - containerPort: 80
            args: [a,
               b]
        - name: two
          command:
            - sh
            - -c
            - |
                if true; then
                  echo "# no comment"
                fi
---
kind: List
items:
  - - a
    - b
"""
TIDY = """\
apiVersion: v1
kind: Pod
# about the name
metadata:
  name: web      # a comment
  labels:
    app: web
spec:
  # the containers
  containers:
  - name: web
    image: nginx

    ports:
    - containerPort: 80
    args: [a,
       b]
  - name: two
    command:
    - sh
    - -c
    - |
        if true; then
          echo "# no comment"
        fi
---
kind: List
items:
- - a
  - b
"""


def test_every_level_is_indented_by_two_and_nothing_else_changes() -> None:
    assert format_manifests(UNTIDY.replace("kind: Pod", "kind: Pod   ")) == TIDY
    assert format_manifests(TIDY) == TIDY


def test_what_is_no_yaml_is_left_alone_and_said() -> None:
    with pytest.raises(ValueError, match="before it is valid YAML"):
        format_manifests("a: [")


def test_an_empty_text_stays_empty() -> None:
    assert format_manifests("\n") == "\n"

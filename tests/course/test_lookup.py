"""Which page of the course a command line is about."""

from __future__ import annotations

import pytest

from tutor.course import load_pack
from tutor.course.lookup import page_about

PACK = load_pack()


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("kubectl scale deployment web --replicas=3", ["Deployment"]),
        ("kubectl rollout undo deployment/web", ["Deployment"]),
        ("k get pods -o wide", []),
        ("kubectl -n production describe pod web", []),
        ("kubectl apply -f x.yaml && kubectl get pods", ["Service"]),
    ],
)
def test_the_page_shows_the_command(line: str, kinds: list[str]) -> None:
    found = page_about(PACK, line, kinds)
    assert found is not None
    lesson, page = found
    verb = next(word for word in line.split() if word in ("scale", "rollout", "get", "describe", "apply"))
    assert f"kubectl {verb}" in page.source
    assert page in lesson.pages


def test_kinds_and_the_lesson_nearby_decide_between_pages() -> None:
    service = page_about(PACK, "kubectl apply -f web.yaml", ["Service"])
    config = page_about(PACK, "kubectl apply -f web.yaml", ["ConfigMap"])
    assert service != config


def test_no_page_is_about_what_is_no_kubectl_command() -> None:
    assert page_about(PACK, "ls -l", []) is None
    assert page_about(PACK, "kubectl frobnicate", []) is None

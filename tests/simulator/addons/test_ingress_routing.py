"""Hosts and paths of Ingresses."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.simulator.addons.ingress_routing import Backend, route
from tutor.simulator.store import Obj


def ingress(*rules: tuple[str, str, str, str], default: str = "") -> Obj:
    """Rules as host, path, type of path, Service."""
    listed: list[dict[str, Any]] = [
        {"host": host, "http": {"paths": [{"path": path, "pathType": kind, "backend": backend(service)}]}}
        for host, path, kind, service in rules
    ]
    spec: dict[str, Any] = {"rules": listed}
    if default:
        spec["defaultBackend"] = backend(default)
    return {"metadata": {"name": "i", "namespace": "shop"}, "spec": spec}


def backend(service: str) -> dict[str, Any]:
    return {"service": {"name": service, "port": {"number": 80}}}


@pytest.mark.parametrize(
    ("host", "path", "service"),
    [
        ("shop.example", "/", "web"),
        ("shop.example:8080", "/about", "web"),
        ("SHOP.example", "/api", "api"),
        ("shop.example", "/api/v1?x=/", "api"),
        ("shop.example", "/apiary", "web"),
        ("shop.example", "/login", "login"),
        ("shop.example", "/login/now", "web"),
        ("a.wild.example", "/", "wild"),
        ("a.b.wild.example", "/", "any"),
        ("elsewhere", "/", "any"),
    ],
)
def test_the_most_exact_rule_wins(host: str, path: str, service: str) -> None:
    rules = ingress(
        ("shop.example", "/", "Prefix", "web"),
        ("shop.example", "/api", "Prefix", "api"),
        ("shop.example", "/login", "Exact", "login"),
        ("*.wild.example", "/", "Prefix", "wild"),
        ("", "/", "Prefix", "any"),
    )
    assert route([rules], host, path) == Backend("shop", service, 80)


def test_without_a_rule_the_default_answers() -> None:
    rules = ingress(("shop.example", "/", "Prefix", "web"), default="fallback")
    assert route([rules], "elsewhere", "/") == Backend("shop", "fallback", 80)


def test_nobody_answers_without_rule_and_default() -> None:
    assert route([ingress(("shop.example", "/", "Prefix", "web"))], "elsewhere", "/") is None

"""Random JSON values: such as fit a type but for some faults, and such as fit nothing."""

from __future__ import annotations

import random
from typing import Any

from tutor.simulator.schemas.types import ListOf, MapOf, Scalar, Struct, Type

TEXTS = (
    "", "a", "A", "0", "1", "-1", "80", "100%", "25%", "1Gi", "100m", "1.5", "1e3", "1e999", "-5",
    "a=b", "a/b", "a.b/c", "/", "//", "*",
    "x" * 64, "x" * 254, "\u00fc", "\u0000", "\U0001f600", "\ud800", "true", "null", "10.0.0.1", "10.96.0.10", "::1", "256.1.1.1",
    "10.0.0.0/8", "2026-01-01T00:00:00Z", "9999-99-99T99:99:99Z", "Always", "Never", "OnFailure", "ClusterIP", "NodePort",
    "ExternalName", "LoadBalancer", "None", "TCP", "UDP", "Recreate", "RollingUpdate", "Delete", "Retain", "In", "Exists",
    "DoesNotExist", "Equal", "NoSchedule", "NoExecute", "Pod", "Deployment", "ClusterRole", "Role", "User", "Utilization",
    "Resource", "cpu", "memory", "requests.cpu", "* * * * *", "*/5 * * * *", "nginx", "nginx:1.27", "busybox", "a b", "$(A)",
    "kubernetes.io/hostname", "{.spec.x}", ".spec.replicas", "self.x > 1", "[", "(", "object", "array", "string", "integer", "v1",
    "apps/v1", "../..", "example.com", "things", "Thing", "things.example.com", "system:masters", "system:node:node-1",
)  # fmt: skip
NUMBERS = (
    0,
    1,
    2,
    3,
    5,
    80,
    443,
    30000,
    65536,
    -1,
    -(2**31),
    2**31,
    2**31 - 1,
    2**63,
    2**63 - 1,
    -(2**63),
    10**30,
    1.5,
    1e308,
    -0.0,
)

MAX_DEPTH = 9


class Values:
    """Makes values; the same for the same state of `rng`."""

    def __init__(self, rng: random.Random) -> None:
        self._random = rng

    def anything(self, depth: int) -> Any:
        """Any JSON value, nested so deep at most."""
        rng = self._random
        kind = rng.randrange(9 if depth > 0 else 5)
        if kind == 0:
            return None
        if kind == 1:
            return rng.random() < 0.5
        if kind == 2:
            return rng.choice(NUMBERS)
        if kind < 5:
            return rng.choice(TEXTS)
        if kind == 5:
            return [self.anything(depth - 1) for _ in range(rng.randrange(3))]
        return {rng.choice(TEXTS): self.anything(depth - 1) for _ in range(rng.randrange(4))}

    def typed(self, type_: Type, depth: int) -> Any:
        """A value of a type, a little wrong now and then; `depth` is how deep it is nested already."""
        rng = self._random
        if rng.random() < 0.004:
            return self.anything(2)
        if isinstance(type_, Struct):
            return self._struct(type_, depth)
        if isinstance(type_, ListOf):
            return (
                [self.typed(type_.elem, depth + 1) for _ in range(rng.choice((0, 1, 1, 2)))]
                if depth < MAX_DEPTH
                else []
            )
        if isinstance(type_, MapOf):
            return {
                rng.choice((*TEXTS[:20], "app")): self.typed(type_.elem, depth + 1) for _ in range(rng.randrange(3))
            }
        return self._scalar(type_)

    def _struct(self, type_: Struct, depth: int) -> dict[str, Any]:
        rng = self._random
        found: dict[str, Any] = {}
        if depth >= MAX_DEPTH:
            return found
        wanted = min(1.0, 3.0 / max(1, len(type_.fields)))
        for name, field in type_.fields.items():
            if name in ("apiVersion", "kind") and depth == 0:
                continue
            if (field.required and rng.random() < 0.97) or name in ("spec", "template") or rng.random() < wanted:
                found[name] = (
                    rng.choice(field.enum) if field.enum and rng.random() < 0.9 else self.typed(field.type, depth + 1)
                )
        return found

    def _scalar(self, type_: Scalar) -> Any:
        rng = self._random
        kind = type_.kind
        if kind == "bool":
            return rng.random() < 0.5
        if kind in ("int32", "int64", "float64"):
            return rng.choice(NUMBERS[:8]) if rng.random() < 0.9 else rng.choice(NUMBERS)
        if kind == "quantity":
            return rng.choice(("1", "100m", "1Gi", "0", "-1", "1e3", "x", 1, "1.5", "1e999"))
        if kind == "int-or-string":
            return rng.choice((80, 1, "25%", "http", "100%", -1, "x%", 0))
        if kind in ("time", "microtime"):
            return rng.choice(
                ("2026-01-01T00:00:00Z", None, "x", "2026-01-01T00:00:00.123456Z", "0001-01-01T00:00:00Z")
            )
        if kind == "bytes":
            return rng.choice(("YQ==", "", "!", "YQ"))
        if kind == "any":
            return self.anything(2)
        return rng.choice(TEXTS)

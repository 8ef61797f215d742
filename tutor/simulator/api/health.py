"""/healthz, /livez and /readyz: the checks of the API server, all or one (apiserver, pkg/server/healthz/healthz.go).

The checks are those that a kube-apiserver 1.37.2 lists. Hooks that run after its start are done from the beginning here, as they are
on a real cluster that can be used; what can fail is what can be stopped: etcd.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tutor.simulator.api.http import TEXT, Request, Response, plain_text

PATHS = ("/healthz", "/livez", "/readyz")
_FIRST = ("ping", "log", "etcd")
_LIVE = ("ping", "log", "loopback-serving-certificate", "etcd")
_READY = ("etcd-readiness", "informer-sync")
_HOOKS = (
    "start-apiserver-admission-initializer",
    "generic-apiserver-start-informers",
    "priority-and-fairness-config-consumer",
    "priority-and-fairness-filter",
    "storage-object-count-tracker-hook",
    "start-apiextensions-informers",
    "start-apiextensions-controllers",
    "crd-informer-synced",
    "start-system-namespaces-controller",
    "peer-endpoint-reconciler-controller",
    "start-cluster-authentication-info-controller",
    "start-kube-apiserver-identity-lease-controller",
    "start-kube-apiserver-identity-lease-garbage-collector",
    "storage-readiness",
    "start-legacy-token-tracking-controller",
    "start-service-ip-repair-controllers",
    "rbac/bootstrap-roles",
    "scheduling/bootstrap-system-priority-classes",
    "priority-and-fairness-config-producer",
    "bootstrap-controller",
    "start-kubernetes-service-cidr-controller",
    "aggregator-reload-proxy-client-cert",
    "start-kube-aggregator-informers",
    "apiservice-status-local-available-controller",
    "apiservice-status-remote-available-controller",
    "apiservice-registration-controller",
    "apiservice-discovery-controller",
    "kube-apiserver-autoregistration",
)
_LATE_HOOKS = ("apiservice-openapi-controller", "apiservice-openapiv3-controller")


def checks_of(name: str) -> list[str]:
    """The checks behind "healthz", "livez" or "readyz", in their order."""
    first = (*_FIRST, *_READY) if name == "readyz" else _LIVE
    hooks = [f"poststarthook/{hook}" for hook in _HOOKS]
    late = [f"poststarthook/{hook}" for hook in _LATE_HOOKS]
    return [*first, *hooks, "autoregister-completion", *late, *(["shutdown"] if name == "readyz" else [])]


def paths() -> list[str]:
    """All paths that are answered here."""
    checks = [f"{path}/{check}" for path in PATHS for check in checks_of(path[1:])]
    return [*PATHS, *checks]


def answer(request: Request, failing: Collection[str]) -> Response:
    """The outcome of the checks at a path, whatever the method. When one of them fails all are listed, asked for or not."""
    name, below, check = request.path[1:].partition("/")
    checks = checks_of(name)
    if below:
        return _one(check, failing) if check in checks else plain_text(404, "404 page not found\n")
    excluded = request.query.get("exclude", [])
    failed = any(one in failing and one not in excluded for one in checks)
    if not failed and "verbose" not in request.query:
        return plain_text(200, "ok")
    outcome = f"{name} check {'failed' if failed else 'passed'}\n"
    return plain_text(500 if failed else 200, "\n".join([*_report(checks, failing, excluded), outcome]))


def _one(check: str, failing: Collection[str]) -> Response:
    if check in failing:
        return plain_text(500, "internal server error: etcd failed: reason withheld\n")
    return Response(200, b"ok", TEXT)


def _report(checks: Sequence[str], failing: Collection[str], excluded: Sequence[str]) -> list[str]:
    lines = []
    for check in checks:
        if check in excluded:
            lines.append(f"[+]{check} excluded: ok")
        else:
            lines.append(f"[-]{check} failed: reason withheld" if check in failing else f"[+]{check} ok")
    if unknown := sorted({one for one in excluded if one not in checks}):
        quoted = ", ".join(f'"{one}"' for one in unknown)
        lines.append(f"warn: some health checks cannot be excluded: no matches for {quoted}")
    return lines
